"""A baseline as the plan of a regression: sums by seasonal group, and powers of the trend.

Arrays are [row of the baseline, series], rows ordered by group. Sums run row by row for all series
side by side, so that an answer does not depend, to the last bit, on which series are beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from qingyu.warn.reference import Baseline
from qingyu.warn.verdict import Floats, Ints

_FINE = 32  # steps of time in the fine table of exponentials


@dataclass(frozen=True)
class Design:
    """Time is scaled to −½ … ½, so that a slope of order one is a change of order one."""

    baseline: Baseline

    @cached_property
    def steps(self) -> Ints:
        return self.baseline.time.astype(np.int64)

    @cached_property
    def length(self) -> float:
        """Steps of time in one unit of the scaled axis."""
        return max(float(np.ptp(self.steps)), 1.0)

    @cached_property
    def middle(self) -> float:
        return (float(self.steps.min()) + float(self.steps.max())) / 2

    @cached_property
    def time(self) -> Floats:
        """[row, 1]."""
        return np.asarray((self.steps - self.middle) / self.length, np.float64)[:, None]

    @property
    def now(self) -> float:
        """Scaled time of the day that is judged."""
        return (self.baseline.now - self.middle) / self.length

    @cached_property
    def _bounds(self) -> list[tuple[int, int]]:
        ends = [*self.baseline.starts[1:].tolist(), len(self.steps)]
        return list(zip(self.baseline.starts.tolist(), ends, strict=True))

    def by_group(self, values: Floats) -> Floats:
        """Sums [group, series]."""
        found = np.empty((len(self._bounds), values.shape[1]))
        for row, (first, end) in zip(found, self._bounds, strict=True):
            row[:] = total(values[first:end])
        return found

    def spread_out(self, values: Floats) -> Floats:
        """[group, series] → [row, series]."""
        return np.repeat(values, self.baseline.sizes, axis=0)

    def raised(self, slope: Floats) -> Floats:
        """exp(slope · time), [row, series], from two small tables."""
        coarse, fine = np.divmod(self.steps, _FINE)
        top = np.arange(coarse.max() + 1)[:, None] * _FINE
        blocks = np.exp((top - self.middle) / self.length * slope)
        inside = np.exp(np.arange(_FINE)[:, None] / self.length * slope)
        return np.asarray(blocks[coarse] * inside[fine])


def total(values: Floats) -> Floats:
    """Σ over rows, [series], always in the order of the rows (alone, a series would be summed in
    another order than among others)."""
    if values.shape[1] == 1:
        return np.asarray(np.repeat(values, 2, axis=1).sum(axis=0)[:1])
    return np.asarray(values.sum(axis=0))
