"""Event times in SQL: from the sender's text to local, naive time of the city's zone.

A time without an offset is local time of the source's zone: one that the clocks skipped is
refused, one that they passed twice is taken (the day is the same). A time with an offset or Z is
an instant. Both ways go by `zoneinfo`, turned into SQL as a search tree over its changes of
offset; neither the host's zone nor its clock plays a part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from qingyu.engine.connect import quoted

FIRST_YEAR, LAST_YEAR = 1900, 2100  # the years in which a zone's changes are looked up

_ISO = r"\d{4}-\d{2}-\d{2}[ T]([01]\d|2[0-3]):\d{2}(:\d{2}([.]\d{1,9})?)?"
_OFFSET = r"(Z|[+-]\d{2}(:?\d{2})?)"
_PLAIN = ("____-__-__ __:__:__", "____-__-__T__:__:__")  # the usual form, tried without a regex
_PLAIN_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")


@dataclass(frozen=True)
class Change:
    """From this instant (UTC, naive) on, local time is UTC plus `offset` seconds."""

    instant: datetime
    offset: int


def naive(text: str, form: str | None) -> str:
    """SQL: the local time that a text without an offset names, or NULL."""
    plain = " OR ".join(f"{text} LIKE '{like}'" for like in _PLAIN)
    usual = f"({plain}) AND substr({text}, 12, 2) < '24'"
    iso = (
        f"CASE WHEN {usual} THEN try_cast({text} AS TIMESTAMP)"
        f" WHEN regexp_full_match({text}, '{_ISO}') THEN try_cast({text} AS TIMESTAMP) END"
    )
    if form is None or "%z" in form:
        return iso
    # Canonical times are always taken too: our own reject files carry them.
    declared = f"try_strptime({text}, {quoted(form)})"
    if form in _PLAIN_FORMS:  # the same moment either way, and the cast is far quicker
        declared = f"CASE WHEN {usual} THEN try_cast({text} AS TIMESTAMP) END, {declared}"
    return f"coalesce({declared}, {iso})"


def instant(text: str, form: str | None) -> str:
    """SQL: the instant (naive UTC) that a text with an offset names, or NULL."""
    # The usual form has no offset, which its length tells far quicker than the regex does.
    usual = " OR ".join(f"{text} LIKE '{like}'" for like in _PLAIN)
    iso = (
        f"CASE WHEN length({text}) > 16 AND NOT ({usual})"
        f" AND regexp_full_match({text}, '{_ISO}{_OFFSET}')"
        f" THEN try_cast(regexp_extract({text}, '^({_ISO})', 1) AS TIMESTAMP)"
        f" - to_seconds({_offset_seconds(text)}) END"
    )
    if form is None or "%z" not in form:
        return iso
    return f"coalesce(timezone('UTC', try_strptime({text}, {quoted(form)})), {iso})"


def local_date(text: str, form: str | None) -> str:
    """SQL: the day that `text` names (a midnight of that day is taken too), or NULL."""
    iso = (
        f"CASE WHEN regexp_full_match({text}, '\\d{{4}}-\\d{{2}}-\\d{{2}}([ T]00:00(:00)?)?')"
        f" THEN try_cast(left({text}, 10) AS DATE) END"
    )
    if form is None:
        return iso
    return f"coalesce(CAST(try_strptime({text}, {quoted(form)}) AS DATE), {iso})"


def _offset_seconds(text: str) -> str:
    """SQL: the seconds of a trailing Z, ±HH, ±HHMM or ±HH:MM; NULL beyond ±18 hours."""
    mark = f"regexp_extract({text}, '{_OFFSET}$', 1)"
    digits = f"replace(substr({mark}, 2), ':', '')"
    seconds = (
        f"CAST(left({digits}, 2) AS BIGINT) * 3600"
        f" + CAST(coalesce(nullif(substr({digits}, 3), ''), '0') AS BIGINT) * 60"
    )
    sign = f"CASE WHEN left({mark}, 1) = '-' THEN -1 ELSE 1 END"
    return (
        f"CASE WHEN {mark} = 'Z' THEN 0 WHEN ({seconds}) <= 64800 AND"
        f" coalesce(nullif(substr({digits}, 3), ''), '0') < '60' THEN {sign} * ({seconds}) END"
    )


def to_local(instant: str, zone: str) -> str:
    """SQL: the local time of an instant given as naive UTC."""
    return f"{instant} + to_seconds({_tree(instant, changes_of(zone), local=False)})"


def to_instant(local: str, zone: str) -> str:
    """SQL: the instant (naive UTC) of a local time; the earlier one of a repeated hour."""
    return f"{local} - to_seconds({_tree(local, changes_of(zone), local=True)})"


def skipped(local: str, zone: str) -> str:
    """SQL: whether a local time lies in an hour that the zone's clocks skipped."""
    gaps = gaps_of(zone)
    if not gaps:
        return "false"
    days = sorted({day for first, last in gaps for day in _days(first, last)})
    among = ", ".join(f"DATE '{day.isoformat()}'" for day in days)
    inside = " OR ".join(
        f"({local} >= TIMESTAMP '{first}' AND {local} < TIMESTAMP '{last}')" for first, last in gaps
    )
    # The list of days is one hash look-up; only on those days is the hour compared.
    return f"CASE WHEN CAST({local} AS DATE) IN ({among}) THEN {inside} ELSE false END"


@cache
def changes_of(zone: str) -> tuple[Change, ...]:
    """The zone's offsets from 1900 to 2100, the first entry standing for all time before."""
    info = ZoneInfo(zone)
    day = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    found = [Change(datetime(1, 1, 1), _offset(info, day))]  # noqa: DTZ001 - naive UTC
    while day.year <= LAST_YEAR:
        following = day + timedelta(days=1)
        if _offset(info, following) != found[-1].offset:
            moment = _moment(info, day, following)
            found.append(Change(moment.replace(tzinfo=None), _offset(info, moment)))
        day = following
    return tuple(found)


@cache
def gaps_of(zone: str) -> tuple[tuple[datetime, datetime], ...]:
    """Stretches of local time that never were: first moment, and the first that was again."""
    changes = changes_of(zone)
    return tuple(
        (
            now.instant + timedelta(seconds=before.offset),
            now.instant + timedelta(seconds=now.offset),
        )
        for before, now in pairwise(changes)
        if now.offset > before.offset
    )


def _offset(info: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(info).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _moment(info: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first whole second of (before, after] with the later offset."""
    old = _offset(info, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        before, after = (middle, after) if _offset(info, middle) == old else (before, middle)
    return after


def _days(first: datetime, last: datetime) -> list[date]:
    count = (last.date() - first.date()).days + 1
    return [first.date() + timedelta(days=number) for number in range(count)]


def _tree(time: str, changes: tuple[Change, ...], *, local: bool) -> str:
    """A binary search over the changes as nested CASE: eight comparisons for two centuries."""
    if len(changes) == 1:
        return str(changes[0].offset)
    middle = len(changes) // 2
    moment = changes[middle].instant
    if local:  # local time that both offsets could mean belongs to the earlier one
        widest = max(changes[middle - 1].offset, changes[middle].offset)
        moment += timedelta(seconds=widest)
    left = _tree(time, changes[:middle], local=local)
    right = _tree(time, changes[middle:], local=local)
    return f"CASE WHEN {time} < TIMESTAMP '{moment}' THEN {left} ELSE {right} END"
