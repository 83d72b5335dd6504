"""Days that a day may be held against while it is not over yet."""

from __future__ import annotations

from datetime import date, timedelta

from qingyu.pack.model import Calendar
from qingyu.pack.workdays import Workdays

WEEKS = 8  # how far back comparable days are looked for
_WEEKEND = 5  # Saturday's number


def comparable_days(calendar: Calendar, day: date) -> tuple[date, ...]:
    """Days of the eight weeks before `day` that are like it, oldest first.

    An ordinary day is held against the same weekdays that were ordinary too; a day off that is a
    holiday against all days off; a made-up working day against all working days.
    """
    first = day - timedelta(weeks=WEEKS)
    workdays = Workdays(calendar, first, day)
    works, weekday = workdays.works(day), day.weekday()
    ordinary = works == (weekday < _WEEKEND)
    found = []
    for back in range(7 * WEEKS, 0, -1):
        other = day - timedelta(days=back)
        if workdays.works(other) != works:
            continue
        if not ordinary or other.weekday() == weekday:
            found.append(other)
    return tuple(found)
