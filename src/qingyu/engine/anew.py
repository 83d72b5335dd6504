"""A cube that cannot be read at all: what must be settled before it is counted anew.

The records say everything that the cube says, so a lost cube is no loss. Two things are not in
the records, though: that its table has a log to commit to, and that the measures of other packs,
whose meaning is not known here, have gone with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qingyu.engine import disk
from qingyu.engine.batches import ANEW, Batch, Draft
from qingyu.engine.connect import connected, quoted
from qingyu.engine.delta import Table
from qingyu.engine.layout import CUBE_COLUMNS, LOCK, check_format
from qingyu.engine.lock import locked
from qingyu.engine.measures import Measures
from qingyu.errors import DamageError
from qingyu.pack.model import Pack

if TYPE_CHECKING:
    from qingyu.engine.store import Home
    from qingyu.engine.writer import Writer

_HOLE = "unfinished-00000000.parquet"


def restore_log(home: Home, wait: float) -> None:
    """Give a cube whose log is lost or torn a log to commit to. It lists one file that is not
    there, so that readers refuse the cube until it has been counted."""
    if _has_log(home.cube_table):
        return
    with locked(home.folder / LOCK, wait):
        check_format(home.folder)
        if _has_log(home.cube_table):
            return
        disk.make_folder(home.folder / "staging")
        fresh = Table(home.folder / "staging" / "cube", "cube")
        disk.remove(fresh.folder)
        fresh.create(CUBE_COLUMNS)
        hole = fresh.folder / _HOLE
        _write_empty(hole)
        fresh.swap([], [hole])
        disk.remove(hole)
        disk.remove(home.cube_table.folder)
        disk.rename(fresh.folder, home.cube_table.folder)
        disk.sync_folder(home.folder)


def give_up_strangers(home: Home, pack: Pack, measures: Measures, who: str, writer: Writer) -> None:
    """Say in `batches`, before the cube is replaced, that measures of other packs are in it no
    longer: whoever asks for them again gets them counted, never taken for zero."""
    for source in _sources_with_strangers(home.batches(), measures):
        draft = Draft(
            kind="count",
            source=source,
            who=who,
            version=0,
            measures=measures,
            pack_digest=pack.digest,
            delivery=ANEW,
        )
        writer.commit(draft)


def _has_log(table: Table) -> bool:
    try:
        table.listed()
    except DamageError:
        return False
    return table.exists()


def _write_empty(path: Path) -> None:
    columns = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in CUBE_COLUMNS.items())
    sql = f"COPY (SELECT {columns} WHERE false) TO {quoted(str(path))} (FORMAT parquet)"
    with connected() as connection:
        disk.act("copy", path, lambda: connection.execute(sql))


def _sources_with_strangers(batches: Sequence[Batch], measures: Measures) -> list[str]:
    counted: dict[str, set[str]] = {}
    for batch in batches:
        if batch.delivery == ANEW:
            counted[batch.source] = set()
        counted.setdefault(batch.source, set()).update(batch.measures)
    return sorted(source for source, names in counted.items() if names - set(measures))
