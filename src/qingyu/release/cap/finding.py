"""What a check of a CAP document finds, and what it is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from qingyu.errors import Fault
from qingyu.i18n import T, Text
from qingyu.release.cap.reader import Element

# The twelve checks, as `qingyu cap check` and the manual number them.
CHECKS: dict[int, Text] = {
    1: T("elements, their order and their values"),
    2: T("what every document must have"),
    3: T("times"),
    4: T("identifiers"),
    5: T("references"),
    6: T("what is over has left the feed"),
    7: T("shapes"),
    8: T("elements that belong together"),
    9: T("plain text in two languages"),
    10: T("exercises and tests"),
    11: T("the signature"),
    12: T("limits for readers"),
}

_REMEDIES: dict[int, Text] = {
    1: T("Write the elements as the standard orders them, each value exactly as it spells it."),
    2: T("Give the element with its text."),
    3: T("Write every time as 2026-03-05T18:00:00+08:00, and in an order that can be."),
    4: T("Give every message an identifier of its own, without spaces, commas, < or &."),
    5: T("Name each earlier message as sender,identifier,sent."),
    6: T("Publish the next edition, so that the feed is made anew."),
    7: T("Write pairs of latitude,longitude that close a plain ring around the area."),
    8: T("Give both elements or neither."),
    9: T("Write plain sentences, each in its own language, and whole addresses."),
    10: T("Say so in the text, and keep it out of what residents read."),
    11: T("Do not use it; take the document from the edition again."),
    12: T("Send smaller documents."),
}


@dataclass(frozen=True)
class Finding:
    """check: its number."""

    check: int
    fault: Fault

    def public(self) -> dict[str, object]:
        return {"check": self.check, **self.fault.public()}


@dataclass(frozen=True)
class Message:
    """A document that was read. name: its file; data: its bytes."""

    name: str
    data: bytes
    root: Element

    def value(self, name: str) -> str:
        return self.root.value(name) or ""

    @property
    def identity(self) -> str:
        """How others refer to it."""
        return f"{self.value('sender')},{self.value('identifier')},{self.value('sent')}"

    @property
    def infos(self) -> list[Element]:
        return self.root.all("info")

    def finding(self, check: int, at: Element, found: Text, expected: Text) -> Finding:
        where = f"{self.name}:{at.line}, {at.name}"
        return Finding(check, Fault(where, found, expected, _REMEDIES[check]))


@dataclass(frozen=True)
class Held:
    """What a document is held against, as far as it is known (None: it is not).

    log: other messages; listed: identities that the residents' feed shows; outlines: shapes
    (of shapely) by geocode; whole: whether a signature over these bytes holds.
    """

    now: datetime
    log: Sequence[Message] | None = None
    listed: frozenset[str] | None = None
    outlines: Mapping[str, Any] = field(default_factory=dict)
    whole: bool | None = None
