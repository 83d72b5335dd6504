"""What may wait until a batch is in: merging key runs, compacting tables, checkpoints.

Compacted files are written beside the old ones and take their place in one commit. The old ones
stay until the next compaction, so that a reader who has listed them can finish.
"""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from qingyu.engine import disk
from qingyu.engine.batches import COLUMNS
from qingyu.engine.connect import connected, file_list, quoted
from qingyu.engine.cube import ORDER
from qingyu.engine.delta import OUR_FILE, DataFile, Table
from qingyu.engine.keyindex import KeyIndex
from qingyu.engine.layout import CUBE_COLUMNS
from qingyu.engine.snapshots import forget_old
from qingyu.errors import DamageError, StorageError

if TYPE_CHECKING:
    from qingyu.engine.store import Home

DUE = 64  # one-batch files that make a compaction worth its while
OVERDUE = 256  # … and that make it part of the next writing, if nobody called `upkeep`
RECENT = 16  # newest batches left alone: increments of the panel read them one by one

_ONE_BATCH = re.compile(r"\d{8}\.parquet")
_YEAR = re.compile(r"y(\d{4})-\d{8}\.parquet")
_PARQUET = "(FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"


def upkeep(home: Home, due: int = DUE, recent: int = RECENT) -> None:
    """Everything that is due; the caller holds the lock and no batch is on its way."""
    for source in sorted(path.name for path in (home.folder / "records").iterdir()):
        KeyIndex.extend_if_due(home, source)
        while KeyIndex.merge(home, source):
            pass  # a merge may make another one due
    compact_cube(home, due, recent)
    fold_batches(home, due)
    forget_old(home.folder / "cache")


def upkeep_if_overdue(home: Home) -> None:
    """At the end of a `writing`; a full disk or a torn cube must not undo what is committed."""
    if home.last % OVERDUE == 0 and home.last:
        with suppress(StorageError, DamageError):
            upkeep(home)


def compact_cube(home: Home, due: int = DUE, recent: int = RECENT) -> bool:
    """Fold one-batch files into one file per year of days; `batch` stays a column."""
    table, limit = home.cube_table, home.last - recent
    files = table.files()
    loose = [f for f in files if not _YEAR.fullmatch(f.path.name) and f.number <= limit]
    if len(loose) < due:
        return False
    _remove_superseded(table, home.last)
    years = _years(loose)
    folded = loose + [f for f in files if _year_of(f) in years]
    upto = max(file.number for file in loose)
    added = []
    for year in sorted(years):
        target = table.folder / f"y{year}-{upto:08d}.parquet"
        if _write_year(folded, year, target):
            added.append(target)
        else:
            disk.remove(target)
    table.swap(folded, added)
    table.checkpoint_if_due()
    return True


def fold_batches(home: Home, due: int = DUE) -> bool:
    """Fold the one-row files of `batches` into one."""
    table = home.batches_table
    files = table.files()
    if sum(bool(_ONE_BATCH.fullmatch(file.path.name)) for file in files) < due:
        return False
    _remove_superseded(table, home.last)
    target = table.folder / f"all-{home.last:08d}.parquet"
    _copy_rows(files, ", ".join(f'"{name}"' for name in COLUMNS), "true", "number", target)
    table.swap(files, [target])
    table.checkpoint_if_due()
    return True


def _write_year(files: list[DataFile], year: int, target: Path) -> bool:
    columns = ", ".join(f'"{name}"' for name in CUBE_COLUMNS)
    inside = f"\"day\" BETWEEN DATE '{year:04d}-01-01' AND DATE '{year:04d}-12-31'"
    return _copy_rows(tuple(files), columns, inside, ORDER, target) > 0


def _copy_rows(
    files: tuple[DataFile, ...], columns: str, where: str, order: str, target: Path
) -> int:
    names = file_list([str(file.path) for file in files])
    query = f"SELECT {columns} FROM read_parquet({names}) WHERE {where} ORDER BY {order}"
    sql = f"COPY ({query}) TO {quoted(str(target))} {_PARQUET}"
    with connected() as connection:
        written = disk.act("copy", target, lambda: connection.execute(sql).fetchone())
    assert written is not None
    return int(written[0])


def _years(files: list[DataFile]) -> set[int]:
    found: set[int] = set()
    for file in files:
        assert file.days is not None  # an empty cube file is never registered
        found.update(range(file.days[0].year, file.days[1].year + 1))
    return found


def _year_of(file: DataFile) -> int | None:
    named = _YEAR.fullmatch(file.path.name)
    return int(named.group(1)) if named else None


def _remove_superseded(table: Table, last: int) -> None:
    """Files that an earlier compaction replaced (and what a killed one left)."""
    for path in table.unregistered():
        named = OUR_FILE.fullmatch(path.name)
        if named and int(named.group(1)) <= last:
            disk.remove(path)
