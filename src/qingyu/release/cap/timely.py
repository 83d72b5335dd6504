"""Check 3: times as the standard writes them, real, and in an order that can be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from qingyu.i18n import T
from qingyu.release.cap.finding import Finding, Held, Message
from qingyu.release.cap.reader import Element
from qingyu.release.cap.schema import TIMES
from qingyu.release.cap.times import read_time

_AHEAD = timedelta(minutes=5)  # clocks differ


def times(message: Message, held: Held) -> Iterator[Finding]:
    """Check 3."""
    for one in message.root.walk():
        if one.name in TIMES and read_time(one.text.strip()) is None:
            yield message.finding(3, one, f"“{one.text.strip()}”",
                                  T("a time such as 2026-03-05T18:00:00+08:00"))  # fmt: skip
    sent = _time(message.root, "sent")
    if sent is None:
        return
    if sent > held.now + _AHEAD:
        at = message.root.first("sent") or message.root
        yield message.finding(3, at, T("a time that is still to come"), T("now or before"))
    for info in message.infos:
        yield from _order(message, info, sent)


def expiry(message: Message) -> datetime | None:
    """The latest `expires` of its parts; None: it says none."""
    found = [_time(info, "expires") for info in message.infos]
    return max((one for one in found if one is not None), default=None)


def sent_at(message: Message) -> datetime | None:
    return _time(message.root, "sent")


def _order(message: Message, info: Element, sent: datetime) -> Iterator[Finding]:
    expires, at = _time(info, "expires"), info.first("expires")
    if expires is None or at is None:
        return
    before = {"sent": sent, "effective": _time(info, "effective"), "onset": _time(info, "onset")}
    for name, moment in before.items():
        if moment is not None and moment > expires:
            yield message.finding(3, at, T("an end before {name}", name=name),
                                  T("{name} or later", name=name))  # fmt: skip


def _time(one: Element, name: str) -> datetime | None:
    text = one.value(name)
    return None if text is None else read_time(text)
