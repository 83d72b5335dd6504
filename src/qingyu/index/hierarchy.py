"""Who belongs to whom, on each day.

Areas come and go and change parents, so sums up the hierarchy are made day by day: time falls
into *epochs* in which nothing changes, and each epoch has one tree.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from qingyu.index.ingredients import Bool, Int
from qingyu.pack.model import Area, Pack

EVER = 10**7  # a day number beyond any calendar, for areas without end
_COLUMNS = 512  # days added up at once, so that temporaries stay small

Run = tuple[slice, int]  # columns of an array, epoch


def day_number(day: date) -> int:
    """Days since 1970-01-01, as numpy counts them."""
    return day.toordinal() - _EPOCH


_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Hierarchy:
    """All codes of a pack (graded and not), in the pack's order, and their tree over time.

    Positions are into `codes`; the index itself only sees `graded` ones, and `to_graded` turns
    one position into the other (−1 for a code that is not graded).
    """

    codes: tuple[str, ...]
    level: Int  # [all] position in pack.levels
    starts: Int  # [epochs] day number on which each epoch begins; the first reaches back for ever
    valid: Bool  # [epochs, all]
    parent: Int  # [epochs, all] −1 = none
    class_: Int  # [epochs, all] position in pack.classes, −1 = none
    rankable: Bool  # [epochs, all]
    graded: Int  # [A] positions of graded codes
    root: int  # the area of the top level, to which unplaced records belong

    @cached_property
    def to_graded(self) -> Int:
        found = np.full(len(self.codes), -1, np.int64)
        found[self.graded] = np.arange(len(self.graded))
        return found

    @cached_property
    def graded_level(self) -> Int:
        return self.level[self.graded]

    @cached_property
    def graded_valid(self) -> Bool:
        return self.valid[:, self.graded]

    @cached_property
    def graded_parent(self) -> Int:
        """[epochs, A] position among the graded; −1 where there is no parent of a graded level."""
        parent = self.parent[:, self.graded]
        return np.where(parent >= 0, self.to_graded[parent], -1)

    def epoch_of(self, days: Int) -> Int:
        """The epoch of each day number."""
        return np.searchsorted(self.starts, days, side="right") - 1

    def runs(self, days: Int) -> list[Run]:
        """How rising day numbers fall into epochs."""
        cuts = np.searchsorted(days, self.starts).tolist()
        stops = [*cuts[1:], len(days)]
        pairs = enumerate(zip(cuts, stops, strict=True))
        return [(slice(low, high), epoch) for epoch, (low, high) in pairs if low < high]

    def add_up(self, sums: Int, unplaced: Int, days: Int) -> None:
        """Turns each area's own counts [all, days] into sums with all below it, in place.

        days: day numbers, rising; a column may also stand for the days from its own to the next,
        if the tree is the same on all of them.

        What belongs to no area on its day (the bucket `unplaced` [days], and records of an area
        that is not valid then) belongs to the root.
        """
        sums[self.root] += unplaced
        for columns, epoch in self.runs(days):
            part = sums[:, columns]
            lost = np.flatnonzero(~self.valid[epoch])
            if len(lost):
                stray = part[lost].sum(axis=0)
                part[lost] = 0
                part[self.root] += stray
            for rows, parents, cuts in self.storeys[epoch]:
                for start in range(0, part.shape[1], _COLUMNS):
                    days = part[:, start : start + _COLUMNS]
                    days[parents] += np.add.reduceat(days[rows], cuts, axis=0)

    @cached_property
    def storeys(self) -> list[list[tuple[Int, Int, Int]]]:
        """Per epoch, from the deepest storey up: (children sorted by parent, their parents,
        where each parent's children begin)."""
        return [
            _storeys(parent, valid) for parent, valid in zip(self.parent, self.valid, strict=True)
        ]

    @cached_property
    def spans(self) -> list[tuple[Int, Int]]:
        """Days of validity of the graded areas: pairs (first [A], last [A]) of day numbers, as
        many pairs as the area that came most often has lives; an empty span has last < first."""
        stops = np.append(self.starts[1:], EVER + 1) - 1
        lives: list[list[tuple[int, int]]] = [[(-EVER, EVER)]] * len(self.graded)
        for area in self.limited.tolist():
            lives[area] = _lives(self.graded_valid[:, area], self.starts, stops)
        found = []
        for turn in range(max((len(one) for one in lives), default=0)):
            pairs = [one[turn] if turn < len(one) else (EVER, -EVER) for one in lives]
            found.append((np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])))
        return found

    @cached_property
    def limited(self) -> Int:
        """Positions of the graded areas that are not valid on some day."""
        return np.flatnonzero(~self.graded_valid.all(axis=0))


