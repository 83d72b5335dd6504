"""Days with odd records, from the totals of the measures that count them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from qingyu.engine.measures import measures_of
from qingyu.engine.tables import Odd, fingerprint
from qingyu.pack.model import Measure, Pack
from qingyu.pack.usually import odd_measures

Totals = Callable[[Sequence[int]], NDArray[np.int64]]  # rows of the panel → [row, day], all areas


def odd_days(pack: Pack, names: Sequence[str], totals: Totals, first: date) -> tuple[Odd, ...]:
    """Those that nobody has confirmed, by measure and in order of time.

    names: the panel's measures; first: the day of the first column of totals. A stock's changes
    are added up: its days are those at whose end an odd record is open."""
    asked = odd_asked(pack)
    mine = [name for name in names if name in asked]
    if not mine:
        return ()
    rows = totals([names.index(name) for name in mine])
    found = []
    for name, row in zip(mine, rows, strict=True):
        measure = asked[name]
        here = np.cumsum(row) if measure.stock is not None else row
        confirmed = pack.source(measure.source).confirmed
        days = ((int(at), first + timedelta(days=int(at))) for at in np.flatnonzero(here > 0))
        found += [Odd(name, day, int(here[at])) for at, day in days if day not in confirmed]
    return tuple(found)


def odd_asked(pack: Pack) -> dict[str, Measure]:
    """The measures that count odd records, by fingerprint."""
    if not any(column.usually for source in pack.sources for column in source.columns):
        return {}
    said = iter(measures_of(pack).values())
    return {fingerprint(one): one for one in odd_measures(pack, said)}
