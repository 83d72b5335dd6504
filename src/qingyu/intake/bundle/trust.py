"""Whom the receiving side believes: for each stream its keys, its sources, what a gap means.

A key is trusted by a named person who was handed it, never because a bundle came with it. A revoked
key stays in the list, so that what it may still sign (`after`) and why it ended can be told.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from qingyu.errors import ConflictError, NotFoundError, UsageError
from qingyu.i18n import T
from qingyu.intake.bundle import disk
from qingyu.intake.bundle.chain import Policy
from qingyu.intake.bundle.manifest import STREAM
from qingyu.minisign import Public


@dataclass(frozen=True)
class Trusted:
    """One key. `after` None: in force; else revoked, good up to that number only."""

    key: str  # id, sixteen hexadecimal digits
    line: str  # the key itself
    who: str
    since: str
    after: int | None = None
    revoked_by: str | None = None
    revoked_on: str | None = None
    because: str | None = None

    @property
    def public(self) -> Public:
        return Public.of_line(self.line)


@dataclass(frozen=True)
class Trust:
    """What is believed of one stream."""

    stream: str
    sources: tuple[str, ...]
    gaps: Policy
    keys: tuple[Trusted, ...]

    @property
    def in_force(self) -> tuple[Trusted, ...]:
        return tuple(key for key in self.keys if key.after is None)

    def key(self, name: str) -> Trusted | None:
        return next((key for key in self.keys if key.key == name), None)

    def with_key(self, public: Public, who: str, now: str) -> Trust:
        """This trust and one more key; a key that was revoked does not come back."""
        there = self.key(public.name)
        if there is None:
            return replace(self, keys=(*self.keys, Trusted(public.name, public.line, who, now)))
        if there.after is not None or there.line != public.line:
            raise ConflictError(
                public.name,
                T("a key that was revoked here, or another key with its id"),
                T("a new key"),
                T("Have the sender run `qingyu bundle rotate`, and trust the key it prints."),
            )
        return self

    def without(self, name: str, after: int, who: str, now: str, because: str) -> Trust:
        """This trust with one key revoked: good up to bundle `after` (0: for none)."""
        there = self.key(name)
        if there is None:
            raise NotFoundError(
                name,
                T("no key of {stream} with this id", stream=self.stream),
                ", ".join(key.key for key in self.keys),
                T("Name one of the stream's keys."),
            )
        gone = replace(there, after=after, revoked_by=who, revoked_on=now, because=because)
        return replace(self, keys=tuple(gone if key == there else key for key in self.keys))


def read(folder: Path) -> Trust | None:
    """The trust kept in a stream's folder."""
    try:
        plain = json.loads((folder / "trust.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Trust(
        plain["stream"],
        tuple(plain["sources"]),
        plain["gaps"],
        tuple(Trusted(**key) for key in plain["keys"]),
    )


def write(folder: Path, trust: Trust) -> None:
    text = json.dumps(asdict(trust), ensure_ascii=False, indent=1, sort_keys=True)
    disk.replace(folder / "trust.json", text.encode() + b"\n")


def check_words(stream: str, sources: Sequence[str]) -> None:
    if not STREAM.fullmatch(stream) or not sources:
        raise UsageError(
            stream,
            T("no stream, or no source that it may send"),
            T("the stream's name as its bundles give it, and --source for each source"),
            T("Ask the sender for the name, and allow what it is to send and nothing else."),
        )
