"""`method.json`: the method in force on the last day, and what no number says."""

from __future__ import annotations

from qingyu.flows.publish import Published
from qingyu.index.exact_json import dumps, micro
from qingyu.pack.model import Comparison, Dated, Dimension, Indicator, Pack, in_force


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
        "sources": _sources(pack, [pack.indicator(labels.indicators[n]) for n in members]),
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
        "sources": _sources_of(one.pack, indicator),
        "compare": [_comparison(each, last) for each in indicator.compare],
        "caveat": None if indicator.caveat is None else indicator.caveat.model_dump(),
        "weights": [_entry(entry) for entry in indicator.weight],
        "window": _window(indicator),
        "missing": {"after": indicator.missing.after.days, "then": indicator.missing.then},
    }


def _window(indicator: Indicator) -> dict[str, object] | None:
    """Of a daily index: days of the window, how far it widens, and until how many are expected."""
    daily = indicator.daily
    if daily is None:
        return None
    return {"days": daily.window.days, "at_most": daily.at_most.days,
            "least_expected": micro(daily.least_expected)}  # fmt: skip


def _entry(entry: Dated) -> dict[str, object]:
    return {"from": entry.since, "value": micro(entry.value), "reference": entry.reference,
            "why": entry.why}  # fmt: skip


def _sources_of(pack: Pack, indicator: Indicator) -> list[str]:
    measures = [m for m in (indicator.measure, indicator.per.measure) if m is not None]
    return sorted({source for measure in measures for source in pack.sources_of(measure)})


def _sources(pack: Pack, indicators: list[Indicator]) -> list[dict[str, object]]:
    """Whose records these are, and what is protected of them."""
    named = sorted({name for indicator in indicators for name in _sources_of(pack, indicator)})
    public = pack.publication
    levels = {one.source: one.level for one in public.protection} if public else {}
    return [
        {"id": name, "name": pack.source(name).name.model_dump(),
         "department": pack.source(name).department, "kind": pack.source(name).kind,
         "protection": levels.get(name)}
        for name in named
    ]  # fmt: skip


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
        "years": each.years,
        "weeks": each.weeks,
        "at_least": each.at_least,
        "window": None if each.window is None else each.window.days,
        "declared": [_entry(entry) for entry in (each.target or each.low or ())],
    }
