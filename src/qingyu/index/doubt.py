"""Which scores are provisional because a number behind them is far from what is usual."""

from __future__ import annotations

from collections.abc import Mapping

from qingyu.index.baseline import Case, Ranges, ranges_of
from qingyu.index.days import Range
from qingyu.index.ingredients import Bool


def in_doubt(case: Case, exists: Mapping[int, Bool]) -> Bool | None:
    """[A, P] cells whose window, or the other days of a comparison that exists, hold an outlying
    day; None where no cell can. exists: place of a comparison → [A, P]."""
    if not case.days.outlying[-1]:
        return None
    widths = case.windows.widths
    found = _doubtful(case, widths)
    for place, comparison in enumerate(case.indicator.compare):
        for ranges in ranges_of(case.scene, widths, comparison):
            # Of earlier years only the covered ones enter the sums.
            found |= _doubtful(case, ranges, covered=comparison.with_ == "own") & exists[place]
    return found


def _doubtful(case: Case, ranges: Ranges, *, covered: bool = False) -> Bool:
    """[A, P] whether the range that goes with each cell's window holds such a day."""

    def touched(range_: Range) -> Bool:
        found = case.scene.calendar.count(case.days, case.days.outlying, range_) > 0
        return found & case.covered(range_) if covered else found

    return case.flags(lambda k: touched(ranges[k])) > 0
