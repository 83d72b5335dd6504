"""What the cube counts: the measures of a pack, each under a fingerprint of its meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qingyu.digest import digest_of_tree
from qingyu.engine.tables import fingerprint as fingerprint
from qingyu.pack.model import Measure, Pack, Reading, Union
from qingyu.pack.unions import KIND, Places, places_of
from qingyu.pack.usually import odd_measures

Kept = tuple[str, int]  # a column's type in the contract and its decimal places


@dataclass(frozen=True)
class Matching:
    """A union; for each area the places in which its records look for others; and for each source
    the columns of longitude and latitude, if a distance is asked."""

    union: Union
    places: Places
    points: Mapping[str, tuple[str, str]]

    def to_plain(self) -> dict[str, object]:
        return {
            "union": self.union.model_dump(mode="json", by_alias=True, exclude_none=True),
            "places": {code: list(where) for code, where in self.places.items()},
            "points": {source: list(names) for source, names in self.points.items()},
        }

    @classmethod
    def from_plain(cls, given: Mapping[str, Any]) -> Matching:
        places = {code: tuple(where) for code, where in given["places"].items()}
        points = {source: (names[0], names[1]) for source, names in given["points"].items()}
        return cls(Union.model_validate(given["union"]), places, points)


class Measures(dict[str, Measure]):
    """Measures by fingerprint, and how the columns they read are kept in the records.

    columns: source → column name → (type, places).
    readings: of the sources whose readings become one value per instrument and day first.
    unions: of the measures that count a union's events.
    """

    def __init__(
        self,
        measures: Mapping[str, Measure],
        columns: Mapping[str, Mapping[str, Kept]] | None = None,
        readings: Mapping[str, Reading] | None = None,
        unions: Mapping[str, Matching] | None = None,
    ) -> None:
        super().__init__(measures)
        self.unions = dict(unions or {})
        self.readings = dict(readings or {})
        self.columns = {source: dict(kept) for source, kept in (columns or {}).items()}

    def of(self, source: str) -> Measures:
        """Those that read `source` alone (or count the union of that name)."""
        return self._kept({name for name, measure in self.items() if measure.source == source})

    def moved_by(self, source: str) -> Measures:
        """Those that a batch of `source` may change: its own, and those of unions it is in."""
        return self._kept({n for n, m in self.items() if source in self.sources_of(m)})

    def only(self, names: set[str]) -> Measures:
        return self._kept(set(self) & names)

    def _kept(self, names: set[str]) -> Measures:
        """Those of these names, with what is needed to count them and no more."""
        mine = {name: measure for name, measure in self.items() if name in names}
        unions = {m.source for m in mine.values()} & set(self.unions)
        read = {source for measure in mine.values() for source in self.sources_of(measure)}
        return Measures(
            mine,
            {name: kept for name, kept in self.columns.items() if name in read | unions},
            {name: reading for name, reading in self.readings.items() if name in read},
            {name: self.unions[name] for name in sorted(unions)},
        )

    def sources_of(self, measure: Measure) -> tuple[str, ...]:
        matching = self.unions.get(measure.source)
        return (measure.source,) if matching is None else matching.union.sources

    @property
    def sources(self) -> list[str]:
        return sorted({one for measure in self.values() for one in self.sources_of(measure)})

    @property
    def digest(self) -> str:
        return digest_of_tree(sorted(self))

    def to_json(self) -> str:
        """For the pending note: a batch can be finished without the pack."""
        plain = {name: m.model_dump(mode="json", by_alias=True) for name, m in self.items()}
        readings = {name: reading.model_dump() for name, reading in self.readings.items()}
        unions = {name: matching.to_plain() for name, matching in self.unions.items()}
        whole = {"measures": plain, "columns": self.columns, "readings": readings, "unions": unions}
        return json.dumps(whole, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Measures:
        given = json.loads(text)
        columns = {
            source: {name: (kind, places) for name, (kind, places) in kept.items()}
            for source, kept in given["columns"].items()
        }
        measures = {n: Measure.model_validate(m) for n, m in given["measures"].items()}
        # A note left by an earlier version knows no readings and no unions: it had none.
        readings = {n: Reading.model_validate(r) for n, r in given.get("readings", {}).items()}
        unions = {n: Matching.from_plain(u) for n, u in given.get("unions", {}).items()}
        return cls(measures, columns, readings, unions)


def measures_of(pack: Pack) -> Measures:
    """Every measure the pack speaks of, and the plain count of each source."""
    columns = {
        source.id: {column.name: (column.type, column.places) for column in source.columns}
        | {one.id: ("date", 0) for one in source.computed}
        for source in pack.sources
    }
    said = tuple(_spoken_of(pack))
    measures = {fingerprint(one): one for one in (*said, *odd_measures(pack, iter(said)))}
    readings = {one.id: one.reading for one in pack.sources if one.reading is not None}
    columns |= {union.id: {KIND: ("text", 0)} for union in pack.unions}
    spoken = {measure.source for measure in measures.values()}
    unions = {one.id: matching_of(pack, one) for one in pack.unions if one.id in spoken}
    return Measures(measures, columns, readings, unions)


def matching_of(pack: Pack, union: Union) -> Matching:
    asked = union.sources if union.metres is not None else ()
    points = {
        source.id: (source.place.longitude or "", source.place.latitude or "")
        for source in pack.sources
        if source.id in asked
    }
    return Matching(union, places_of(union, pack.areas), points)


def _spoken_of(pack: Pack) -> Iterator[Measure]:
    for source in pack.sources:
        yield Measure(count=source.id)
    for indicator in pack.indicators:
        yield indicator.measure
        if indicator.per.measure is not None:
            yield indicator.per.measure
    for dimension in pack.dimensions:
        yield from (deduction.measure for deduction in dimension.deductions)
    yield from (cap.measure for cap in pack.grades.caps)
    yield from (veto.measure for veto in pack.grades.vetoes)
    if pack.stars is not None:
        yield from (measure for _, measure in pack.stars.measures())
