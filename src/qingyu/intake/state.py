"""The state of keys as a pure function of the batches in force, computed from what they sent.

Of a key, the row of the greatest version counts (of equal versions: that of the first batch). It is
absent if a snapshot of a greater version than any batch that has the key covers its day, unless
that snapshot refused a row of this key. Used where a batch is taken back.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np

from qingyu.engine.keyindex import KeyIndex
from qingyu.intake.kept import Kept
from qingyu.intake.match import Olds


def find_touched(
    connection: duckdb.DuckDBPyConnection, withdrawn: Kept, remaining: Sequence[Kept]
) -> None:
    """Table `touched`: fingerprints of keys whose state the withdrawn batch may have decided: those
    it named, and for a snapshot those that others named on its days."""
    named = f"SELECT key64 FROM {withdrawn.said()}"
    if withdrawn.covers is not None:
        first, last = withdrawn.covers
        for kept in remaining:
            named += (
                f" UNION ALL SELECT key64 FROM {kept.said()}"
                f" WHERE day BETWEEN DATE '{first}' AND DATE '{last}'"
            )
    connection.execute(f"CREATE TABLE touched AS SELECT DISTINCT key64 FROM ({named})")


def find_desired(connection: duckdb.DuckDBPyConnection, remaining: Sequence[Kept]) -> None:
    """Table `desired`: the touched keys that have a record, as the row that puts it in force."""
    if not remaining:
        connection.execute(
            "CREATE TABLE desired (key64 UBIGINT, content64 UBIGINT, batch INTEGER, part INTEGER,"
            " pos BIGINT, version BIGINT, day DATE, reached BIGINT)"
        )
        return
    said = " UNION ALL ".join(
        f"SELECT {kept.version}::BIGINT AS batch_version, batch, part, pos, key64, content64,"
        f" version, day FROM {kept.said()} SEMI JOIN touched USING (key64)"
        for kept in remaining
    )
    connection.execute(
        "CREATE TABLE desired AS SELECT key64, content64, batch, part, pos, version, day, reached"
        " FROM (SELECT *, row_number() OVER (PARTITION BY key64 ORDER BY version DESC, batch) AS n,"
        f" max(batch_version) OVER (PARTITION BY key64) AS reached FROM ({said})) WHERE n = 1"
    )
    for kept in remaining:
        if kept.covers is not None:
            connection.execute(
                "DELETE FROM desired WHERE reached < ? AND day BETWEEN ? AND ? AND key64 NOT IN"
                f" (SELECT key64 FROM {kept.quarantined()})",
                [kept.version, *kept.covers],
            )


def find_changes(connection: duckdb.DuckDBPyConnection, index: KeyIndex, olds: Olds) -> int:
    """Records that go, into `olds`; `desired` keeps the rows that come. How many go for good."""
    keys = _column(connection, "SELECT key64 FROM touched ORDER BY key64")
    wanted = connection.execute("SELECT key64, content64 FROM desired ORDER BY key64").fetchnumpy()
    content = np.zeros(len(keys), dtype=np.uint64)
    content[np.searchsorted(keys, np.ma.getdata(wanted["key64"]))] = np.ma.getdata(
        wanted["content64"]
    )
    hits = index.probe(keys)
    alive = hits.found & (hits.content != 0)
    goes = alive & (hits.content != content)
    olds.add(keys[goes], hits.batch[goes])
    comes = (content != 0) & ~(alive & (hits.content == content))
    connection.register("asked", {"key64": keys[comes]})
    connection.execute("DELETE FROM desired WHERE key64 NOT IN (SELECT key64 FROM asked)")
    connection.unregister("asked")
    return int((goes & (content == 0)).sum())


def restored(remaining: Sequence[Kept], number: int) -> str:
    """SQL: the rows of `desired` as records of batch `number`."""
    rows = " UNION ALL BY NAME ".join(
        f"SELECT s.* FROM {kept.said()} s SEMI JOIN desired d USING (batch, part, pos)"
        for kept in remaining
    )
    return (
        f"SELECT key, key64, content64, version, CAST({number} AS INTEGER) AS batch,"
        " CAST(times AS INTEGER) AS sign, area, day, \"at\", COLUMNS('^c_')"
        f" FROM ({rows})"
    )


def _column(
    connection: duckdb.DuckDBPyConnection, sql: str
) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    found = connection.execute(sql).fetchnumpy()
    return np.ma.getdata(next(iter(found.values()))).astype(np.uint64)
