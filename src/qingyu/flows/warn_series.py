"""From the panel to what detectors read: cases and what they are drawn from, by area and day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from qingyu.engine.tables import Panel
from qingyu.index import hierarchy
from qingyu.index.bridge import Bridge, build_bridge
from qingyu.index.days import Range
from qingyu.index.hierarchy import Hierarchy, day_number
from qingyu.index.ledgers import Ledgers
from qingyu.index.running import Edges
from qingyu.pack.lineage import change_days
from qingyu.pack.model import Indicator, Measure, Pack
from qingyu.pack.rules.warnings import failures
from qingyu.warn.points import Daily
from qingyu.warn.verdict import Bools, Floats

_YEARS = 11  # of days that any rule may look back


@dataclass
class Series:
    """The series of one panel, made when asked for. areas: graded codes, in the pack's order.

    Areas that were split or merged have the history that the index bridges for them
    (`index.bridge`), as the areas stand on the day that is looked at: shares as declared."""

    pack: Pack
    panel: Panel
    known_on: date | None = None
    tree: Hierarchy = field(init=False)
    _kept: dict[tuple[str, int], Daily] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tree = hierarchy.build(self.pack)
        size = self.panel.counts.sizes["day"]
        first = max(size - 366 * _YEARS, 0)
        panel = Panel(
            self.panel.counts.isel(day=slice(first, None)),
            self.panel.coverage.isel(day=slice(first, None)),
            self.panel.known,
        )
        self.first = day_number(panel.first) if size else 0
        self.every = np.arange(self.first, self.first + size - first)
        each = Edges(self.every, self.every + 1, self.every)  # one range a day
        self._ledgers = Ledgers(self.pack, panel, self.tree, self.known_on, each)
        self._valid = self.tree.graded_valid[self.tree.epoch_of(self.every)].T
        self._changes = np.array([day_number(d) for d in change_days(self.pack.changes)], np.int64)

    @property
    def areas(self) -> tuple[str, ...]:
        return tuple(self.tree.codes[place] for place in self.tree.graded.tolist())

    def levels(self) -> list[str]:
        """The level of each graded area."""
        return [self.pack.levels[level].id for level in self.tree.graded_level.tolist()]

    def valid_on(self, day: date) -> Bools:
        """[area]."""
        epoch = self.tree.epoch_of(np.array([day_number(day)], np.int64))
        return np.asarray(self.tree.graded_valid[epoch][0])

    def of(self, indicator: Indicator, column: int | None = None) -> Daily:
        """What the indicator counts in each area and day; of a share of which more is better, what
        it lacks. column: the day from which one looks (default: the last)."""
        view = self._view(column)
        if (indicator.id, view) not in self._kept:
            self._kept[indicator.id, view] = self._daily(indicator, view)
        return self._kept[indicator.id, view]

    def _view(self, column: int | None) -> int:
        """How many changes of areas are seen from the day."""
        if not len(self._changes) or not len(self.every):
            return 0
        day = self.every[-1] if column is None else self.first + column
        return int(np.searchsorted(self._changes, day, side="right"))

    def _daily(self, indicator: Indicator, view: int) -> Daily:
        ledger = self._ledgers.of(indicator)
        valid, unit = self._valid, 1
        count, exposure = (np.diff(one.sums, axis=1) for one in (ledger.count, ledger.exposure))
        bridge = self._bridge(view)
        if bridge is not None:
            ranges, unit = Range(self.every, self.every), bridge.unit
            count, exposure = (one.real.mended(bridge).over(ranges)
                               for one in (ledger.count, ledger.exposure))  # fmt: skip
            valid = self._valid.copy()
            for row, begins in bridge.begins.items():
                first = self._valid[row].argmax() if self._valid[row].any() else len(self.every)
                valid[row, :first] |= self.every[:first] >= begins
        if failures(indicator):
            count = np.maximum(exposure - count, 0)
        known = (ledger.days.counting > 0)[None, :] & valid
        return Daily(np.maximum(count, 0) / unit, exposure / unit, known, self.first)

    def _bridge(self, view: int) -> Bridge | None:
        """Of all days, seen from the day of the last of so many changes."""
        if not view:
            return None
        seen = np.full(len(self.every), self._changes[view - 1])
        return build_bridge(self.pack, self.tree, seen)

    def measured(self, measure: Measure) -> tuple[Floats, Bools]:
        """[area, day] sums of one measure (of a stock what stands), and whether they are known."""
        days = self._ledgers.days(tuple(sorted(self.pack.sources_of(measure))))
        sums = np.diff(self._ledgers.running(measure, days).sums, axis=1)
        return sums.astype(np.float64), (days.counting > 0)[None, :] & self._valid

    def full(self, sources: tuple[str, ...]) -> Bools:
        """[day] whether all of them are full."""
        return np.asarray(self._ledgers.days(sources).counting > 0)


def sources_of(pack: Pack, indicator: Indicator) -> tuple[str, ...]:
    """All sources that the indicator reads, sorted."""
    measures = [one for one in (indicator.measure, indicator.per.measure) if one is not None]
    return tuple(sorted({name for one in measures for name in pack.sources_of(one)}))
