"""What one file names must exist in another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qingyu.i18n import T, Text
from qingyu.pack.draft import Draft
from qingyu.pack.rules.base import Rule, decimal, measures, must_be_known, must_be_unique, rule
from qingyu.pack.spots import Spot

_WORD = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


def _dimensions(draft: Draft) -> None:
    known = [dimension.id for dimension in draft.dimensions]
    for indicator in draft.indicators:
        key = f"indicators/{indicator.id}/dimension"
        must_be_known(draft, key, indicator.dimension, known, T("a dimension"))
    for index in draft.indices:
        for number, name in enumerate(index.dimensions):
            key = f"indices/{index.id}/dimensions/{number}"
            must_be_known(draft, key, name, known, T("a dimension"))


def _sources(draft: Draft) -> None:
    known = [source.id for source in draft.sources]
    for key, measure in measures(draft):
        word = "count" if measure.count is not None else "sum"
        if draft.union(measure.source) is not None:
            continue
        must_be_known(draft, f"{key}/{word}", measure.source, known, T("a source"))


def _exposures(draft: Draft) -> None:
    known = [exposure.id for exposure in draft.exposures]
    for indicator in draft.indicators:
        if indicator.per.exposure is not None:
            key = f"indicators/{indicator.id}/per/exposure"
            must_be_known(draft, key, indicator.per.exposure, known, T("a file of exposures/"))
    for item in draft.stars.items if draft.stars is not None else ():
        if item.per is not None and item.per.exposure is not None:
            key = f"stars/items/{item.id}/per/exposure"
            must_be_known(draft, key, item.per.exposure, known, T("a file of exposures/"))


def _areas(draft: Draft) -> None:
    codes = [area.code for area in draft.areas]
    pool = set(codes)
    for exposure in draft.exposures:
        for number, row in enumerate(exposure.rows):
            if row.area not in pool:
                key = f"exposures/{exposure.id}/{number}"
                must_be_known(draft, key, row.area, codes, T("the code of an area"))


def _levels_and_classes(draft: Draft) -> None:
    levels = [level.id for level in draft.levels]
    classes = [entry.id for entry in draft.classes]
    for area, line in zip(draft.areas, draft.area_lines, strict=True):
        if area.level not in levels:
            spot = Spot("areas.csv", line, "level")
            must_be_known(draft, spot, area.level, levels, T("a level of pack.yaml"))
        if area.class_ is not None and area.class_ not in classes:
            spot = Spot("areas.csv", line, "class")
            must_be_known(draft, spot, area.class_, classes, T("a class of pack.yaml"))
    for source in draft.sources:
        if source.place.level is not None:
            key = f"sources/{source.id}/place/level"
            must_be_known(draft, key, source.place.level, levels, T("a level of pack.yaml"))


def _class_parents(draft: Draft) -> None:
    parents = {entry.id: entry.parent for entry in draft.classes}
    for entry in draft.classes:
        if entry.parent is None:
            continue
        key = f"classes/{entry.id}/parent"
        if not must_be_known(draft, key, entry.parent, parents, T("a class of pack.yaml")):
            continue
        if entry.id in _above(entry.id, parents):
            draft.fault(
                key,
                T("a class that lies within itself"),
                T("parents that end at a class without parent"),
                T("Take one `parent` of the circle away."),
            )


def _above(name: str, parents: dict[str, str | None]) -> set[str]:
    above: set[str] = set()
    parent = parents.get(name)
    while parent is not None and parent not in above:
        above.add(parent)
        parent = parents.get(parent)
    return above


def _grades(draft: Draft) -> None:
    if draft.grades is None:
        return
    for number, cap in enumerate(draft.grades.caps):
        for scale in draft.grades.scales:
            known = [grade.id for grade in scale.grades]
            if not must_be_known(
                draft, f"grades/caps/{number}/grade", cap.grade, known, T("a grade of each scale")
            ):
                break


def _names(draft: Draft) -> None:
    """Ids are short plain words, each once: they name files, columns of results, and arguments."""
    for kind, ids in (
        ("levels", [level.id for level in draft.levels]),
        ("classes", [entry.id for entry in draft.classes]),
        ("indices", [index.id for index in draft.indices]),
    ):
        names = [(f"pack/{kind}/{n}/id", name) for n, name in enumerate(ids)]
        _plain_words(draft, names)
        must_be_unique(draft, names)
    dimensions = [(f"dimensions/{n}/id", d.id) for n, d in enumerate(draft.dimensions)]
    _plain_words(draft, dimensions)
    must_be_unique(draft, dimensions)
    for kind, ids in (
        ("indicators", [entry.id for entry in draft.indicators]),
        ("sources", [entry.id for entry in draft.sources]),
        ("exposures", [entry.id for entry in draft.exposures]),
    ):
        _plain_words(draft, [(f"{kind}/{name}", name) for name in ids])
    must_be_unique(draft, list(_lines_off(draft)))
    for source in draft.sources:
        must_be_unique(
            draft,
            [(f"sources/{source.id}/columns/{n}", c.name) for n, c in enumerate(source.columns)],
        )


def _plain_words(draft: Draft, named: list[tuple[str, str]]) -> None:
    for key, word in named:
        if not _WORD.fullmatch(word):
            draft.fault(
                key,
                f"“{word}”",
                T("a name of small letters, digits and underscores"),
                T("Rename it; printed names stand under `name`."),
            )


def _lines_off(draft: Draft) -> Iterator[tuple[str, str]]:
    """Deductions, caps and vetoes share one list of names: a trace lists them together."""
    for dimension in draft.dimensions:
        for number, deduction in enumerate(dimension.deductions):
            yield f"dimensions/{dimension.id}/deductions/{number}/id", deduction.id
    for number, cap in enumerate(draft.grades.caps if draft.grades else ()):
        yield f"grades/caps/{number}/id", cap.id
    for number, veto in enumerate(draft.grades.vetoes if draft.grades else ()):
        yield f"grades/vetoes/{number}/id", veto.id


def _indices(draft: Draft) -> None:
    seen: dict[str, str] = {}
    for index in draft.indices:
        for number, kind in enumerate(index.periods):
            if kind in seen:
                draft.fault(
                    f"indices/{index.id}/periods/{number}",
                    T("“{kind}” in two indices, {one} and {other}",
                      kind=kind, one=seen[kind], other=index.id),
                    T("each kind of period in one index"),
                    T("Take it out of one of the two."),
                )  # fmt: skip
            seen.setdefault(kind, index.id)
        if (index.exponent is None) == ("generalised" in (index.method, index.within)):
            draft.fault(
                f"indices/{index.id}/exponent",
                T("an exponent of {value}", value=_exponent(index.exponent)),
                T("an exponent with the method `generalised`, and only there"),
                T("Give `exponent` or choose another method."),
            )


def _exponent(value: int | None) -> Text:
    return T("nothing") if value is None else decimal(value)


RULES: tuple[Rule, ...] = (
    rule(_names),
    rule(_dimensions, "dimensions"),
    rule(_sources, "sources", "matching"),
    rule(_exposures),
    rule(_areas, "areas"),
    rule(_levels_and_classes, "pack"),
    rule(_class_parents),
    rule(_grades),
    rule(_indices),
)
