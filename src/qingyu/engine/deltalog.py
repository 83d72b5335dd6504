"""The log of a Delta table: its state as a value, and entries written whole or not at all.

delta-rs reads a log from its last checkpoint on, makes tables and checkpoints. What comes after
it has been read once, this module reads by itself: an entry of ours is a few lines of JSON, while
opening the table again takes as long as receiving a small file should. An entry in which anything
else stands is left to delta-rs.

An entry is written beside its name and linked to it; the link fails if a rival was first. This is
what the Delta protocol asks of a writer, and what delta-rs does on a local disk.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from deltalake import DeltaTable

from qingyu.engine import disk

APP = "qingyu"
REBUILT = "qingyu-rebuilt"
CHECKPOINT_EVERY = 100  # commits: opening stays quick however long the log is
_RANGED = ("batch", "day")  # columns whose least and greatest values the log tells
_PLAIN = ("add", "remove", "txn", "commitInfo")

Action = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Entry:
    """A registered file. `batches`, `days`: the ranges of its columns of that name, if any."""

    name: str
    rows: int
    size: int
    batches: tuple[int, int] | None
    days: tuple[date, date] | None


@dataclass(frozen=True)
class State:
    """A table as one version of its log tells it. `transactions`: of APP and REBUILT."""

    version: int
    entries: Mapping[str, Entry]
    transactions: Mapping[str, int]
    columns: frozenset[str]

    @cached_property
    def listed(self) -> tuple[Entry, ...]:
        """The registered files in the order of their names."""
        return tuple(self.entries[name] for name in sorted(self.entries))


@dataclass(frozen=True)
class _Held:
    """A state that was read, and how the entries looked that it was read from (none: one of them
    was not there, as after a clean-up by others)."""

    state: State
    first: int
    marks: tuple[tuple[int, ...], ...]


class Log:
    """The log of the table in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.table = folder
        self.folder = folder / "_delta_log"
        self._held: _Held | None = None

    def exists(self) -> bool:
        if not self.folder.is_dir():
            return False
        with os.scandir(self.folder) as found:
            return any(one.name.endswith(".json") for one in found)

    def state(self) -> State:
        """The newest state. `DeltaError`, `OSError` or `ValueError` if the log cannot be read."""
        state = self._caught_up()
        if state is None:
            state = _loaded(self.table)
        if self._held is None or state is not self._held.state:
            first = self._first_read(state.version)
            self._held = _Held(state, first, self._marks(first, state.version))
        return state

    def commit(self, after: State, actions: Sequence[Action]) -> None:
        """Write the entry that follows `after`; a `StorageError` if a rival has written it."""
        path = self._path(after.version + 1)
        beside = path.with_name(f"{path.name}#{APP}")
        lines = [{"commitInfo": {"operation": "WRITE", "engineInfo": APP}}, *actions]
        disk.write_new(beside, "\n".join(json.dumps(line) for line in lines).encode())
        disk.link_new(beside, path)
        disk.remove(beside)
        disk.sync_folder(self.folder)

    def checkpoint(self, version: int) -> None:
        """Fold the log up to its newest version into one file, if that is not done."""
        if not (self.folder / f"{version:020d}.checkpoint.parquet").exists():
            table = DeltaTable(self.table)
            disk.act("delta checkpoint", self.folder, table.create_checkpoint)

    def _path(self, version: int) -> Path:
        return self.folder / f"{version:020d}.json"

    def _first_read(self, version: int) -> int:
        """The first of the entries up to `version` that whoever opens the table reads."""
        last = version - version % CHECKPOINT_EVERY
        return last if (self.folder / f"{last:020d}.checkpoint.parquet").exists() else 0

    def _marks(self, first: int, last: int) -> tuple[tuple[int, ...], ...]:
        """What tells the entries from others that have been put in their place, or torn since."""
        found = []
        try:
            for version in range(first, last + 1):
                one = os.stat(f"{self.folder}/{version:020d}.json")
                found.append((one.st_ino, one.st_size, one.st_mtime_ns))
        except FileNotFoundError:
            return ()
        return tuple(found)

    def _caught_up(self) -> State | None:
        """The state held, brought up to date; None if the log must be read from its beginning."""
        held = self._held
        if held is None or not held.marks:
            return None
        if held.marks != self._marks(held.first, held.state.version):
            return None
        state: State | None = held.state
        while state is not None and (path := self._path(state.version + 1)).exists():
            state = _followed(state, path.read_text("utf-8"))
        return state


