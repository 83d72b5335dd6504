"""The numbered gate through which every file operation that writes passes, whoever does it.

A crash test runs a scenario once to count the operations and then kills the process at each of
them (`watched`); the same gate raises "disk full" at each. The layers of the engine and of
bundles are built on it. Whatever fails here becomes a `StorageError` of one sentence.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from qingyu.errors import LockedError, StorageError
from qingyu.i18n import T, Text

Gate = Callable[[int, str, Path], None]
Result = TypeVar("Result")

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600

_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
_PAUSE = 0.05  # seconds between two tries for a lock

_gate: Gate | None = None
_number = 0


@contextmanager
def watched(gate: Gate) -> Iterator[None]:
    """Call `gate(number, name, path)` before each operation, numbered from 1 (for tests)."""
    global _gate, _number
    _gate, _number = gate, 0
    try:
        yield
    finally:
        _gate = None


def act(name: str, path: Path, work: Callable[[], Result]) -> Result:
    """One numbered operation: passes the gate, does `work`, and names a failure."""
    global _number
    try:
        if _gate is not None:
            _number += 1
            _gate(_number, name, path)
        return work()
    except OSError as error:
        raise trouble(path, error.errno, error.strerror or str(error)) from error


def trouble(path: Path, code: int | None, words: str) -> StorageError:
    """A failure of the disk as one sentence; `code` is the system's `errno`, where there is one."""
    if code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or "No space left" in words:
        found: Text = T("no space left on the disk")
        remedy = T("Free some space and run the command again: nothing that was stored is lost.")
    elif code in (errno.EACCES, errno.EPERM, errno.EROFS):
        found = T("no permission to write ({words})", words=words)
        remedy = T("Give the user who runs Qingyu the right to write there, and run it again.")
    else:
        found = T("a file operation that failed ({words})", words=words)
        remedy = T("Mend the disk or its settings and run the command again.")
    return StorageError(str(path), found, T("a disk that can be written"), remedy)


def rename(source: Path, target: Path) -> None:
    """Another name for a file, in one step (the name is not on disk yet: `sync_folder`)."""
    act("rename", target, lambda: os.replace(source, target))


def sync_folder(path: Path) -> None:
    """The names in a folder are on disk when this returns."""
    act("fsync", path, lambda: sync(path))


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """All of `data`, however little the system takes at a time."""
    view = memoryview(data).cast("B")
    while view:
        view = view[os.write(descriptor, view) :]


def sync(path: Path) -> None:
    """Force a file or folder to disk; not an operation by itself."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path, mode: int = PRIVATE_FOLDER) -> None:
    """A folder, and those above it; one that is there is left alone."""
    if not path.is_dir():
        make_folder(path.parent, mode)
        act("mkdir", path, lambda: path.mkdir(mode=mode, exist_ok=True))


def write_new(path: Path, data: bytes, mode: int = PRIVATE_FILE) -> None:
    """A file with these bytes, on disk when this returns (its name is not yet: `sync_folder`)."""
    descriptor = act("open", path, lambda: os.open(path, _WRITE, mode))
    try:
        act("write", path, lambda: write_all(descriptor, data))
        act("fsync", path, lambda: os.fsync(descriptor))
    finally:
        os.close(descriptor)


def replace(path: Path, data: bytes, mode: int = PRIVATE_FILE) -> None:
    """The file `path` has the old bytes or these, whatever happens, and survives a power cut."""
    beside = path.with_name(path.name + ".new")
    write_new(beside, data, mode)
    rename(beside, path)
    sync_folder(path.parent)


def remove(path: Path) -> None:
    """A file, a link or a whole folder; one that is not there is no failure."""
    if path.is_dir() and not path.is_symlink():
        for child in sorted(path.iterdir()):
            remove(child)
        act("rmdir", path, path.rmdir)
    elif path.exists() or path.is_symlink():
        act("unlink", path, lambda: path.unlink(missing_ok=True))


@contextmanager
def locked(path: Path, busy: Text, wait: float = 30.0) -> Iterator[None]:
    """Hold the lock file `path`; it ends with its holder, whatever kills that. `LockedError`,
    which says `busy`, after `wait` seconds."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    descriptor = act("open", path, lambda: os.open(path, flags, PRIVATE_FILE))
    try:
        _wait(descriptor, path, busy, time.monotonic() + wait)
        yield
    finally:
        os.close(descriptor)


def _wait(descriptor: int, path: Path, busy: Text, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise LockedError(
                    str(path.parent),
                    busy,
                    T("one at a time"),
                    T("Wait until it has finished and run the command again."),
                ) from None
            time.sleep(_PAUSE)
        else:
            return
