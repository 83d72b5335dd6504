"""Which days a source is asked for: what the batches do not cover yet, and a few days again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from qingyu.engine.batches import Batch
from qingyu.engine.coverage import coverage, covered_days, day_axis
from qingyu.engine.tables import DayState
from qingyu.pack.model import Pack

_IN = (int(DayState.FULL), int(DayState.SUSPECT))
_DAY = timedelta(days=1)


def days_to_ask(
    pack: Pack, batches: Sequence[Batch], source: str, since: date, overlap: int, today: date
) -> tuple[date, date] | None:
    """From the day after the last full one, less `overlap`, to yesterday; None if there is no
    such day. `since` bounds it below."""
    last, full = today - _DAY, last_full(pack, batches, source)
    first = since if full is None else full + _DAY - overlap * _DAY
    first = max(first, since)
    return (first, last) if first <= last else None


def last_full(pack: Pack, batches: Sequence[Batch], source: str) -> date | None:
    """The last day that the batches cover whole. Read from the list of batches alone: a day
    that is suspect for its counts has been delivered all the same."""
    days = covered_days(batches)
    if days is None:
        return None
    axis = day_axis(*days)
    silent = np.zeros((len(pack.sources), len(axis)), np.int64)
    row = [one.id for one in pack.sources].index(source)
    states = coverage(pack, batches, silent, axis)[row]
    found = axis[np.isin(states, _IN)]
    return found[-1].astype("datetime64[D]").astype(object) if len(found) else None
