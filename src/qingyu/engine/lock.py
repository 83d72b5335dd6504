"""One writer to a home at a time.

The lock is the kernel's (`flock`), so it ends with its holder whatever kills that; the text in the
lock file only tells the next one who holds it. A dead process's text is no obstacle.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qingyu.engine import disk
from qingyu.errors import LockedError
from qingyu.i18n import T

_PAUSE = 0.05  # seconds between two tries
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC


@contextmanager
def locked(path: Path, wait: float) -> Iterator[None]:
    """Hold the lock file `path`; `LockedError` names the holder after `wait` seconds."""
    descriptor = _acquire(path, time.monotonic() + wait)
    try:
        disk.overwrite(descriptor, path, json.dumps(_me(), ensure_ascii=False).encode())
        yield
    finally:
        os.close(descriptor)


def _acquire(path: Path, deadline: float) -> int:
    while True:
        descriptor = disk.act("open", path, lambda: os.open(path, _FLAGS, 0o600))
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_named(descriptor, path):
                return descriptor
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                raise _told(path) from None
            time.sleep(_PAUSE)
        os.close(descriptor)


def _is_named(descriptor: int, path: Path) -> bool:
    """Whether the file we locked is still the one with this name (an upgrade swaps folders)."""
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    mine = os.fstat(descriptor)
    return (named.st_dev, named.st_ino) == (mine.st_dev, mine.st_ino)


def _me() -> dict[str, object]:
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "command": Path(sys.argv[0] or "python").name,
    }


def _told(path: Path) -> LockedError:
    try:
        holder = json.loads(path.read_text("utf-8"))
        found = T(
            "process {pid} on {host} ({command}) writing to this home",
            pid=holder["pid"],
            host=holder["host"],
            command=holder["command"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        found = T("another process writing to this home")
    return LockedError(
        str(path.parent),
        found,
        T("one writer at a time"),
        T("Wait until it has finished and run the command again."),
    )
