"""Two ends of a one-way post, without engine or pack: bundles of small texts."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qingyu.intake.bundle import disk
from qingyu.intake.bundle.chain import Policy
from qingyu.intake.bundle.inbox import Inbox
from qingyu.intake.bundle.manifest import Item, Member, Parent
from qingyu.intake.bundle.nodes import Outcome
from qingyu.intake.bundle.outbox import Outbox, Sent
from qingyu.intake.bundle.refusals import RefusedError
from qingyu.minisign import Public


class Killed(BaseException):
    """The process is gone: nothing is done any more."""


def killing(at: int) -> Callable[[int, str, Path], None]:
    def gate(number: int, name: str, path: Path) -> None:
        if number >= at:
            raise Killed

    return gate


def operations(work: Callable[[], object]) -> int:
    names: list[str] = []
    with disk.watched(lambda number, name, path: names.append(name)):
        work()
    return len(names)


def still_clock() -> datetime:
    return datetime(2026, 11, 1, 8, tzinfo=UTC)


def make(box: Outbox, *texts: str, mends: int | None = None, anew: bool = False) -> Sent:
    """A bundle of one item with these files."""
    with box.writing() as work:
        files = {}
        for number, text in enumerate(texts, 1):
            path = work / f"item-1-file-{number}.csv"
            path.write_text(text, "utf-8")
            files[path.name] = path
        item = Item(
            source="calls",
            version=None,
            covers=None,
            delivery="increment",
            supplement_of=None if mends is None else Parent(bundle=mends, item=1),
            rows=len(texts),
            cut=(),
            files=tuple(member(name, path.read_bytes()) for name, path in files.items()),
        )
        return box.number([item], files, "clerk", anew)


def member(name: str, data: bytes) -> Member:
    return Member(name=name, size=len(data), sha256=hashlib.sha256(data).hexdigest())


@dataclass
class Post:
    """A sender's box and a receiver who trusts it; receiving writes the texts into a list."""

    folder: Path
    gaps: Policy = "take"

    def __post_init__(self) -> None:
        self.box = Outbox.create(self.folder / "box", "police", "pack")
        self.box.clock = still_clock
        self.inbox = Inbox(self.folder / "bundles")
        self.inbox.clock = still_clock
        self.trust(self.box)
        self.received: list[str] = []

    def trust(self, box: Outbox, *sources: str) -> None:
        public = Public.read(box.public_file)
        self.inbox.trust("police", public, sources or ("calls",), self.gaps, "chief")

    def restored(self, name: str) -> Outbox:
        """The box as a backup would bring it back."""
        return Outbox.open(Path(shutil.copytree(self.box.folder, self.folder / name)))

    def open(self, *paths: Path) -> None:
        """What `flows.bundle_open` does, with texts for records."""
        with self.inbox.working() as work:
            for path in paths:
                self.inbox.admit(path, "officer")
            self.settle(work)

    def settle(self, work: Path) -> None:
        nodes = self.inbox.nodes("police")
        for link in self.inbox.state("police").undo:
            self.inbox.undo(nodes[link.digest], [link.number], "officer")
        for link in self.inbox.state("police").take:
            node = nodes[link.digest]
            texts = [path.read_text("utf-8") for path in self.inbox.extract(node, 1, work)]
            self.received += texts
            self.inbox.take(node, [outcome(link.number)], "officer")

    def decide(self, number: int, digest: str | None) -> None:
        with self.inbox.working() as work:
            self.inbox.decide("police", [number], digest, "chief", "telephone")
            self.settle(work)

    def in_force(self) -> list[str]:
        """Digests that count here, in the order of numbers."""
        return [d for d, node in self.inbox.nodes("police").items() if node.in_force]


def outcome(batch: int) -> Outcome:
    receipt = {"sentence": {"zh": f"第 {batch} 批", "en": f"Batch {batch}"}, "rejects": None}
    return Outcome("calls", batch, False, receipt, None)


def refusal(post: Post, path: Path) -> RefusedError:
    """Why the bundle in `path` is not believed."""
    with pytest.raises(RefusedError) as caught:
        post.open(path)
    return caught.value
