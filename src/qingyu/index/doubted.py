"""What one indicator's state is provisional for: outlying days and odd records behind its score."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import numpy as np

from qingyu.engine.tables import UNPLACED, DayState, Panel, fingerprint
from qingyu.index.doubts import Doubt, all_doubts, doubt_of, odd_doubt
from qingyu.index.held import Days, days_of, ranges_of
from qingyu.index.spot import Spot, sources_of, valid_on
from qingyu.pack.lineage import histories
from qingyu.pack.model import MICRO, Indicator, Measure
from qingyu.pack.usually import odd_in


def doubts_of(spot: Spot, indicator: Indicator) -> tuple[Doubt, ...]:
    """The outlying days and the odd records behind an indicator's own score: in its window, or
    among the other days that it is held against."""
    if not (spot.panel.outlying or spot.panel.odd) or not spot.has_own_score(indicator.id):
        return ()
    sources = sources_of(spot.pack, indicator)
    second = indicator.per.measure
    measures = (indicator.measure, *([second] if second is not None else []))
    return _found(spot, sources, measures, lambda: list(_ranges(spot, indicator, sources)))


def charge_doubts_of(spot: Spot) -> tuple[Doubt, ...]:
    """The same behind the deductions, the caps and the vetoes of the period."""
    if not (spot.panel.outlying or spot.panel.odd) or spot.score(spot.results.score) is None:
        return ()
    pack, period = spot.pack, (spot.period.first, spot.period.last)
    named = map(pack.dimension, spot.results.labels.dimensions)
    charges = [one.measure for dimension in named for one in dimension.deductions]
    charges += [cap.measure for cap in pack.grades.caps]
    charges += [veto.measure for veto in pack.grades.vetoes]
    return all_doubts(
        _found(spot, pack.sources_of(measure), (measure,), lambda: [period]) for measure in charges
    )


def _found(
    spot: Spot,
    sources: tuple[str, ...],
    measures: tuple[Measure, ...],
    days_of_all: Callable[[], list[Days]],
) -> tuple[Doubt, ...]:
    """What is doubtful of these sources and measures on the days that count."""
    mine = [one for one in spot.panel.outlying if one.source in sources]
    odd = list(_odd(spot, measures))
    ranges = days_of_all() if mine or odd else []

    def rests_on(day: date) -> bool:
        within = any(first <= day <= last for first, last in ranges)
        return within and bool(_counting(spot.panel, sources, (day, day)))

    days = [doubt_of(spot.pack.source(o.source).name, o) for o in mine if rests_on(o.day)]
    told = [found for day, measure in odd if rests_on(day) for found in _told(spot, measure, day)]
    return all_doubts([days, told])


def _odd(spot: Spot, measures: tuple[Measure, ...]) -> Iterator[tuple[date, Measure]]:
    """The days with odd records of these measures, with the measures that count them."""
    for measure in measures:
        for asked in odd_in(spot.pack, measure):
            name = fingerprint(asked)
            yield from ((one.day, asked) for one in spot.panel.odd if one.measure == name)


def _told(spot: Spot, measure: Measure, day: date) -> Iterator[Doubt]:
    """The odd records of a day in the area itself or below it, if there are any."""
    counts = spot.panel.counts
    row = counts["measure"].values.tolist().index(fingerprint(measure))
    mine = _below(spot, day)
    places = [at for at, code in enumerate(counts["area"].values.tolist()) if code in mine]
    on = (day - spot.panel.first).days
    days = slice(0 if measure.stock is not None else on, on + 1)  # of a stock: all changes so far
    records = int(counts.variable[row, places, days].values.sum())
    if records > 0:
        (column,) = [name for name, one in measure.where.items() if one.beyond is not None]
        source = spot.pack.source(measure.source)
        yield odd_doubt(spot.pack, source.id, source.column(column), day, records)


def _below(spot: Spot, day: date) -> set[str]:
    """Codes whose records of a day are the area's: its own and those below it, as they were on
    that day; before a change of areas those of its origins. All that has no place is the root's."""
    rows = {one.code: one for one in spot.pack.areas if valid_on(one, day)}
    root = next((c for c, one in rows.items() if one.level == spot.pack.levels[0].id), None)
    tops = set(_origins(spot, day))
    found = {spot.code}
    for code in (*rows, UNPLACED, *(one.code for one in spot.pack.areas if one.code not in rows)):
        at: str | None = code
        seen: set[str] = set()
        while at is not None and at not in seen:
            if at in tops:
                found.add(code)
                break
            seen.add(at)
            above = rows[at].parent if at in rows else root
            at = above if above in rows or above is None else root
    return found


def _origins(spot: Spot, day: date) -> tuple[str, ...]:
    """The areas whose records of a day are the history of the spot's."""
    history = histories(spot.pack.changes, spot.period.last).get(spot.code)
    for stretch in history.stretches if history is not None else ():
        if day < stretch.until and (stretch.first is None or stretch.first <= day):
            return tuple(code for code, _ in stretch.origins)
    return (spot.code,)


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
