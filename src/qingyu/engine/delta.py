"""One append-only Delta table of a home: files by DuckDB, registered in its log.

Readers use the registered list, never a glob: a killed run may leave files that belong to
nothing. Delta's transaction id is only a note, so it is checked here on the state that the commit
follows (a state read in between would hide a rival), under the home's lock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from deltalake import DeltaTable, Field, Schema
from deltalake.exceptions import DeltaError
from deltalake.schema import PrimitiveType

from qingyu.engine import disk
from qingyu.engine.connect import connected, quoted
from qingyu.engine.deltalog import APP, CHECKPOINT_EVERY, REBUILT, Action, Entry, Log, State
from qingyu.engine.deltalog import added as add_action
from qingyu.engine.deltalog import removed as remove_action
from qingyu.engine.deltalog import transaction as transaction_action
from qingyu.errors import DamageError
from qingyu.i18n import T, Text

__all__ = ["APP", "REBUILT", "DataFile", "Table", "batch_file", "columns_of"]

OUR_FILE = re.compile(r"(?:[a-z0-9]+-)?(\d{8})\.parquet")

_DELTA_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "long",
    "UBIGINT": "long",  # Delta has no unsigned type; the file itself says unsigned
    "INTEGER": "integer",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
}
RESTORE = T("Restore the home from a backup: what is stored has been altered or damaged.")


@dataclass(frozen=True)
class DataFile:
    """A registered Parquet file. `number` is the batch that wrote it (for a compacted file: the
    last batch folded in); the ranges are those of its `batch` and `day` columns, if any."""

    path: Path
    number: int
    rows: int
    size: int
    batches: tuple[int, int] | None
    days: tuple[date, date] | None


def in_groups(files: Iterable[DataFile], rows: int) -> Iterator[list[DataFile]]:
    """The files in their order, in groups of at most so many rows (or of one larger file)."""
    group: list[DataFile] = []
    for file in files:
        if group and sum(one.rows for one in group) + file.rows > rows:
            yield group
            group = []
        group.append(file)
    if group:
        yield group


def batch_file(number: int) -> str:
    return f"{number:08d}.parquet"


class Table:
    """A Delta table in `folder`, called `name` in what is metered; `remedy` is what helps when
    it is damaged. One that is kept reads only what has been added since it was read last."""

    def __init__(self, folder: Path, name: str, remedy: Text = RESTORE) -> None:
        self.folder = folder
        self.name = name
        self.remedy = remedy
        self._log = Log(folder)
        self._turned: tuple[State, tuple[DataFile, ...]] | None = None

    def exists(self) -> bool:
        return self._log.exists()

    def create(self, columns: Mapping[str, str]) -> None:
        """An empty table; one that is there already is left alone."""
        self.remove_torn_log()
        if self.exists():
            return
        disk.make_folder(self.folder)
        schema = Schema(_fields(columns))
        settings = {"delta.appendOnly": "true"}
        disk.act(
            "delta create",
            self.folder,
            lambda: DeltaTable.create(self.folder, schema, configuration=settings),
        )
        self._sync_log(0)

    def version(self) -> int:
        return self._state().version

    def transaction(self, app: str = APP) -> int:
        """The number of the last batch whose files are registered; 0 before the first."""
        return self._state().transactions.get(app, 0)

    def files(self, wanted: Callable[[DataFile], bool] | None = None) -> tuple[DataFile, ...]:
        """The registered files (those that are `wanted`) in the order of their names, each there
        in its full length."""
        found = self.listed()
        if wanted is not None:
            found = tuple(file for file in found if wanted(file))
        for file in found:
            self._check(file)
        return found

    def listed(self) -> tuple[DataFile, ...]:
        """The registered files, whether they are there or not; the same tuple until the table
        changes."""
        state = self._state()
        if self._turned is None or self._turned[0] is not state:
            known = {file.path.name: file for file in self._turned[1]} if self._turned else {}
            self._turned = (state, tuple(self._file(entry, known) for entry in state.listed))
        return self._turned[1]

    def add(self, path: Path, number: int) -> None:
        """Register the finished file `path` of this folder as the batch `number`'s."""
        disk.sync_file(path)
        disk.sync_folder(self.folder)
        columns, entry = _read(path)
        state = self._widened(self._state(), columns)
        if state.transactions.get(APP, 0) >= number:
            raise self._damage(T("batch {number} registered already", number=number))
        self._log.commit(state, [add_action(entry, new=True), transaction_action(APP, number)])

    def swap(self, removed: Sequence[DataFile], added: Sequence[Path], rebuilt: int = 0) -> None:
        """Put `added` in the place of `removed` in one commit (`rebuilt`: a new generation)."""
        for path in added:
            disk.sync_file(path)
        disk.sync_folder(self.folder)
        actions: list[Action] = [remove_action(file.path.name) for file in removed]
        actions += [add_action(_read(path)[1], new=False) for path in added]
        actions += [transaction_action(REBUILT, rebuilt)] if rebuilt else []
        self._log.commit(self._state(), actions)

    def checkpoint_if_due(self) -> None:
        """Every hundred commits, fold the log into one file (outside a batch's commit)."""
        version = self.version()
        if version and version % CHECKPOINT_EVERY == 0:
            self._log.checkpoint(version)

    def unregistered(self) -> list[Path]:
        """Files of our naming that belong to nothing; files of others are not ours to touch."""
        kept = {file.path.name for file in self.listed()}
        return sorted(
            path
            for path in self.folder.glob("*.parquet")
            if OUR_FILE.fullmatch(path.name) and path.name not in kept
        )

    def remove_torn_log(self) -> None:
        """Unfinished log entries of a killed commit (they are written as `…json#…`, then
        linked)."""
        for path in sorted(self._log.folder.glob("*#*")):
            disk.remove(path)

    def _state(self) -> State:
        try:
            return self._log.state()
        except (DeltaError, OSError, ValueError) as error:
            words = str(error).splitlines()[0]
            raise self._damage(T("a table that cannot be read ({words})", words=words)) from error

    def _file(self, entry: Entry, known: Mapping[str, DataFile]) -> DataFile:
        file = known.get(entry.name)
        if file is not None and file.size == entry.size:
            return file
        named = OUR_FILE.fullmatch(entry.name)
        number = int(named.group(1)) if named else 0
        path = self.folder / entry.name
        return DataFile(path, number, entry.rows, entry.size, entry.batches, entry.days)

    def _widened(self, state: State, columns: Mapping[str, str]) -> State:
        """The table with those of the columns that it did not have yet (a contract grew)."""
        more = {name: kind for name, kind in columns.items() if name not in state.columns}
        if not more:
            return state
        table = DeltaTable(self.folder)
        disk.act("delta columns", self.folder, lambda: table.alter.add_columns(_fields(more)))
        widened = self._state()
        self._sync_log(widened.version)
        return widened

    def _sync_log(self, version: int) -> None:
        disk.sync_file(self._log.folder / f"{version:020d}.json")
        disk.sync_folder(self._log.folder)

    def _check(self, file: DataFile) -> None:
        try:
            size = file.path.stat().st_size
        except FileNotFoundError:
            raise self._damage(T("no file {name}", name=file.path.name)) from None
        if size != file.size:
            raise self._damage(
                T(
                    "{size} bytes instead of {right} in {name}",
                    size=size,
                    right=file.size,
                    name=file.path.name,
                )
            )

    def _damage(self, found: Text) -> DamageError:
        return DamageError(
            str(self.folder),
            found,
            T("the table as it was written"),
            self.remedy,
        )


