"""Which records were united: behind an indicator's count, and around one record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from qingyu.engine.matching.ledger import Reader
from qingyu.engine.matching.lookup import Event, events_between, events_of_record
from qingyu.engine.measures import Measures, matching_of, measures_of
from qingyu.engine.store import Home
from qingyu.engine.tables import DayState, Panel
from qingyu.index import hierarchy
from qingyu.index.explanation import Explanation, Part, United
from qingyu.index.explanation import UnitedRecord as Record
from qingyu.index.hierarchy import Hierarchy
from qingyu.pack.model import Pack, Union
from qingyu.pack.unions import counts_kind


@dataclass(frozen=True)
class InEvent:
    """A record's place in an event of a union: `united` as in an explanation; lead: whether day
    and area of the event are this record's."""

    union: str
    lead: bool
    united: United

    def to_json(self) -> dict[str, object]:
        return {"union": self.union, "lead": self.lead, **self.united.to_json()}


def reader_of(home: Home, pack: Pack, union: Union, known: int | None = None) -> Reader:
    """A reader of the union's records, whether a measure counts it or not."""
    unions = {union.id: matching_of(pack, union)}
    measures = Measures({}, measures_of(pack).columns, unions=unions)
    return Reader.of(home, measures, union.id, home.last if known is None else known)


def events_around(home: Home, pack: Pack, source: str, key: str, day: date) -> tuple[InEvent, ...]:
    """For each union that has the record in it, the event that it is a part of now."""
    found = []
    for union in pack.unions:
        if source in union.sources:
            reader = reader_of(home, pack, union)
            for event in events_of_record(reader, source, key, day):
                mine = [one for one in event.members if (one.source, one.key) == (source, key)]
                found.append(InEvent(union.id, mine[0].lead, _united(event)))
    return tuple(found)


def with_united(home: Home, pack: Pack, panel: Panel, found: Explanation) -> Explanation:
    """The explanation; each part that counts a union's events with those of several records."""
    if not pack.unions:
        return found
    tree = hierarchy.build(pack)
    parts = (_with_united(home, pack, panel, tree, found.area, part) for part in found.parts)
    return replace(found, parts=tuple(parts))


def _with_united(
    home: Home, pack: Pack, panel: Panel, tree: Hierarchy, area: str, part: Part
) -> Part:
    measure = pack.indicator(part.indicator).measure
    union = pack.union(measure.source)
    if union is None or part.window is None:
        return part
    reader = reader_of(home, pack, union, panel.known)
    whole = _full_days(panel, tuple(part.window.states))
    together = tuple(
        _united(event)
        for event in events_between(reader, part.window.first, part.window.last)
        if len(event.members) > 1
        and event.day in whole
        and counts_kind(measure, event.kind)
        and _lies_in(tree, event, area)
    )
    return replace(part, united=together)


def _full_days(panel: Panel, sources: tuple[str, ...]) -> set[date]:
    """Days on which each of the sources is full: those that count."""
    states = panel.coverage.sel(source=list(sources)).values
    full = (states == DayState.FULL).all(axis=0)
    days: list[date] = panel.coverage["day"].values[full].astype("datetime64[D]").tolist()
    return set(days)


def _lies_in(tree: Hierarchy, event: Event, area: str) -> bool:
    """Whether the event is the area's, by the hierarchy of its day."""
    day = np.array([hierarchy.day_number(event.day)], np.int64)
    epoch = int(tree.epoch_of(day)[0])
    return area in _upwards(tree, epoch, event.area)


def _upwards(tree: Hierarchy, epoch: int, code: str) -> Iterator[str]:
    place = tree.codes.index(code) if code in tree.codes else tree.root
    place = place if tree.valid[epoch][place] else tree.root
    while place >= 0:
        yield tree.codes[place]
        place = int(tree.parent[epoch][place])


def _united(event: Event) -> United:
    records = tuple(Record(m.source, m.key, m.at, m.area) for m in event.members)
    return United(event.kind, event.day, event.area, records)
