"""What the stars count is counted once, of places that have them, by rules that can be kept."""

from __future__ import annotations

import re
from fractions import Fraction

from qingyu.i18n import T
from qingyu.pack.draft import Draft
from qingyu.pack.model import MICRO, Measure, Per, StarItem, StarRules, Stars, in_force
from qingyu.pack.rules.base import Rule, decimal, must_be_known, must_be_unique, rule
from qingyu.pack.rules.values import ascending, days_ascend
from qingyu.pack.rules.weights import OPINION_LIMIT, sum_to_one

_WORD = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


def _names(draft: Draft) -> None:
    """Ids are plain words; one that an indicator has means that indicator."""
    if draft.stars is None:
        return
    items = draft.stars.items
    must_be_unique(draft, [(f"stars/items/{n}/id", item.id) for n, item in enumerate(items)])
    indicators = {indicator.id for indicator in draft.indicators}
    for number, item in enumerate(items):
        key = f"stars/items/{number}/id"
        for word in (item.id, *item.lists):
            if not _WORD.fullmatch(word):
                draft.fault(
                    key,
                    f"“{word}”",
                    T("a name of small letters, digits and underscores"),
                    T("Rename it; printed names stand under `name`."),
                )
        if item.id in indicators and item.indicator != item.id:
            draft.fault(
                key,
                T("“{word}”, which is an indicator", word=item.id),
                T("a name of its own, or `indicator: {word}`", word=item.id),
                T("Rename the item, or refer to the indicator."),
            )


def _indicators(draft: Draft) -> None:
    """An item refers to an indicator that is there, and none repeats what one counts already."""
    known = {indicator.id: indicator for indicator in draft.indicators}
    same = {_meaning(one.measure, one.per): one.id for one in draft.indicators}
    for item in draft.stars.items if draft.stars is not None else ():
        key = f"stars/items/{item.id}"
        if item.indicator is not None:
            must_be_known(draft, f"{key}/indicator", item.indicator, known, T("an indicator"))
        elif item.chosen is not None and _meaning(item.chosen, item.per) in same:
            name = same[_meaning(item.chosen, item.per)]
            draft.fault(
                key,
                T("what the indicator “{name}” counts", name=name),
                T("`indicator: {name}`, so that it is said once", name=name),
                T("Refer to the indicator instead."),
            )
        if item.list_ is not None:
            must_be_known(
                draft, f"{key}/list", item.list_, item.lists, T("one of the item's lists")
            )


def _meaning(measure: Measure, per: Per | None) -> str:
    return f"{measure.model_dump_json()} / {'' if per is None else per.model_dump_json()}"


def _places(draft: Draft) -> None:
    """The level is there, and has areas of each class."""
    stars = draft.stars
    if stars is None:
        return
    levels = [level.id for level in draft.levels]
    classes = [entry.id for entry in draft.classes]
    if must_be_known(draft, "stars/level", stars.level, levels, T("a level of pack.yaml")):
        for number, name in enumerate(stars.classes):
            key = f"stars/classes/{number}"
            if must_be_known(draft, key, name, classes, T("a class of pack.yaml")):
                _has_areas(draft, key, name, stars.level)
    must_be_unique(draft, [(f"stars/classes/{n}", name) for n, name in enumerate(stars.classes)])
    for item in stars.items:
        for number, name in enumerate(item.classes):
            key = f"stars/items/{item.id}/classes/{number}"
            must_be_known(draft, key, name, stars.classes, T("a class that the stars are given in"))


def _has_areas(draft: Draft, key: str, name: str, level: str) -> None:
    if not any(area.class_ == name and area.level == level for area in draft.areas):
        draft.fault(
            key,
            T("“{name}”, a class without areas of level “{level}”", name=name, level=level),
            T("a class that areas of the level have in areas.csv"),
            T("Take the class away, or mend the areas' classes."),
        )


