"""One side of the gap, killed at every step: `python bundle_kill.py SIDE FOLDER`.

A program of its own, so that each side runs in a network of its own. `send` fills FOLDER/carrier,
`receive` reads it. This process never opens a database: it forks children that do, and kills each
at one of the numbered operations of the disk; another child then runs the same command again. One
line of JSON tells what came of it.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from bundle_town import Gap, row, still_clock, two_sources

from forked import KILLED, gated, in_child
from qingyu.engine.fingerprints import cube_digest, records_digest
from qingyu.engine.store import Home
from qingyu.flows.bundle_make import Send, make
from qingyu.flows.bundle_open import inbox_of, open_bundles
from qingyu.i18n import use_language
from qingyu.intake.bundle.outbox import Outbox
from qingyu.minisign import Public

State = tuple[Any, ...]


def torment(
    base: Path, folder: Path, work: Callable[[Path], Any], look: Callable[[Path], State]
) -> dict[str, Any]:
    """Every point of `work`, which starts from `base`: what is seen at once is the state before or
    after, and the same command again leads to the state after."""

    def fresh() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base, folder)

    fresh()
    _, before = in_child(lambda: look(folder))
    code, count = in_child(lambda: gated(lambda: work(folder), 0))
    assert isinstance(count, int), f"{code}: {count}"
    _, after = in_child(lambda: look(folder))
    assert before != after
    wrong = []
    for at in range(1, count + 1):
        fresh()
        ended = in_child(lambda at=at: gated(lambda: work(folder), at))
        code, told = in_child(lambda: (look(folder), work(folder), look(folder)))
        if ended != (KILLED, None) or isinstance(told, str):
            wrong.append(f"{at}: {ended}, then {code}, {told}")
            continue
        seen, _, then = told
        if seen not in (before, after) or then != after:
            wrong.append(f"{at}: seen {seen}, then {then}, not {before} or {after}")
    return {"kills": count, "wrong": wrong[:5], "networks": networks()}


def networks() -> list[str]:
    """The network devices that this process can see."""
    lines = Path("/proc/net/dev").read_text().splitlines()[2:]
    return sorted(line.split(":")[0].strip() for line in lines)


# -- the two sides ------------------------------------------------------------------------------


def send(folder: Path) -> dict[str, Any]:
    """A box sends its second bundle; the carrier then has both, whatever was killed."""
    base, pack = folder / "sender", two_sources()
    files = [base / "one.csv", base / "two.csv"]

    def prepare() -> None:
        gap = Gap(base, pack)
        gap.send(gap.file([row("1"), row("2", number="?")], "one.csv"))
        gap.file([row("1", number="5"), row("3")], "two.csv")
        (base / "carrier").mkdir()
        gap.box.copy([1], base / "carrier")

    base.mkdir()
    assert in_child(prepare) == (0, None)

    def work(there: Path) -> None:
        box = Outbox.open(there / "box")
        box.clock = still_clock
        sent = make(box, pack, [Send("calls", (there / files[1].name,), version="2")], who="clerk")
        box.copy([sent.manifest.number], there / "carrier")

    def look(there: Path) -> State:
        """What somebody who takes the carrier away would have."""
        return tuple(sorted((p.name, p.read_bytes()) for p in (there / "carrier").glob("*.qyb")))

    told = torment(base, folder / "tried", work, look)
    shutil.copytree(folder / "tried" / "carrier", folder / "carrier")
    shutil.copy(next((folder / "tried" / "box").glob("*.pub")), folder / "carrier" / "police.pub")
    return told


def receive(folder: Path) -> dict[str, Any]:
    """A home that knows the first bundle opens both of the carrier, which it cannot write to."""
    base, pack, carrier = folder / "receiver", two_sources(), folder / "carrier"

    def prepare() -> None:
        home = Home.create(base / "home", base / "pack")
        inbox = inbox_of(home)
        inbox.trust("police", Public.read(carrier / "police.pub"), ["calls"], "take", "chief")
        open_bundles(opened(base), pack, [carrier / "police-000001.qyb"], who="officer")

    def opened(there: Path) -> Home:
        home = Home.open(there / "home")
        home.clock = still_clock
        return home

    base.mkdir()
    assert in_child(prepare) == (0, None)

    def work(there: Path) -> None:
        open_bundles(opened(there), pack, [carrier], who="officer")

    def look(there: Path) -> State:
        """Batches; then, of all that was received, whether its notes and receipts are there."""
        home = opened(there)
        inbox = inbox_of(home)
        nodes = inbox.nodes("police").values()
        return (
            tuple((b.kind, b.content_digest, b.file_name) for b in home.batches()),
            cube_digest(home),
            records_digest(home, "calls"),
            tuple(inbox.receipt_file(n).read_text() for n in nodes if n.in_force),
            inbox.state("police").last if home.last == 2 else None,
        )

    told = torment_home(base, folder / "opened", work, look)
    try:
        (carrier / "x").touch()
        told["wrong"].append("the carrier can be written to")
    except OSError:
        pass
    return told


def torment_home(
    base: Path, folder: Path, work: Callable[[Path], Any], look: Callable[[Path], State]
) -> dict[str, Any]:
    """What is seen after a kill is the state with or without the new bundle's batch, whole; its
    note or receipt may still be owed, which the next run writes."""
    count = in_child(lambda: _copied(base, folder, lambda: gated(lambda: work(folder), 0)))[1]
    assert isinstance(count, int), count
    _, after = in_child(lambda: look(folder))
    stages = {1: after[0][:1], 2: after[0]}
    wrong = []
    for at in range(1, count + 1):
        ended = in_child(
            lambda at=at: _copied(base, folder, lambda: gated(lambda: work(folder), at))
        )
        code, told = in_child(
            lambda: (Home.open(folder / "home").batches(), work(folder), look(folder))
        )
        if ended != (KILLED, None) or isinstance(told, str):
            wrong.append(f"{at}: {ended}, then {code}, {told}")
            continue
        seen, _, then = told
        found = tuple((b.kind, b.content_digest, b.file_name) for b in seen)
        if found != stages.get(len(found)):
            wrong.append(f"{at}: seen {found}")
        if then != after:
            wrong.append(f"{at}: then {then}, not {after}")
    return {"kills": count, "wrong": wrong[:5], "networks": networks()}


def _copied(base: Path, folder: Path, work: Callable[[], Any]) -> Any:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder)
    return work()


if __name__ == "__main__":
    use_language("en")
    side = {"send": send, "receive": receive}[sys.argv[1]]
    print(json.dumps(side(Path(sys.argv[2]))), flush=True)
