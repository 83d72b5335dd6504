"""The moment before which nothing of an edition is served."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from qingyu.pack.model import PublicIndex


def moment_of(public: PublicIndex, last: date, zone: str, *others: str) -> datetime:
    """The calendar's moment of a period that ends on `last`; the latest of it and `others` (ISO
    texts: when the last record behind it came, when the edition it corrects was due), in whole
    seconds. No clock has a part in it."""
    local = datetime.combine(last + timedelta(days=public.after), public.o_clock, ZoneInfo(zone))
    found = [local.astimezone(UTC), *(datetime.fromisoformat(text) for text in others)]
    latest = max(found)
    if latest.microsecond:
        latest = latest.replace(microsecond=0) + timedelta(seconds=1)
    return latest.astimezone(ZoneInfo(zone))