def _bands(draft: Draft) -> None:
    for number, rules in enumerate(draft.stars.rules if draft.stars is not None else ()):
        key = f"stars/rules/{number}/bands"
        for place in range(1, len(rules.bands)):
            above, here = rules.bands[place - 1].stars, rules.bands[place].stars
            if here >= above:
                draft.fault(
                    f"{key}/{place}/stars",
                    T("{stars} after {before}", stars=here, before=above),
                    T("bands from the most stars to the fewest"),
                    T("Put the bands in order, best first."),
                )
        total = sum(band.share for band in rules.bands)
        if total != MICRO:
            draft.fault(
                key,
                T("shares that add up to {sum}", sum=decimal(total)),
                T("shares that add up to exactly 1: every village of a class has a band"),
                T("Mend the shares."),
            )


def _vetoes(draft: Draft) -> None:
    if draft.stars is None:
        return
    for number, rules in enumerate(draft.stars.rules):
        _vetoes_of(draft, f"stars/rules/{number}", draft.stars, rules)


def _vetoes_of(draft: Draft, key: str, stars: Stars, rules: StarRules) -> None:
    levels = [level.id for level in draft.levels]
    above = levels[: levels.index(stars.level) + 1] if stars.level in levels else levels
    dimensions = [dimension.id for dimension in draft.dimensions]
    most = max(band.stars for band in rules.bands)
    for number, veto in enumerate(rules.vetoes):
        here = f"{key}/vetoes/{number}"
        what = T("the level of the stars, or one above it")
        must_be_known(draft, f"{here}/level", veto.level, above, what)
        for place, name in enumerate(veto.dimensions):
            must_be_known(draft, f"{here}/dimensions/{place}", name, dimensions, T("a dimension"))
        for scale in draft.grades.scales if draft.grades is not None else ():
            grades = [grade.id for grade in scale.grades]
            what = T("a grade of each scale")
            if not must_be_known(draft, f"{here}/grade", veto.grade, grades, what):
                break
        if veto.at_most >= most:
            draft.fault(
                f"{here}/at_most",
                str(veto.at_most),
                T("fewer than the {most} stars of the best band", most=most),
                T("Lower it, or take the veto away: as it is, it forbids nothing."),
            )


def _weights(draft: Draft) -> None:
    """Add up to one at every date, opinion to a twentieth at most; and each class has some."""
    stars = draft.stars
    if stars is None:
        return
    for item in stars.items:
        key = f"stars/items/{item.id}/weight"
        ascending(draft, key, item.weight)
        for number, entry in enumerate(item.weight):
            if not 0 <= entry.value <= MICRO:
                draft.fault(
                    f"{key}/{number}/value",
                    decimal(entry.value),
                    T("a weight from 0 to 1"),
                    T("Mend the weight; 0 takes the item out of the stars from that day."),
                )
    sum_to_one(draft, [(f"stars/items/{item.id}/weight", item.weight) for item in stars.items])
    days_ascend(draft, "stars/rules", [rules.since for rules in stars.rules], "/from")
    for name in stars.classes:
        mine = [item for item in stars.items if not item.classes or name in item.classes]
        _opinion(draft, name, mine)


def _opinion(draft: Draft, name: str, items: list[StarItem]) -> None:
    """Of what counts in a class, what people say they feel is a twentieth at most."""
    natures = {indicator.id: indicator.nature for indicator in draft.indicators}
    for day in sorted({entry.since for item in items for entry in item.weight}):
        weights = [entry.value if (entry := in_force(i.weight, day)) else 0 for i in items]
        felt = sum(
            weight
            for item, weight in zip(items, weights, strict=True)
            if "opinion" in (item.nature, natures.get(item.indicator or ""))
        )
        if felt and Fraction(felt, sum(weights)) > OPINION_LIMIT:
            draft.fault(
                "stars/items",
                T("opinion with more than a twentieth of class “{name}” from {day}",
                  name=name, day=day.isoformat()),
                T("at most 5 % of the stars from all items of opinion"),
                T("Lower the weight of opinion."),
            )  # fmt: skip
            return


RULES: tuple[Rule, ...] = (
    rule(_names, "stars"),
    rule(_indicators, "stars", "indicators"),
    rule(_places, "stars", "pack", "areas"),
    rule(_bands),
    rule(_vetoes, "stars", "pack", "dimensions", "grades"),
    rule(_weights, "stars"),
)
