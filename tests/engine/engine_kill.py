"""Kills a step at every operation, each in a forked child, and looks at what is left.

A program of its own: `python engine_kill.py FOLDER MODE STEP…` prints one line of JSON per step.
This process never opens a database: it only forks children that do, so each starts with no
threads of another. Modes: `kill` (at the operations of `disk`), `full` (the disk is full from that
operation on), `system` (at the system calls counted by `engine_shim.c`, loaded before).
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from engine_town import measure_of
from engine_walk import STEPS, State, Step, litter, state

import forked
from forked import KILLED
from qingyu.engine import disk, keyindex
from qingyu.engine.counting import select
from qingyu.engine.measures import Measures, fingerprint
from qingyu.errors import StorageError
from qingyu.i18n import use_language

keyindex.MOST_FILES = 1  # every receipt writes a run of its index, so that it is killed there too
NEEDS_SPACE = ("open", "write", "copy", "mkdir", "link", "delta")
STRIDE = int(os.environ.get("KILL_STRIDE", "1"))  # look at every so manieth point
LAST = int(os.environ.get("KILL_LAST", "1000000"))  # … and only at so many of the last ones
SHIM = ctypes.CDLL(None)


@dataclass
class Told:
    """The sentences of a `StorageError`."""

    sentences: list[str]


@dataclass
class Aftermath:
    """What readers saw after the disturbance, what they see after the retry, and its litter."""

    seen: State
    then: State
    left: list[str]


def in_child(work: Callable[[], Any]) -> tuple[int, Any]:
    """As `forked.in_child`; a failure of the disk comes back as its sentences."""

    def told(error: BaseException) -> Any:
        if isinstance(error, StorageError):
            return Told([str(fault.sentence()) for fault in error.faults])
        return repr(error)

    return forked.in_child(work, told)


def counted(mode: str, folder: Path, do: Callable[[Path], None]) -> Callable[[], Any]:
    """The undisturbed step; returns the names of its operations."""

    def work() -> Any:
        if mode == "system":
            calls = folder.parents[1] / "calls"
            with calls.open("w+") as file:
                SHIM.qingyu_arm(ctypes.c_long(-1), os.fsencode(folder.parent))
                SHIM.qingyu_trace(file.fileno())
                do(folder)
                SHIM.qingyu_trace(-1)
                lines = calls.read_text().splitlines()
            assert len(lines) == SHIM.qingyu_count()
            return lines
        names: list[str] = []
        with disk.watched(lambda number, name, path: names.append(name)):
            do(folder)
        return names

    return work


def disturbed(mode: str, folder: Path, do: Callable[[Path], None], at: int) -> Callable[[], Any]:
    def kill(number: int, name: str, path: Path) -> None:
        if number == at:
            os._exit(KILLED)

    def fill(number: int, name: str, path: Path) -> None:
        if number >= at and name.startswith(NEEDS_SPACE):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def work() -> Any:
        if mode == "system":
            SHIM.qingyu_arm(ctypes.c_long(at), os.fsencode(folder.parent))
            do(folder)
            return None
        with disk.watched(kill if mode == "kill" else fill):
            do(folder)
        return None

    return work


def torment(folder: Path, base: Path, step: Step, mode: str) -> dict[str, Any]:
    """Every point of one step, which starts from the home kept in `base`."""
    fresh(base, folder)
    _, before = in_child(lambda: state(folder))
    fresh(base, folder)  # looking has left a snapshot of the panel
    code, names = in_child(counted(mode, folder, step.do))
    assert isinstance(names, list), f"{code}: {names}"
    _, after = in_child(lambda: state(folder))
    points, wrong, unfinished = 0, [], 0
    for at, name in enumerate(names, start=1):
        if at % STRIDE or len(names) - at >= LAST:
            continue
        if mode == "full" and not name.startswith(NEEDS_SPACE):
            continue
        points += 1
        fresh(base, folder)
        ended = in_child(disturbed(mode, folder, step.do, at))
        code, looked = in_child(lambda: afterwards(folder, step.do))
        assert isinstance(looked, Aftermath), f"{code}: {looked}"
        complaint = judged(mode, ended, looked.seen, before, after)
        unfinished += ended == (0, None)
        if looked.then != after:
            complaint = complaint or f"the retry led elsewhere: {looked.then} is not {after}"
        if looked.left:
            complaint = complaint or f"the retry left {looked.left}"
        if complaint:
            wrong.append(f"{step.name}, {name} {at} of {len(names)}: {complaint}")
    return {
        "step": step.name,
        "names": names,
        "points": points,
        "survived": unfinished,
        "wrong": wrong,
    }


def afterwards(folder: Path, do: Callable[[Path], None]) -> Aftermath:
    seen = state(folder)
    do(folder)
    return Aftermath(seen, state(folder), litter(folder))


def judged(mode: str, ended: tuple[int, Any], seen: Any, before: Any, after: Any) -> str:
    """What is wrong with the state that a disturbed step left; empty if nothing is."""
    code, result = ended
    if seen == ("no home",) and os.environ.get("NO_EXCHANGE"):
        return ""  # between two renames; the next `upgrade` finishes
    if seen not in (before, after):
        return f"between two states: {seen}, neither {before} nor {after}"
    if mode != "full":
        return "" if code == KILLED else f"not killed: {ended}"
    if code == 0 and result is None:
        return "" if seen == after else "no error, and yet not done"
    if not isinstance(result, Told):
        return f"no storage error but {result}"
    if len(result.sentences) != 1 or "no space left" not in result.sentences[0]:
        return f"no clear sentence: {result.sentences}"
    return "" if seen == before else "an error, and yet done"


def fresh(base: Path, folder: Path) -> None:
    """The home as it was before the step, and nothing else beside it."""
    for path in folder.parent.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if base.exists():
        shutil.copytree(base, folder, copy_function=os.link)  # nothing is changed in place


def main(folder: Path, mode: str, wanted: list[str]) -> None:
    use_language("en")
    if os.environ.get("NO_EXCHANGE"):
        disk._exchange = lambda one, other: False
    measure = measure_of({"count": "x", "where": {"y": {"equals": "z"}}})
    select(
        {"sign": "BIGINT", "area": "VARCHAR", "day": "DATE", "batch": "INTEGER"},
        Measures({fingerprint(measure): measure}),
    )  # warms the SQL compiler, no database
    home, base = folder / "room" / "home", folder / "base"
    home.parent.mkdir(parents=True)
    for step in STEPS:
        if step.prepare is not None:
            code, result = in_child(lambda step=step: step.prepare(base))
            assert (code, result) == (0, None), result
        if step.name in wanted:
            print(json.dumps(torment(home, base, step, mode)), flush=True)
        code, result = in_child(lambda step=step: step.do(base))
        assert (code, result) == (0, None), f"{step.name}: {result}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
