"""Working days of a city's calendar, and the terms that are counted in them.

A working day is Monday to Friday unless it is a holiday, or a make-up day on a weekend. Holidays of
a year that the calendar does not know yet are working days until it does: a term that runs into
such a year may end a few days early, never late.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cached_property

from qingyu.pack.model import Calendar

_WEEKEND = 5  # Saturday's number


class Workdays:
    """The working days from `first` to `last`, in order."""

    def __init__(self, calendar: Calendar, first: date, last: date) -> None:
        self._holidays = frozenset(calendar.holidays)
        self._made_up = frozenset(calendar.workdays)
        self.first, self.last = first, last

    def works(self, day: date) -> bool:
        if day in self._made_up:
            return True
        return day.weekday() < _WEEKEND and day not in self._holidays

    @cached_property
    def days(self) -> Sequence[date]:
        length = (self.last - self.first).days + 1
        every = (self.first + timedelta(days=offset) for offset in range(length))
        return [day for day in every if self.works(day)]

    def after(self, day: date, working_days: int) -> date:
        """The so-manieth working day after `day` (0: the day itself, whatever it is).

        `ValueError` if that lies outside `first … last`."""
        if working_days == 0:
            return day
        place = bisect_right(self.days, day) + working_days - 1
        if day < self.first or place >= len(self.days):
            raise ValueError(f"{working_days} working days after {day} lie outside the calendar")
        return self.days[place]
