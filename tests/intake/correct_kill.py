"""A declared correction and its taking back, killed at every operation of the disk.

A program of its own: `python correct_kill.py FOLDER`. This process never opens a database: it forks
children that do, and kills each at one of the numbered operations; another child then looks, does
the same once more and looks again. One line of JSON a step tells what came of it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from intake_town import Desk, row, still_clock, town

from forked import KILLED, gated, in_child
from qingyu.engine.fingerprints import cube_digest, records_digest
from qingyu.engine.store import Home
from qingyu.i18n import use_language
from qingyu.intake.correct import Declaration, correct
from qingyu.intake.declared import corrections_of

STRIDE = int(os.environ.get("KILL_STRIDE", "1"))
PACK = town(corrections={"at_most": "1"})


def desk_of(folder: Path, *, made: bool = True) -> Desk:
    home = Home.open(folder / "home") if made else Home.create(folder / "home", folder / "pack")
    home.clock = still_clock
    return Desk(home, folder, PACK)


def prepared(folder: Path) -> None:
    folder.mkdir(parents=True)
    desk_of(folder, made=False).send([row("1"), row("2"), row("3", number="7")])


def declare(folder: Path) -> None:
    lines = [
        Declaration("1", "kind", "fire", "theft"),
        Declaration("2", "day", "2020-01-05", "2020-01-06"),
    ]
    correct(desk_of(folder).home, PACK, "calls", lines, reason="letter 118", who="Li Min")


def take_back(folder: Path) -> None:
    desk_of(folder).withdraw(2)


def look(folder: Path) -> tuple[Any, ...]:
    """What readers have: batches, records, cube, and the declarations that can be read."""
    home = desk_of(folder).home
    said = [one.entries for one in corrections_of(home)]
    chain = [one.digest for one in home.batches()]
    return chain, records_digest(home, "calls"), cube_digest(home), said


def torment(base: Path, folder: Path, work: Callable[[Path], Any]) -> dict[str, Any]:
    def fresh() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base, folder)

    fresh()
    _, before = in_child(lambda: look(folder))
    _, count = in_child(lambda: gated(lambda: work(folder), 0))
    assert isinstance(count, int), count
    _, after = in_child(lambda: look(folder))
    assert isinstance(before, tuple), before
    assert isinstance(after, tuple), after
    assert before != after
    wrong = []
    for at in range(1, count + 1, STRIDE):
        fresh()
        ended = in_child(partial(gated, lambda: work(folder), at))
        _, told = in_child(lambda: (look(folder), work(folder), look(folder)))
        if ended != (KILLED, None) or isinstance(told, str):
            wrong.append(f"{at}: {ended}, then {told}")
        elif told[0] not in (before, after) or told[2] != after:
            wrong.append(f"{at}: seen {told[0]}, then {told[2]}")
    return {"kills": len(range(1, count + 1, STRIDE)), "wrong": wrong[:3]}


def main() -> None:
    use_language("en")
    folder = Path(sys.argv[1])
    first, second = folder / "first", folder / "second"
    assert in_child(lambda: prepared(first)) == (0, None)
    print(json.dumps(torment(first, folder / "tried", declare)))
    shutil.copytree(first, second)
    assert in_child(lambda: declare(second)) == (0, None)
    print(json.dumps(torment(second, folder / "tried", take_back)))


if __name__ == "__main__":
    main()
