"""The records behind an event, as known after a batch: for explanations, traces and judges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from qingyu.engine.matching.distance import Ints
from qingyu.engine.matching.events import Events, events_of, further_days
from qingyu.engine.matching.ledger import NONE, Ledger, Reader, beside
from qingyu.engine.matching.pairs import matches

_EPOCH = date(1970, 1, 1)
Wanted = Callable[[Ledger, Events], NDArray[np.bool_]]


@dataclass(frozen=True)
class Member:
    """A record of an event; `lead`: the one that gives the event its day and area."""

    source: str
    key: str
    day: date
    at: datetime | None
    area: str
    lead: bool


@dataclass(frozen=True)
class Event:
    """Records that are one event, in the order of their moments."""

    kind: str
    day: date
    area: str
    members: tuple[Member, ...]


def events_between(reader: Reader, first: date, last: date) -> list[Event]:
    """All events whose own day lies in `first … last`."""
    low, high = (first - _EPOCH).days, (last - _EPOCH).days

    def inside(ledger: Ledger, events: Events) -> NDArray[np.bool_]:
        day = ledger.day[events.lead]
        return (day >= low) & (day <= high)

    return _found(reader, np.arange(low, high + 1), inside)


def all_events(reader: Reader) -> list[Event]:
    """Every event of the home."""
    tables = [reader.home.records_table(source) for source in reader.matching.union.sources]
    spans = [file.days for table in tables if table.exists() for file in table.files() if file.days]
    if not spans:
        return []
    return events_between(reader, min(a for a, _ in spans), max(b for _, b in spans))


def events_of_record(reader: Reader, source: str, key: str, day: date) -> list[Event]:
    """The event that a record of that day is in; none if it is in no kind of the union."""
    place = reader.matching.union.sources.index(source)

    def holding(ledger: Ledger, events: Events) -> NDArray[np.bool_]:
        named = np.flatnonzero(np.asarray(ledger.keys.to_pylist(), object) == key)
        named = named[ledger.source[named] == place]
        found = np.zeros(len(events), np.bool_)
        found[events.event[np.isin(events.records, named)]] = True
        return found

    return _found(reader, np.array([(day - _EPOCH).days]), holding)


def _found(reader: Reader, days: Ints, wanted: Wanted) -> list[Event]:
    days = beside(days)
    while True:
        ledger = reader.load(days)
        pairs = matches(ledger, reader.matching)
        events = events_of(ledger, pairs, ledger.standing(reader.known))
        chosen = wanted(ledger, events)
        further = further_days(ledger, events, chosen, days, reader.reach)
        if not len(further):
            return list(_told(reader, ledger, events, chosen))
        days = np.union1d(days, further)


def _told(
    reader: Reader, ledger: Ledger, events: Events, chosen: NDArray[np.bool_]
) -> Iterator[Event]:
    kinds, keys = list(reader.matching.union.kinds), ledger.keys.to_pylist()
    order = np.lexsort((events.records, ledger.at[events.records], events.event))
    ends = np.flatnonzero(np.diff(events.event[order], append=-1)) + 1
    for number, (begin, end) in enumerate(zip([0, *ends], ends, strict=False)):
        if not chosen[number]:
            continue
        lead = int(events.lead[number])
        members = tuple(
            Member(
                reader.matching.union.sources[ledger.source[one]], keys[one],
                _day(ledger.day[one]), _moment(ledger.at[one]), ledger.areas[ledger.area[one]],
                one == lead,
            )
            for one in events.records[order[begin:end]].tolist()
        )  # fmt: skip
        area = ledger.areas[ledger.area[lead]]
        yield Event(kinds[events.kind[number]], _day(ledger.day[lead]), area, members)


def _day(number: np.int64) -> date:
    return _EPOCH + timedelta(days=int(number))


def _moment(at: np.int64) -> datetime | None:
    if int(at) == NONE:
        return None
    return datetime.combine(_EPOCH, time()) + timedelta(microseconds=int(at))
