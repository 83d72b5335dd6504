"""What hangs together by matches is one event, with the day, area and kind of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qingyu.engine.matching.distance import Ints
from qingyu.engine.matching.ledger import DAY, NONE, Ledger
from qingyu.engine.matching.pairs import Pairs


@dataclass(frozen=True)
class Events:
    """Events [e] of the records [n]: `event` says whose each is; lead: the record that gives day
    and area; kind: the number of its kind."""

    records: Ints
    event: Ints
    lead: Ints
    kind: Ints

    def __len__(self) -> int:
        return len(self.lead)


def events_of(ledger: Ledger, pairs: Pairs, records: Ints) -> Events:
    """The events of the records that stand (ascending), by the pairs of those among them."""
    if not len(records):
        return Events(records, records, records, records)
    one, other = (np.searchsorted(records, end) for end in pairs)
    last = len(records) - 1
    stand = (records[np.minimum(one, last)] == pairs[0]) & (
        records[np.minimum(other, last)] == pairs[1]
    )
    event = components(len(records), one[stand], other[stand])
    lead, begins = _first(event, ledger.at[records], records)
    return Events(records, event, records[lead], _kinds(ledger, records, event, begins))


def further_days(
    ledger: Ledger, events: Events, wanted: NDArray[np.bool_], days: Ints, reach: int
) -> Ints:
    """Days that are not among `days` and on which, `reach` microseconds away, a record might match
    one of the wanted events [e]."""
    at = ledger.at[events.records[wanted[events.event]]]
    at = at[at != NONE]
    near = np.unique(np.concatenate([(at - reach) // DAY, (at + reach) // DAY]))
    return near[~np.isin(near, days)]


def components(size: int, one: Ints, other: Ints) -> Ints:
    """Numbers 0, 1, … of the connected components of a graph, by their least members: labels sink
    to the least neighbour's, and jump to their label's label, until nothing moves."""
    label = np.arange(size)
    while True:
        before = label
        label = label.copy()
        least = np.minimum(before[one], before[other])
        for end in (one, other):
            np.minimum.at(label, end, least)
            np.minimum.at(label, before[end], least)
        while not np.array_equal(label, shorter := label[label]):
            label = shorter
        if np.array_equal(label, before):
            return np.unique(label, return_inverse=True)[1].astype(np.int64)


def _first(event: Ints, *by: Ints) -> tuple[Ints, Ints]:
    """The place of each event's least member by these keys, and all places in that order."""
    order = np.lexsort((*reversed(by), event))
    begins = np.flatnonzero(np.diff(event[order], prepend=-1))
    return order[begins], order


def _kinds(ledger: Ledger, records: Ints, event: Ints, order: Ints) -> Ints:
    """The first kind that all records of an event may be of; else the first of the record that
    comes from the foremost source (then the earliest)."""
    bits = ledger.kinds[records]
    begins = np.flatnonzero(np.diff(event[order], prepend=-1))
    shared = np.bitwise_and.reduceat(bits[order], begins)
    foremost, _ = _first(event, ledger.source[records], ledger.at[records], records)
    return lowest_bit(np.where(shared != 0, shared, bits[foremost]))


def lowest_bit(bits: Ints) -> Ints:
    """The number of the lowest bit set, of positive numbers."""
    least: NDArray[np.int64] = bits & -bits
    return np.searchsorted(1 << np.arange(62, dtype=np.int64), least).astype(np.int64)
