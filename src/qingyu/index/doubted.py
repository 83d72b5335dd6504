"""The outlying days behind one indicator's score: those for which its state is provisional."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qingyu.engine.tables import DayState, Panel
from qingyu.index.doubts import Doubt, doubt_of
from qingyu.index.held import Days, days_of, ranges_of
from qingyu.index.spot import Spot, sources_of
from qingyu.pack.model import MICRO, Indicator


def doubts_of(spot: Spot, indicator: Indicator) -> tuple[Doubt, ...]:
    """The outlying days behind an indicator's own score: in its window, or among the other days
    that it is held against."""
    if not spot.panel.outlying or not spot.has_own_score(indicator.id):
        return ()
    sources = sources_of(spot.pack, indicator)
    mine = [one for one in spot.panel.outlying if one.source in sources]
    ranges = list(_ranges(spot, indicator, sources)) if mine else []
    return tuple(
        doubt_of(spot.pack.source(one.source).name, one)
        for one in mine
        if any(first <= one.day <= last for first, last in ranges)
        and _counting(spot.panel, sources, (one.day, one.day))
    )


def _ranges(spot: Spot, indicator: Indicator, sources: tuple[str, ...]) -> Iterator[Days]:
    window = days_of(spot, indicator)
    if window is None:
        return
    yield window
    for place, comparison in enumerate(indicator.compare):
        exists = spot.given(spot.ingredients.availability.exists[indicator.id, place])
        if not exists or comparison.with_ not in ("own", "trailing", "previous"):
            continue
        for first, last in ranges_of(spot, indicator, comparison):
            enough = indicator.least_covered * ((last - first).days + 1)
            counting = _counting(spot.panel, sources, (first, last))
            if comparison.with_ != "own" or counting * MICRO >= enough:
                yield first, last


def _counting(panel: Panel, sources: tuple[str, ...], days: Days) -> int:
    """How many of the days count for these sources."""
    first, last = ((day - panel.first).days for day in days)
    rows = panel.coverage.sel(source=list(sources)).values[:, max(first, 0) : max(last + 1, 0)]
    return int(np.all(rows == DayState.FULL, axis=0).sum())
