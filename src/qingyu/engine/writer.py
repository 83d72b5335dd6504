"""How a batch goes in: kept files, note, records, cube, batches, in this order.

Nothing before the records' registration is visible, and everything after it can be done again
from the note and the records, so a batch is in whole or not at all whatever kills the writer.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from qingyu.engine import disk, pending
from qingyu.engine.batches import COLUMNS, GENESIS, Batch, Draft, sealed, to_stored
from qingyu.engine.connect import connected, quoted
from qingyu.engine.cube import backfill_rows, changes_of, write_changes
from qingyu.engine.delta import batch_file, columns_of
from qingyu.engine.keyindex import KeyIndex
from qingyu.engine.measures import Measures
from qingyu.engine.pending import Pending
from qingyu.errors import StorageError

if TYPE_CHECKING:
    from qingyu.engine.store import Home

_ARROW_TYPES = {
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
}


class Writer:
    """The right to write, from `Home.writing`.

    staging: a private folder for files on their way in, emptied at the end.
    next_number: the number the next committed batch gets (it goes into its records' `batch`).
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self.staging = home.folder / "staging" / "run"
        self._broken = False
        disk.make_folder(self.staging)

    @property
    def next_number(self) -> int:
        return self.home.last + 1

    def commit(self, draft: Draft) -> Batch:
        """Take the batch in, whole; `StorageError` leaves the home as it was for readers, and
        the next `writing` finishes or sweeps it."""
        if self._broken:
            raise RuntimeError("a writer whose commit failed must be left and taken anew")
        number = self.next_number
        if draft.records is not None:
            _check_number(draft.records, number)
        self._broken = True
        note = self._noted(draft, number)
        self._keep(draft, number)
        pending.leave(self.home.folder, note)
        if draft.records is not None:
            self._append(draft.source, draft.records, number)
        complete(self.home, note)
        self._broken = False
        _afterwards(self.home, note)
        return note.batch

    def close(self) -> None:
        """A clean end: no trace in `staging`."""
        disk.remove(self.staging)

    def abandon(self) -> None:
        """An end by an error: the empty folder that stays tells the next writer to sweep."""
        with suppress(StorageError):
            for path in sorted(self.staging.iterdir()):
                disk.remove(path)

    def _noted(self, draft: Draft, number: int) -> Pending:
        measures = draft.measures.moved_by(draft.source)
        rows = self.home.batches()
        previous = rows[-1].digest if rows else GENESIS
        received = self.home.clock().isoformat(timespec="milliseconds")
        batch = sealed(draft, number, received, previous, list(measures))
        return Pending(batch, measures, has_records=draft.records is not None)

    def _keep(self, draft: Draft, number: int) -> None:
        for name, path in (("rejects", draft.rejects), ("snapshots", draft.snapshot)):
            if path is not None:
                suffix = "".join(path.suffixes)
                disk.move_in(path, self.home.folder / name / f"{number}{suffix}")

    def _append(self, source: str, staged: Path, number: int) -> None:
        table = self.home.records_table(source)
        if not table.exists():
            table.create(columns_of([staged]))
        target = table.folder / batch_file(number)
        disk.rename(staged, target)  # `add` brings its bytes and its name to the disk
        table.add(target, number)


def _check_number(staged: Path, number: int) -> None:
    """Rows staged for another number would belong to a batch that is not theirs."""
    with connected() as connection:
        row = connection.execute(
            f"SELECT min(batch), max(batch) FROM read_parquet({quoted(str(staged))})"
        ).fetchone()
    if row not in ((number, number), (None, None)):
        raise ValueError(f"rows staged for batch {row}, but {number} is next")


def complete(home: Home, note: Pending) -> None:
    """Cube, then batches, of a batch whose records are in; safe to do again."""
    number = note.batch.number
    if home.cube_table.transaction() < number:
        _count(home, note)
    if home.batches_table.transaction() < number:
        target = home.batches_table.folder / batch_file(number)
        _write_row(note.batch, target)
        home.batches_table.add(target, number)


def _count(home: Home, note: Pending) -> None:
    number, source = note.batch.number, note.batch.source
    if note.batch.kind == "count":
        rows = backfill_rows(home, source, note.measures)
    elif note.has_records:
        table = home.records_table(source)
        files = table.files(lambda file: file.number == number)
        rows = changes_of(home, source, files, note.measures)
    else:
        return
    target = home.cube_table.folder / batch_file(number)
    if write_changes(rows, target):
        home.cube_table.add(target, number)
    else:
        disk.remove(target)


def _write_row(batch: Batch, target: Path) -> None:
    """One row as Parquet with the types of `COLUMNS`."""
    stored = to_stored(batch)
    schema = pa.schema([(name, _ARROW_TYPES[kind]) for name, kind in COLUMNS.items()])
    row = pa.Table.from_pylist([{name: stored[name] for name in COLUMNS}], schema)
    disk.act("copy", target, lambda: pq.write_table(row, target))


def _afterwards(home: Home, note: Pending) -> None:
    """Derived things. The batch is in: what fails here is made good by the next writer."""
    with suppress(StorageError):
        pending.settle(home.folder)
        if note.has_records:
            KeyIndex.extend_if_due(home, note.batch.source)
        for table in (home.batches_table, home.cube_table, home.records_table(note.batch.source)):
            if table.exists():
                table.checkpoint_if_due()


__all__ = ["Measures", "Writer", "complete"]
