"""Every file operation that writes, numbered, in one place.

A crash test runs a scenario once to count the operations and then kills the process at each of
them (`watched`); the same gate raises "disk full" at each. Operations of other libraries (DuckDB
writing Parquet, delta-rs committing) pass through `act`. Whatever fails here becomes a
`StorageError` of one sentence.

Nothing is changed in place: a file is written under a new name and renamed, so that whatever
was readable stays readable until the moment of the rename.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import duckdb
from deltalake.exceptions import DeltaError

from qingyu.errors import StorageError
from qingyu.i18n import T, Text

Gate = Callable[[int, str, Path], None]
Result = TypeVar("Result")

_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600
_RENAME_EXCHANGE = 2
_AT_FDCWD = -100

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
        raise _storage_error(path, error.errno, error.strerror or str(error)) from error
    except (duckdb.IOException, duckdb.OutOfMemoryException, DeltaError) as error:
        raise _storage_error(path, None, str(error).splitlines()[0]) from error


def make_folder(path: Path) -> None:
    """A folder for its owner only; one that is there already is left alone."""
    if not path.is_dir():
        act("mkdir", path, lambda: path.mkdir(mode=_PRIVATE_FOLDER))


class NewFile:
    """A file being written under a name that nothing refers to yet; on disk when it is closed
    (its name is not: `sync_folder`)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = act("open", path, lambda: os.open(path, _WRITE_FLAGS, _PRIVATE_FILE))

    def __enter__(self) -> NewFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                act("fsync", self._path, lambda: os.fsync(self._descriptor))
        finally:
            os.close(self._descriptor)

    def write(self, data: bytes | memoryview) -> None:
        act("write", self._path, lambda: _write_all(self._descriptor, data))


def write_new(path: Path, data: bytes) -> None:
    """A file with these bytes, on disk when this returns (its name is not yet: `sync_folder`)."""
    with NewFile(path) as file:
        file.write(data)


def overwrite(descriptor: int, path: Path, data: bytes) -> None:
    """The whole contents of an open file (only the lock's note of its holder is changed so)."""
    act("truncate", path, lambda: os.ftruncate(descriptor, 0))
    act("write", path, lambda: _pwrite_all(descriptor, data))


def replace(path: Path, data: bytes) -> None:
    """The file `path` has the old bytes or these, whatever happens, and survives a power cut."""
    beside = path.with_name(path.name + ".new")
    write_new(beside, data)
    rename(beside, path)
    sync_folder(path.parent)


def rename(source: Path, target: Path) -> None:
    act("rename", target, lambda: os.replace(source, target))


def move_in(source: Path, target: Path) -> None:
    """A finished file or folder under its final name, its bytes and its name on disk."""
    for path in [source, *source.rglob("*")] if source.is_dir() else [source]:
        sync_file(path)
    rename(source, target)
    sync_folder(target.parent)


def sync_file(path: Path) -> None:
    act("fsync", path, lambda: _sync(path))


def sync_folder(path: Path) -> None:
    act("fsync", path, lambda: _sync(path))


def remove(path: Path) -> None:
    """A file or a whole folder; one that is not there is no failure."""
    if path.is_dir() and not path.is_symlink():
        for child in sorted(path.iterdir()):
            remove(child)
        act("rmdir", path, path.rmdir)
    elif path.exists() or path.is_symlink():
        act("unlink", path, lambda: path.unlink(missing_ok=True))


def link(source: Path, target: Path) -> None:
    """A second name for a file that is never changed in place (a copy where links are none)."""
    act("link", target, lambda: _link(source, target))


def exchange(one: Path, other: Path) -> bool:
    """Swap two names in one step; False where the file system cannot."""
    return act("exchange", other, lambda: _exchange(one, other))


_WRITE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC


def _write_all(descriptor: int, data: bytes | memoryview) -> None:
    view = memoryview(data).cast("B")
    while view:
        view = view[os.write(descriptor, view) :]


def _pwrite_all(descriptor: int, data: bytes) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    _write_all(descriptor, data)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK):
            raise
        shutil.copyfile(source, target)
        target.chmod(_PRIVATE_FILE)


def _exchange(one: Path, other: Path) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    names = os.fsencode(one), os.fsencode(other)
    if libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), str(other))


def _storage_error(path: Path, code: int | None, words: str) -> StorageError:
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
