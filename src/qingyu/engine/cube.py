"""The cube: a ledger of signed changes to every measure, per batch, area and day.

A batch adds what its own rows change; the cube as known after a batch is the sum up to it. Rows
keep the number of the batch whose data they count, also when they were counted later (a measure
that a pack introduces is counted for all old batches by a `count` batch).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from qingyu.engine import disk
from qingyu.engine.batches import ANEW, Batch, Draft
from qingyu.engine.connect import connected, file_list, quoted
from qingyu.engine.counting import SIGNED, select
from qingyu.engine.delta import DataFile, Table, columns_of
from qingyu.engine.layout import CUBE_COLUMNS
from qingyu.engine.matching.changes import united_changes
from qingyu.engine.measures import Measures, fingerprint, measures_of
from qingyu.engine.readings import beyond_asked, reading_rows
from qingyu.pack.model import Pack

if TYPE_CHECKING:
    from qingyu.engine.store import Home
    from qingyu.engine.writer import Writer

__all__ = ["Measures", "backfill", "fingerprint", "measures_of", "uncounted"]

ORDER = 'batch, measure, area, "day"'  # newest rows last: an increment skips the row groups before
_COLUMNS = ", ".join(f'"{name}"' for name in CUBE_COLUMNS)
_UNITED = "united_rows"  # the name under which changes of united events are read
_PARQUET = "(FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"


@dataclass(frozen=True)
class Changes:
    """How to compute changes: `rows` selects signed rows, `counted` counts them."""

    rows: str
    counted: str


@dataclass(frozen=True)
class Change:
    """Everything that batches of a source change: of measures of its own, and of united events,
    which are counted already. `kept`: the condition on rows of the cube that are wanted."""

    own: Changes | None
    united: pa.Table | None
    kept: str = "true"


def changes_of(
    home: Home, source: str, files: Sequence[DataFile], measures: Measures
) -> Change | None:
    """What the batches in these files of the source's records change; None if there is nothing
    to do."""
    own = batch_rows(home.records_table(source), files, measures.of(source))
    united = united_changes(home, source, files, measures) if files else None
    return None if own is None and united is None else Change(own, united)


def batch_rows(table: Table, files: Sequence[DataFile], measures: Measures) -> Changes | None:
    """Changes of a source's own measures by the batches in these files of its records; None if
    there is nothing to do. Of readings the rows are those of instruments' days."""
    if not files or not measures:
        return None
    source = measures.sources[0]
    reading = measures.readings.get(source)
    if reading is None:
        return plain_rows([file.path for file in files], measures)
    rows, columns = reading_rows(files, table, reading, beyond_asked(measures, source))
    return Changes(rows, select(columns, measures))


def plain_rows(files: Sequence[Path], measures: Measures) -> Changes:
    """Changes of all signed rows in these files, each counted as it stands."""
    names = file_list([str(path) for path in files])
    rows = f"SELECT * FROM read_parquet({names}, union_by_name=true)"
    return Changes(rows, select(columns_of(files), measures))


def backfill_rows(home: Home, source: str, measures: Measures) -> Change | None:
    """Changes of those measures in those old batches for which they were never counted."""
    lacking = uncounted(home.batches(), measures).get(source, {})
    table = home.records_table(source)
    last = home.last
    files = table.files(lambda file: file.number <= last) if table.exists() else ()
    change = changes_of(home, source, files, measures.only(set(lacking)))
    if change is None or not lacking:
        return None
    pairs = ", ".join(f"({quoted(name)}, {n})" for name, ns in sorted(lacking.items()) for n in ns)
    return replace(change, kept=f"(measure, batch) IN (VALUES {pairs})")


def write_changes(change: Change | None, target: Path) -> bool:
    """Count, and write a cube file; False if nothing changed (the file then has no rows)."""
    if change is None:
        return False
    parts = []
    with connected() as connection:
        if change.own is not None:
            connection.execute(f"CREATE TEMP VIEW {SIGNED} AS {change.own.rows}")
            parts.append(f"SELECT {_COLUMNS} FROM ({change.own.counted})")
        if change.united is not None:
            connection.register(_UNITED, change.united)
            parts.append(f"SELECT {_COLUMNS} FROM {_UNITED}")
        rows = f"SELECT * FROM ({' UNION ALL '.join(parts)}) WHERE {change.kept}"
        return _write(connection, rows, target)


def write_strangers(stored: Sequence[Path], measures: Measures, target: Path) -> bool:
    """Copy the rows of all measures but these to a cube file; False if there are none."""
    names = ", ".join(quoted(name) for name in measures)
    rows = f"{all_rows([str(path) for path in stored])} WHERE measure NOT IN ({names})"
    with connected() as connection:
        return _write(connection, rows, target)


def _write(connection: duckdb.DuckDBPyConnection, rows: str, target: Path) -> bool:
    sql = f"COPY (SELECT {_COLUMNS} FROM ({rows}) ORDER BY {ORDER})"
    copy = f"{sql} TO {quoted(str(target))} {_PARQUET}"
    written = disk.act("copy", target, lambda: connection.execute(copy).fetchone())
    assert written is not None
    return bool(written[0])


def uncounted(batches: Sequence[Batch], measures: Measures) -> dict[str, dict[str, list[int]]]:
    """source → measure → numbers of the batches in which it was never counted (or was, in a cube
    that is lost)."""
    counted_up_to, lost_up_to = _counted_later(batches)
    found: dict[str, dict[str, list[int]]] = {}
    for batch in batches:
        if batch.kind == "count":
            continue
        own = set(batch.measures) if batch.number > lost_up_to.get(batch.source, 0) else set()
        later = counted_up_to.get(batch.source, {})
        for name in measures.moved_by(batch.source).keys() - own:
            if later.get(name, 0) < batch.number:
                found.setdefault(batch.source, {}).setdefault(name, []).append(batch.number)
    return found


def _counted_later(
    batches: Sequence[Batch],
) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """By source: measure → the last `count` batch that has it; and up to which batch all that
    was counted before is lost."""
    counted_up_to: dict[str, dict[str, int]] = {}
    lost_up_to: dict[str, int] = {}
    for batch in batches:
        if batch.kind == "count":
            if batch.delivery == ANEW:
                counted_up_to[batch.source] = {}
                lost_up_to[batch.source] = batch.number
            later = counted_up_to.setdefault(batch.source, {})
            later.update(dict.fromkeys(batch.measures, batch.number))
    return counted_up_to, lost_up_to


def backfill(home: Home, pack: Pack, who: str, wait: float = 30.0) -> tuple[Batch, ...]:
    """Count the pack's new measures for all old batches: one committed `count` batch for each
    source that has any. Nothing to do is nothing done."""
    if not uncounted(home.batches(), measures_of(pack)):
        return ()
    with home.writing(wait) as writer:
        return count_uncounted(home, pack, who, writer)


def count_uncounted(home: Home, pack: Pack, who: str, writer: Writer) -> tuple[Batch, ...]:
    """As `backfill`, for who holds the right to write already."""
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


def all_rows(files: list[str]) -> str:
    """SQL: all rows of cube files; without files, none of the same types."""
    if files:
        return f"SELECT {_COLUMNS} FROM read_parquet({file_list(files)})"
    typed = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in CUBE_COLUMNS.items())
    return f"SELECT {_COLUMNS} FROM (SELECT {typed} WHERE false)"
