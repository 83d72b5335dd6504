"""The cube: a ledger of signed changes to every measure, per batch, area and day.

A batch adds what its own rows change; the cube as known after a batch is the sum up to it. Rows
keep the number of the batch whose data they count, also when they were counted later (a measure
that a pack introduces is counted for all old batches by a `count` batch).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qingyu.engine import disk
from qingyu.engine.batches import Batch, Draft
from qingyu.engine.connect import connected, file_list, quoted
from qingyu.engine.counting import SIGNED, select
from qingyu.engine.delta import REBUILT, columns_of
from qingyu.engine.layout import CUBE_COLUMNS
from qingyu.engine.measures import Measures, fingerprint, measures_of
from qingyu.engine.meter import count_read
from qingyu.pack.model import Pack

if TYPE_CHECKING:
    from qingyu.engine.store import Home
    from qingyu.engine.writer import Writer

__all__ = ["Measures", "Rebuilt", "backfill", "fingerprint", "measures_of", "rebuild", "uncounted"]

ORDER = 'batch, measure, area, "day"'  # newest rows last: an increment skips the row groups before
_COLUMNS = ", ".join(f'"{name}"' for name in CUBE_COLUMNS)
_PARQUET = "(FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"


@dataclass(frozen=True)
class Changes:
    """How to compute changes: `rows` selects signed rows, `counted` counts them."""

    rows: str
    counted: str


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild found: rows of the cube, how many were missing or wrong, and the batches
    that counted new measures on the way."""

    rows: int
    differing: int
    counted: tuple[Batch, ...]


def batch_rows(files: Sequence[Path], measures: Measures) -> Changes | None:
    """Changes of all signed rows in these files of one source; None if there is nothing to do."""
    if not files or not measures:
        return None
    names = file_list([str(path) for path in files])
    rows = f"SELECT * FROM read_parquet({names}, union_by_name=true)"
    return Changes(rows, select(columns_of(files), measures))


def backfill_rows(home: Home, source: str, measures: Measures) -> Changes | None:
    """Changes of those measures in those old batches for which they were never counted."""
    lacking = uncounted(home.batches(), measures).get(source, {})
    changes = batch_rows([Path(file) for file in home.record_files(source)], measures)
    if changes is None or not lacking:
        return None
    pairs = ", ".join(f"({quoted(name)}, {n})" for name, ns in sorted(lacking.items()) for n in ns)
    counted = f"SELECT * FROM ({changes.counted}) WHERE (measure, batch) IN (VALUES {pairs})"
    return Changes(changes.rows, counted)


def write_changes(changes: Changes | None, target: Path) -> bool:
    """Count, and write a cube file; False if nothing changed (there is no file then)."""
    if changes is None:
        return False
    sql = f"COPY (SELECT {_COLUMNS} FROM ({changes.counted}) ORDER BY {ORDER})"
    with connected() as connection:
        connection.execute(f"CREATE TEMP VIEW {SIGNED} AS {changes.rows}")
        copy = f"{sql} TO {quoted(str(target))} {_PARQUET}"
        written = disk.act("copy", target, lambda: connection.execute(copy).fetchone())
    assert written is not None
    return bool(written[0])


def uncounted(batches: Sequence[Batch], measures: Measures) -> dict[str, dict[str, list[int]]]:
    """source → measure → numbers of the batches in which it was never counted."""
    counted_up_to: dict[str, int] = {}
    for batch in batches:
        if batch.kind == "count":
            counted_up_to.update(dict.fromkeys(batch.measures, batch.number))
    found: dict[str, dict[str, list[int]]] = {}
    for batch in batches:
        if batch.kind == "count":
            continue
        for name in measures.of(batch.source).keys() - set(batch.measures):
            if counted_up_to.get(name, 0) < batch.number:
                found.setdefault(batch.source, {}).setdefault(name, []).append(batch.number)
    return found


