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

from bench import city
from bench.harness import Contestant, compete, once, report

TOWNS = 24
BATCH = 10_000_000


def main(work: Path, rows: int) -> None:
    print(f"cube: rebuilt from {rows:,} records, 28 measures")
    _prepare(work, rows)
    argument: dict[str, Any] = {"work": str(work)}
    compete(
        Contestant("engine rebuild", "bench.cube:ours", argument),
        Contestant("hand-written sum(sign)", "bench.cube:by_hand", argument),
    )
    latest = Contestant("latest version per key", "bench.cube:latest", argument)
    report(latest.name, [once(latest)])
    print("  goal: at most 1.5 times")


def _prepare(work: Path, rows: int) -> None:
    from qingyu.engine.store import Home
    from qingyu.intake.receive import receive
    from qingyu.pack.load import load_pack

    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    folder = city.write_pack(work / "pack", TOWNS)
    pack = load_pack(folder)
    home = Home.create(work / "home", folder)
    boundaries = city.write_boundaries(work / "towns.geojson", TOWNS)
    for number in range(0, rows, BATCH):
        sent = city.write_events(
            work / "sent.parquet",
            min(BATCH, rows - number),
            first_id=number,
            towns=TOWNS,
            days=1095,
        )
        receive(
            home,
            pack,
            "events",
            [sent],
            version=str(number + 1),
            who="bench",
            boundaries=boundaries,
        )
    (work / "sent.parquet").unlink()


def ours(work: str) -> dict[str, Any]:
    from qingyu.engine.cube import rebuild
    from qingyu.engine.fingerprints import cube_digest
    from qingyu.engine.store import Home
    from qingyu.pack.load import load_pack

    folder = Path(work)
    pack = load_pack(folder / "pack")
    home = Home.open(folder / "home")
    started = time.perf_counter()
    rebuild(home, pack, who="bench")
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "digest": _total(home), "cube": cube_digest(home, None)}


def by_hand(work: str) -> dict[str, Any]:
    import duckdb

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
    return {"seconds": seconds, "digest": str(found[0])}


def latest(work: str) -> dict[str, Any]:
    import duckdb

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
    import duckdb
    from deltalake import DeltaTable

    files = DeltaTable(str(home.folder / "cube")).file_uris()
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT sum(value) FROM read_parquet({files})").fetchone()
    return str(found[0])
