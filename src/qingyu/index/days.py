"""Which days count for which sources, and sums over ranges of days.

A `Range` is a first and a last day number per period; a `Ledger` (running.py) holds the running
sums of one indicator, so that the sum over any range is a difference of two of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from qingyu.engine.tables import DayState, Panel
from qingyu.index.hierarchy import Hierarchy, day_number
from qingyu.index.ingredients import Bool, Int

Line = Int  # one number per period
Spans = list[tuple[Int, Int]]  # as `Hierarchy.spans`


@dataclass(frozen=True)
class Range:
    """Closed ranges of day numbers, one a period; `last < first` is empty."""

    first: Line  # [P]
    last: Line  # [P]
    _columns: dict[tuple[int, int], tuple[Int, Int]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def length(self) -> Line:
        return np.asarray(np.maximum(self.last - self.first + 1, 0))

    def columns(self, start: int, size: int) -> tuple[Int, Int]:
        """Positions in a running sum [size + 1] of the days from `start`, before and after each
        range, cut to those days."""
        key = start, size
        if key not in self._columns:
            low = np.clip(self.first - start, 0, size)
            high = np.clip(self.last + 1 - start, 0, size)
            self._columns[key] = np.minimum(low, high), high
        return self._columns[key]

    def before(self, days: Line | int) -> Range:
        """The `days` just before."""
        return Range(self.first - days, self.first - 1)


@dataclass(frozen=True)
class Days:
    """What is known of the days of the panel for a set of sources, as running sums [days + 1]."""

    start: int  # day number of the panel's first day
    counting: Int  # [days] 1 where every source is full
    counted: Int  # running sum of `counting`
    suspect: Int  # of days that would count if the suspect ones did
    settled: Int  # of days on which no source is none or partial
    outlying: Int  # of counting days on which a source is far above its usual
    last_full: tuple[int, ...]  # day number of each source's last full day; without one: none

    @property
    def size(self) -> int:
        return len(self.counting)

    def columns(self, days: Range) -> tuple[Int, Int]:
        """Positions in a running sum before and after each range, cut to the panel."""
        return days.columns(self.start, self.size)

    def state_on(self, day: Line, running: Int) -> Int:
        """1 where `day` itself is in the running sum."""
        low, high = self.columns(Range(day, day))
        return running[high] - running[low]

    def late(self, day: Line, after: int) -> Bool:
        """[P] `day` is after the last full day of a source, and at most `after` days after it."""
        found = np.zeros(len(day), bool)
        for last in self.last_full:
            found |= (day > last) & (day <= last + after)
        return found


def days_of(panel: Panel, sources: tuple[str, ...]) -> Days:
    """The days of `panel` as they count for an indicator that reads all of `sources`."""
    known = list(panel.coverage["source"].values)
    size = panel.coverage.sizes["day"]
    nothing = np.zeros(size, np.uint8)
    rows = [
        panel.coverage.values[known.index(source)] if source in known else nothing
        for source in sources
    ]
    start = day_number(panel.first) if size else 0
    full = np.all([row == DayState.FULL for row in rows], axis=0)
    near = np.all([(row == DayState.FULL) | (row == DayState.SUSPECT) for row in rows], axis=0)
    open_ = np.any([(row == DayState.NONE) | (row == DayState.PARTIAL) for row in rows], axis=0)
    ends = [np.flatnonzero(row == DayState.FULL) for row in rows]
    return Days(
        start=start,
        counting=full.astype(np.int64),
        counted=_running(full),
        suspect=_running(near & ~full),
        settled=_running(~open_),
        outlying=_running(full & _outlying(panel, sources)),
        last_full=tuple(start + int(end[-1]) for end in ends if len(end)),
    )


def _outlying(panel: Panel, sources: tuple[str, ...]) -> Bool:
    """[days] on which one of the sources is far above its usual."""
    found = np.zeros(panel.coverage.sizes["day"], bool)
    days = [one.day for one in panel.outlying if one.source in sources]
    found[[(day - panel.first).days for day in days]] = True
    return found


def _running(flags: Bool) -> Int:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(flags, dtype=np.int64)])


@dataclass(frozen=True)
class Calendar:
    """Counts of days, for areas that are not valid on all of them too."""

    hierarchy: Hierarchy
    extend: Callable[[Spans], Spans] | None = None  # gives new areas the days of their origins

    @cached_property
    def spans(self) -> Spans:
        own = self.hierarchy.spans
        return own if self.extend is None else self.extend(own)

    def count(self, days: Days, running: Int, ranges: Range) -> Int:
        """[A or 1, P] days of each range that are in the running sum and on which the area is
        valid; one row if every area is always valid."""
        low, high = days.columns(ranges)
        whole = (running[high] - running[low])[None, :]
        return self._spread(whole, ranges, lambda part: _difference(days, running, part))

    def span(self, ranges: Range) -> Int:
        """[A or 1, P] days of each range on which the area is valid."""
        return self._spread(ranges.length[None, :], ranges, lambda part: part.length)

    def _spread(self, whole: Int, ranges: Range, measure: Callable[[Range], Int]) -> Int:
        limited = self.hierarchy.limited
        if not len(limited):
            return whole
        found = np.repeat(whole, len(self.hierarchy.graded), axis=0)
        found[limited] = 0
        for first, last in self.spans:
            part = Range(
                np.maximum(ranges.first[None, :], first[limited, None]),
                np.minimum(ranges.last[None, :], last[limited, None]),
            )
            found[limited] += measure(part)
        return found


def _difference(days: Days, running: Int, ranges: Range) -> Int:
    low, high = days.columns(ranges)
    return running[high] - running[low]
