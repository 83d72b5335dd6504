"""One append-only Delta table of a home: files by DuckDB, registered by delta-rs.

Readers use the registered list, never a glob: a killed run may leave files that belong to
nothing. Delta's transaction id is only a note, so it is checked here on the handle that commits
(a handle loaded in between would hide a rival), under the home's lock.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from deltalake import (
    CommitProperties,
    DeltaTable,
    Field,
    PostCommitHookProperties,
    Schema,
    Transaction,
)
from deltalake.exceptions import DeltaError
from deltalake.schema import PrimitiveType
from deltalake.transaction import AddAction, RemoveAction

from qingyu.engine import disk
from qingyu.engine.connect import connected, quoted
from qingyu.errors import DamageError
from qingyu.i18n import T, Text

APP = "qingyu"
REBUILT = "qingyu-rebuilt"
CHECKPOINT_EVERY = 100  # commits: opening stays quick however long the log is
OUR_FILE = re.compile(r"(?:[a-z0-9]+-)?(\d{8})\.parquet")

_QUIET = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
_DELTA_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "long",
    "UBIGINT": "long",  # Delta has no unsigned type; the file itself says unsigned
    "INTEGER": "integer",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
}
RESTORE = T("Restore the home from a backup: what is stored has been altered or damaged.")
Result = TypeVar("Result")


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


def batch_file(number: int) -> str:
    return f"{number:08d}.parquet"


class Table:
    """A Delta table in `folder`, called `name` in what is metered; `remedy` is what helps when
    it is damaged."""

    def __init__(self, folder: Path, name: str, remedy: Text = RESTORE) -> None:
        self.folder = folder
        self.name = name
        self.remedy = remedy

    def exists(self) -> bool:
        return any((self.folder / "_delta_log").glob("*.json"))

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
        return self._read(lambda table: table.version())

    def has_version(self, version: int) -> bool:
        """Whether this entry is in the log: one look at a name, where opening the table takes a
        hundred times as long."""
        return (self.folder / "_delta_log" / f"{version:020d}.json").exists()

    def transaction(self, app: str = APP) -> int:
        """The number of the last batch whose files are registered; 0 before the first."""
        return self._read(lambda table: table.transaction_version(app) or 0)

    def files(self) -> tuple[DataFile, ...]:
        """The registered files in the order of their names, each there in its full length."""
        found = self.listed()
        for file in found:
            self._check(file)
        return found

    def listed(self) -> tuple[DataFile, ...]:
        """The registered files, whether they are there or not."""
        return self._read(lambda table: _listed(table, self.folder))

    def add(self, path: Path, number: int) -> None:
        """Register the finished file `path` of this folder as the batch `number`'s."""
        disk.sync_file(path)
        disk.sync_folder(self.folder)
        table = self._open()
        if (table.transaction_version(APP) or 0) >= number:
            raise self._damage(T("batch {number} registered already", number=number))
        table = self._widened(table, path)
        self._commit(table, [_add_action(path, new=True)], Transaction(APP, number))

    def swap(self, removed: Sequence[DataFile], added: Sequence[Path], rebuilt: int = 0) -> None:
        """Put `added` in the place of `removed` in one commit (`rebuilt`: a new generation)."""
        for path in added:
            disk.sync_file(path)
        disk.sync_folder(self.folder)
        actions: list[AddAction | RemoveAction] = [
            RemoveAction(file.path.name, False, 0) for file in removed
        ]
        actions += [_add_action(path, new=False) for path in added]
        self._commit(self._open(), actions, Transaction(REBUILT, rebuilt) if rebuilt else None)

    def checkpoint_if_due(self) -> None:
        """Every hundred commits, fold the log into one file (outside a batch's commit)."""
        version = self.version()
        if version and version % CHECKPOINT_EVERY == 0:
            log = self.folder / "_delta_log"
            if not (log / f"{version:020d}.checkpoint.parquet").exists():
                disk.act("delta checkpoint", log, self._open().create_checkpoint)

    def unregistered(self) -> list[Path]:
        """Files of our naming that belong to nothing; files of others are not ours to touch."""
        kept = {file.path.name for file in self.listed()}
        return sorted(
            path
            for path in self.folder.glob("*.parquet")
            if OUR_FILE.fullmatch(path.name) and path.name not in kept
        )

    def remove_torn_log(self) -> None:
        """Unfinished log entries of a killed commit (delta-rs writes `…json#1`, then links)."""
        for path in sorted((self.folder / "_delta_log").glob("*#*")):
            disk.remove(path)

    def _open(self) -> DeltaTable:
        try:
            return DeltaTable(self.folder)
        except (DeltaError, OSError, ValueError) as error:
            words = str(error).splitlines()[0]
            raise self._damage(T("a table that cannot be read ({words})", words=words)) from error

    def _read(self, work: Callable[[DeltaTable], Result]) -> Result:
        table = self._open()
        try:
            return work(table)
        except (DeltaError, OSError) as error:
            words = str(error).splitlines()[0]
            raise self._damage(T("a table that cannot be read ({words})", words=words)) from error

    def _widened(self, table: DeltaTable, path: Path) -> DeltaTable:
        """The table with the columns of `path` that it did not have yet (a contract grew)."""
        known = {field.name for field in table.schema().fields}
        more = {name: kind for name, kind in columns_of([path]).items() if name not in known}
        if not more:
            return table
        disk.act("delta columns", self.folder, lambda: table.alter.add_columns(_fields(more)))
        return self._open()

    def _commit(
        self,
        table: DeltaTable,
        actions: list[AddAction | RemoveAction],
        transaction: Transaction | None,
    ) -> None:
        properties = CommitProperties(
            app_transactions=[transaction] if transaction else None, max_commit_retries=0
        )
        disk.act(
            "delta commit",
            self.folder,
            lambda: table.create_write_transaction(
                actions,
                "append",
                table.schema(),
                commit_properties=properties,
                post_commithook_properties=_QUIET,
            ),
        )
        self._sync_log(table.version() + 1)

    def _sync_log(self, version: int) -> None:
        log = self.folder / "_delta_log"
        entry = log / f"{version:020d}.json"
        disk.sync_file(entry)
        disk.sync_folder(log)

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


