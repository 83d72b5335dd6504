"""From ingredients and results to the explanation of one area in one period."""

from __future__ import annotations

from qingyu.exact import round_half_even
from qingyu.i18n import Message, T
from qingyu.index.bridging import bridges_of
from qingyu.index.charges import applied, charges_of
from qingyu.index.doubted import charge_doubts_of, doubts_of
from qingyu.index.explanation import Change, DimensionPart, Explanation, Part
from qingyu.index.held import comparisons_of, rate, window_of
from qingyu.index.pack_lines import line_in_force, line_of, scale_line
from qingyu.index.results import Fill
from qingyu.index.splits import Branch, Member, Split, Taken, split_score
from qingyu.index.spot import Spot, area_of
from qingyu.index.story import grade_in_force, reason_of_cell, sentence_of
from qingyu.index.units import unit_of
from qingyu.pack.model import MICRO, Indicator, Pack
from qingyu.periods import Period


def explain(spot: Spot, change: Change, *, brief: bool = False) -> Explanation:
    """Everything behind the score of the spot; `change` is made by the caller, who knows what
    the period before looked like when it was first known. `brief`: without what an edition's
    traces leave out (windows, ranges, doubts, lines of the pack but each weight's)."""
    results, pack = spot.results, spot.pack
    branches = branches_of(spot)
    split, note = _split(spot, branches)
    parts, charges = _parts_of(spot, split, branches, brief), charges_of(spot, split)
    area = area_of(pack, spot.code, spot.period)
    grade = grade_in_force(spot)
    rank = spot.found(results.rank)
    return Explanation(
        area=spot.code,
        name=area.name,
        level=area.level,
        parent=area.parent,
        period=spot.period.label,
        known=spot.panel.known,
        pack=pack.digest,
        score=spot.score(results.score),
        before_caps=spot.score(results.before_caps),
        grade=None if grade is None else grade.id,
        grade_name=None if grade is None else grade.name.model_dump(),
        rank=rank or None,
        of=spot.found(results.of),
        completeness=spot.found(results.completeness),
        state=spot.area_state.word,
        sentence=sentence_of(spot, parts, charges),
        bridged_since=spot.bridged_since,
        bridges=bridges_of(pack, spot.code, spot.bridged_since, spot.period.last),
        parts=parts,
        dimensions=tuple(_dimension(spot, name) for name in results.labels.dimensions),
        charges=charges,
        split_note=note,
        change=change,
        scale_line=scale_line(pack, int(spot.ingredients.method.scale[spot.late])),
        charge_doubts=() if brief else charge_doubts_of(spot),
    )


def parts_of(spot: Spot, split: Split | None = None) -> tuple[Part, ...]:
    """One part per indicator of the index; contributions only with a split."""
    return _parts_of(spot, split, branches_of(spot), brief=False)


def _parts_of(
    spot: Spot, split: Split | None, branches: tuple[Branch, ...], brief: bool
) -> tuple[Part, ...]:
    return tuple(_part(spot, one, split, branches, brief) for one in spot.indicators)


# -- parts ----------------------------------------------------------------------------------------


def _part(
    spot: Spot, indicator: Indicator, split: Split | None, branches: tuple[Branch, ...], brief: bool
) -> Part:
    place, unit = spot.place_of(indicator.id), unit_of(spot.pack, indicator.measure)
    count = spot.given(spot.ingredients.world.count, place)
    exposure = spot.found(spot.results.exposure, place)
    points = spot.score(spot.results.indicator, place)
    contribution = None
    if split is not None and points is not None:
        contribution = split.contributions.get((indicator.dimension, indicator.id), 0)
    return Part(
        indicator=indicator.id,
        name=indicator.name.model_dump(),
        dimension=indicator.dimension,
        measure={} if brief else _measure(indicator),
        count=spot.amount(count, indicator.measure.places),
        window=None if brief else window_of(spot, indicator),
        exposure=spot.number(exposure) if exposure > 0 else None,
        unit=indicator.per.unit,
        rate=rate(count, exposure, indicator),
        state=spot.state(indicator.id).word,
        reason=reason_of_cell(spot, indicator),
        fill=Fill(spot.found(spot.results.fill, place)).name.lower(),
        carried_from=_carried_from(spot, place),
        points=points,
        weight=spot.weight(indicator.id),
        dimension_weight=spot.dimension_weight(indicator.dimension),
        share=_share(indicator, branches),
        contribution=contribution,
        comparisons=comparisons_of(spot, indicator, brief=brief),
        bridged_since=spot.part_since(indicator),
        pack_line=_weight_line(spot, indicator),
        pack_lines={} if brief else _lines(spot, indicator),
        doubts=() if brief else doubts_of(spot, indicator),
        measure_unit=None if unit is None else unit.model_dump(),
    )


