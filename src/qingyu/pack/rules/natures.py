"""What may be scored how: voices by their handling, opinion by its answers, effort by effort.

The same holds of what the stars count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from qingyu.i18n import T
from qingyu.pack.draft import Draft
from qingyu.pack.model import Measure, Nature, Per
from qingyu.pack.rules.base import Rule, must_be_known, rule, simple


@dataclass(frozen=True)
class _Scored:
    """An indicator, or an item of the stars that says itself what it counts. `measures`: with
    their keys; several of an item with lists."""

    key: str
    nature: Nature
    measures: tuple[tuple[str, Measure], ...]
    per: Per | None
    confirmed_by: str | None


def _scored(draft: Draft) -> Iterator[_Scored]:
    for one in draft.indicators:
        key = f"indicators/{one.id}"
        measures = ((f"{key}/measure", one.measure),)
        yield _Scored(key, one.nature, measures, one.per, one.confirmed_by)
    for item in draft.stars.items if draft.stars is not None else ():
        if item.nature is not None:
            key = f"stars/items/{item.id}"
            counted = tuple(
                (f"{key}/{below}", measure)
                for below, measure in item.measures()
                if below != "per/measure"
            )
            yield _Scored(key, item.nature, counted, item.per, item.confirmed_by)


def _ratios(draft: Draft) -> None:
    remedies = {
        "voice": T("Score the share that was handled: `per.measure` counts all of them. "
                   "A complaint that a ruling confirmed is `nature: harm` with `confirmed_by`."),
        "opinion": T("Divide by the number of answers under `per.measure`."),
        "effort": T("Divide by the effort itself, such as checks made, under `per.measure`."),
    }  # fmt: skip
    for one in _scored(draft):
        if one.nature in remedies and (one.per is None or one.per.measure is None):
            draft.fault(
                f"{one.key}/per",
                T("`nature: {nature}` divided by nothing", nature=one.nature)
                if one.per is None
                else T("`nature: {nature}` divided by an exposure", nature=one.nature),
                T("a ratio of two measures: more voices, patrols or answers are no more danger"),
                remedies[one.nature],
            )


def _confirmed(draft: Draft) -> None:
    for one in _scored(draft):
        if one.confirmed_by is None:
            continue
        key = f"{one.key}/confirmed_by"
        if one.nature != "harm":
            draft.fault(
                key,
                T("`confirmed_by` beside `nature: {nature}`", nature=one.nature),
                T("`confirmed_by` only beside `nature: harm`"),
                T("Take it away, or mend the nature."),
            )
        for where, measure in one.measures:
            _confirms(draft, key, where, measure, one.confirmed_by)


def _confirms(draft: Draft, key: str, where: str, measure: Measure, name: str) -> None:
    """The column is one of the source's, and a record without the ruling cannot count."""
    source = draft.source(measure.source)
    if source is not None:
        names = [column.name for column in source.columns]
        must_be_known(draft, key, name, names, T("a column of “{id}”", id=source.id))
    condition = measure.where.get(name)
    if condition is None or not simple(condition)[2]:  # a `not` would let it through
        draft.fault(
            where,
            T("no condition on “{name}”", name=name),
            T("a measure whose `where` says which rulings on “{name}” confirm the harm", name=name),
            T("Add the rulings of `{name}` under `where`.", name=name),
        )


RULES: tuple[Rule, ...] = (rule(_ratios), rule(_confirmed))