def _add_action(path: Path, *, new: bool) -> AddAction:
    """What the log says of a file: size, rows, and the ranges that let readers skip it."""
    columns = columns_of([path])
    ranged = [name for name in ("batch", "day") if name in columns]
    asked = "".join(f", min({name})::VARCHAR, max({name})::VARCHAR" for name in ranged)
    with connected() as connection:
        row = connection.execute(
            f"SELECT count(*){asked} FROM read_parquet({quoted(str(path))})"
        ).fetchone()
    assert row is not None
    least, most = _ranges(ranged, row[1::2]), _ranges(ranged, row[2::2])
    stats = {"numRecords": row[0], "minValues": least, "maxValues": most}
    return AddAction(path.name, path.stat().st_size, {}, 0, new, json.dumps(stats))


def _ranges(names: Sequence[str], values: Iterable[str | None]) -> dict[str, int | str]:
    pairs = zip(names, values, strict=True)
    return {name: int(v) if name == "batch" else v for name, v in pairs if v is not None}


def _listed(table: DeltaTable, folder: Path) -> tuple[DataFile, ...]:
    columns = table.get_add_actions(flatten=True)
    names = set(columns.schema.names)
    listed = {
        name: columns.column(name).to_pylist()
        for name in ("path", "size_bytes", "num_records", *_RANGED)
        if name in names
    }
    found = []
    for place, name in enumerate(listed["path"]):
        row = {key: values[place] for key, values in listed.items()}
        found.append(_data_file(folder / name, row))
    return tuple(sorted(found, key=lambda file: file.path.name))


_RANGED = ("min.batch", "max.batch", "min.day", "max.day")


def _data_file(path: Path, row: dict[str, object]) -> DataFile:
    named = OUR_FILE.fullmatch(path.name)
    least, most = row.get("min.batch"), row.get("max.batch")
    first, last = row.get("min.day"), row.get("max.day")
    return DataFile(
        path=path,
        number=int(named.group(1)) if named else 0,
        rows=int(str(row.get("num_records") or 0)),
        size=int(str(row["size_bytes"])),
        batches=None if least is None or most is None else (int(str(least)), int(str(most))),
        days=(first, last) if isinstance(first, date) and isinstance(last, date) else None,
    )