def backfill(home: Home, pack: Pack, who: str, wait: float = 30.0) -> tuple[Batch, ...]:
    """Count the pack's new measures for all old batches: one committed `count` batch for each
    source that has any. Nothing to do is nothing done."""
    if not uncounted(home.batches(), measures_of(pack)):
        return ()
    with home.writing(wait) as writer:
        return _backfill(home, pack, who, writer)


def rebuild(home: Home, pack: Pack, who: str, wait: float = 30.0) -> Rebuilt:
    """The whole cube of the pack's measures from the records in one scan of each source; if it
    differs from what is stored, it takes its place in one commit. Measures that only other
    packs speak of are kept as they are."""
    with home.writing(wait) as writer:
        counted = _backfill(home, pack, who, writer)
        fresh = [_fresh(home, source, pack, writer) for source in measures_of(pack).sources]
        paths = [path for path in fresh if path is not None]
        rows, differing = _compared(home, measures_of(pack), paths)
        if differing:
            _put_in_place(home, measures_of(pack), paths)
    return Rebuilt(rows, differing, counted)


def _backfill(home: Home, pack: Pack, who: str, writer: Writer) -> tuple[Batch, ...]:
    measures = measures_of(pack)
    committed = []
    for source, lacking in sorted(uncounted(home.batches(), measures).items()):
        draft = Draft(
            kind="count",
            source=source,
            who=who,
            version=0,
            measures=measures.only(set(lacking)),
            pack_digest=pack.digest,
            delivery="none",
        )
        committed.append(writer.commit(draft))
    return tuple(committed)


def _fresh(home: Home, source: str, pack: Pack, writer: Writer) -> Path | None:
    files = [Path(file) for file in home.record_files(source)]
    target = writer.staging / f"cube-{source}.parquet"
    for file in home.records_table(source).files() if files else ():
        count_read(f"records/{source}", file.rows, file.size)
    changes = batch_rows(files, measures_of(pack).of(source))
    return target if write_changes(changes, target) else None


def _compared(home: Home, measures: Measures, fresh: list[Path]) -> tuple[int, int]:
    """(rows of the fresh cube, rows in one of the two but not in the other)."""
    stored = [str(file.path) for file in home.cube_table.files()]
    names = ", ".join(quoted(name) for name in measures)
    with connected() as connection:
        connection.execute(f"CREATE TEMP VIEW stored AS {_all_rows(stored)}")
        connection.execute(f"CREATE TEMP VIEW fresh AS {_all_rows([str(p) for p in fresh])}")
        mine = f"SELECT * FROM stored WHERE measure IN ({names})"
        row = connection.execute(
            f"""SELECT (SELECT count(*) FROM fresh),
                (SELECT count(*) FROM ({mine} EXCEPT ALL SELECT * FROM fresh))
              + (SELECT count(*) FROM (SELECT * FROM fresh EXCEPT ALL {mine}))"""
        ).fetchone()
    assert row is not None
    return row[0], row[1]


def _put_in_place(home: Home, measures: Measures, fresh: list[Path]) -> None:
    stored = home.cube_table.files()
    generation = home.cube_table.transaction(REBUILT) + 1
    target = home.cube_table.folder / f"r{generation}-{home.last:08d}.parquet"
    names = ", ".join(quoted(name) for name in measures)
    others = f"{_all_rows([str(f.path) for f in stored])} WHERE measure NOT IN ({names})"
    union = f"{_all_rows([str(p) for p in fresh])} UNION ALL {others}"
    sql = f"COPY (SELECT * FROM ({union}) ORDER BY {ORDER}) TO {quoted(str(target))} {_PARQUET}"
    with connected() as connection:
        disk.act("copy", target, lambda: connection.execute(sql))
    home.cube_table.swap(stored, [target], rebuilt=generation)


def _all_rows(files: list[str]) -> str:
    """All rows of cube files; without files, none of the same types."""
    if files:
        return f"SELECT {_COLUMNS} FROM read_parquet({file_list(files)})"
    typed = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in CUBE_COLUMNS.items())
    return f"SELECT {_COLUMNS} FROM (SELECT {typed} WHERE false)"
