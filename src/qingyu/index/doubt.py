"""Which scores are provisional because a number behind them is far from what is usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from qingyu.index.baseline import Case, Ranges, ranges_of
from qingyu.index.days import Calendar, Days, Range
from qingyu.index.ingredients import Bool
from qingyu.index.running import Running


def in_doubt(case: Case, exists: Mapping[int, Bool], odd: Sequence[Running]) -> Bool | None:
    """[A, P] cells whose window, or the other days of a comparison that exists, hold an outlying
    day or an odd record; None where no cell can. exists: place of a comparison → [A, P]; odd: sums
    of the measures that count the indicator's odd records."""
    if not case.days.outlying[-1] and not odd:
        return None
    widths = case.windows.widths
    found = _doubtful(case, odd, widths)
    for place, comparison in enumerate(case.indicator.compare):
        for ranges in ranges_of(case.scene, widths, comparison):
            # Of earlier years only the covered ones enter the sums.
            found |= _doubtful(case, odd, ranges, covered=comparison.with_ == "own") & exists[place]
    return found


def _doubtful(case: Case, odd: Sequence[Running], ranges: Ranges, *, covered: bool = False) -> Bool:
    """[A, P] whether the range that goes with each cell's window holds such a day or record."""

    def of_width(k: int) -> Bool:
        found = touched(case.scene.calendar, case.days, odd, ranges[k])
        if found is None:
            return np.zeros((1, len(ranges[k].first)), bool)
        return found & case.covered(ranges[k]) if covered else found

    return case.flags(of_width) > 0


def touched(calendar: Calendar, days: Days, odd: Sequence[Running], range_: Range) -> Bool | None:
    """[A or 1, P] whether each range holds a counting day that is outlying, or an odd record; None
    where none can."""
    if not days.outlying[-1] and not odd:
        return None
    found = calendar.count(days, days.outlying, range_) > 0
    for records in odd:
        found = found | (records.over(range_) > 0)
    return found
