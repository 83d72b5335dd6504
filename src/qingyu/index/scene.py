"""What all indicators of one run share: the periods as day numbers, their months, the tree."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TypeVar, cast

import numpy as np

from qingyu.index.bridge import Bridge
from qingyu.index.days import Calendar, Range
from qingyu.index.hierarchy import Hierarchy, day_number
from qingyu.index.ingredients import Bool, Int
from qingyu.pack.model import Dated, Pack
from qingyu.periods import Kind, Period, period_of, same_of_earlier_year

Kept = TypeVar("Kept")
TRAILING_YEAR = 365
BLOCK, BLOCKS = 28, 13  # days in a block, and blocks in the year before a month


@dataclass(frozen=True)
class Scene:
    pack: Pack
    hierarchy: Hierarchy
    calendar: Calendar
    periods: tuple[Period, ...]  # consecutive, one kind
    bridge: Bridge | None = None

    @cached_property
    def real_calendar(self) -> Calendar:
        """Of the days on which areas were themselves in force."""
        return Calendar(self.hierarchy)

    @property
    def kind(self) -> Kind:
        return self.periods[0].kind

    @property
    def daily(self) -> bool:
        return self.kind == "day"

    @cached_property
    def range(self) -> Range:
        """The periods themselves."""
        if self.daily:
            days = day_number(self.periods[0].first) + np.arange(len(self.periods))
            return Range(days, days)
        first = [day_number(period.first) for period in self.periods]
        last = [day_number(period.last) for period in self.periods]
        return Range(np.array(first, np.int64), np.array(last, np.int64))

    @cached_property
    def epoch(self) -> Int:
        """[P] the epoch of the hierarchy on each period's last day."""
        return self.hierarchy.epoch_of(self.range.last)

    @cached_property
    def _months(self) -> tuple[Int, Int]:
        months = self.range.first.astype("datetime64[D]").astype("datetime64[M]")
        starts = months.astype("datetime64[D]").astype(np.int64)
        found, place = np.unique(starts, return_inverse=True)
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
    def years(self) -> Range:
        """[months] the trailing year of each month."""
        return Range(self.months - TRAILING_YEAR, self.months - 1)

    @cached_property
    def blocks(self) -> Range:
        """[BLOCKS · months] the blocks of days that end before each month, the last one first."""
        last = (self.months - 1 - BLOCK * np.arange(BLOCKS)[:, None]).ravel()
        return Range(last - BLOCK + 1, last)

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

        def find() -> Range:
            festivals = self.pack.calendar.festivals
            pairs = [same_of_earlier_year(period, years, festivals) for period in self.periods]
            first = [day_number(pair[0]) for pair in pairs]
            last = [day_number(pair[1]) for pair in pairs]
            return Range(np.array(first, np.int64), np.array(last, np.int64))

        return self.once(("years_before", years), find)

    def once(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What `make` finds, made once for `key`: indicators share most of their ranges, and what
        is known of a range is kept with it."""
        if key not in self._kept:
            self._kept[key] = make()
        return cast(Kept, self._kept[key])

    @cached_property
    def _kept(self) -> dict[Hashable, object]:
        return {}
