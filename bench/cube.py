"""The cube rebuilt from all records, against one hand-written query over the same records.

Goal: at most 1.5 times the query that a person would write, `sum(sign) FILTER (WHERE …) GROUP BY
area, day` over the signed records; printed beside it, what the query costs over records that are
not signed (latest version of each key wins).
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import duckdb

from bench import city
from bench.harness import Contestant, compete, once, report

TOWNS = 24
BATCH = 10_000_000
DAYS = 1095


def main(work: Path, rows: int) -> None:
    print(f"cube: rebuilt from {rows:,} records, 28 measures")
    _prepare(work, rows)
    argument: dict[str, Any] = {"work": str(work)}
    compete(
        Contestant("engine rebuild", "bench.cube:ours", argument),
        Contestant("hand-written sum(sign)", "bench.cube:by_hand", argument),
    )
    for name, call in (("latest version per key", "latest"), ("rebuild of a lost cube", "anew")):
        report(name, [once(Contestant(name, f"bench.cube:{call}", argument))])
    print("  goal: at most 1.5 times")


def _prepare(work: Path, rows: int) -> None:
    """A home of so many signed records, its batches staged as intake stages them (which would
    take longer than all that is measured); one row in fifty corrects a record of the first."""
    from qingyu.engine.store import Home
    from qingyu.pack.load import load_pack

    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    folder = city.write_pack(work / "pack", TOWNS)
    pack = load_pack(folder)
    home = Home.create(work / "home", folder)
    for first in range(0, rows, BATCH):
        with home.writing() as writer:
            _commit(writer, pack, first, min(BATCH, rows - first))


def _commit(writer: Any, pack: Any, first: int, rows: int) -> None:
    from qingyu.engine.batches import Draft
    from qingyu.engine.measures import measures_of

    number = writer.next_number
    corrected = rows // 100 if number > 1 else 0
    start = (number - 2) * corrected
    parts = [
        _signed(first, rows - 2 * corrected, version=number),
        _signed(start, corrected, version=1, sign=-1),
        _signed(start, corrected, version=number, shift=1),
    ]
    staged = writer.staging / "records.parquet"
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(
            f"COPY (SELECT *, {number}::INTEGER AS batch FROM ({' UNION ALL '.join(parts)}))"
            f" TO '{staged}' (FORMAT parquet, COMPRESSION zstd)"
        )
    draft = Draft(
        kind="receive",
        source="events",
        who="bench",
        version=number,
        measures=measures_of(pack),
        pack_digest=pack.digest,
        rows=rows,
        new=rows - 2 * corrected,
        corrected=corrected,
        records=staged,
    )
    writer.commit(draft)


def _signed(first: int, rows: int, *, version: int, sign: int = 1, shift: int = 0) -> str:
    """SQL of the records `first`, `first + 1` …, the same whenever they are asked for."""
    mix = "(hash(range * 16 + {salt}) % 1000000007)::BIGINT"
    town = f"printf('{city.CITY}%06d', {mix.format(salt=11)} % {TOWNS})"
    moment = f"TIMESTAMP '2016-01-01' + to_seconds({mix.format(salt=1)} % {DAYS * 86400})"
    return f"""SELECT id AS key, md5_number_upper(id) AS key64,
        md5_number_upper(id || category) AS content64, {version}::BIGINT AS version,
        {sign}::INTEGER AS sign, town AS area, moment::DATE AS "day", moment AS "at", id AS c_id,
        moment AS c_happened, town AS c_town, category AS c_category FROM (
            SELECT printf('E%012d', range) AS id, {town} AS town, {moment} AS moment,
            printf('c%02d', ({mix.format(salt=4)} + {shift}) % 28) AS category
            FROM range({first}, {first + rows}))"""


def ours(work: str) -> dict[str, Any]:
    from qingyu.engine.fingerprints import cube_digest
    from qingyu.engine.rebuild import rebuild
    from qingyu.engine.store import Home
    from qingyu.pack.load import load_pack

    folder = Path(work)
    pack = load_pack(folder / "pack")
    home = Home.open(folder / "home")
    started = time.perf_counter()
    rebuild(home, pack, who="bench")
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "digest": _total(home), "cube": cube_digest(home, None)}


def anew(work: str) -> dict[str, Any]:
    """The cube's folder is gone: counted from the records, and put in its place."""
    shutil.rmtree(Path(work) / "home" / "cube")
    return ours(work)


def by_hand(work: str) -> dict[str, Any]:
    files = _files(work)
    sums = ", ".join(
        f"sum(sign) FILTER (WHERE c_category = 'c{n:02d}') AS m{n:02d}" for n in range(28)
    )
    started = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE cube AS SELECT area, day, sum(sign) AS total, {sums}"
            f" FROM read_parquet({files}) GROUP BY area, day"
        )
        seconds = time.perf_counter() - started
        parts = " + ".join(f"coalesce(sum(m{n:02d}), 0)" for n in range(28))
        found = connection.execute(f"SELECT {parts} + sum(total) FROM cube").fetchone()
    assert found is not None
    return {"seconds": seconds, "digest": str(found[0])}


def latest(work: str) -> dict[str, Any]:
    files = _files(work)
    sums = ", ".join(
        f"count(*) FILTER (WHERE c_category = 'c{n:02d}') AS m{n:02d}" for n in range(28)
    )
    started = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE cube AS SELECT area, day, {sums} FROM"
            f" (SELECT * FROM read_parquet({files})"
            " QUALIFY row_number() OVER (PARTITION BY key64 ORDER BY version DESC) = 1)"
            " GROUP BY area, day"
        )
    return {"seconds": time.perf_counter() - started}


def _files(work: str) -> list[str]:
    from qingyu.engine.store import Home

    return Home.open(Path(work) / "home").record_files("events")


def _total(home: Any) -> str:
    """The sum of all measures: what the hand-written query also comes to."""
    from deltalake import DeltaTable

    files = DeltaTable(str(home.folder / "cube")).file_uris()
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT sum(value) FROM read_parquet({files})").fetchone()
    assert found is not None
    return str(found[0])
