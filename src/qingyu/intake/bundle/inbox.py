"""The receiving side: whom we trust, what came, what waits, what was decided.

bundles/
    streams/<stream>/
        trust.json      keys, sources, what a gap means
        decisions.json  who decided what of forks and gaps, in order
        nodes/          one note per believed bundle (`nodes`)
        held/           bundles whose turn has not come
        receipts/       one page per bundle taken, for people
    refused/            one note per file that was refused
    work/               unfinished; swept at the next start
    lock

A file is copied in first and judged there, so that nobody can change it in between. Then it is
*held* with its note; then, when its turn comes, its files are received and the note says so. What
"received" means is the caller's matter (`flows.bundle_open`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from qingyu.errors import NotFoundError
from qingyu.i18n import T
from qingyu.intake.bundle import decisions, disk, refusals, trust
from qingyu.intake.bundle.chain import Link, Policy, State, judge
from qingyu.intake.bundle.container import LIMIT, Container
from qingyu.intake.bundle.decisions import Decision
from qingyu.intake.bundle.nodes import Node, Nodes, Outcome, Taken, Undone, with_taken
from qingyu.intake.bundle.receipts import page
from qingyu.intake.bundle.refusals import RefusedError
from qingyu.intake.bundle.trust import Trust
from qingyu.intake.bundle.verify import Proven, permitted, verify
from qingyu.minisign import Public

Arrival = Literal["repeat", "held"]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Inbox:
    """The folder `bundles` of the receiving side. Reading needs no lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.clock: Callable[[], datetime] = utc_now
        self._notes: dict[str, Nodes] = {}

    # -- reading ----------------------------------------------------------------------------

    def trusts(self) -> dict[str, Trust]:
        found = [trust.read(path.parent) for path in self._streams().glob("*/trust.json")]
        return {one.stream: one for one in sorted(filter(None, found), key=lambda t: t.stream)}

    def nodes(self, stream: str) -> dict[str, Node]:
        return self._nodes(stream).all()

    def decisions(self, stream: str) -> tuple[Decision, ...]:
        return decisions.read(self._streams() / stream)

    def refused(self) -> list[dict[str, Any]]:
        """Notes of refused files, the oldest first."""
        paths = (self.folder / "refused").glob("*.json")
        notes = [json.loads(path.read_text("utf-8")) for path in paths]
        return sorted(notes, key=lambda note: (note["when"], note["file"], note["digest"]))

    def state(self, stream: str) -> State:
        """What the stream comes to. A bundle that counts but whose contents are no longer here
        (it had been set aside) is missing until it is brought again."""
        nodes = self.nodes(stream)
        policy = self.trusts()[stream].gaps
        choices = [decision.choice for decision in self.decisions(stream)]
        done = {node.digest for node in nodes.values() if self._is_done(node)}
        links = [node.link for node in nodes.values()]
        first = judge(links, done, choices, policy)
        # Brought again for its refused items, a bundle is not done; and yet there is much to undo.
        undo = tuple(link for link in sorted(links, reverse=True)
                     if link.digest in first.aside and nodes[link.digest].in_force)  # fmt: skip
        first = replace(first, undo=undo)
        empty = {
            link for link in (*first.take, *first.wait)
            if not self._nodes(stream).held(nodes[link.digest]).exists()
        }  # fmt: skip
        if not empty:
            return first
        then = judge([link for link in links if link not in empty], done, choices, policy)
        last = max(first.last, then.last)
        gaps = sorted({*then.gaps, *(link.number for link in empty)})
        take = () if first.forks else then.take
        then = replace(then, forks=first.forks, take=take, undo=undo)
        return replace(then, last=last, gaps=tuple(gaps))

    def receipt_file(self, node: Node) -> Path:
        name = f"{node.manifest.label}-{node.digest[:8]}.txt"
        return self._folder(node) / "receipts" / name

    # -- trust and decisions ----------------------------------------------------------------

    def trust(
        self, stream: str, public: Public, sources: Sequence[str], gaps: Policy, who: str
    ) -> Trust:
        """Believe what this key signs for `stream`, for these sources. Said again with another
        key, it adds the key (a renewed one); sources and `gaps` are as last said."""
        trust.check_words(stream, sources)
        with self.working():
            folder = self._streams() / stream
            for name in ("nodes", "held", "receipts"):
                disk.make_folder(folder / name)
            known = trust.read(folder) or Trust(stream, (), gaps, ())
            said = replace(known, sources=tuple(dict.fromkeys(sources)), gaps=gaps)
            said = said.with_key(public, who, self._now())
            if said != known:
                trust.write(folder, said)
        return said

    def revoke(self, stream: str, key: str, after: int, who: str, because: str) -> Trust:
        """Believe this key no more, but for bundles up to number `after`."""
        with self.working():
            known = self._trust(stream)
            said = known.without(key, after, who, self._now(), because)
            trust.write(self._streams() / stream, said)
        return said

    def decide(
        self, stream: str, numbers: Sequence[int], digest: str | None, who: str, because: str
    ) -> Decision:
        """Of the bundle with this number, the one whose digest begins with `digest` counts; None:
        the bundles are lost for good. The same decision again changes nothing. (Inside
        `working`.)"""
        self._trust(stream)
        earlier, state, whole = self.decisions(stream), self.state(stream), None
        if digest is None:
            decisions.must_be_gaps(stream, numbers, state, earlier)
        else:
            named = {node.digest for node in self.nodes(stream).values()
                     if node.manifest.number == numbers[0]}  # fmt: skip
            whole = decisions.candidate(stream, numbers[0], digest, named, state, earlier)
        fresh = [Decision(n, whole, who, self._now(), because) for n in numbers]
        last = earlier[-1:] if whole is not None else earlier
        added = [d for d in fresh if d.choice not in [one.choice for one in last]]
        if added:
            decisions.write(self._streams() / stream, (*earlier, *added))
        return next(d for d in (*added, *reversed(earlier)) if d.choice == fresh[0].choice)

    # -- bundles coming in ------------------------------------------------------------------

    @contextmanager
    def working(self) -> Iterator[Path]:
        """The one right to change, for the length of the block; gives the folder for unfinished
        work. What a killed run left is finished or swept first."""
        for name in ("streams", "refused", "work"):
            disk.make_folder(self.folder / name)
        with disk.locked(self.folder / "lock"):
            self._recover()
            yield self.folder / "work"
            disk.sweep(self.folder / "work")

    def admit(self, path: Path, who: str) -> tuple[Arrival, Node]:
        """Judge the file at `path` and hold it until its turn; `RefusedError` if it is not believed
        (which is noted). (Inside `working`.)"""
        copy = self.folder / "work" / "arrived.qyb"
        try:
            digest = _copy_bounded(path, copy)
        except RefusedError as refused:
            self._note(path, hashlib.sha256(path.name.encode("utf-8", "replace")).hexdigest(),
                       who, refused)  # fmt: skip
            raise
        try:
            found = self._judged(path, copy)
            disk.remove(self.folder / "refused" / f"{digest}.json")  # not believed then, but now
            return found
        except RefusedError as refused:
            self._note(path, digest, who, refused)
            raise

    def _judged(self, path: Path, copy: Path) -> tuple[Arrival, Node]:
        with copy.open("rb") as file:
            proven = verify(file, path, self.trusts())
        manifest = proven.manifest
        nodes = self.nodes(manifest.stream)
        known = nodes.get(manifest.digest)
        if known is not None and self._is_done(known) and not _has_refused(known):
            return "repeat", known
        permitted(path, proven, self._trust(manifest.stream))
        node = known or self._seen(path, proven)
        links = [one.link for one in (*nodes.values(), node)]
        choices = [decision.choice for decision in self.decisions(manifest.stream)]
        if node.digest in judge(links, (), choices, "take").aside:
            self._nodes(manifest.stream).write(node)  # its followers are to be known as such
            error = refusals.set_aside(path, manifest.stream, manifest.number)
            error.stream, error.number = manifest.stream, manifest.number
            raise error
        disk.rename(copy, self._nodes(manifest.stream).held(node))
        if known is None:
            self._nodes(manifest.stream).write(node)
        return "held", node

    def _seen(self, path: Path, proven: Proven) -> Node:
        return Node(proven.manifest, proven.signature, refusals.shown(path.name), self._now())

    def extract(self, node: Node, item: int, folder: Path) -> list[Path]:
        """The files of one item (from 1), named after the bundle, as they were signed."""
        held = self._nodes(node.manifest.stream).held(node)
        files = []
        with held.open("rb") as file:
            container = Container(held, file)
            for number, member in enumerate(node.manifest.items[item - 1].files, 1):
                target = folder / f"{node.manifest.label}-{item}-{number}.csv"
                container.extract(member, target)
                files.append(target)
        return files

    def take(self, node: Node, items: Sequence[Outcome], who: str) -> Node:
        """Note that the bundle was received; a later try of refused items keeps the first day."""
        stream = node.manifest.stream
        missing = tuple(n for n in self.state(stream).gaps if n < node.manifest.number)
        first = node.taken if node.in_force else None
        taken = Taken(
            first.when if first else self._now(),
            first.who if first else who,
            first.missing if first else missing,
            tuple(items),
        )
        node = with_taken(node, taken)
        self._nodes(stream).write(node)
        disk.replace(self.receipt_file(node), page(node).encode())
        disk.remove(self._nodes(stream).held(node))
        return node

    def undo(self, node: Node, batches: Sequence[int], who: str) -> Node:
        """Note that the bundle's batches were withdrawn, since it was set aside."""
        node = replace(node, undone=Undone(self._now(), who, tuple(batches)))
        self._nodes(node.manifest.stream).write(node)
        disk.replace(self.receipt_file(node), page(node).encode())
        return node

    def batch_of(self, stream: str, number: int, item: int) -> int | None:
        """The batch that an item of a bundle in force became."""
        for node in self.nodes(stream).values():
            if node.manifest.number == number and node.taken and node.in_force:
                items = node.taken.items
                return items[item - 1].batch if item <= len(items) else None
        return None

    # -- inside -----------------------------------------------------------------------------

    def _is_done(self, node: Node) -> bool:
        """Received for good: a bundle with refused items that was brought again is not."""
        held = self._nodes(node.manifest.stream).held(node)
        return node.in_force and not (_has_refused(node) and held.exists())

    def _recover(self) -> None:
        disk.sweep(self.folder / "work")
        for path in sorted(self._streams().rglob("*.new")):
            disk.remove(path)
        for stream in self.trusts():
            notes = self._nodes(stream)
            nodes = notes.all()
            for node in nodes.values():
                self._finish(node)
            aside = self.state(stream).aside
            names = {notes.held(n).name for n in nodes.values() if n.digest not in aside}
            for path in sorted((self._streams() / stream / "held").iterdir()):
                if path.name not in names:
                    disk.remove(path)

    def _finish(self, node: Node) -> None:
        """The steps behind a note that may be missing: its receipt, and the end of its copy."""
        if node.taken is not None and not self.receipt_file(node).exists():
            disk.replace(self.receipt_file(node), page(node).encode())
        if node.in_force and not _has_refused(node):
            disk.remove(self._nodes(node.manifest.stream).held(node))

    def _note(self, path: Path, digest: str, who: str, refused: RefusedError) -> None:
        target = self.folder / "refused" / f"{digest}.json"
        if target.exists():
            return
        note = {
            "file": refusals.shown(path.name),
            "digest": digest,
            "code": refused.code,
            "member": refused.member,
            "stream": refused.stream,
            "number": refused.number,
            "when": self._now(),
            "who": who,
            "sentence": {"zh": refused.faults[0].sentence().render("zh"),
                         "en": refused.faults[0].sentence().render("en")},
        }  # fmt: skip
        disk.replace(target, json.dumps(note, ensure_ascii=False, indent=1).encode() + b"\n")

    def _trust(self, stream: str) -> Trust:
        found = trust.read(self._streams() / stream)
        if found is None:
            raise NotFoundError(
                stream,
                T("no stream of this name"),
                ", ".join(self.trusts()) or "-",
                T("Name a stream that is trusted here; `qingyu bundle trust` adds one."),
            )
        return found

    def _streams(self) -> Path:
        return self.folder / "streams"

    def _nodes(self, stream: str) -> Nodes:
        if stream not in self._notes:
            self._notes[stream] = Nodes(self._streams() / stream)
        return self._notes[stream]

    def _folder(self, node: Node) -> Path:
        return self._streams() / node.manifest.stream

    def _now(self) -> str:
        return self.clock().isoformat(timespec="seconds")


def _has_refused(node: Node) -> bool:
    return node.taken is not None and node.taken.refused


def _copy_bounded(path: Path, target: Path) -> str:
    """Copy a plain file, no longer than a bundle can be; gives its SHA-256."""
    if not path.is_file():
        raise RefusedError("no_file", path, T("no such file"), T("a bundle"), T("Check the name."))
    if path.stat().st_size > LIMIT:
        raise refusals.too_large(path, LIMIT)
    hasher, size = hashlib.sha256(), 0
    with disk.new_file(target) as file, path.open("rb") as given:
        while block := given.read(disk.BLOCK):
            size += len(block)
            if size > LIMIT:
                raise refusals.too_large(path, LIMIT)
            hasher.update(block)
            file.write(block)
    return hasher.hexdigest()


__all__ = ["Decision", "Inbox", "Link", "State"]
