"""Every file operation of bundles that writes, each through the gate of `qingyu.disk`.

Nothing is changed in place, and what fails becomes a `StorageError` of one sentence. The engine's
layer may not be used here: it brings databases, which the public door does without.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

from qingyu.disk import PRIVATE_FILE, act, make_folder, sync, watched, write_all
from qingyu.disk import locked as _locked
from qingyu.disk import rename as _rename
from qingyu.i18n import T

__all__ = [
    "BLOCK", "act", "copy", "locked", "make_folder", "new_file", "remove", "rename", "replace",
    "sweep", "sync_folder", "watched",
]  # fmt: skip

BLOCK = 1 << 20
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file for its owner only, on disk when the block ends (its name is not: `sync_folder`)."""
    descriptor = act("open", path, lambda: os.open(path, _WRITE, PRIVATE_FILE))
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        yield _Numbered(file, path)  # type: ignore[misc]
        act("fsync", path, lambda: os.fsync(file.fileno()))


class _Numbered:
    """A file whose every write is an operation."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._file, self._path = file, path
        self.seek, self.tell, self.flush = file.seek, file.tell, file.flush

    def write(self, data: bytes) -> int:
        act("write", self._path, lambda: write_all(self._file.fileno(), data))
        return len(data)


def replace(path: Path, data: bytes) -> None:
    """The file `path` has the old bytes or these, whatever happens, and survives a power cut."""
    beside = path.with_name(path.name + ".new")
    with new_file(beside) as file:
        file.write(data)
    rename(beside, path)


def rename(source: Path, target: Path) -> None:
    """A finished file under its final name, its name on disk."""
    _rename(source, target)
    sync_folder(target.parent)


def sync_folder(path: Path) -> None:
    act("fsync", path, lambda: _sync(path))


def remove(path: Path) -> None:
    """A file; one that is not there is no failure."""
    if path.exists() or path.is_symlink():
        act("unlink", path, lambda: path.unlink(missing_ok=True))


def sweep(folder: Path) -> None:
    """All that a killed run left in a folder of unfinished work."""
    for path in sorted(folder.iterdir()):
        remove(path)


def copy(source: Path, target: Path) -> None:
    """A copy that appears under its name only when it is whole, on whatever disk `target` is."""
    part = target.with_name(f".{target.name}.part")
    with new_file(part) as file, source.open("rb") as given:
        while block := given.read(BLOCK):
            file.write(block)
    rename(part, target)


def locked(path: Path, wait: float = 30.0) -> AbstractContextManager[None]:
    """Hold the lock file `path`; it ends with its holder, whatever kills that."""
    return _locked(path, T("another process working on these bundles"), wait)


def _sync(path: Path) -> None:
    try:
        sync(path)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a carrier without such a thing
            raise