def added(entry: Entry, *, new: bool) -> Action:
    """The action that registers a file (`new`: its rows were in the table in no other file)."""
    least = {name: str(pair[0]) if name == "day" else pair[0] for name, pair in _ranges(entry)}
    most = {name: str(pair[1]) if name == "day" else pair[1] for name, pair in _ranges(entry)}
    stats = {"numRecords": entry.rows, "minValues": least, "maxValues": most}
    return {
        "add": {
            "path": entry.name,
            "partitionValues": {},
            "size": entry.size,
            "modificationTime": 0,
            "dataChange": new,
            "stats": json.dumps(stats),
        }
    }


def removed(name: str) -> Action:
    """The action that takes out a file whose rows are in another one now."""
    return {"remove": {"path": name, "dataChange": False, "deletionTimestamp": 0}}


def transaction(app: str, number: int) -> Action:
    return {"txn": {"appId": app, "version": number}}


def _ranges(entry: Entry) -> list[tuple[str, tuple[Any, Any]]]:
    pairs = (("batch", entry.batches), ("day", entry.days))
    return [(name, pair) for name, pair in pairs if pair is not None]


def _followed(state: State, text: str) -> State | None:
    """The state after one more log entry; None if only delta-rs can read that."""
    entries, transactions = dict(state.entries), dict(state.transactions)
    for line in text.splitlines():
        try:
            ((kind, action),) = json.loads(line).items()
        except (ValueError, AttributeError):
            return None
        if kind not in _PLAIN or "%" in action.get("path", ""):
            return None
        if kind == "add":
            entries[action["path"]] = _of_action(action)
        elif kind == "remove":
            entries.pop(action["path"], None)
        elif kind == "txn":
            transactions[action["appId"]] = action["version"]
    return State(state.version + 1, entries, transactions, state.columns)


def _of_action(action: Mapping[str, Any]) -> Entry:
    stats = json.loads(action.get("stats") or "{}")
    row = {"path": action["path"], "size_bytes": action["size"]}
    row["num_records"] = stats.get("numRecords")
    for side, values in (("min", "minValues"), ("max", "maxValues")):
        for name in _RANGED:
            value = stats.get(values, {}).get(name)
            row[f"{side}.{name}"] = date.fromisoformat(value) if isinstance(value, str) else value
    return _entry(row)


def _loaded(folder: Path) -> State:
    table = DeltaTable(folder)
    columns = table.get_add_actions(flatten=True)
    wanted = {"path", "size_bytes", "num_records"}
    wanted |= {f"{side}.{name}" for side in ("min", "max") for name in _RANGED}
    names = [name for name in columns.schema.names if name in wanted]
    values = [columns.column(name).to_pylist() for name in names]
    entries = [_entry(dict(zip(names, row, strict=True))) for row in zip(*values, strict=True)]
    return State(
        table.version(),
        {entry.name: entry for entry in entries},
        {app: table.transaction_version(app) or 0 for app in (APP, REBUILT)},
        frozenset(field.name for field in table.schema().fields),
    )


def _entry(row: Mapping[str, Any]) -> Entry:
    least, most = row.get("min.batch"), row.get("max.batch")
    first, last = row.get("min.day"), row.get("max.day")
    return Entry(
        name=row["path"],
        rows=int(row.get("num_records") or 0),
        size=int(row["size_bytes"]),
        batches=None if least is None or most is None else (int(least), int(most)),
        days=(first, last) if isinstance(first, date) and isinstance(last, date) else None,
    )
