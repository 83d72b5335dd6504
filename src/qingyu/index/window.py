"""The days behind a score: a period's own, or a day's window, wide enough for what is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qingyu.index.days import Range
from qingyu.index.ingredients import Int, Small
from qingyu.index.running import ALL, Ledger, Rows
from qingyu.index.scene import Scene
from qingyu.pack.model import MICRO, Daily

LEAST_DAYS = 28  # counting days of the trailing year for a pooled rate
_NEVER = int(np.iinfo(np.int64).max)

Parts = tuple[NDArray[Any], ...]


@dataclass(frozen=True)
class Windows:
    """Which window each cell has: `widths[k]` for the cells where `chosen` is k + 1.

    widths: ranges of days per period; `chosen` [A, P], 0 = no window reaches the least.
    """

    widths: tuple[Range, ...]
    chosen: Small

    def pick(self, sums: Callable[[int, Rows], Int]) -> Int:
        """[A, P] `sums(k, rows)` ([rows or 1, P], for width k) of each cell's own window; 0
        where there is none. Only rows that use a width are asked for it."""
        return self.pick_all(lambda k, rows: (sums(k, rows),))[0]

    def pick_all(self, sums: Callable[[int, Rows], Parts]) -> Parts:
        """The same for several arrays that come together."""
        found = sums(0, ALL)
        if not self._none and not any(len(rows) for rows in self._wider):
            return tuple(np.broadcast_to(part, self.chosen.shape) for part in found)
        found = tuple(self._own_copy(part) for part in found)
        for k, rows in enumerate(self._wider, start=1):
            if len(rows):
                mine = self.chosen[rows] == k + 1
                for whole, part in zip(found, sums(k, rows), strict=True):
                    whole[rows] = np.where(mine, part, whole[rows])
        if self._none:
            for whole in found:
                whole *= self.chosen > 0
        return found

    def _own_copy(self, part: NDArray[Any]) -> NDArray[Any]:
        return np.array(np.broadcast_to(part, self.chosen.shape))

    @cached_property
    def _none(self) -> bool:
        return bool((self.chosen == 0).any())

    @cached_property
    def _wider(self) -> list[Int]:
        """For each width but the first, the rows in which some cell has it."""
        return [
            np.flatnonzero((self.chosen == k + 1).any(axis=1)) for k in range(1, len(self.widths))
        ]

    def lengths(self) -> Int:
        """[A, P] days of each cell's window."""
        return self.pick(lambda k, rows: self.widths[k].length[None, :])


def windows(scene: Scene, ledger: Ledger, daily: Daily | None) -> Windows:
    """The window of each area and period; for days that of section 3."""
    areas = len(scene.hierarchy.graded)
    widths = widths_of(scene, daily)
    if not scene.daily:
        return Windows(widths, np.ones((areas, len(scene.periods)), np.uint8))
    if daily is None or daily.at_most.days < daily.window.days:
        return Windows(widths, np.zeros((areas, len(scene.periods)), np.uint8))
    least = _least_exposures(scene, ledger, daily.least_expected)
    return Windows(widths, _choose(scene, ledger, widths, least))


def widths_of(scene: Scene, daily: Daily | None) -> tuple[Range, ...]:
    """The ranges that a window may be: of days `w, 2w, …` days, else the period alone."""
    if not scene.daily or daily is None or daily.at_most.days < daily.window.days:
        return (scene.range,)
    step, last = daily.window.days, scene.range.last
    counts = range(1, daily.at_most.days // step + 1)
    return scene.once(
        ("widths", step, len(counts)),
        lambda: tuple(Range(last - step * k + 1, last) for k in counts),
    )


def _choose(scene: Scene, ledger: Ledger, widths: tuple[Range, ...], least: Int) -> Small:
    """The first width whose exposure reaches `least` [levels, months]."""
    needed = least[:, scene.month]
    level = scene.hierarchy.graded_level
    chosen = np.zeros((len(level), len(scene.periods)), np.uint8)
    rows: Int = np.arange(len(level))
    for k, width in enumerate(widths, start=1):
        everywhere = len(rows) == len(level)
        exposure = ledger.exposure.over(width, ALL if everywhere else rows)
        reached = exposure >= needed[level[rows]]
        if k == 1:
            chosen[...] = reached
        else:
            chosen[rows] += (reached & (chosen[rows] == 0)) * np.uint8(k)
        rows = rows[(chosen[rows] == 0).any(axis=1)]
        if not len(rows):
            break
    return chosen


def _least_exposures(scene: Scene, ledger: Ledger, least: int) -> Int:
    """[levels, months] the smallest e with round(10⁶·M·e / E) ≥ least, in parts of the unit;
    never, without a rate.

    The expected count rises with e, so the test of each cell is one comparison with this number.
    """
    low, high = ledger.days.columns(scene.years)
    enough = ledger.days.counted[high] - ledger.days.counted[low] >= LEAST_DAYS
    count, exposure = ledger.real.sums(scene.years)
    unit = 1 if scene.bridge is None else scene.bridge.unit
    level = scene.hierarchy.graded_level
    found = np.full((len(scene.pack.levels), len(scene.months)), _NEVER, np.int64)
    for place in np.unique(level).tolist():
        totals = zip(
            count[level == place].sum(axis=0).tolist(),
            exposure[level == place].sum(axis=0).tolist(),
            enough.tolist(),
            strict=True,
        )
        found[place] = [
            _least_exposure(m, e * unit, least) if ok else _NEVER for m, e, ok in totals
        ]
    return found


def _least_exposure(count: int, exposure: int, least: int) -> int:
    """The smallest e ≥ 0 with round(10⁶·count·e / exposure) ≥ least, `least > 0`.

    round(x) ≥ L means x > L − ½, or x = L − ½ where half-even goes up to L (L even).
    """
    if count <= 0 or exposure <= 0:
        return _NEVER
    wanted, have = (2 * least - 1) * exposure, 2 * MICRO * count
    found, rest = divmod(wanted, have)
    if rest or least % 2:
        found += 1
    return min(found, _NEVER)
