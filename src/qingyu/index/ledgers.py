"""Running sums of each indicator, from the panel: up the hierarchy, on counting days only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from qingyu.engine.tables import Panel, fingerprint
from qingyu.index.bridge import Bridge
from qingyu.index.days import Days, days_of
from qingyu.index.exposure import fill_levels
from qingyu.index.hierarchy import Hierarchy, day_number
from qingyu.index.ingredients import Int
from qingyu.index.running import Edges, Grid, Ledger, Running
from qingyu.pack.model import Indicator, Measure, Pack
from qingyu.pack.usually import odd_in

if TYPE_CHECKING:
    import xarray as xr

_ROWS = 1024  # areas worked at once, so that a nation's days need no second copy
_CELLS = 1 << 16  # days of areas added up at once, so that they stay in the processor's cache


@dataclass
class Ledgers:
    """Makes ledgers; remembers what several indicators share."""

    pack: Pack
    panel: Panel
    hierarchy: Hierarchy
    known_on: date | None
    edges: Edges  # of all ranges that will be asked for
    bridge: Bridge | None = None  # of the sums of ledgers
    _days: dict[tuple[str, ...], Days] = field(default_factory=dict)
    _exposures: dict[tuple[str, tuple[str, ...]], Running] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._measures = {name: row for row, name in enumerate(self.panel.counts["measure"].values)}
        place = {code: row for row, code in enumerate(self.panel.counts["area"].values)}
        self._rows = np.array([place.get(code, -1) for code in self.hierarchy.codes], np.int64)
        mine = set(self.hierarchy.codes)
        # The bucket, and areas that this pack no longer knows: theirs is the root's.
        self._stray = np.array([row for code, row in place.items() if code not in mine], np.int64)
        size = self.panel.counts.sizes["day"]
        self.grid = Grid.of(day_number(self.panel.first) if size else 0, size, self.edges)

    def days(self, sources: tuple[str, ...]) -> Days:
        if sources not in self._days:
            self._days[sources] = days_of(self.panel, sources)
        return self._days[sources]

    def of(self, indicator: Indicator) -> Ledger:
        """The ledger of `indicator`: of its measure, and of what that is divided by."""
        second = indicator.per.measure
        sources = set(self.pack.sources_of(indicator.measure))
        sources |= set(self.pack.sources_of(second)) if second else set()
        days = self.days(tuple(sorted(sources)))
        count = self._bridged(indicator.measure, days)
        if second is not None:
            return Ledger(days, count, self._bridged(second, days))
        return Ledger(days, count, self._exposure(indicator.per.exposure or "", days, sources))

    def odd(self, measures: Sequence[Measure], days: Days) -> tuple[Running, ...]:
        """Of the odd records of these measures on counting days that nobody has confirmed; none if
        there are none."""
        there = {one.measure for one in self.panel.odd}
        asked = [one for measure in measures for one in odd_in(self.pack, measure)]
        return tuple(
            self._bridged(one, self._unconfirmed(one, days))
            for one in asked
            if fingerprint(one) in there
        )

    def _unconfirmed(self, measure: Measure, days: Days) -> Days:
        counting = days.counting.copy()
        confirmed = self.pack.source(measure.source).confirmed
        places = np.array([day_number(day) - days.start for day in confirmed], np.int64)
        counting[places[(places >= 0) & (places < days.size)]] = 0
        return replace(days, counting=counting)

    def running(self, measure: Measure, days: Days) -> Running:
        """Running sums of a measure over its counting days. (Of a stock the panel has what was
        opened less what was closed on each day; what is open is the sum of that so far.)"""
        row = self._measures.get(fingerprint(measure))
        running, stock = self._empty(), measure.stock is not None
        if row is not None:
            given, parts = self._given(self.panel.counts, row, stock), running[:, 1:]
            for start in range(0, len(running), _ROWS):
                rows = self._rows[start : start + _ROWS]
                parts[start : start + _ROWS] = self._parts(given, rows, days)
            stray = self._parts(given, self._stray, days).sum(axis=0)
            self.hierarchy.add_up(parts, stray, self.grid.days)
        return self._run(running, days)

    def _bridged(self, measure: Measure, days: Days) -> Running:
        """The same with the histories of areas that changed."""
        running = self.running(measure, days)
        if self.bridge is None:
            return running
        return running.mended(replace(self.bridge, moved=self._moved(measure, days)))

    def _moved(self, measure: Measure, days: Days) -> Running | None:
        """Running sums of what was placed anew, one row a pair."""
        moved, row = self.panel.moved, self._measures.get(fingerprint(measure))
        if moved is None or row is None:
            return None
        pairs = np.arange(moved.sizes["pair"])
        given = self._given(moved, row, measure.stock is not None)
        sums = np.zeros((len(pairs), len(self.grid.points)), np.int64)
        sums[:, 1:] = self._parts(given, pairs, days)
        np.cumsum(sums[:, 1:], axis=1, out=sums[:, 1:])
        return Running(sums, self.grid, days.size)

    def _empty(self) -> Int:
        return np.zeros((len(self.hierarchy.codes), len(self.grid.points)), np.int64)

    def _given(self, counts: xr.DataArray, row: int, stock: bool) -> Int:
        """[rows, days read] of one measure. What is open of a stock is all that came before."""
        days = self.grid.read
        if not stock:
            return counts.variable[row, :, days].values
        opened = counts.variable[row, :, : self.grid.size].values
        return np.cumsum(opened, axis=1, dtype=np.int64)[:, days]

    def _parts(self, given: Int, rows: Int, days: Days) -> Int:
        """[rows, n − 1] sums over the counting days from each point of the grid to the next; 0
        for a row of −1, and between points whose days are not read."""
        following = len(rows) > 0 and bool((np.diff(rows) == 1).all()) and int(rows[0]) >= 0
        part = given[slice(int(rows[0]), int(rows[-1]) + 1) if following else rows]
        counting = days.counting[self.grid.read]
        if not counting.all():
            part = part * counting
        if not following and (rows < 0).any():
            part = part * (rows >= 0)[:, None]
        return part if self.grid.asked is None else _between(part, self.grid.read_before)

    def _run(self, running: Int, days: Days, kept: bool = False) -> Running:
        """Adds up along the days, of the graded areas, in the same memory."""
        for start in range(0, len(running), _ROWS):
            part = running[start : start + _ROWS, 1:]
            np.cumsum(part, axis=1, out=part)
        graded = self.hierarchy.graded
        running = running if len(graded) == len(running) else running[graded]
        return Running(running, self.grid, days.size, kept)

    def _exposure(self, name: str, days: Days, sources: set[str]) -> Running:
        key = (name, tuple(sorted(sources)))
        if key not in self._exposures:
            found = [one for one in self.pack.exposures if one.id == name]
            running = self._empty()
            if found:
                levels = running[:, 1:]
                fill_levels(found[0], self.hierarchy, levels, self.grid.days, self.known_on)
                levels *= np.diff(days.counted[self.grid.points])
            self._exposures[key] = self._run(running, days, kept=True).mended(self.bridge)
        return self._exposures[key]


def _between(part: Int, points: Int) -> Int:
    """[rows, n − 1] sums of the columns from each point to the next."""
    found = np.zeros((len(part), len(points) - 1), np.int64)
    filled = slice(int(np.searchsorted(points[1:], 1)), None)  # before it, no column has come
    step = max(_CELLS // max(part.shape[1], 1), 1)
    for start in range(0, len(part), step):
        running = np.cumsum(part[start : start + step], axis=1, dtype=np.int64)
        found[start : start + step, filled] = running[:, points[1:][filled] - 1]
    found[:, 1:] -= found[:, :-1].copy()
    return found
