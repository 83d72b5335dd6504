"""What protects a source can be kept: a colour of a weighted mean, rules that exist."""

from __future__ import annotations

from qingyu.i18n import T
from qingyu.pack.draft import Draft
from qingyu.pack.model import Cap, Measure, Protection, Veto
from qingyu.pack.rules.base import Rule, must_be_known, must_be_unique, rule


def _told(draft: Draft) -> None:
    """Only of what exists, each once."""
    if draft.publication is None:
        return
    known = [one.id for dimension in draft.dimensions for one in dimension.deductions]
    if draft.grades is not None:
        known += [cap.id for cap in draft.grades.caps]
        known += [veto.id for veto in draft.grades.vetoes]
    given = [(f"publication/told/{n}/rule", one.rule)
             for n, one in enumerate(draft.publication.told)]  # fmt: skip
    must_be_unique(draft, given)
    for key, name in given:
        must_be_known(draft, key, name, known, T("a deduction, cap or veto"))


def _single_events(draft: Draft) -> None:
    """A cap or veto that fewer records than `least` set off would take its boundary from every
    area: `told` says that the colours may tell of it."""
    if draft.publication is None or draft.grades is None:
        return
    told = {one.rule for one in draft.publication.told}
    rules: list[tuple[str, Cap | Veto]] = [
        *((f"caps/{n}", cap) for n, cap in enumerate(draft.grades.caps)),
        *((f"vetoes/{n}", veto) for n, veto in enumerate(draft.grades.vetoes)),
    ]
    for key, one in rules:
        levels = _protecting(draft, one.measure)
        wide = one.measure.count is None or any(level.level == "closed" for level in levels)
        least = max((level.least for level in levels), default=0)
        if levels and one.id not in told and (wide or one.at_least < least):
            draft.fault(
                f"grades/{key}/at_least",
                T("a colour that tells whether {count} was reached, of protected records",
                  count=one.at_least),
                T("the rule among `told` of publication.yaml")
                if wide
                else T("at least {least}, or the rule among `told` of publication.yaml",
                       least=least),
                T("Say there why everybody may know of it; else this boundary is shown nowhere."),
            )  # fmt: skip


def _protecting(draft: Draft, measure: Measure) -> list[Protection]:
    """What protects the sources that a measure reads."""
    unions = {union.id: union.sources for union in draft.unions}
    sources = unions.get(measure.source, (measure.source,))
    given = draft.publication.protection if draft.publication else ()
    return [one for one in given if one.level != "open" and one.source in sources]


def _means(draft: Draft) -> None:
    """Of other methods than the weighted mean it is not known what a colour tells."""
    if draft.publication is None:
        return
    public = {one.index for one in draft.publication.indices}
    protected = {one.source for one in draft.publication.protection if one.level != "open"}
    for index in draft.indices:
        if index.id not in public or not protected & _sources(draft, index.dimensions):
            continue
        for name in ("method", "within"):
            if getattr(index, name) != "arithmetic":
                draft.fault(
                    f"indices/{index.id}/{name}",
                    T("{method}, of protected inputs", method=getattr(index, name)),
                    T("arithmetic: only of a weighted mean it is known what a colour tells"),
                    T("Change it, or do not make this index public."),
                )


def _sources(draft: Draft, dimensions: tuple[str, ...]) -> set[str]:
    unions = {union.id: union.sources for union in draft.unions}
    measures = [
        measure
        for one in draft.indicators
        if one.dimension in dimensions
        for measure in (one.measure, one.per.measure)
        if measure is not None
    ]
    return {source for m in measures for source in unions.get(m.source, (m.source,))}


RULES: tuple[Rule, ...] = (
    rule(_told, "publication", "dimensions", "grades"),
    rule(_single_events, "publication", "grades"),
    rule(_means, "publication", "pack", "indicators"),
)
