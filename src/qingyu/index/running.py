"""Running sums over the counting days of one indicator, kept where some range begins or ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from qingyu.index.days import Days, Range
from qingyu.index.ingredients import Bool, Int

ALL = slice(None)
Rows = Int | slice
Members = tuple[Int, ...]  # of each group, positions of areas

_MOST_KEPT = 1 << 22  # cells of one array of sums that is worth keeping for the next indicator


@dataclass(frozen=True)
class Edges:
    """Day numbers: where the ranges that will be asked for begin, the days after their ends, and
    days between which one sum is enough."""

    begin: Int
    end: Int
    steps: Int


@dataclass(frozen=True)
class Grid:
    """The days before which running sums are kept.

    Ten years of days need them before every day; one day of a nation needs some dozens of them,
    and the days in between only as parts of sums. Days that lie in no range are not even read.
    """

    start: int  # day number of the panel's first day
    points: Int  # [n] days since `start`, rising, at least one
    asked: Bool | None = None  # [n − 1] whether the days to the next point are read; None: all

    @classmethod
    def of(cls, start: int, size: int, edges: Edges) -> Grid:
        """A grid for the panel's `size` days from `start` that has all `edges`."""
        begin, end, steps = (
            np.clip(side - start, 0, size) for side in (edges.begin, edges.end, edges.steps)
        )
        marked = np.zeros(size + 1, bool)
        for side in (begin, end, steps):
            marked[side] = True
        opened = np.bincount(np.minimum(begin, end), minlength=size + 1)
        asked = np.cumsum(opened - np.bincount(end, minlength=size + 1)) > 0
        if 4 * int(marked.sum()) > size and 4 * int(asked.sum()) >= 3 * size:
            return cls(start, np.arange(size + 1))
        points = np.flatnonzero(marked)
        return cls(start, points, asked[points[:-1]])

    @cached_property
    def size(self) -> int:
        """The last point: no sum reaches further."""
        return int(self.points[-1])

    @cached_property
    def whole(self) -> bool:
        """Every day has a point."""
        return len(self.points) == self.size + 1

    @cached_property
    def days(self) -> Int:
        """[n − 1] day number of the first day between each point and the next."""
        return self.start + self.points[:-1]

    @cached_property
    def _place(self) -> Int:
        found = np.full(self.size + 1, -1, np.int64)
        found[self.points] = np.arange(len(self.points))
        return found

    @cached_property
    def read(self) -> Int | slice:
        """The days that are read: places since `start`, or one slice of them."""
        if self.asked is None:
            return slice(int(self.points[0]), self.size)
        within = np.repeat(self.asked, np.diff(self.points))
        days: Int = self.points[0] + np.flatnonzero(within)
        return days

    @cached_property
    def read_before(self) -> Int:
        """[n] how many days are read before each point."""
        if self.asked is None:
            return np.asarray(self.points - self.points[0])
        spans = np.diff(self.points) * self.asked
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(spans)])

    def check_read(self, before: Int, after: Int) -> None:
        """That all days between two points were read."""
        if self.asked is None:
            return
        days = self.points[after] - self.points[before]
        if (self.read_before[after] - self.read_before[before] != days).any():
            raise LookupError("a range of days has days that were not read")

    def places(self, columns: Int) -> Int:
        """The points at `columns` of a running sum of all days."""
        if self.whole:
            return columns
        found = self._place[columns]
        if found.size and int(found.min()) < 0:
            raise LookupError("a range of days begins or ends where no running sum is kept")
        return np.asarray(found)


class Mender(Protocol):
    """Gives sums over ranges what the sums kept do not have: the histories of areas that were
    split or merged (bridge.py)."""

    def mend(self, plain: Running, sums: Int, ranges: Range, rows: Rows) -> Int: ...

    def of_groups(self, plain: Running, members: Members) -> Mender: ...


@dataclass(frozen=True)
class Running:
    """Running sums [A, n] at the points of a grid; `kept`: sums of these are asked for again."""

    sums: Int
    grid: Grid
    panel_days: int
    kept: bool = False
    mender: Mender | None = None
    _found: dict[tuple[int, ...], tuple[Any, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def over(self, ranges: Range, rows: Rows = ALL) -> Int:
        """[rows, P] over each range."""
        if not self.kept or rows is not ALL or len(ranges.first) * len(self.sums) > _MOST_KEPT:
            return self._over(ranges, rows)
        found: Int = self._keep(lambda: self._over(ranges, rows), ranges)
        return found

    def _over(self, ranges: Range, rows: Rows) -> Int:
        low, high = ranges.columns(self.grid.start, self.panel_days)
        places = [self.grid.places(columns) for columns in (high, low)]
        self.grid.check_read(places[1], places[0])
        after, before = map(_run, places)
        found = _cut(self.sums, rows, after) - _cut(self.sums, rows, before)
        return found if self.mender is None else self.mender.mend(self.real, found, ranges, rows)

    @cached_property
    def real(self) -> Running:
        """What was counted in each area itself."""
        if self.mender is None:
            return self
        return Running(self.sums, self.grid, self.panel_days, self.kept)

    def mended(self, mender: Mender | None) -> Running:
        """The same sums with the histories that `mender` adds."""
        return Running(self.sums, self.grid, self.panel_days, self.kept, mender)

    def by_group(self, members: Members) -> Running:
        """Running sums of whole groups; the last row, of nobody, is 0."""

        def add() -> Running:
            table = np.zeros((len(members) + 1, self.sums.shape[1]), np.int64)
            for group, mine in enumerate(members):
                table[group] = self.sums[mine].sum(axis=0)
            mender = self.mender and self.mender.of_groups(self.real, members)
            return Running(table, self.grid, self.panel_days, self.kept, mender)

        return self._keep(add, members) if self.kept else add()

    def at_least(self, least: int, members: Members, ranges: Range) -> Bool:
        """[groups + 1, P] whether at least so many members have a positive sum over each range."""

        def count() -> Bool:
            found = np.zeros((len(members) + 1, len(ranges.first)), bool)
            for group, mine in enumerate(members):
                found[group] = (self.over(ranges, mine) > 0).sum(axis=0) >= least
            return found

        return self._keep(count, members, ranges) if self.kept else count()

    def _keep(self, make: Callable[[], Any], *of: object) -> Any:
        """What `make` finds for these objects; they are held, so their ids stay theirs."""
        key = tuple(id(one) for one in of)
        if key not in self._found:
            self._found[key] = (make(), *of)
        return self._found[key][0]


@dataclass(frozen=True)
class Ledger:
    """What one indicator counts and divides by, on its counting days."""

    days: Days
    count: Running  # of the measure
    exposure: Running  # of the exposure or of the second measure

    def sums(self, ranges: Range, rows: Rows = ALL) -> tuple[Int, Int]:
        """(m, e) [rows, P] over each range."""
        return self.count.over(ranges, rows), self.exposure.over(ranges, rows)

    @property
    def real(self) -> Ledger:
        """Only what was counted in each area itself, in whole counts."""
        return Ledger(self.days, self.count.real, self.exposure.real)


def _cut(running: Int, rows: Rows, columns: Rows) -> Int:
    """Some rows and columns, without a copy of whole rows."""
    if isinstance(rows, slice) or isinstance(columns, slice):
        return running[rows, columns]
    return running[rows[:, None], columns]


def _run(columns: Int) -> Rows:
    """Consecutive columns as a slice: a view instead of a gathering copy."""
    size = len(columns)
    if size and int(columns[-1] - columns[0]) == size - 1 and bool((np.diff(columns) == 1).all()):
        return slice(int(columns[0]), int(columns[-1]) + 1)
    return columns