def columns_of(files: Sequence[Path]) -> dict[str, str]:
    """Names and DuckDB types of Parquet files read together."""
    names = ", ".join(quoted(str(path)) for path in files)
    with connected() as connection:
        described = connection.execute(
            f"DESCRIBE SELECT * FROM read_parquet([{names}], union_by_name=true)"
        ).fetchall()
    return {row[0]: row[1] for row in described}


def _fields(columns: Mapping[str, str]) -> list[Field]:
    return [Field(name, PrimitiveType(_DELTA_TYPES[kind])) for name, kind in columns.items()]


def _read(path: Path) -> tuple[dict[str, str], Entry]:
    """The columns of a finished file, and what the log says of it: size, rows, and the ranges
    that let readers skip it."""
    columns = columns_of([path])
    asked = ["count(*)"]
    for name in ("batch", "day"):
        there = name in columns
        asked += [f"min({name})", f"max({name})"] if there else ["NULL", "NULL"]
    with connected() as connection:
        row = connection.execute(
            f"SELECT {', '.join(asked)} FROM read_parquet({quoted(str(path))})"
        ).fetchone()
    assert row is not None
    batches = None if row[1] is None else (row[1], row[2])
    days = None if row[3] is None else (row[3], row[4])
    return columns, Entry(path.name, row[0], path.stat().st_size, batches, days)
