"""What the cube counts: the measures of a pack, each under a fingerprint of its meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from qingyu.digest import digest_of_tree
from qingyu.engine.tables import fingerprint as fingerprint
from qingyu.pack.model import Measure, Pack

Kept = tuple[str, int]  # a column's type in the contract and its decimal places


class Measures(dict[str, Measure]):
    """Measures by fingerprint, and how the columns they read are kept in the records.

    columns: source → column name → (type, places).
    """

    def __init__(
        self,
        measures: Mapping[str, Measure],
        columns: Mapping[str, Mapping[str, Kept]] | None = None,
    ) -> None:
        super().__init__(measures)
        self.columns = {source: dict(kept) for source, kept in (columns or {}).items()}

    def of(self, source: str) -> Measures:
        """Those that read `source`."""
        mine = {name: measure for name, measure in self.items() if measure.source == source}
        return Measures(mine, {source: self.columns.get(source, {})})

    def only(self, names: set[str]) -> Measures:
        return Measures({n: m for n, m in self.items() if n in names}, self.columns)

    @property
    def sources(self) -> list[str]:
        return sorted({measure.source for measure in self.values()})

    @property
    def digest(self) -> str:
        return digest_of_tree(sorted(self))

    def to_json(self) -> str:
        """For the pending note: a batch can be finished without the pack."""
        plain = {name: m.model_dump(mode="json", by_alias=True) for name, m in self.items()}
        return json.dumps({"measures": plain, "columns": self.columns}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Measures:
        given = json.loads(text)
        columns = {
            source: {name: (kind, places) for name, (kind, places) in kept.items()}
            for source, kept in given["columns"].items()
        }
        measures = {n: Measure.model_validate(m) for n, m in given["measures"].items()}
        return cls(measures, columns)


def measures_of(pack: Pack) -> Measures:
    """Every measure the pack speaks of, and the plain count of each source."""
    columns = {
        source.id: {column.name: (column.type, column.places) for column in source.columns}
        for source in pack.sources
    }
    return Measures({fingerprint(measure): measure for measure in _spoken_of(pack)}, columns)


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
