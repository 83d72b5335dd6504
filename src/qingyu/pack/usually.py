"""Measures that count odd records: those with a number where the contract says it seldom lies.

They are counted like any other measure, so that what rests on an odd record is known to the area
and day, and as known at any time. Nobody writes them into a pack.
"""

from __future__ import annotations

from collections.abc import Iterator

from qingyu.pack.model import Column, Condition, Measure, Pack, Source
from qingyu.pack.values import decimal

_ENDLESS = str(10**18)  # beyond any number that is taken


def odd_columns(source: Source) -> tuple[Column, ...]:
    """The columns that have a usual range and are kept to be asked."""
    return tuple(column for column in source.columns if column.usually is not None)


def odd_records(source: Source, column: Column) -> Measure:
    """How many of a source's records are odd in a column (of readings: instruments' days of which
    a reading is), on their own days."""
    return Measure(count=source.id, where={column.name: _beyond(column)})


def odd_of(source: Source, measure: Measure) -> tuple[Measure, ...]:
    """For each column that a measure of the source reads and that has a usual range: how many of
    the measure's records are odd in it, on the days on which the measure counts them.

    Conditions on such columns fall away: a slip may have carried a record out of the measure as
    well as into it."""
    kept = {column.name: column for column in odd_columns(source)}
    read = dict.fromkeys([*([measure.of] if measure.of else []), *measure.where])
    others = {name: one for name, one in measure.where.items() if name not in kept}
    return tuple(_count_of(measure, {**others, name: _beyond(kept[name])}) for name in read
                 if name in kept)  # fmt: skip


def odd_measures(pack: Pack, measures: Iterator[Measure]) -> Iterator[Measure]:
    """Of all the pack's sources, and of these measures."""
    for source in pack.sources:
        for column in odd_columns(source):
            yield odd_records(source, column)
    for measure in measures:
        yield from odd_in(pack, measure)


def odd_in(pack: Pack, measure: Measure) -> tuple[Measure, ...]:
    """As `odd_of`; a union's events have no numbers."""
    if pack.union(measure.source) is not None:
        return ()
    return odd_of(pack.source(measure.source), measure)


def _count_of(measure: Measure, where: dict[str, Condition]) -> Measure:
    """The same records, counted."""
    if measure.stock is not None:
        return Measure(
            stock=measure.stock, opened=measure.opened, closed=measure.closed, where=where
        )
    return Measure(count=measure.source, on=measure.on, where=where)


def _beyond(column: Column) -> Condition:
    assert column.usually is not None
    least, most = column.usually.least, column.usually.most
    low = f"-{_ENDLESS}" if least is None else decimal(least)
    high = _ENDLESS if most is None else decimal(most)
    return Condition(beyond=(low, high))
