"""Days far below or far above what a source usually brings (arithmetic.md, section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from qingyu.engine.tables import Outlying
from qingyu.pack.model import MICRO, Calendar, Source
from qingyu.pack.workdays import Workdays

_LEAST_DAYS = 3  # fewer days say nothing of what is usual
_WEEK = 7
_NOBODY = np.iinfo(np.int64).max  # sorts behind every count
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def unusual_days(
    source: Source, calendar: Calendar, full: Bools, totals: Ints, first: date
) -> tuple[Ints, list[Outlying]]:
    """The positions of suspect days, and the outlying ones, both in order of time.

    full: bool [day] by what was received; totals: accepted records of each day from `first` on.
    """
    witnesses = _Witnesses.of(source, calendar, full, totals, first)
    asked = full.copy()
    places = [(day - first).days for day in source.confirmed]
    asked[[place for place in places if 0 <= place < len(full)]] = False
    usual, heard = witnesses.medians(np.arange(len(full)))
    far = asked & _far(source, totals, usual, heard)
    # In the order of time: a day found far off is no witness for the days after it, so each of
    # them that it was asked for is asked again. Those before it are settled.
    place = _next(far, 0)
    while place < len(far):
        after = witnesses.leave_out(place)
        usual[after], heard[after] = witnesses.medians(after)
        far[after] = asked[after] & _far(source, totals[after], usual[after], heard[after])
        place = _next(far, place + 1)
    above = far & (2 * totals > usual)
    found = [
        Outlying(source.id, first + timedelta(days=day), int(totals[day]), int(usual[day]))
        for day in np.flatnonzero(above).tolist()
    ]
    return np.flatnonzero(far & ~above), found


def _next(flags: Bools, start: int) -> int:
    """The first position from `start` on that is set; the length if none is."""
    found = int(np.argmax(flags[start:])) if start < len(flags) else 0
    return start + found if start < len(flags) and flags[start + found] else len(flags)


def _far(source: Source, totals: Ints, usual: Ints, heard: Ints) -> Bools:
    """Which totals are far off; usual: twice the median, of `heard` days.

    Products fit 64 bits as long as a source has fewer than four thousand million records a day.
    """
    asked, rule = heard >= _LEAST_DAYS, source.usual
    twice = 2 * MICRO * totals
    far: Bools = (usual >= 2 * rule.least) & (twice < rule.below * usual)
    if rule.above is not None:
        far |= twice > rule.above * np.maximum(usual, 2 * rule.least)
    return far & asked


@dataclass
class _Witnesses:
    """Who can say what is usual on a day. back: how many days before it they may lie; alike: only
    days of one kind are asked of each other; usual: those not found far off so far."""

    back: Ints
    alike: Ints  # [day]
    usual: Bools  # [day]
    totals: Ints  # [day]

    @classmethod
    def of(
        cls, source: Source, calendar: Calendar, full: Bools, totals: Ints, first: date
    ) -> _Witnesses:
        step = 1 if source.usual.by == "working" else _WEEK
        back = np.arange(step, source.usual.weeks * _WEEK + 1, step)
        alike = np.zeros(len(full), np.int64)
        if source.usual.by == "working" and len(full):
            days = Workdays(calendar, first, first + timedelta(days=len(full) - 1)).days
            alike[[(day - first).days for day in days]] = 1
        return cls(back, alike, full.copy(), totals)

    def medians(self, days: Ints) -> tuple[Ints, Ints]:
        """Twice the median of what the witnesses of each day had, 0 without any; and how many
        they are."""
        before = days[:, None] - self.back
        at = np.maximum(before, 0)
        speaks = (before >= 0) & self.usual[at] & (self.alike[at] == self.alike[days][:, None])
        counts = np.where(speaks, self.totals[at], _NOBODY)
        counts.sort(axis=1)
        heard = speaks.sum(axis=1)
        rows, some = np.arange(len(days)), heard > 0
        lower = counts[rows, np.maximum(heard - 1, 0) // 2]
        upper = counts[rows, np.minimum(heard // 2, len(self.back) - 1)]
        return np.where(some, lower, 0) + np.where(some, upper, 0), heard

    def leave_out(self, day: int) -> Ints:
        """The day is no witness any more; for which days it would have been one."""
        self.usual[day] = False
        after = day + self.back
        after = after[after < len(self.alike)]
        return np.asarray(after[self.alike[after] == self.alike[day]])
