"""Which periods can be compared: covered, followed by covered days, and known when whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from qingyu.engine.batches import Batch
from qingyu.engine.tables import DayState, Panel
from qingyu.evaluate.integrity.dispersion import Ints
from qingyu.evaluate.integrity.shares import Flags
from qingyu.flows.integrity_checks import When
from qingyu.pack.model import Pack
from qingyu.periods import Period, previous

LEAST_COVERED = 0.8  # of a period's days
FOLLOWED = 10  # days after a period that a check may ask for
PROMPT = 31  # a batch that reaches further beyond a period is history, and says nothing of when


def when_of(pack: Pack, panel: Panel, batches: Sequence[Batch], period: Period, past: int) -> When:
    """`period` and as many before it, with what is known of each source's days."""
    periods = [period]
    for _ in range(past):
        periods.insert(0, previous(periods[0]))
    full = {str(source): _full(panel, str(source)) for source in panel.coverage["source"].values}
    return When(
        tuple(periods),
        {name: np.array([_covered(days, p) for p in periods]) for name, days in full.items()},
        {name: np.array([_followed(days, p) for p in periods]) for name, days in full.items()},
        {source.id: _counted(batches, source.id, periods) for source in pack.sources},
    )


def _full(panel: Panel, source: str) -> frozenset[date]:
    states = panel.coverage.sel(source=source).values
    days = panel.coverage["day"].values[states == DayState.FULL]
    return frozenset(days.astype("datetime64[D]").tolist())


def _covered(full: frozenset[date], period: Period) -> bool:
    days = (period.first + timedelta(days=n) for n in range(period.days))
    return sum(day in full for day in days) >= LEAST_COVERED * period.days


def _followed(full: frozenset[date], period: Period) -> Flags:
    """Whether the first, first two, … days after the period are all covered."""
    after = [period.last + timedelta(days=n + 1) in full for n in range(FOLLOWED)]
    return np.logical_and.accumulate(np.array(after))


def _counted(batches: Sequence[Batch], source: str, periods: Sequence[Period]) -> Ints:
    """The batch with which every day of each period had been covered; 0 where it never was,
    where that batch is of history, or where no other batch of the source followed it."""
    mine = [b for b in batches if b.source == source and b.covers_first and b.covers_last]
    return np.array([_whole_with(mine, period) for period in periods], np.int64)


def _whole_with(batches: Sequence[Batch], period: Period) -> int:
    missing = {period.first + timedelta(days=n) for n in range(period.days)}
    for batch in batches:
        assert batch.covers_first is not None
        assert batch.covers_last is not None
        missing -= {day for day in missing if batch.covers_first <= day <= batch.covers_last}
        if not missing:
            prompt = (batch.covers_last - period.last).days <= PROMPT
            # Nothing can have changed since if nothing came since.
            return batch.number if prompt and batch is not batches[-1] else 0
    return 0