def _lives(valid: Bool, starts: Int, stops: Int) -> list[tuple[int, int]]:
    """The stretches of days on which one area is valid."""
    found: list[tuple[int, int]] = []
    for epoch in np.flatnonzero(valid).tolist():
        if found and found[-1][1] + 1 == int(starts[epoch]):
            found[-1] = (found[-1][0], int(stops[epoch]))
        else:
            found.append((int(starts[epoch]), int(stops[epoch])))
    return found


def _storeys(parent: Int, valid: Bool) -> list[tuple[Int, Int, Int]]:
    depth = np.zeros(len(parent), np.int64)
    above = np.where(valid, parent, -1)
    while (above >= 0).any():
        depth += above >= 0
        above = np.where(above >= 0, np.where(above >= 0, parent[above], -1), -1)
        if depth.max(initial=0) > len(parent):
            raise ValueError("the hierarchy has a circle")
    found = []
    for storey in range(int(depth.max(initial=0)), 0, -1):
        rows = np.flatnonzero(depth == storey)
        rows = rows[np.argsort(parent[rows], kind="stable")]
        parents, cuts = np.unique(parent[rows], return_index=True)
        found.append((rows, parents, cuts.astype(np.int64)))
    return found


def build(pack: Pack) -> Hierarchy:
    """The hierarchy of a pack; rows of `areas` with one code are the code's life."""
    codes = tuple(dict.fromkeys(area.code for area in pack.areas))
    place = {code: position for position, code in enumerate(codes)}
    levels = {level.id: position for position, level in enumerate(pack.levels)}
    classes = {one.id: position for position, one in enumerate(pack.classes)}
    starts = _starts(pack.areas)
    shape = (len(starts), len(codes))
    valid, rankable = np.zeros(shape, bool), np.zeros(shape, bool)
    parent, class_ = np.full(shape, -1, np.int64), np.full(shape, -1, np.int64)
    level = np.zeros(len(codes), np.int64)
    for area in reversed(pack.areas):  # so that the first row of a code has the last word
        level[place[area.code]] = levels[area.level]
    days = starts.tolist()
    for area in pack.areas:
        epochs = _epochs(area, days)
        column = place[area.code]
        valid[epochs, column] = True
        rankable[epochs, column] = area.rankable
        class_[epochs, column] = classes.get(area.class_ or "", -1)
        if area.parent is not None:
            parent[epochs, column] = place[area.parent]
    top = [position for position in range(len(codes)) if level[position] == 0]
    root = top[0] if top else 0
    _adopt(parent, valid, root)
    graded = [p for p in range(len(codes)) if pack.levels[int(level[p])].graded]
    return Hierarchy(
        codes, level, starts, valid, parent, class_, rankable, np.array(graded, np.int64), root
    )


def _adopt(parent: Int, valid: Bool, root: int) -> None:
    """An area whose parent is not valid on the day stands under the root."""
    for epoch in range(len(parent)):
        orphan = (parent[epoch] >= 0) & ~valid[epoch][parent[epoch]]
        parent[epoch, orphan] = root
        parent[epoch, root] = -1


def _starts(areas: tuple[Area, ...]) -> Int:
    starts = {-EVER}
    for area in areas:
        if area.since is not None:
            starts.add(day_number(area.since))
        if area.until is not None:
            starts.add(day_number(area.until) + 1)
    return np.array(sorted(starts), np.int64)


def _epochs(area: Area, starts: list[int]) -> slice:
    """The epochs in which a row of `areas` is valid."""
    first = 0 if area.since is None else bisect_left(starts, day_number(area.since))
    stop = len(starts) if area.until is None else bisect_right(starts, day_number(area.until))
    return slice(first, stop)
