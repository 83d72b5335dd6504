"""From the panel to what detectors read: cases and what they are drawn from, by area and day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from qingyu.engine.tables import Panel
from qingyu.index import hierarchy
from qingyu.index.hierarchy import Hierarchy, day_number
from qingyu.index.ledgers import Ledgers
from qingyu.index.running import Edges
from qingyu.pack.model import Indicator, Pack
from qingyu.pack.rules.warnings import failures
from qingyu.warn.points import Daily
from qingyu.warn.verdict import Bools

_YEARS = 11  # of days that any rule may look back


@dataclass
class Series:
    """The series of one panel, made when asked for. areas: graded codes, in the pack's order."""

    pack: Pack
    panel: Panel
    known_on: date | None = None
    tree: Hierarchy = field(init=False)
    _kept: dict[str, Daily] = field(default_factory=dict)

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
        every = np.arange(self.first, self.first + size - first)
        each = Edges(every, every + 1, every)  # one range a day
        self._ledgers = Ledgers(self.pack, panel, self.tree, self.known_on, each)
        self._valid = self.tree.graded_valid[self.tree.epoch_of(every)].T

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

    def of(self, indicator: Indicator) -> Daily:
        """What the indicator counts in each area and day; of a share of which more is better, what
        it lacks."""
        if indicator.id not in self._kept:
            ledger = self._ledgers.of(indicator)
            count = np.diff(ledger.count.sums, axis=1)
            exposure = np.diff(ledger.exposure.sums, axis=1)
            if failures(indicator):
                count = np.maximum(exposure - count, 0)
            known = (ledger.days.counting > 0)[None, :] & self._valid
            self._kept[indicator.id] = Daily(
                np.maximum(count, 0).astype(np.float64), exposure.astype(np.float64), known,
                self.first,
            )  # fmt: skip
        return self._kept[indicator.id]

    def full(self, sources: tuple[str, ...]) -> Bools:
        """[day] whether all of them are full."""
        return np.asarray(self._ledgers.days(sources).counting > 0)


def sources_of(pack: Pack, indicator: Indicator) -> tuple[str, ...]:
    """All sources that the indicator reads, sorted."""
    measures = [one for one in (indicator.measure, indicator.per.measure) if one is not None]
    return tuple(sorted({name for one in measures for name in pack.sources_of(one)}))
