"""CAP's times: a date and a time of day with the offset in figures; UTC is -00:00."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]((0\d|1[0-3]):[0-5]\d|14:00)", re.ASCII)


def read_time(text: str) -> datetime | None:
    """None if it is not written as the standard says, or is on no calendar."""
    if _FORM.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def write_time(moment: datetime) -> str:
    """In whole seconds, with the moment's own offset."""
    text = moment.isoformat(timespec="seconds")
    if moment.tzinfo is UTC or text.endswith("+00:00"):
        return text[:-6] + "-00:00"
    return text
