"""The attacker: who has all bytes of editions and asks which worlds agree with them.

A world is a city in which other things happened. The attacker publishes it with the program that
everybody can read, and holds the bytes against those of the real editions. A small number is
learnt if no world is found in which it is 0, or none in which it is one less than `least`: between
such worlds nothing that is published can tell. Where he does not find one, though there is one, he
gives a false alarm; he is never silent for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from attack_drawn import lowest
from numpy.typing import NDArray

from qingyu.engine.tables import Panel, fingerprint
from qingyu.flows.edition_protect import protected_of, shown_of
from qingyu.flows.opening import Known
from qingyu.flows.publish import Published, compute_from
from qingyu.index.steps import evaluate
from qingyu.pack.model import Indicator, Measure, Pack
from qingyu.pack.overlap import may_overlap
from qingyu.pack.protected import rules_of
from qingyu.periods import Period, parse
from qingyu.release.protect.withhold import Shown

Counts = NDArray[np.int64]
Said = dict[str, object]  # what the public is told of an area
Leak = Callable[[Published], Said]  # more that an edition tells than it should
_RUNGS = 60
_WAYS = 4  # of keeping sums of areas


@dataclass(frozen=True)
class Cell:
    """A number somebody may not learn: a protected measure in an area over days."""

    measure: str
    area: int
    first: int
    last: int

    def of(self, counts: Counts, row: int) -> int:
        return int(counts[row, self.area, self.first : self.last + 1].sum())


@dataclass
class Attacker:
    """labels: the periods of the editions at hand (one kind). leak: planted."""

    pack: Pack
    panel: Panel
    labels: Sequence[str]
    leak: Leak | None = None
    worlds: int = field(default=0, init=False)  # how many were published
    last: Counts | None = field(default=None, init=False)  # the last world looked at

    # -- what is published ------------------------------------------------------------------------

    @cached_property
    def periods(self) -> list[Period]:
        return [parse(label) for label in self.labels]

    def told(self, counts: Counts) -> list[Said]:
        """All that editions of this world say beyond what is not protected, edition by edition."""
        self.worlds, self.last = self.worlds + 1, counts
        whole = compute_from(self.pack, self.city(counts), self.periods, Known(0, None))
        return [self._one(each) for each in _each(whole)]

    def city(self, counts: Counts) -> Panel:
        return replace(self.panel, counts=self.panel.counts.copy(data=counts))

    def _one(self, one: Published) -> Said:
        protected = protected_of(self.pack, one.results.labels.index)
        said: Said = dict(shown_of(one, protected))
        self.scores = dict(zip(one.results.labels.areas, one.results.score[:, 0].tolist(),
                               strict=True))  # fmt: skip
        for area, more in (self.leak(one) if self.leak else {}).items():
            said[area] = (said.get(area), more)
        return said

    @cached_property
    def real(self) -> list[Said]:
        return self.told(self.counts)

    @cached_property
    def counts(self) -> Counts:
        return self.panel.counts.values.astype(np.int64)

    # -- what is asked ----------------------------------------------------------------------------

    @cached_property
    def rows(self) -> dict[str, int]:
        return {name: n for n, name in enumerate(self.panel.counts["measure"].values.tolist())}

    @cached_property
    def codes(self) -> list[str]:
        found: list[str] = self.panel.counts["area"].values.tolist()
        return found

    @cached_property
    def leaves(self) -> list[int]:
        known = set(lowest(self.pack))
        return [n for n, code in enumerate(self.codes) if code in known]

    @cached_property
    def guarded(self) -> dict[str, tuple[Indicator, int]]:
        """Protected indicators of the index with the least count that may be told of."""
        kind = self.periods[0].kind
        protected = protected_of(self.pack, self.pack.index_for(kind).id)
        found = {}
        for name, shield in protected.indicators.items():
            one = self.pack.indicator(name)
            if one.measure.count is not None and (kind != "day" or one.daily is not None):
                found[name] = one, shield.least
        return found

    def days(self, period: Period) -> tuple[int, int]:
        start = self.panel.first
        return (period.first - start).days, (period.last - start).days

    def small(self, measure: Measure, least: int, days: tuple[int, int]) -> list[Cell]:
        row = self.rows[fingerprint(measure)]
        cells = (Cell(fingerprint(measure), area, *days) for area in self.leaves)
        return [one for one in cells if one.of(self.counts, row) < least]

    # -- the search -------------------------------------------------------------------------------

    def learnt(self, cells: Sequence[Cell], value: int, parts: int = 3) -> set[Cell]:
        """Cells of one measure of which no world was found with this value. Areas are taken in
        parts, so that sums of many areas stay what they are."""
        found: set[Cell] = set()
        for part in range(parts):
            mine = list(cells[part::parts])
            if mine:
                found |= self._search(mine, value)
        return found

    def _search(self, cells: list[Cell], value: int, way: int = 0) -> set[Cell]:
        """All of them in one world at first. Areas that are told of otherwise are repaired, each in
        its own way, until nothing helps; then another way of keeping sums is tried, and halves."""
        world = self.counts.copy()
        for cell in cells:
            self._put(world, cell, value, way)
        self._level(world, cells, way)
        mine = {self.codes[cell.area]: cell for cell in cells}
        ladders: dict[str, Ladder] = {}
        lost: set[Cell] = set()
        while wrong := self._wrong(world):
            for area, low in wrong.items():
                if low is None:
                    return self._another(cells, value, way)
                step = ladders.setdefault(area, Ladder()).next(low)
                row = self.codes.index(area)
                if step is not None:
                    self._restore(world, row, cells[0])
                    self._others(world, cells[0], self._busiest(area), step)
                elif area in mine and mine[area] not in lost:
                    world[:, row] = self.counts[:, row]
                    lost.add(mine[area])
                else:
                    return self._another(cells, value, way)
        if lost and way + 1 < _WAYS:
            return self._search(sorted(lost, key=lambda one: one.area), value, way + 1)
        return lost

    def _another(self, cells: list[Cell], value: int, way: int) -> set[Cell]:
        if way + 1 < _WAYS:
            return self._search(cells, value, way + 1)
        if len(cells) == 1:
            return set(cells)
        half = len(cells) // 2
        return self._search(cells[:half], value) | self._search(cells[half:], value)

    def _restore(self, world: Counts, row: int, cell: Cell) -> None:
        """All of an area as it really was, but for the measure that is asked about."""
        for other in range(world.shape[0]):
            if other not in self._kept(cell):
                world[other, row] = self.counts[other, row]

    def _kept(self, cell: Cell) -> set[int]:
        """The measure's row, and those that go with it."""
        found = {self.rows[cell.measure]}
        for one, _ in self.guarded.values():
            pair = {self.rows[name] for name in (fingerprint(one.measure), *_whole(one))}
            found |= pair if pair & found else set()
        return found

    def _level(self, world: Counts, cells: list[Cell], way: int) -> None:
        """What is taken from some areas happened in others like them, and the other way round, so
        that sums above them and of their peers stay what they are: in the busiest of them, in
        those after it, a record in each of many; or nowhere."""
        days = slice(cells[0].first, cells[0].last + 1)
        taken = {cell.area for cell in cells}
        groups = {self._kin(area) for area in taken} if way < _WAYS - 1 else set()
        for row in sorted(self._kept(cells[0])):
            for group in groups:
                like = [area for area in self.leaves if self._kin(area) == group]
                more = int((world[row, like, days] - self.counts[row, like, days]).sum())
                donors = [area for area in like if area not in taken]
                donors.sort(key=lambda one, row=row: -self.counts[row, one, days].sum())  # type: ignore[misc]
                for area in donors[1:] + donors[:1] if way else donors:
                    have = int(world[row, area, days].sum())
                    off = min(more, have // (1 if way == 1 else 3)) if more > 0 else more
                    if way == 2:
                        off = max(-1, min(1, have, more))
                    _fill(world[row, area, days], have - off)
                    more -= off

    def _kin(self, area: int) -> tuple[object, ...]:
        return next((one.level, one.parent, one.class_) for one in self.pack.areas
                    if one.code == self.codes[area])  # fmt: skip

    def _wrong(self, world: Counts) -> dict[str, bool | None]:
        """Areas that are told of otherwise, and whether their score fell; None if the score would
        do, and only what is told of it changed."""
        real, told = self.real, self.told(world)
        differ = [area for before, now in zip(real, told, strict=True)
                  for area in before if before[area] != now[area]]  # fmt: skip
        return {area: self._fell(area) for area in differ}

    def _fell(self, area: str) -> bool | None:
        shown = self.real[-1].get(area)
        shown = shown[0] if isinstance(shown, tuple) else shown
        if not isinstance(shown, Shown) or shown.band_from is None or shown.band_to is None:
            return None
        score = self.scores[area]
        return None if shown.band_from <= score <= shown.band_to else score < shown.band_from

    def _put(self, world: Counts, cell: Cell, value: int, way: int = 0) -> None:
        """Make the cell this much. What it is divided by is then as much, so that the share is
        whole (or there is none), or in other ways at least as much."""
        row, days = self.rows[cell.measure], slice(cell.first, cell.last + 1)
        _fill(world[row, cell.area, days], value)
        for one, _ in self.guarded.values():
            if one.per.measure is None or fingerprint(one.measure) != cell.measure:
                continue
            whole = world[self.rows[fingerprint(one.per.measure)], cell.area, days]
            if way % 2 == 0 and one.better == "higher":
                whole[:] = world[row, cell.area, days]
            else:
                np.maximum(whole, world[row, cell.area, days], out=whole)

    def _busiest(self, area: str) -> int:
        """The area itself; of one above others, the one below with most records."""
        row = self.codes.index(area)
        if row in self.leaves:
            return row
        return max(self._below(area), key=lambda one: self.counts[:, one].sum())

    def _below(self, area: str) -> list[int]:
        parent = {one.code: one.parent for one in self.pack.areas}

        def under(code: str | None) -> bool:
            return code is not None and (code == area or under(parent.get(code)))

        return [row for row in self.leaves if under(self.codes[row])]

    def _others(self, world: Counts, cell: Cell, area: int, step: int) -> None:
        """Other things that might have happened in the area: with each step up one indicator more
        gets better, by half and in the end wholly; with each step down one gets worse."""
        days = slice(cell.first, cell.last + 1)
        chosen = self._movable(cell)
        for number in range(abs(step)):
            (row, better), round_ = chosen[number % len(chosen)], number // len(chosen)
            mine = world[row, area, days]
            if (better == "lower") == (step > 0):
                mine[:] = 0 if round_ else _thinned(mine)
            else:
                mine[0] += 2**round_

    def _movable(self, cell: Cell) -> list[tuple[int, str]]:
        """Rows of other protected numbers that no record of the cell's measure is part of, and
        which end of them is better: indicators by exposure, then deductions."""
        kind = self.periods[0].kind
        protected = protected_of(self.pack, self.pack.index_for(kind).id)
        ours = map(self.pack.indicator, protected.indicators)
        found = [(one.measure, one.better) for one in ours if one.per.measure is None
                 and (kind != "day" or one.daily is not None)]  # fmt: skip
        found += [(measure, "lower") for rule, name, _, measure
                  in rules_of(self.pack, protected.index)
                  if (rule, name) in protected.rules and rule == "deduction"]  # fmt: skip
        (asked,) = (one.measure for one, _ in self.guarded.values()
                    if fingerprint(one.measure) == cell.measure)  # fmt: skip
        return [(self.rows[fingerprint(measure)], better) for measure, better in found
                if not may_overlap(self.pack, asked, measure)]  # fmt: skip


class Ladder:
    """Steps between far worse and far better: doubled until they are too far, then halved. Small
    ones come first, since what happens in one area moves its peers."""

    def __init__(self) -> None:
        self.low, self.high, self.at = -_RUNGS, _RUNGS, 0

    def next(self, low: bool) -> int | None:
        if low:
            self.low = self.at
        else:
            self.high = self.at
        if self.high - self.low < 2:
            return None
        if self.high == _RUNGS:
            self.at = min(max(1, 2 * self.low), _RUNGS - 1) if self.low >= 0 else self.low // 2
        elif self.low == -_RUNGS:
            self.at = max(min(-1, 2 * self.high), 1 - _RUNGS) if self.high <= 0 else self.high // 2
        else:
            self.at = (self.low + self.high) // 2
        return self.at


def _thinned(days: Counts) -> Counts:
    """Half of the records, from the first on."""
    total = np.cumsum(days)
    return np.asarray(np.diff(total // 2, prepend=0))


def _whole(one: Indicator) -> tuple[str, ...]:
    return () if one.per.measure is None else (fingerprint(one.per.measure),)


def _fill(days: Counts, value: int) -> None:
    """Make the days add up to `value`, from what is there."""
    more = value - int(days.sum())
    if more > 0:
        days[-1] += more
    for day in range(len(days)):
        off = min(int(days[day]), -more) if more < 0 else 0
        days[day] -= off
        more += off


def _each(whole: Published) -> Iterator[Published]:
    """One edition's part of the arithmetic of several periods."""
    labels = whole.ingredients.labels
    for n in range(len(labels.asked)):
        mine = whole.ingredients.between(n, n + labels.lead + 1, labels.lead)
        yield Published(whole.pack, whole.panel, mine, evaluate(whole.pack, mine))
