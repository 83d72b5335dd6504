"""When a period was first known: the batch after which every one of its days was in.

Asked so that the change of a score can be told apart into late data and the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qingyu.engine.batches import Batch
from qingyu.engine.coverage import coverage, day_axis
from qingyu.engine.store import Home
from qingyu.engine.tables import DayState
from qingyu.flows.opening import sources_of_index
from qingyu.pack.model import Pack
from qingyu.periods import Period

# A suspect day is covered; whether it is suspect can change with later days.
_IN = (int(DayState.FULL), int(DayState.SUSPECT), int(DayState.GAP))


def first_known(home: Home, pack: Pack, period: Period, known: int) -> int | None:
    """The earliest batch from which on, up to `known`, every day of `period` was full or a
    declared gap for every source of the index; None if it is not so even now."""
    batches = home.batches()[:known]
    found = None
    for batch in reversed(_turning_points(batches, period)):
        if not is_in(pack, batches[: batch.number], period):
            break
        found = batch.number
    return found


def is_in(pack: Pack, batches: Sequence[Batch], period: Period) -> bool:
    """Whether all days of `period` are full or a declared gap after these batches."""
    days = day_axis(period.first, period.last)
    silent = np.zeros((len(pack.sources), len(days)), np.int64)
    states = coverage(pack, batches, silent, days)
    wanted = sources_of_index(pack, period.kind)
    rows = [row for row, source in enumerate(pack.sources) if source.id in wanted]
    return bool(np.isin(states[rows], _IN).all())


def _turning_points(batches: Sequence[Batch], period: Period) -> list[Batch]:
    """The batches that can change what is covered of `period`."""
    touching = {batch.number for batch in batches if _touches(batch, period)}
    return [b for b in batches if b.number in touching or b.refers_to in touching]


def _touches(batch: Batch, period: Period) -> bool:
    if batch.covers_first is None or batch.covers_last is None:
        return False
    return batch.covers_first <= period.last and batch.covers_last >= period.first
