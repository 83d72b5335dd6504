"""`method.json`: the method in force on the last day, and what no number says."""

from __future__ import annotations

from qingyu.flows.publish import Published
from qingyu.index.exact_json import dumps, micro
from qingyu.pack.model import Comparison, Dimension, Indicator, in_force


def method_of(one: Published) -> bytes:
    """For programs that cannot read YAML: weights, curves, bounds, cuts, caveats."""
    pack, labels, given = one.pack, one.results.labels, one.ingredients.method
    index = next(index for index in pack.indices if index.id == labels.index)
    lead, scale = one.ingredients.labels.lead, int(given.scale[one.ingredients.labels.lead])
    members = [n for n, member in enumerate(labels.member) if member]
    found = {
        "index": index.id,
        "name": index.name.model_dump(),
        "method": index.method,
        "within": index.within,
        "exponent": micro(index.exponent),
        "least_share": micro(index.least_share),
        "dimensions": [
            _dimension(pack.dimension(name), int(given.dimension_weight[n, lead]))
            for n, name in enumerate(labels.dimensions)
        ],
        "indicators": [
            _indicator(one, pack.indicator(labels.indicators[n]), int(given.weight[n, lead]))
            for n in members
        ],
        "grades": [
            {"id": grade.id, "name": grade.name.model_dump(), "from": micro(grade.cut)}
            for grade in (pack.grades.scales[scale].grades if scale >= 0 else ())
        ],
        "caps": [
            {"id": cap.id, "name": cap.name.model_dump(), "at_least": cap.at_least,
             "grade": cap.grade}
            for cap in pack.grades.caps
        ],
        "vetoes": [
            {"id": veto.id, "name": veto.name.model_dump(), "at_least": veto.at_least}
            for veto in pack.grades.vetoes
        ],
    }  # fmt: skip
    return (dumps(found) + "\n").encode()


def _dimension(dimension: Dimension, weight: int) -> dict[str, object]:
    return {
        "id": dimension.id,
        "name": dimension.name.model_dump(),
        "weight": micro(weight),
        "deductions": [
            {"id": one.id, "name": one.name.model_dump(), "points": micro(one.points),
             "at_most": micro(one.at_most)}
            for one in dimension.deductions
        ],
    }  # fmt: skip


def _indicator(one: Published, indicator: Indicator, weight: int) -> dict[str, object]:
    last = one.results.labels.periods[0].last
    measures = [m for m in (indicator.measure, indicator.per.measure) if m is not None]
    return {
        "id": indicator.id,
        "name": indicator.name.model_dump(),
        "dimension": indicator.dimension,
        "nature": indicator.nature,
        "better": indicator.better,
        "weight": micro(weight),
        "measure": indicator.measure.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "per": indicator.per.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "unit": indicator.per.unit,
        "places": indicator.measure.places,
        "sources": sorted({s for m in measures for s in one.pack.sources_of(m)}),
        "compare": [_comparison(each, last) for each in indicator.compare],
        "caveat": None if indicator.caveat is None else indicator.caveat.model_dump(),
    }


def _comparison(each: Comparison, last: object) -> dict[str, object]:
    held = {}
    for name in ("target", "low", "high"):
        entry = in_force(getattr(each, name) or (), last)  # type: ignore[arg-type]
        held[name] = None if entry is None else micro(entry.value)
    return {
        "with": each.with_,
        "weight": micro(each.weight),
        "curve": [[micro(x), micro(y)] for x, y in each.curve],
        **held,
    }
