"""Work done in a forked child, which may be killed: for tests that see what a kill leaves."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qingyu import disk

KILLED = 9  # the exit code with which a child ends itself where it should be killed


def in_child(
    work: Callable[[], Any], told: Callable[[BaseException], Any] = repr
) -> tuple[int, Any]:
    """Do `work` in a forked child: (exit code, what it returned, or what `told` makes of what it
    raised)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            result = work()
        except BaseException as error:
            result = told(error)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(pickle.dumps(result))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), pickle.loads(data) if data else None


def gated(work: Callable[[], Any], at: int) -> int:
    """Do `work`; the process ends at numbered operation `at` of the disk, of bundles and homes
    together (0: never). Gives the number of operations."""
    count = 0

    def gate(number: int, name: str, path: Path) -> None:
        nonlocal count
        count = number
        if number == at:
            os._exit(KILLED)

    with disk.watched(gate):
        work()
    return count
