"""Running sums of each indicator, from the panel: up the hierarchy, on counting days only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from qingyu.engine.tables import Panel, fingerprint
from qingyu.index.days import ROWS, Days, Ledger, days_of
from qingyu.index.exposure import fill_levels
from qingyu.index.hierarchy import Hierarchy
from qingyu.index.ingredients import Int
from qingyu.pack.model import Indicator, Measure, Pack


@dataclass
class Ledgers:
    """Makes ledgers; remembers what several indicators share."""

    pack: Pack
    panel: Panel
    hierarchy: Hierarchy
    known_on: date | None
    _days: dict[tuple[str, ...], Days] = field(default_factory=dict)
    _exposures: dict[tuple[str, tuple[str, ...]], Int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._measures = {name: row for row, name in enumerate(self.panel.counts["measure"].values)}
        place = {code: row for row, code in enumerate(self.panel.counts["area"].values)}
        self._rows = np.array([place.get(code, -1) for code in self.hierarchy.codes], np.int64)
        mine = set(self.hierarchy.codes)
        # The bucket, and areas that this pack no longer knows: theirs is the root's.
        self._stray = np.array([row for code, row in place.items() if code not in mine], np.int64)

    def days(self, sources: tuple[str, ...]) -> Days:
        if sources not in self._days:
            self._days[sources] = days_of(self.panel, sources)
        return self._days[sources]

    def of(self, indicator: Indicator) -> Ledger:
        """The ledger of `indicator`: of its measure, and of what that is divided by."""
        second = indicator.per.measure
        sources = {indicator.measure.source} | ({second.source} if second else set())
        days = self.days(tuple(sorted(sources)))
        count = self.running(indicator.measure, days)
        if second is not None:
            return Ledger(days, count, self.running(second, days))
        return Ledger(days, count, self._exposure(indicator.per.exposure or "", days, sources))

    def running(self, measure: Measure, days: Days) -> Int:
        """[A, days + 1] running sums of a measure over its counting days."""
        row = self._measures.get(fingerprint(measure))
        running = np.zeros((len(self.hierarchy.codes), days.size + 1), np.int64)
        if row is not None:
            given = self.panel.counts.values[row]
            for start in range(0, len(running), ROWS):
                rows = self._rows[start : start + ROWS]
                running[start : start + ROWS, 1:] = given[rows] * (rows >= 0)[:, None]
            stray = given[self._stray].sum(axis=0, dtype=np.int64)
            self.hierarchy.add_up(running[:, 1:], stray, days.start)
        return self._run(running, days)

    def _run(self, running: Int, days: Days) -> Int:
        """Running sums over counting days, of the graded areas, in the same memory."""
        by_day = running[:, 1:]
        if not days.counting.all():
            by_day *= days.counting
        for start in range(0, len(running), ROWS):
            part = by_day[start : start + ROWS]
            part[...] = np.cumsum(part, axis=1)
        graded = self.hierarchy.graded
        return running if len(graded) == len(running) else running[graded]

    def _exposure(self, name: str, days: Days, sources: set[str]) -> Int:
        key = (name, tuple(sorted(sources)))
        if key not in self._exposures:
            found = [one for one in self.pack.exposures if one.id == name]
            running = np.zeros((len(self.hierarchy.codes), days.size + 1), np.int64)
            if found:
                tree, by_day = self.hierarchy, running[:, 1:]
                fill_levels(found[0], tree, by_day, days.start, self.known_on)
            self._exposures[key] = self._run(running, days)
        return self._exposures[key]
