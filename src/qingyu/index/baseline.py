"""What each comparison holds an area against: sums of other days, or of other areas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qingyu.index.days import Days, Range
from qingyu.index.ingredients import Bool, Int
from qingyu.index.running import Ledger, Rows
from qingyu.index.scene import Scene
from qingyu.index.window import Windows
from qingyu.pack.model import MICRO, Comparison, Indicator

Ranges = tuple[Range, ...]  # one for each width of the window
Found = tuple[Int, Int, Bool]  # (mb, eb, exists), each [A, P] or broadcastable to it


@dataclass(frozen=True)
class Case:
    """One indicator in one run: all that its comparisons are made from."""

    scene: Scene
    indicator: Indicator
    ledger: Ledger
    windows: Windows

    @property
    def days(self) -> Days:
        return self.ledger.days

    def counting(self, ranges: Range) -> Int:
        return self.scene.calendar.count(self.days, self.days.counted, ranges)

    def covered(self, ranges: Range) -> Bool:
        """[A or 1, P] enough of the valid days of each range count; False where none is valid."""
        span = self.scene.calendar.span(ranges)
        enough = self.counting(ranges) * MICRO >= span * self.indicator.least_covered
        return enough & (span > 0)

    def sums(self, ranges: Callable[[int], Range]) -> tuple[Int, Int]:
        """(m, e) [A, P] over `ranges(k)`, the range that goes with width k."""
        count, exposure = self.windows.pick_all(lambda k, rows: self.ledger.sums(ranges(k), rows))
        return count, exposure

    def flags(self, flags: Callable[[int], Bool | Int]) -> Int:
        """[A, P] of `flags(k)` ([A or 1, P])."""
        return self.windows.pick(lambda k, rows: _take(flags(k).astype(np.int64), rows))


def _take(array: Int, rows: Rows) -> Int:
    return array if len(array) == 1 else array[rows]


def ranges_of(scene: Scene, widths: Ranges, comparison: Comparison) -> list[Ranges]:
    """The other days that a comparison holds a window against: for `own` those of each year, for
    `trailing` and `previous` one set; else none."""
    match comparison.with_:
        case "own":
            window = comparison.window.days if comparison.window is not None else 0
            years = range(1, (comparison.years or 1) + 1)
            return [_once(scene, widths, _earlier, window, back) for back in years]
        case "trailing":
            return [_once(scene, widths, _weeks_before, comparison.weeks or 1)]
        case "previous":
            return [_once(scene, widths, _just_before)]
        case _:
            return []


def _once(scene: Scene, widths: Ranges, make: Callable[..., Ranges], *more: int) -> Ranges:
    """`make`'s ranges, the same objects whenever they are asked for."""
    return scene.once(
        (make.__name__, id(widths[0]), len(widths), *more), lambda: make(scene, widths, *more)
    )


def _earlier(scene: Scene, widths: Ranges, window: int, back: int) -> Ranges:
    """The ranges of `back` years earlier, widened to `window` days."""
    same = scene.years_before(back)
    found = []
    for width in widths:
        first = same.last - width.length + 1 if scene.daily else same.first
        extra = np.maximum(window - (same.last - first + 1), 0)
        last = np.minimum(same.last + extra // 2, width.first - 1)
        found.append(Range(first - (extra - extra // 2), last))
    return tuple(found)


def _weeks_before(scene: Scene, widths: Ranges, weeks: int) -> Ranges:
    return tuple(width.before(7 * weeks) for width in widths)


def _just_before(scene: Scene, widths: Ranges) -> Ranges:
    """For a day as many days just before its window, else the period before."""
    return tuple(width.before(width.length) if scene.daily else scene.before for width in widths)


def own(case: Case, comparison: Comparison) -> Found:
    """The same days of earlier years, those that are covered."""
    years = ranges_of(case.scene, case.windows.widths, comparison)
    count, exposure, found = case.windows.pick_all(
        lambda k, rows: _over_years(case, years, k, rows)
    )
    return count, exposure, found >= (comparison.at_least or 1)


def _over_years(case: Case, years: list[Ranges], k: int, rows: Rows) -> tuple[Int, Int, Int]:
    """(mb, eb, covered years) of width k."""
    parts = []
    for ranges in years:
        covered = _take(case.covered(ranges[k]).astype(np.int64), rows)
        sums = case.ledger.sums(ranges[k], rows)
        if not covered.all():
            sums = sums[0] * covered, sums[1] * covered
        parts.append((*sums, covered))
    if len(parts) == 1:
        return parts[0]
    count, exposure, found = (sum(part[1:], part[0]) for part in zip(*parts, strict=True))
    return count, exposure, found


def trailing(case: Case, comparison: Comparison) -> Found:
    """The weeks just before the window."""
    (ranges,) = ranges_of(case.scene, case.windows.widths, comparison)
    count, exposure = case.sums(lambda k: ranges[k])
    days = case.flags(lambda k: case.counting(ranges[k]))
    return count, exposure, days >= 7 * (comparison.at_least or 1)


def previous(case: Case, comparison: Comparison) -> Found:
    """The period before: for a day as many days just before its window."""
    (ranges,) = ranges_of(case.scene, case.windows.widths, comparison)
    count, exposure = case.sums(lambda k: ranges[k])
    return count, exposure, case.flags(lambda k: case.covered(ranges[k])) > 0


def parent(case: Case) -> Found:
    """The parent's own sums over the same window."""
    above = case.scene.hierarchy.graded_parent
    shape = case.windows.chosen.shape
    count, exposure, exists = (
        np.zeros(shape, np.int64),
        np.zeros(shape, np.int64),
        np.zeros(shape, bool),
    )
    for epoch in np.unique(case.scene.epoch).tolist():
        columns = case.scene.epoch == epoch
        part = _of_parents(case, above[epoch])
        for whole, found in zip((count, exposure), part, strict=True):
            whole[:, columns] = found[:, columns]
        exists[:, columns] = (above[epoch] >= 0)[:, None]
    return count, exposure, exists


def _of_parents(case: Case, above: Int) -> tuple[Int, Int]:
    """(m, e) of each area's parent over the area's window; 0 without a parent."""
    parents, place = np.unique(np.maximum(above, 0), return_inverse=True)
    has = (above >= 0)[:, None]

    def part(k: int, rows: Rows) -> tuple[Int, Int]:
        count, exposure = case.ledger.sums(case.windows.widths[k], parents)
        return count[place[rows]] * has[rows], exposure[place[rows]] * has[rows]

    count, exposure = case.windows.pick_all(part)
    return count, exposure


def target(case: Case, comparison: Comparison) -> Found:
    """A declared rate: mb the target's micros, eb 10⁶ times its unit."""
    count, exists = case.scene.in_force(comparison.target or ())
    unit = np.full_like(count, MICRO * case.indicator.per.unit)
    return count[None, :], unit[None, :], exists[None, :]


def minmax(case: Case, comparison: Comparison) -> Found:
    """Frozen bounds of the rate: low stands for mb and high for eb, in micros."""
    low, low_exists = case.scene.in_force(comparison.low or ())
    high, high_exists = case.scene.in_force(comparison.high or ())
    exists = low_exists & high_exists & (high > low)
    return low[None, :], high[None, :], exists[None, :]
