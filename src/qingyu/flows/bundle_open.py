"""Bundles that were carried over are judged, and their files received as if sent here.

    opening = open_bundles(home, pack, [Path("carried")], who="the duty officer")

All files are judged before any is received, so that 8 and 7 in one folder are no gap. Each file of
a bundle goes through the normal `receive`; a killed run is simply run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from qingyu.engine.store import Home
from qingyu.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    PackError,
    QingyuError,
    UsageError,
)
from qingyu.flows.bundle_why import notes, refused_rows, why
from qingyu.i18n import T
from qingyu.intake.bundle.chain import Link, State
from qingyu.intake.bundle.container import SUFFIX
from qingyu.intake.bundle.inbox import Decision, Inbox
from qingyu.intake.bundle.manifest import Item
from qingyu.intake.bundle.nodes import Node, Outcome
from qingyu.intake.bundle.refusals import RefusedError, shown
from qingyu.intake.options import source_of
from qingyu.intake.receipt import Receipt
from qingyu.intake.receive import Progress, receive
from qingyu.intake.withdraw import withdraw
from qingyu.pack.model import Pack

Fate = Literal["received", "repeat", "waiting", "forked", "refused"]

_OF_THE_ITEM = (UsageError, InputError, ConflictError, NotFoundError, PackError)


@dataclass(frozen=True)
class Opened:
    """What became of one file (or, without a file, of a bundle that had waited)."""

    file: str | None
    fate: Fate
    node: Node | None = None
    receipt: Path | None = None
    refused: RefusedError | None = None


@dataclass(frozen=True)
class Opening:
    """What became of all, and the state of the streams they belong to."""

    files: tuple[Opened, ...]
    states: dict[str, State]


def inbox_of(home: Home) -> Inbox:
    """The bundles of a home."""
    inbox = Inbox(home.folder / "bundles")
    inbox.clock = home.clock
    return inbox


def open_bundles(
    home: Home,
    pack: Pack,
    paths: Sequence[Path],
    *,
    who: str,
    boundaries: Path | None = None,
    progress: Progress | None = None,
) -> Opening:
    """Judge the files (of a folder: those named *.qyb) and receive what may be received. Refused
    files are among the results; LockedError, StorageError, DamageError end it, to be run again."""
    inbox, desk = inbox_of(home), _Desk(home, pack, who, boundaries, progress)
    arrived: list[
        tuple[str, str | RefusedError]
    ] = []  # file name; digest of its bundle, or why not
    repeats: set[str] = set()
    with inbox.working() as work:
        for path in files_of(paths):
            try:
                arrival, node = inbox.admit(path, who)
            except RefusedError as refused:
                arrived.append((shown(path.name), refused))
                continue
            arrived.append((shown(path.name), node.digest))
            if arrival == "repeat":
                repeats.add(node.digest)
        done = _settle(inbox, desk, work)
        return _opening(inbox, arrived, repeats, done)


def decide(
    home: Home,
    pack: Pack,
    stream: str,
    numbers: Sequence[int],
    digest: str | None,
    *,
    who: str,
    because: str,
    boundaries: Path | None = None,
) -> tuple[Decision, Opening]:
    """A named person decides of a fork (`digest` counts) or a gap (None: lost for good). What was
    received of a bundle that is set aside is withdrawn; what waited is received."""
    inbox, desk = inbox_of(home), _Desk(home, pack, who, boundaries, None)
    with inbox.working() as work:
        decision = inbox.decide(stream, numbers, digest, who, because)
        done = _settle(inbox, desk, work)
        return decision, _opening(inbox, [], set(), done)


def files_of(paths: Sequence[Path]) -> list[Path]:
    """Files as named; of a folder its bundles by name, and nothing hidden or unfinished."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [p for p in sorted(path.iterdir()) if p.suffix == SUFFIX and p.is_file()]
            found += [p for p in inside if not p.name.startswith(".") and not p.is_symlink()]
        else:
            found.append(path)
    return found


# -- receiving ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Desk:
    home: Home
    pack: Pack
    who: str
    boundaries: Path | None
    progress: Progress | None


def _settle(inbox: Inbox, desk: _Desk, work: Path) -> list[Node]:
    """Withdraw what was set aside since, then receive all whose turn it is, by number."""
    done = []
    for stream in inbox.trusts():
        nodes = inbox.nodes(stream)
        for link in inbox.state(stream).undo:
            _undo(inbox, desk, nodes[link.digest])
        for link in inbox.state(stream).take:
            done.append(_take(inbox, desk, work, nodes[link.digest]))
    return done


