"""Kills batches that change united events at every operation, each in a forked child.

A program of its own, as `engine_kill.py` one folder up, whose hands it uses and whose folder must
be on the path: `python match_kill.py FOLDER MODE` prints one line of JSON a step.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import engine_kill
from engine_town import draft, still_clock
from engine_walk import Step
from match_town import Call, Signed, matching_town, stage

from qingyu.engine.cube import backfill
from qingyu.engine.fingerprints import cube_digest, records_digest
from qingyu.engine.store import Home
from qingyu.errors import HomeError
from qingyu.i18n import use_language

PACK = matching_town()
WITHOUT = PACK.model_copy(update={"unions": (), "indicators": PACK.indicators[3:]})
CRASH = Call("traffic", "t1", 0, "A", "crash")
HELP = Call("police", "p1", 8, "A", "help")
MOVED = Call("police", "p1", 40, "B", "help")
RESCUE = Call("fire", "f1", 16, "T", "rescue")


def create(folder: Path) -> None:
    if not (folder / "format").exists():
        Home.create(folder, folder.parent / "pack")


def sending(name: str, content: str, *rows: Signed, pack: Any = PACK) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        home = Home.open(folder)
        home.clock = still_clock
        with home.writing(wait=0) as writer:
            if content in [batch.content_digest for batch in home.batches()]:
                return
            records = stage(writer.staging, writer.next_number, rows)
            writer.commit(draft(pack, source=name, records=records, content_digest=content))

    return do


def count(folder: Path) -> None:
    home = Home.open(folder)
    home.clock = still_clock
    backfill(home, PACK, "clerk")


STEPS = [
    Step("create", create),
    Step("the first", sending("traffic", "1", Signed(1, CRASH), pack=WITHOUT)),
    Step("a new union", count),
    Step("another", sending("fire", "2", Signed(1, RESCUE))),
    Step("one that joins", sending("police", "3", Signed(1, HELP))),
    Step("one that parts", sending("police", "4", Signed(-1, HELP), Signed(1, MOVED))),
]


def state(folder: Path) -> tuple[str, ...]:
    try:
        home = Home.open(folder)
    except HomeError:
        return ("no home",)
    records = [records_digest(home, name) for name in ("traffic", "police", "fire")]
    batches = [batch.digest for batch in home.batches()]
    return (*batches, *records, cube_digest(home))


def main(folder: Path, mode: str) -> None:
    use_language("en")
    engine_kill.state = state  # type: ignore[assignment]
    home, base = folder / "inner" / "home", folder / "base"
    home.parent.mkdir(parents=True)
    for step in STEPS:
        if step.name not in ("create", "the first"):
            print(json.dumps(engine_kill.torment(home, base, step, mode)), flush=True)
        code, result = engine_kill.in_child(lambda step=step: step.do(base))
        assert (code, result) == (0, None), f"{step.name}: {result}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
