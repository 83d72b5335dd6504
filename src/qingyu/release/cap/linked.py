"""Checks 4, 5, 6, 10 and 11: a document among the others, on the shelf and in the feeds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from qingyu.i18n import T
from qingyu.release.cap.finding import Finding, Held, Message
from qingyu.release.cap.timely import expiry, sent_at
from qingyu.release.cap.times import read_time

_UNFIT = re.compile(r"[\s,<&]")
_REFERRING = ("Update", "Cancel", "Ack", "Error")
_MARK = re.compile(r"\b(exercise|test|drill|simulated)\b|演练|演习|测试|模拟", re.IGNORECASE)


def identifiers(message: Message, held: Held) -> Iterator[Finding]:
    """Check 4."""
    for name in ("identifier", "sender"):
        one = message.root.first(name)
        if one is not None and (unfit := _UNFIT.search(one.text.strip())):
            yield message.finding(4, one, T("the character “{mark}” in “{text}”", mark=unfit[0],
                                            text=one.text.strip()),
                                  T("no space, comma, < or &"))  # fmt: skip
    at = message.root.first("identifier") or message.root
    mine = (message.value("sender"), message.value("identifier"))
    for other in held.log or ():
        same = mine == (other.value("sender"), other.value("identifier"))
        if same and other.data != message.data:
            yield message.finding(4, at, T("the identifier of another message, {name}",
                                           name=other.name),
                                  T("an identifier that was never used"))  # fmt: skip


def references(message: Message, held: Held) -> Iterator[Finding]:
    """Check 5."""
    kind, at = message.value("msgType"), message.root.first("references")
    named = [] if at is None else at.text.split()
    if kind in _REFERRING and not named:
        yield message.finding(5, at or message.root, T("a message of the kind {kind} without "
                              "references", kind=kind), T("the messages it is about"))  # fmt: skip
    if at is None:
        return
    if kind == "Alert" and named:
        yield message.finding(5, at, T("a first alert with references"), T("none"))
    known = None if held.log is None else {one.identity for one in held.log}
    mine, sent = message.identity, sent_at(message)
    for one in named:
        parts = one.split(",")
        moment = read_time(parts[2]) if len(parts) == 3 else None
        if moment is None or not all(parts):
            yield message.finding(5, at, f"“{one}”", T("sender,identifier,sent"))
        elif one == mine:
            yield message.finding(5, at, T("a reference to itself"), T("an earlier message"))
        elif sent is not None and moment > sent:
            yield message.finding(5, at, T("a later message, {one}", one=one),
                                  T("an earlier message"))  # fmt: skip
        elif known is not None and one not in known:
            yield message.finding(5, at, T("a message that nobody sent, {one}", one=one),
                                  T("a message of the log"))  # fmt: skip


def over(message: Message, held: Held) -> Iterator[Finding]:
    """Check 6: in the feed only while it holds."""
    if held.listed is None or message.identity not in held.listed:
        return
    ends = expiry(message)
    if ends is not None and ends <= held.now:
        yield message.finding(6, message.root, T("in the feed, though it ended {time}",
                                                 time=ends.isoformat()),
                              T("a message that still holds"))  # fmt: skip
    after = [one for one in held.log or () if message.identity in one.value("references").split()]
    for one in after:
        if one.value("msgType") in ("Cancel", "Update"):
            yield message.finding(6, message.root, T("in the feed, though {name} took its place",
                                                     name=one.name),
                                  T("a message that still holds"))  # fmt: skip


def exercises(message: Message, held: Held) -> Iterator[Finding]:
    """Check 10."""
    status, at = message.value("status"), message.root.first("status")
    if status == "Actual" or at is None:
        return
    if held.listed is not None and message.identity in held.listed:
        yield message.finding(10, at, T("{status} in the feed for residents", status=status),
                              T("messages of the status Actual alone"))  # fmt: skip
    for info in message.infos if status in ("Exercise", "Test") else ():
        words = " ".join(info.value(name) or "" for name in ("headline", "description"))
        if _MARK.search(words) is None:
            yield message.finding(10, info, T("{status}, and no word of it in the text",
                                              status=status),
                                  T("“exercise” or “test” in headline or description"))  # fmt: skip


def signature(message: Message, held: Held) -> Iterator[Finding]:
    """Check 11: where bytes were signed, they are those."""
    if held.whole is False:
        yield message.finding(11, message.root, T("not the bytes that were signed"),
                              T("the document as it was published"))  # fmt: skip


def withdrawn_by(message: Message, held: Held) -> list[str]:
    """Messages of the log that still hold and that a Cancel would end: to be shown to a person
    when there are several."""
    if message.value("msgType") != "Cancel":
        return []
    named = set(message.value("references").split())
    return [
        one.identity for one in held.log or () if one.identity in named and _holds(one, held.now)
    ]


def _holds(message: Message, now: datetime) -> bool:
    ends = expiry(message)
    return message.value("msgType") in ("Alert", "Update") and (ends is None or ends > now)
