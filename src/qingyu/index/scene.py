"""What all indicators of one run share: the periods as day numbers, their months, the tree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np

from qingyu.index.days import Calendar, Range
from qingyu.index.hierarchy import Hierarchy, day_number
from qingyu.index.ingredients import Bool, Int
from qingyu.pack.model import Dated, Pack
from qingyu.periods import Kind, Period, month_start, period_of, same_of_earlier_year


@dataclass(frozen=True)
class Scene:
    pack: Pack
    hierarchy: Hierarchy
    calendar: Calendar
    periods: tuple[Period, ...]  # consecutive, one kind

    @property
    def kind(self) -> Kind:
        return self.periods[0].kind

    @property
    def daily(self) -> bool:
        return self.kind == "day"

    @cached_property
    def range(self) -> Range:
        """The periods themselves."""
        first = [day_number(period.first) for period in self.periods]
        last = [day_number(period.last) for period in self.periods]
        return Range(np.array(first, np.int64), np.array(last, np.int64))

    @cached_property
    def epoch(self) -> Int:
        """[P] the epoch of the hierarchy on each period's last day."""
        return self.hierarchy.epoch_of(self.range.last)

    @cached_property
    def _months(self) -> tuple[Int, Int]:
        starts = [day_number(month_start(period.first)) for period in self.periods]
        found, place = np.unique(np.array(starts, np.int64), return_inverse=True)
        return found, place.astype(np.int64)

    @property
    def months(self) -> Int:
        """Day numbers `F` of the first days of all months in which a period begins."""
        return self._months[0]

    @property
    def month(self) -> Int:
        """[P] the position in `months` of each period's month."""
        return self._months[1]

    @cached_property
    def before(self) -> Range:
        """The period before each period."""
        first = self.periods[0].first
        earlier = period_of(first - timedelta(days=1), self.kind)
        run = (earlier, *self.periods[:-1])
        firsts = [day_number(period.first) for period in run]
        lasts = [day_number(period.last) for period in run]
        return Range(np.array(firsts, np.int64), np.array(lasts, np.int64))

    def in_force(self, values: tuple[Dated, ...]) -> tuple[Int, Bool]:
        """[P] (micros, whether an entry is in force) on each period's last day; 0 without one."""
        entries = sorted(values, key=lambda entry: entry.since)
        starts = np.array([day_number(entry.since) for entry in entries], np.int64)
        micros = np.array([0, *(entry.value for entry in entries)], np.int64)
        place = np.searchsorted(starts, self.range.last, side="right")
        return micros[place], place > 0

    def years_before(self, years: int) -> Range:
        """The same periods `years` earlier (a day's: that day alone)."""
        if years not in self._years:
            festivals = self.pack.calendar.festivals
            pairs = [same_of_earlier_year(period, years, festivals) for period in self.periods]
            first = [day_number(pair[0]) for pair in pairs]
            last = [day_number(pair[1]) for pair in pairs]
            self._years[years] = Range(np.array(first, np.int64), np.array(last, np.int64))
        return self._years[years]

    @cached_property
    def _years(self) -> dict[int, Range]:
        return {}
