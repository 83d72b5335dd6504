"""From days to points: sums over a sliding window, which ends with the day that is judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qingyu.warn.reference import Timeline
from qingyu.warn.verdict import Bools, Floats

_DAYS_A_YEAR = 365
LEAST_SHARE = 5 / 7  # of a window's days that must be known: a weekend may be missing, no more


@dataclass(frozen=True)
class Daily:
    """One indicator in all areas, by day. counts, exposure [area, day] (what the counts are drawn
    from); known [area, day]: the sources are full and the area is valid; first: day number of the
    first column. Cells that are not known hold 0."""

    counts: Floats
    exposure: Floats
    known: Bools
    first: int

    def upto(self, days: int) -> Daily:
        """The first `days` columns."""
        return Daily(
            self.counts[:, :days], self.exposure[:, :days], self.known[:, :days], self.first
        )


@dataclass(frozen=True)
class Points:
    """counts, exposure [area, point], NaN where a window is not known; the last one ends with the
    day that is judged."""

    counts: Floats
    exposure: Floats
    timeline: Timeline

    @property
    def last(self) -> int:
        return int(self.counts.shape[1]) - 1


class Summed:
    """Running sums of a `Daily`, so that windows cost nothing."""

    def __init__(self, daily: Daily) -> None:
        self.daily = daily
        self._counts = _running(np.where(daily.known, daily.counts, 0.0))
        self._exposure = _running(np.where(daily.known, daily.exposure, 0.0))
        self._known = _running(daily.known.astype(np.float64))

    def points(self, column: int, window: int, number: int) -> Points:
        """Up to `number` points of `window` days each, the last of which ends with `column`."""
        most = min(number, (column + 1) // window)
        ends = column + 1 - window * np.arange(max(most, 1))[::-1]
        starts = np.maximum(ends - window, 0)
        told = (self._known[:, ends] - self._known[:, starts]) >= LEAST_SHARE * window
        told[:, -1] &= self.daily.known[:, column]  # a day is judged when it is itself known
        counts = self._counts[:, ends] - self._counts[:, starts]
        exposure = self._exposure[:, ends] - self._exposure[:, starts]
        told &= (ends - starts == window)[None, :] & (exposure > 0)
        dates = (self.daily.first + ends - 1).astype("datetime64[D]")
        frequency = 52 if window == 7 else max(_DAYS_A_YEAR // window, 1)
        timeline = Timeline(frequency, dates if window in (1, 7) else None)
        return Points(np.where(told, counts, np.nan), np.where(told, exposure, np.nan), timeline)


def _running(values: Floats) -> Floats:
    start = np.zeros((len(values), 1))
    return np.concatenate([start, np.cumsum(values, axis=1)], axis=1)
