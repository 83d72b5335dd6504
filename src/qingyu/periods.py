"""Periods of a city's own calendar: day, week, ten days (旬), month, quarter, year.

A period is a closed range of local days with a printed name. `2016-10-15`, `2016-W42`
(ISO weeks), `2016-10-X2` (days 11 to 20), `2016-10`, `2016-Q3`, `2016`.
"""

from __future__ import annotations

import calendar as _calendar
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from qingyu.errors import UsageError
from qingyu.i18n import T

Kind = Literal["day", "week", "ten_days", "month", "quarter", "year"]
KINDS: tuple[Kind, ...] = ("day", "week", "ten_days", "month", "quarter", "year")

FIRST_YEAR, LAST_YEAR = 1900, 2199  # beyond them a year is a slip of the pen
FESTIVAL_REACH = 21  # days around a moving festival in which periods follow it

_ONE_DAY = timedelta(days=1)
_FORMS = "2016-10-15, 2016-W42, 2016-10-X2, 2016-10, 2016-Q3, 2016"
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("day", re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)),
    ("week", re.compile(r"(\d{4})-W(\d{2})", re.ASCII)),
    ("ten_days", re.compile(r"(\d{4})-(\d{2})-X([123])", re.ASCII)),
    ("month", re.compile(r"(\d{4})-(\d{2})", re.ASCII)),
    ("quarter", re.compile(r"(\d{4})-Q([1-4])", re.ASCII)),
    ("year", re.compile(r"(\d{4})", re.ASCII)),
)


@dataclass(frozen=True, order=True)
class Period:
    """A closed range of days; periods of one kind sort by time."""

    first: date
    last: date
    kind: Kind = field(compare=False)

    @property
    def label(self) -> str:
        """The printed name; `parse` reads it back."""
        first = self.first
        if self.kind == "day":
            return first.isoformat()
        if self.kind == "week":
            year, week, _ = first.isocalendar()
            return f"{year:04d}-W{week:02d}"
        if self.kind == "ten_days":
            return f"{first.year:04d}-{first.month:02d}-X{(first.day - 1) // 10 + 1}"
        if self.kind == "month":
            return f"{first.year:04d}-{first.month:02d}"
        if self.kind == "quarter":
            return f"{first.year:04d}-Q{(first.month - 1) // 3 + 1}"
        return f"{first.year:04d}"

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return self.label


def parse(text: str) -> Period:
    """The period named by `text`; a `UsageError` says what is wrong with any other text."""
    for kind, pattern in _PATTERNS:
        found = pattern.fullmatch(text.strip())
        if found:
            try:
                period = _build(kind, [int(part) for part in found.groups()])
                if period.first.year < FIRST_YEAR or period.last.year > LAST_YEAR:
                    raise ValueError(text)
                return period
            except (ValueError, OverflowError) as error:
                raise UsageError(
                    text, T("a period that is in no calendar"), _FORMS, T("Check the digits.")
                ) from error
    raise UsageError(text, T("no period"), _FORMS, T("Write the period in one of these forms."))


def period_of(day: date, kind: Kind) -> Period:
    """The period of `kind` that holds `day`."""
    if kind == "day":
        return Period(day, day, "day")
    if kind == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6), "week")
    if kind == "ten_days":
        part = min((day.day - 1) // 10, 2)
        last = _month_end(day) if part == 2 else day.replace(day=part * 10 + 10)
        return Period(day.replace(day=part * 10 + 1), last, "ten_days")
    if kind == "month":
        return Period(day.replace(day=1), _month_end(day), "month")
    if kind == "quarter":
        start = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        return Period(start, _month_end(start.replace(month=start.month + 2)), "quarter")
    return Period(date(day.year, 1, 1), date(day.year, 12, 31), "year")


def previous(period: Period) -> Period:
    """The period of the same kind just before."""
    return period_of(period.first - _ONE_DAY, period.kind)


def following(period: Period) -> Period:
    """The period of the same kind just after."""
    return period_of(period.last + _ONE_DAY, period.kind)


def periods_between(first: date, last: date, kind: Kind) -> list[Period]:
    """All whole periods of `kind` inside `first … last`, in order."""
    found = []
    period = period_of(first, kind)
    if period.first < first:
        period = following(period)
    while period.last <= last:
        found.append(period)
        period = following(period)
    return found


def month_start(day: date) -> date:
    return day.replace(day=1)


def years_back(day: date, years: int) -> date:
    """The same date `years` earlier; 29 February counts with the 28th."""
    last = _calendar.monthrange(day.year - years, day.month)[1]
    return date(day.year - years, day.month, min(day.day, last))


def same_of_earlier_year(
    period: Period, years: int, festivals: tuple[date, ...] = ()
) -> tuple[date, date]:
    """The days that `period` is held against, `years` years earlier.

    Quarters and years keep their calendar place. Shorter periods within 21 days of a moving
    festival (`festivals`: one date a year, such as Spring Festival) keep their distance to the
    festival instead. Elsewhere months keep their name (February's 29th counts with its 28th),
    and weeks go back by 52 whole weeks a year so that weekdays match.
    """
    if period.kind not in ("quarter", "year"):
        shifted = _by_festival(period, years, festivals)
        if shifted is not None:
            return shifted
    if period.kind in ("month", "quarter", "year"):
        start = years_back(period.first, years)
        return start, _month_end(years_back(period.last.replace(day=1), years))
    if period.kind == "week":
        start = period.first - timedelta(weeks=52 * years)
        return start, start + timedelta(days=6)
    start = years_back(period.first, years)
    if period.kind == "ten_days":
        other = period_of(start, "ten_days")
        return other.first, other.last
    return start, start


def _by_festival(
    period: Period, years: int, festivals: tuple[date, ...]
) -> tuple[date, date] | None:
    near = [f for f in festivals if _distance(period, f) <= FESTIVAL_REACH]
    if not near:
        return None
    now = min(near, key=lambda f: (_distance(period, f), f))
    then = [f for f in festivals if f.year == now.year - years]
    if len(then) != 1:
        return None
    offset = then[0] - now
    return period.first + offset, period.last + offset


def _distance(period: Period, day: date) -> int:
    """Days from `day` to the nearest day of `period`; 0 inside it."""
    return max((period.first - day).days, (day - period.last).days, 0)


def _build(kind: Kind, parts: list[int]) -> Period:
    if kind == "day":
        return period_of(date(*parts), "day")
    if kind == "week":
        return period_of(date.fromisocalendar(parts[0], parts[1], 1), "week")
    if kind == "ten_days":
        return period_of(date(parts[0], parts[1], parts[2] * 10 - 9), "ten_days")
    if kind == "month":
        return period_of(date(parts[0], parts[1], 1), "month")
    if kind == "quarter":
        return period_of(date(parts[0], parts[1] * 3, 1), "quarter")
    return period_of(date(parts[0], 1, 1), "year")


def _month_end(day: date) -> date:
    return day.replace(day=_calendar.monthrange(day.year, day.month)[1])