def _take(inbox: Inbox, desk: _Desk, work: Path, node: Node) -> Node:
    outcomes = []
    for number, item in enumerate(node.manifest.items, 1):
        earlier = node.taken.items[number - 1] if node.taken and node.in_force else None
        if earlier is not None and earlier.refused is None:
            outcomes.append(earlier)
            continue
        files = inbox.extract(node, number, work)
        outcomes.append(_received(inbox, desk, node, item, files))
    return inbox.take(node, outcomes, desk.who)


def _received(inbox: Inbox, desk: _Desk, node: Node, item: Item, files: Sequence[Path]) -> Outcome:
    """One item through the normal intake. What is wrong with the item alone is its outcome: the
    rest of the bundle is received all the same, and the stream goes on."""
    try:
        _same_delivery(desk.pack, item)
        receipt = receive(
            desk.home,
            desk.pack,
            item.source,
            files,
            covers=_days(item),
            version=item.version,
            supplement=_parent(inbox, node, item),
            boundaries=desk.boundaries,
            who=desk.who,
            progress=desk.progress,
        )
    except _OF_THE_ITEM as error:
        return Outcome(item.source, None, False, None, error.public())
    # A killed run may have committed this very batch: then it is no repeat.
    own = receipt.file_name == ", ".join(file.name for file in files)
    receipt = replace(receipt, again=receipt.again and not own)
    return Outcome(item.source, receipt.number, receipt.again, _plain(receipt, files), None)


def _plain(receipt: Receipt, files: Sequence[Path]) -> dict[str, object]:
    sentence = receipt.sentence()
    text = {"zh": str(sentence), "en": str(sentence)}
    if not isinstance(sentence, str):
        text = {"zh": sentence.render("zh"), "en": sentence.render("en")}
    told = {
        "sentence": text,
        "why": why(receipt),
        "refused_rows": refused_rows(receipt, files),
        "notes": notes(receipt),
    }
    return {**receipt.public(), **told}


def _same_delivery(pack: Pack, item: Item) -> None:
    """An increment taken for a snapshot would withdraw what it does not name."""
    source = source_of(pack, item.source)
    if source.delivery != item.delivery:
        raise InputError(
            item.source,
            T("a file sent as {delivery}", delivery=item.delivery),
            T("{delivery}, by the contract here", delivery=source.delivery),
            T("Give both sides the same pack, and open the bundle again."),
        )


def _days(item: Item) -> tuple[date, date] | None:
    if item.covers is None:
        return None
    return date.fromisoformat(item.covers[0]), date.fromisoformat(item.covers[1])


def _parent(inbox: Inbox, node: Node, item: Item) -> int | None:
    """The batch that a supplement mends: the sender knows it by bundle and item."""
    if item.supplement_of is None:
        return None
    parent = item.supplement_of
    batch = inbox.batch_of(node.manifest.stream, parent.bundle, parent.item)
    if batch is None:
        raise NotFoundError(
            f"{node.manifest.stream} {parent.bundle}/{parent.item}",
            T("no batch of that bundle"),
            T("the bundle that this supplement mends, received here"),
            T("Open that bundle, then this one again."),
        )
    return batch


def _undo(inbox: Inbox, desk: _Desk, node: Node) -> None:
    assert node.taken is not None
    batches = []
    for outcome in node.taken.items:
        if outcome.batch is not None and not outcome.again:
            withdraw(desk.home, desk.pack, outcome.batch, desk.who)
            batches.append(outcome.batch)
    inbox.undo(node, batches, desk.who)


# -- what to say --------------------------------------------------------------------------------


def _opening(
    inbox: Inbox,
    arrived: Sequence[tuple[str, str | RefusedError]],
    repeats: set[str],
    done: Sequence[Node],
) -> Opening:
    states = {stream: inbox.state(stream) for stream in inbox.trusts()}
    nodes = {d: node for stream in states for d, node in inbox.nodes(stream).items()}
    files = []
    for name, what in arrived:
        if isinstance(what, QingyuError):
            files.append(Opened(name, "refused", refused=what))
        else:
            fresh = what not in repeats
            files.append(_opened(inbox, states, nodes[what], name, fresh))
            repeats.add(what)
    named = {what for _, what in arrived if isinstance(what, str)}
    files += [_opened(inbox, states, node, None, True) for node in done if node.digest not in named]
    return Opening(tuple(files), states)


def _opened(
    inbox: Inbox, states: dict[str, State], node: Node, name: str | None, fresh: bool
) -> Opened:
    state = states[node.manifest.stream]
    link: Link = node.link
    if node.in_force:
        return Opened(name, "received" if fresh else "repeat", node, inbox.receipt_file(node))
    if state.forks:
        return Opened(name, "forked", node)
    assert link in state.wait, link
    return Opened(name, "waiting", node)
