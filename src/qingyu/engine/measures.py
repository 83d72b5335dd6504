"""What the cube counts: the measures of a pack, each under a fingerprint of its meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from qingyu.digest import digest_of_tree
from qingyu.engine.tables import fingerprint as fingerprint
from qingyu.pack.model import Measure, Pack, Reading

Kept = tuple[str, int]  # a column's type in the contract and its decimal places


class Measures(dict[str, Measure]):
    """Measures by fingerprint, and how the columns they read are kept in the records.

    columns: source → column name → (type, places).
    readings: of the sources whose readings become one value per instrument and day first.
    """

    def __init__(
        self,
        measures: Mapping[str, Measure],
        columns: Mapping[str, Mapping[str, Kept]] | None = None,
        readings: Mapping[str, Reading] | None = None,
    ) -> None:
        super().__init__(measures)
        self.readings = dict(readings or {})
        self.columns = {source: dict(kept) for source, kept in (columns or {}).items()}

    def of(self, source: str) -> Measures:
        """Those that read `source`."""
        mine = {name: measure for name, measure in self.items() if measure.source == source}
        return Measures(mine, {source: self.columns.get(source, {})}, self.readings)

    def only(self, names: set[str]) -> Measures:
        mine = {name: measure for name, measure in self.items() if name in names}
        return Measures(mine, self.columns, self.readings)

    @property
    def sources(self) -> list[str]:
        return sorted({measure.source for measure in self.values()})

    @property
    def digest(self) -> str:
        return digest_of_tree(sorted(self))

    def to_json(self) -> str:
        """For the pending note: a batch can be finished without the pack."""
        plain = {name: m.model_dump(mode="json", by_alias=True) for name, m in self.items()}
        readings = {name: reading.model_dump() for name, reading in self.readings.items()}
        whole = {"measures": plain, "columns": self.columns, "readings": readings}
        return json.dumps(whole, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Measures:
        given = json.loads(text)
        columns = {
            source: {name: (kind, places) for name, (kind, places) in kept.items()}
            for source, kept in given["columns"].items()
        }
        measures = {n: Measure.model_validate(m) for n, m in given["measures"].items()}
        # A note left by an earlier version knows no readings: it had none.
        readings = {n: Reading.model_validate(r) for n, r in given.get("readings", {}).items()}
        return cls(measures, columns, readings)


def measures_of(pack: Pack) -> Measures:
    """Every measure the pack speaks of, and the plain count of each source."""
    columns = {
        source.id: {column.name: (column.type, column.places) for column in source.columns}
        | {one.id: ("date", 0) for one in source.computed}
        for source in pack.sources
    }
    measures = {fingerprint(measure): measure for measure in _spoken_of(pack)}
    readings = {one.id: one.reading for one in pack.sources if one.reading is not None}
    return Measures(measures, columns, readings)


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
