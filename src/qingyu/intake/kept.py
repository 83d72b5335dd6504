"""The kept snapshots of earlier batches, read again: what each said of which key.

A kept snapshot is the folder `snapshots/<number>/` with the stages (`part-*.parquet`) and
`fold.parquet`: the rows that were refused after staging, folded as repeats, or counted several
times. A row refused only because an earlier batch had the same version of its key with other
contents is kept as said: it is in force once that batch is withdrawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from qingyu.engine.batches import Batch
from qingyu.engine.connect import quoted
from qingyu.engine.store import Home
from qingyu.errors import DamageError
from qingyu.i18n import T
from qingyu.intake.stage import rows_of

FOLD = "fold.parquet"
GONE = ("repeated", "refused")  # fates of rows that a batch does not put in force
CONFLICT = "conflict"  # refused for the sake of another batch

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Kept:
    """One batch in force. `covers` is set where it withdraws what it does not name."""

    number: int
    version: int
    covers: tuple[date, date] | None
    folder: Path

    def said(self) -> str:
        """SQL: rows that the batch puts in force, with `batch`, `part`, `pos`, `times`."""
        return (
            f"(SELECT CAST({self.number} AS INTEGER) AS batch, s.* REPLACE ("
            "coalesce(f.content64, s.content64) AS content64), coalesce(f.times, 1) AS times"
            f" FROM {self._rows()} s LEFT JOIN {self._fold()} f USING (part, pos)"
            f" WHERE s.fit AND coalesce(f.fate, '') NOT IN {GONE})"
        )

    def quarantined(self) -> str:
        """SQL: `batch, key64` of keys with a refused row; the batch cannot call them absent."""
        return (
            f"(SELECT DISTINCT CAST({self.number} AS INTEGER) AS batch, key64"
            f" FROM {self._rows()} s LEFT JOIN {self._fold()} f USING (part, pos)"
            " WHERE s.key64 IS NOT NULL AND (NOT s.fit OR f.fate IN ('refused', 'conflict')))"
        )

    def _rows(self) -> str:
        files = sorted(self.folder.glob("part-*.parquet"), key=_part)
        parts = " UNION ALL BY NAME ".join(
            f"SELECT CAST({_part(file)} AS INTEGER) AS part, file_row_number AS pos,"
            f" * EXCLUDE (file_row_number) REPLACE (coalesce(version, {self.version}) AS version),"
            f" raw IS NULL AS fit FROM {rows_of(file)}"
            for file in files
        )
        return f"({parts})"

    def _fold(self) -> str:
        return f"read_parquet({quoted(str(self.folder / FOLD))})"


def _part(file: Path) -> int:
    return int(file.stem.removeprefix("part-"))


def standing(home: Home, source: str, without: int | None = None) -> list[Kept]:
    """The batches of a source that sent rows and are not withdrawn (nor number `without`)."""
    batches = [batch for batch in home.batches() if batch.source == source]
    gone = {batch.refers_to for batch in batches if batch.kind == "withdraw"}
    return [
        kept_of(home, batch)
        for batch in batches
        if batch.kind in ("receive", "supplement")
        and batch.number not in gone
        and batch.number != without
    ]


def kept_of(home: Home, batch: Batch) -> Kept:
    """The kept snapshot of a batch; `DamageError` if it is not there."""
    folder = home.snapshot_of(batch.number)
    if folder is None or not (folder / FOLD).exists():
        raise DamageError(
            str(home.folder / "snapshots" / str(batch.number)),
            T("no kept rows of batch {number}", number=batch.number),
            T("the cut version of what it sent"),
            T("Restore the home from a backup."),
        )
    covers = None
    if batch.delivery == "snapshot" and batch.covers_first and batch.covers_last:
        covers = (batch.covers_first, batch.covers_last)
    return Kept(batch.number, batch.version, covers, folder)


@dataclass(frozen=True)
class Newer:
    """For each key asked: what batches at or above the version say."""

    later: Flags  # a batch of a greater version has the key
    content: npt.NDArray[np.uint64]  # of the first batch of the same version; 0 = none
    hidden: Flags  # a snapshot of a greater version covers the day and does not name the key


def newer_of(
    connection: duckdb.DuckDBPyConnection,
    rivals: Sequence[Kept],
    keys: npt.NDArray[np.uint64],
    days: npt.NDArray[np.datetime64],
    version: int,
) -> Newer:
    """Ask the kept snapshots of `rivals` about keys, each with the day of the row at hand."""
    asked = pa.table({"nth": np.arange(len(keys)), "key64": keys, "day": days.astype("M8[D]")})
    connection.register("asked", asked)
    said = " UNION ALL ".join(
        f"SELECT {kept.version}::BIGINT AS v, batch, key64, content64 FROM {kept.said()}"
        for kept in rivals
    )
    found = connection.execute(
        f"SELECT a.nth, bool_or(s.v > {version}) AS later,"
        f" coalesce(arg_min(s.content64, s.batch) FILTER (WHERE s.v = {version}), 0) AS content"
        f" FROM asked a JOIN ({said}) s USING (key64) GROUP BY a.nth"
    ).fetchnumpy()
    newer = Newer(
        np.zeros(len(keys), np.bool_), np.zeros(len(keys), np.uint64), np.zeros(len(keys), np.bool_)
    )
    at = np.ma.getdata(found["nth"]).astype(np.intp)
    newer.later[at] = np.ma.getdata(found["later"])
    newer.content[at] = np.ma.getdata(found["content"])
    for kept in rivals:
        if kept.version > version and kept.covers is not None:
            newer.hidden[_hidden_by(connection, kept)] = True
    connection.unregister("asked")
    return newer


def _hidden_by(connection: duckdb.DuckDBPyConnection, kept: Kept) -> npt.NDArray[np.intp]:
    assert kept.covers is not None
    found = connection.execute(
        f"SELECT nth FROM asked ANTI JOIN {kept.quarantined()} q USING (key64)"
        " WHERE day BETWEEN ? AND ?",
        list(kept.covers),
    ).fetchnumpy()["nth"]
    return np.ma.getdata(found).astype(np.intp)
