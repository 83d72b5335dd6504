"""Which past days a day is compared with: the same season of earlier years, and the rest of the
year in seasonal groups.

Source: Farrington, C. P., Andrews, N. J., Beale, A. D., Catchpole, M. A. (1996), A statistical
algorithm for the early detection of outbreaks of infectious disease, JRSS A 159, 547–563 (windows
of earlier years); Noufaily, A. et al. (2013), An improved algorithm for outbreak detection in
multiple surveillance systems, Statistics in Medicine 32, 1206–1222 (the ten-level season).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from qingyu.warn.verdict import Floats, Ints

Dates = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Timeline:
    """The time axis of all series: points per year and, where known, the date of each point.

    With dates, earlier years are calendar years, and a weekly series snaps to its own weekday;
    without, they are exact steps of `frequency`.
    """

    frequency: int
    dates: Dates | None = None

    def earlier(self, at: int, years: int) -> list[int]:
        """Points of the same season one, two … years before `at`; −1 where the axis has none."""
        if self.dates is None:
            return [max(at - self.frequency * back, -1) for back in range(1, years + 1)]
        return [self._place(_years_before(self.dates[at], back)) for back in range(1, years + 1)]

    def _place(self, date: np.datetime64) -> int:
        assert self.dates is not None
        if self.frequency == 52:
            date = _nearest_weekday(date, self.dates[0])
        found = int(np.searchsorted(self.dates, date))
        return found if found < len(self.dates) and self.dates[found] == date else -1


def _years_before(date: np.datetime64, years: int) -> np.datetime64:
    """The same month and day; 29 February becomes 1 March."""
    month = date.astype("datetime64[M]")
    day = date.astype("datetime64[D]") - month.astype("datetime64[D]")
    return np.datetime64(np.datetime64(month - 12 * years, "D") + day, "D")


def _nearest_weekday(date: np.datetime64, like: np.datetime64) -> np.datetime64:
    """The nearest date on the weekday of `like`; a week has no middle, so there is one."""
    ahead = int((like - date) / np.timedelta64(1, "D")) % 7
    return date + np.timedelta64(ahead if ahead <= 3 else ahead - 7, "D")


@dataclass(frozen=True)
class Baseline:
    """The past points a day is held against, ordered by group and then by time.

    rows[n]: points of the time axis; time[n]: steps since the earliest of them; starts[g]: where
    each group begins in `rows`; group: which group the day itself belongs to; now: its time.
    """

    rows: Ints
    time: Floats
    starts: Ints
    group: int
    now: float

    @property
    def sizes(self) -> Ints:
        return np.diff(np.append(self.starts, len(self.rows)))


def windows(timeline: Timeline, at: int, years: int, half: int) -> Baseline | None:
    """Points within `half` of the same season of earlier years: what there is of them.

    None where no earlier year is on the axis.
    """
    points = [point for point in timeline.earlier(at, years) if point >= 0]
    rows = sorted({row for p in points for row in range(max(p - half, 0), p + half + 1)})
    return _ordered(at, np.array(rows, np.int64), np.ones(len(rows), np.int64), 1)


def seasons(
    timeline: Timeline, at: int, years: int, half: int, groups: int, skip: int
) -> Baseline | None:
    """The windows of earlier years and of this one (group `groups`), and what lies between them in
    `groups` − 1 runs of nearly equal length, the longer ones first; the last `skip` points before
    `at`, and `at`, left out. None where one of the years is not on the axis.
    """
    points = [at, *timeline.earlier(at, years)]
    if min(points) < half:
        return None
    label = np.zeros(at + half + 1, np.int64)
    for later, earlier in pairwise(points):
        first, last = earlier + half + 1, later - half
        if groups > 1 and last - first >= groups - 1:
            label[first:last] = _runs(last - first, groups - 1)
    for point in points:
        label[point - half : point + half + 1] = groups
    rows = np.flatnonzero(label[: max(at - skip, 0)])
    return _ordered(at, rows, label[rows], groups)


def _runs(length: int, parts: int) -> Ints:
    """1 … parts, each repeated, the first `length mod parts` once more."""
    each, more = divmod(length, parts)
    sizes = np.full(parts, each) + (np.arange(parts) < more)
    return np.repeat(np.arange(1, parts + 1), sizes)


def _ordered(at: int, rows: Ints, label: Ints, groups: int) -> Baseline | None:
    present, starts = np.unique(np.sort(label), return_index=True)
    if groups not in present:
        return None
    order = np.argsort(label, kind="stable")
    first = int(rows.min())
    return Baseline(
        rows=rows[order],
        time=(rows[order] - first).astype(np.float64),
        starts=starts.astype(np.int64),
        group=int(np.searchsorted(present, groups)),
        now=float(at - first),
    )