def _measure(indicator: Indicator) -> dict[str, object]:
    return indicator.measure.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _carried_from(spot: Spot, place: int) -> str | None:
    back = spot.found(spot.results.carried_back, place)
    return spot.ingredients.labels.periods[spot.late - back].label if back else None


def _weight_line(spot: Spot, indicator: Indicator) -> str | None:
    key = f"indicators/{indicator.id}/weight"
    return line_in_force(spot.pack, key, indicator.weight, spot.period.last)


def _lines(spot: Spot, indicator: Indicator) -> dict[str, str | None]:
    pack = spot.pack
    found = {
        "weight": _weight_line(spot, indicator),
        "measure": line_of(pack, f"indicators/{indicator.id}/measure"),
        "source": line_of(pack, _source_key(pack, indicator)),
    }
    if indicator.per.exposure is not None:
        found["exposure"] = line_of(pack, f"exposures/{indicator.per.exposure}")
    else:
        found["exposure"] = line_of(pack, f"indicators/{indicator.id}/per")
    return found


def _source_key(pack: Pack, indicator: Indicator) -> str:
    name = indicator.measure.source
    return f"sources/{name}" if pack.union(name) is None else f"matching/{name}"


def _share(indicator: Indicator, branches: tuple[Branch, ...]) -> int:
    """Micros of the whole index, after what is missing gave its weight to the rest."""
    branch = next((one for one in branches if one.id == indicator.dimension), None)
    member = next((m for m in branch.members if m.id == indicator.id), None) if branch else None
    if branch is None or member is None:
        return 0
    whole = sum(one.weight for one in branches)
    inside = sum(one.weight for one in branch.members)
    return round_half_even(MICRO * branch.weight * member.weight, whole * inside)


def _dimension(spot: Spot, name: str) -> DimensionPart:
    dimension = spot.pack.dimension(name)
    place = spot.results.labels.dimensions.index(name)
    return DimensionPart(
        dimension=name,
        name=dimension.name.model_dump(),
        weight=spot.dimension_weight(name),
        before_deductions=spot.score(spot.results.before_deductions, place),
        points=spot.score(spot.results.dimension, place),
        pack_line=line_in_force(
            spot.pack, f"dimensions/{name}/weight", dimension.weight, spot.period.last
        ),
    )


# -- the split ------------------------------------------------------------------------------------


def branches_of(spot: Spot) -> tuple[Branch, ...]:
    """The dimensions that are in the index here, with their members that are."""
    labels, results = spot.results.labels, spot.results
    found = []
    for place, name in enumerate(labels.dimensions):
        value = spot.score(results.dimension, place)
        weight = spot.dimension_weight(name)
        if value is None or weight == 0:
            continue
        taken = tuple(Taken(one, amount) for one, amount in applied(spot, name).items())
        found.append(Branch(name, weight, _members(spot, name), taken, value))
    return tuple(found)


def _members(spot: Spot, dimension: str) -> tuple[Member, ...]:
    found = []
    for indicator in spot.indicators:
        if indicator.dimension != dimension:
            continue
        value = spot.score(spot.results.indicator, spot.place_of(indicator.id))
        weight = spot.weight(indicator.id)
        if value is not None and weight:
            found.append(Member(indicator.id, weight, value))
    return tuple(found)


def _split(spot: Spot, branches: tuple[Branch, ...]) -> tuple[Split | None, Message | None]:
    """The split of the score before caps and vetoes; or why there is none."""
    before = spot.score(spot.results.before_caps)
    if before is None:
        return None, T("There is no score to split.")
    index = spot.pack.index_for(spot.period.kind)
    split = split_score(branches, before, index.method, index.within, index.exponent)
    if split is not None:
        return split, None
    if "copeland" in (index.method, index.within):
        return None, T("Copeland's method ranks areas against each other: its score has no split.")
    return None, T("This method has no exact split of so many members.")


def no_change(period: Period, note: Message | None) -> Change:
    """A change that cannot be told, and why."""
    return Change(period.label, None, None, (), note)
