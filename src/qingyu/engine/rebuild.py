"""Everything derived made anew from the records: the cube, the key index, the dense snapshots.

The cube is counted in one scan of each source and compared with what is stored. If it differs, or
what is stored cannot be read, it takes its place in one commit: killed anywhere, the cube is as
before or as after.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qingyu.engine import disk
from qingyu.engine.anew import give_up_strangers, restore_log
from qingyu.engine.batches import Batch
from qingyu.engine.connect import connected, quoted
from qingyu.engine.cube import (
    all_rows,
    changes_of,
    count_uncounted,
    measures_of,
    write_changes,
    write_strangers,
)
from qingyu.engine.damage import naming_damage
from qingyu.engine.delta import REBUILT, in_groups
from qingyu.engine.keyindex import KeyIndex
from qingyu.engine.measures import Measures
from qingyu.engine.meter import count_read
from qingyu.errors import DamageError
from qingyu.i18n import T
from qingyu.pack.model import Pack

if TYPE_CHECKING:
    from qingyu.engine.store import Home
    from qingyu.engine.writer import Writer

_ROWS = 20_000_000  # rows counted at a time: a bound on memory


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild found: rows of the pack's measures in the cube, how many were missing or
    wrong, the batches that counted new measures on the way, and whether the stored cube could
    not be read at all (then every row counts as missing)."""

    rows: int
    differing: int
    counted: tuple[Batch, ...]
    unreadable: bool


def rebuild(home: Home, pack: Pack, who: str, wait: float = 30.0) -> Rebuilt:
    """The whole cube of the pack's measures from the records; what differs is replaced. Measures
    that only other packs speak of are kept as they are, or, in a cube that cannot be read, given
    up to be counted again. `DamageError` if records or batches cannot be read."""
    restore_log(home, wait)
    measures = measures_of(pack)
    _check_records(home)
    with home.writing(wait) as writer:
        counted = count_uncounted(home, pack, who, writer)
        fresh = [path for s in measures.sources for path in _fresh(home, s, measures, writer)]
        rows = _count_rows(fresh)
        differing = _compared(home, measures, fresh)
        if differing is None:
            give_up_strangers(home, pack, measures, who, writer)
            _forget_snapshots(home)  # a new log may count its generations from one again
            _put_in_place(home, fresh, others=None)
        elif differing:
            _put_in_place(home, fresh, others=measures)
        _forget_snapshots(home)
        _complete_indices(home)
    unreadable = differing is None
    return Rebuilt(rows, rows if differing is None else differing, counted, unreadable)


def _check_records(home: Home) -> None:
    """Records that are lost must not be taken for records that never were."""
    last = {b.source: b.number for b in home.batches() if b.new or b.corrected or b.withdrawn}
    for source, number in sorted(last.items()):
        table = home.records_table(source)
        if not table.exists() or table.transaction() < number:
            raise DamageError(
                str(table.folder),
                T("no records of batch {number}", number=number),
                T("the records of every batch"),
                table.remedy,
            )


def _fresh(home: Home, source: str, measures: Measures, writer: Writer) -> Iterator[Path]:
    """The changes of all the source's records, in staged files of ascending batches."""
    table = home.records_table(source)
    files = [f for f in table.files() if f.number <= home.last] if table.exists() else []
    for number, group in enumerate(in_groups(files, _ROWS)):
        target = writer.staging / f"cube-{source}-{number}.parquet"
        for file in group:
            count_read(table.name, file.rows, file.size)
        paths = [file.path for file in group]
        with naming_damage(paths):
            if write_changes(changes_of(home, source, group, measures.moved_by(source)), target):
                yield target


def _compared(home: Home, measures: Measures, fresh: list[Path]) -> int | None:
    """Rows in one of the two cubes but not in the other; None if the stored one cannot be read."""
    try:
        stored = [file.path for file in home.cube_table.files()]
        with naming_damage(stored, home.cube_table.remedy):
            return _differing(stored, measures, fresh)
    except DamageError:
        return None


def _differing(stored: list[Path], measures: Measures, fresh: list[Path]) -> int:
    names = ", ".join(quoted(name) for name in measures)
    mine = f"{all_rows([str(path) for path in stored])} WHERE measure IN ({names})"
    with connected() as connection:
        row = connection.execute(
            f"""SELECT coalesce(sum(abs(excess)), 0)::BIGINT FROM (
                SELECT sum(side) AS excess FROM (SELECT *, 1 AS side FROM ({mine})
                UNION ALL SELECT *, -1 FROM ({all_rows([str(path) for path in fresh])}))
                GROUP BY measure, area, "day", batch, value HAVING sum(side) <> 0)"""
        ).fetchone()
    assert row is not None
    return int(row[0])


def _count_rows(files: list[Path]) -> int:
    with connected() as connection:
        query = f"SELECT count(*) FROM ({all_rows([str(path) for path in files])})"
        row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _put_in_place(home: Home, fresh: list[Path], others: Measures | None) -> None:
    """The fresh files instead of all that is stored, and with them, from what is stored, the
    rows of measures that are not among `others`."""
    table = home.cube_table
    stored = table.listed()
    generation = table.transaction(REBUILT) + 1
    added = []
    for number, path in enumerate(fresh):
        added.append(table.folder / f"r{generation}x{number}-{home.last:08d}.parquet")
        disk.move_in(path, added[-1])
    if others is not None:
        target = table.folder / f"r{generation}others-{home.last:08d}.parquet"
        if write_strangers([file.path for file in stored], others, target):
            added.append(target)
        else:
            disk.remove(target)
    table.swap(stored, added, rebuilt=generation)


def _forget_snapshots(home: Home) -> None:
    for path in sorted((home.folder / "cache").iterdir()):
        disk.remove(path)


def _complete_indices(home: Home) -> None:
    """An index that is missing or torn is made anew from the records."""
    for source in sorted(path.name for path in (home.folder / "records").iterdir()):
        KeyIndex.extend(home, source)
