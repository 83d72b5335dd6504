"""Every file operation of a home that writes, in one place, each through the gate of `qingyu.disk`.

Operations of other libraries (DuckDB writing Parquet, delta-rs committing) pass through `act` too.

Nothing is changed in place: a file is written under a new name and renamed, so that whatever
was readable stays readable until the moment of the rename.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import duckdb
from deltalake.exceptions import DeltaError

from qingyu.disk import PRIVATE_FILE, PRIVATE_FOLDER, rename, sync, sync_folder, trouble, watched
from qingyu.disk import act as gated
from qingyu.disk import write_all as _write_all

__all__ = [
    "NewFile", "act", "exchange", "link", "make_folder", "move_in", "overwrite", "remove",
    "rename", "replace", "sync_file", "sync_folder", "watched", "write_new",
]  # fmt: skip

Result = TypeVar("Result")

_RENAME_EXCHANGE = 2
_AT_FDCWD = -100


def act(name: str, path: Path, work: Callable[[], Result]) -> Result:
    """One numbered operation: passes the gate, does `work`, and names a failure."""
    try:
        return gated(name, path, work)
    except (duckdb.IOException, duckdb.OutOfMemoryException, DeltaError) as error:
        raise trouble(path, None, str(error).splitlines()[0]) from error


def make_folder(path: Path) -> None:
    """A folder for its owner only; one that is there already is left alone."""
    if not path.is_dir():
        act("mkdir", path, lambda: path.mkdir(mode=PRIVATE_FOLDER))


class NewFile:
    """A file being written under a name that nothing refers to yet; on disk when it is closed
    (its name is not: `sync_folder`)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = act("open", path, lambda: os.open(path, _WRITE_FLAGS, PRIVATE_FILE))

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


def move_in(source: Path, target: Path) -> None:
    """A finished file or folder under its final name, its bytes and its name on disk."""
    for path in [source, *source.rglob("*")] if source.is_dir() else [source]:
        sync_file(path)
    rename(source, target)
    sync_folder(target.parent)


def sync_file(path: Path) -> None:
    act("fsync", path, lambda: sync(path))


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


def link_new(source: Path, target: Path) -> None:
    """A second name for a file, which fails if the name is taken: of several, one is first."""
    act("link", target, lambda: os.link(source, target))


def exchange(one: Path, other: Path) -> bool:
    """Swap two names in one step; False where the file system cannot."""
    return act("exchange", other, lambda: _exchange(one, other))


_WRITE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC


def _pwrite_all(descriptor: int, data: bytes) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    _write_all(descriptor, data)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK):
            raise
        shutil.copyfile(source, target)
        target.chmod(PRIVATE_FILE)


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
