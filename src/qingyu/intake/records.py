"""The signed records of a batch as one Parquet file, written once.

A new or corrected row goes in with +1 (or how often it came, where repeats count), the record it
replaces with −1 as it was stored, area included; so the sum of any measure over a batch's own
rows is what the batch changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import numpy as np

from qingyu.engine import disk
from qingyu.engine.connect import file_list, quoted
from qingyu.engine.delta import DataFile
from qingyu.engine.meter import count_read
from qingyu.engine.store import Home
from qingyu.intake.bulk import Bulk, Verdict
from qingyu.intake.contract import Contract, sql_type
from qingyu.intake.declared import Declared, Uncorrected, corrected, in_force
from qingyu.intake.kept import Kept
from qingyu.intake.match import Olds
from qingyu.intake.sheet import identifier

FIXED = ("key", "key64", "content64", "version", "batch", "sign", "area", "day", "at")
UNSEEN = -(1 << 62)  # the version of a tombstone when no batch in force has the key


def find_olds(connection: duckdb.DuckDBPyConnection, home: Home, source: str, olds: Olds) -> None:
    """Fetch the records that go into the table `olds`, from the files of the batches that wrote
    them and no other."""
    table = olds.table()
    batches = set(np.unique(table["batch"].to_numpy()).tolist())
    files = _files(home, source, batches)
    connection.register("asked", table)
    if files:
        connection.execute(
            f"CREATE OR REPLACE TABLE olds AS SELECT r.* FROM read_parquet({file_list(files)},"
            " union_by_name=true) r SEMI JOIN asked USING (key64, batch) WHERE r.sign > 0"
        )
    else:
        connection.execute(
            "CREATE OR REPLACE TABLE olds (key VARCHAR, key64 UBIGINT, content64 UBIGINT,"
            ' version BIGINT, batch INTEGER, sign INTEGER, area VARCHAR, day DATE, "at" TIMESTAMP)'
        )
    connection.unregister("asked")


def refuse_collisions(bulk: Bulk) -> None:
    """A corrected row whose stored namesake has another full key is refused, and that one stays."""
    bulk.connection.execute(
        "INSERT INTO late SELECT s.part, s.pos, 'collision' FROM staged s"
        " JOIN verdicts v ON s.part = v.part AND s.pos = v.pos"
        f" JOIN olds o ON s.key64 = o.key64 WHERE v.verdict = {int(Verdict.CORRECTED)}"
        " AND s.key <> o.key"
    )
    bulk.connection.execute(
        "DELETE FROM olds WHERE key64 IN (SELECT key64 FROM staged JOIN late USING (part, pos)"
        " WHERE code = 'collision')"
    )


def find_absent(
    bulk: Bulk,
    home: Home,
    covers: tuple[date, date],
    rivals: Sequence[Kept],
    olds: Olds,
    index: Uncorrected,
) -> int:
    """Add to `olds` the records of covered days that a snapshot does not name; how many. The day
    of a corrected record is the one the department gave it."""
    connection = bulk.connection
    table = home.records_table(bulk.contract.source.id)
    first, last = covers
    newest = home.last

    def concerned(file: DataFile) -> bool:
        within = file.days is None or (file.days[0] <= last and file.days[1] >= first)
        return within and file.number <= newest

    known = "".join(
        f" ANTI JOIN (SELECT key64 FROM {kept.said()}) USING (key64)" for kept in rivals
    )
    away, here = index.declared.moved(first, last)
    olds.add(*in_force(connection, index, away, known))
    files = _opened(table.files(concerned)) if table.exists() else []
    if not files:
        return 0
    found = connection.execute(
        "SELECT key64, batch FROM (SELECT key64, max(batch) FILTER (WHERE sign > 0) AS batch"
        f" FROM read_parquet({file_list(files)}, union_by_name=true) WHERE day BETWEEN ? AND ?"
        " GROUP BY key64, content64, day HAVING sum(sign) > 0)"
        " ANTI JOIN (SELECT key64 FROM staged WHERE key64 IS NOT NULL) USING (key64)" + known,
        [first, last],
    ).fetchnumpy()
    keys = np.ma.getdata(found["key64"]).astype(np.uint64)
    spared = np.isin(keys, in_force(connection, index, here, known)[0])
    olds.add(keys[~spared], np.ma.getdata(found["batch"]).astype(np.int32)[~spared])
    return int((~spared).sum())


def write_records(bulk: Bulk, number: int, path: Path, of: Declared) -> int:
    """The records file of batch `number`, rows with a correction as it declares them; how many
    rows it has (0: no file)."""
    connection = bulk.connection
    added = (int(Verdict.NEW), int(Verdict.CORRECTED))
    kept = ", ".join(f"s.{name}" for name in _kept(bulk.contract))
    plus = (
        "SELECT s.key, s.key64, coalesce(v.content64, s.content64) AS content64, s.version,"
        f" CAST({number} AS INTEGER) AS batch, CAST(coalesce(v.times, 1) AS INTEGER) AS sign,"
        f' s.area, s.day, s."at", {kept} FROM staged s LEFT JOIN verdicts v USING (part, pos)'
        f" ANTI JOIN late l USING (part, pos) WHERE s.fit AND coalesce(v.verdict, 0) IN {added}"
    )
    return write_signed(connection, corrected(plus, of, number), number, path)


def write_signed(connection: duckdb.DuckDBPyConnection, plus: str, number: int, path: Path) -> int:
    """Rows of `plus` (SQL) and the table `olds` with the sign turned, as one file."""
    minus = (
        f"SELECT * REPLACE (CAST({number} AS INTEGER) AS batch, CAST(-sign AS INTEGER) AS sign)"
        " FROM olds"
    )
    sql = (
        f"COPY ({plus} UNION ALL BY NAME {minus}) TO {quoted(str(path))}"
        " (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, USE_TMP_FILE false)"
    )
    connection.execute("SET preserve_insertion_order=false")
    disk.act("copy", path, lambda: connection.execute(sql))
    row = connection.execute(f"SELECT count(*) FROM read_parquet({quoted(str(path))})").fetchone()
    assert row is not None
    if not row[0]:
        disk.remove(path)
    return int(row[0])


def write_fold(bulk: Bulk, path: Path) -> None:
    """What was decided about staged rows within the send, for the kept snapshot."""
    repeated = int(Verdict.REPEATED)
    sql = (
        "COPY (SELECT part, pos, CASE WHEN bool_or(fate = 'refused') THEN 'refused'"
        " ELSE max(fate) END AS fate, max(times) AS times,"
        " max(content64) AS content64 FROM ("
        " SELECT part, pos, CASE WHEN code = 'conflict' THEN 'conflict' ELSE 'refused' END AS fate,"
        " NULL::BIGINT AS times, NULL::UBIGINT AS content64 FROM late"
        f" UNION ALL SELECT part, pos, CASE WHEN verdict = {repeated} THEN 'repeated' END,"
        f" times, content64 FROM verdicts WHERE verdict = {repeated} OR times > 1)"
        f" GROUP BY part, pos) TO {quoted(str(path))} (FORMAT parquet, USE_TMP_FILE false)"
    )
    disk.act("copy", path, lambda: bulk.connection.execute(sql))


def stored_columns(contract: Contract) -> dict[str, str]:
    """Names and types of a source's kept and computed columns in its records."""
    kept = {f"c_{column.name}": sql_type(column) for column in contract.kept}
    return kept | {f"c_{one.id}": "DATE" for one in contract.source.computed}


def _kept(contract: Contract) -> list[str]:
    return [identifier(name) for name in stored_columns(contract)]


def _files(home: Home, source: str, batches: set[int]) -> list[str]:
    table = home.records_table(source)
    if not batches or not table.exists():
        return []
    return _opened(table.files(lambda file: file.number in batches))


def _opened(files: Sequence[DataFile]) -> list[str]:
    """The paths of files that are now read; their rows are counted (the reader skips some)."""
    for file in files:
        count_read("records", file.rows, file.size)
    return [str(file.path) for file in files]
