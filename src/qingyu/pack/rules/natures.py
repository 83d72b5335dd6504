"""What may be scored how: voices by their handling, opinion by its answers, effort by effort."""

from __future__ import annotations

from qingyu.i18n import T
from qingyu.pack.draft import Draft
from qingyu.pack.model import Indicator
from qingyu.pack.rules.base import Rule, must_be_known, rule, simple


def _ratios(draft: Draft) -> None:
    remedies = {
        "voice": T("Score the share that was handled: `per.measure` counts all of them. "
                   "A complaint that a ruling confirmed is `nature: harm` with `confirmed_by`."),
        "opinion": T("Divide by the number of answers under `per.measure`."),
        "effort": T("Divide by the effort itself, such as checks made, under `per.measure`."),
    }  # fmt: skip
    for indicator in draft.indicators:
        if indicator.nature in remedies and indicator.per.measure is None:
            draft.fault(
                f"indicators/{indicator.id}/per",
                T("`nature: {nature}` divided by an exposure", nature=indicator.nature),
                T("a ratio of two measures: more voices, patrols or answers are no more danger"),
                remedies[indicator.nature],
            )


def _confirmed(draft: Draft) -> None:
    for indicator in draft.indicators:
        if indicator.confirmed_by is None:
            continue
        key = f"indicators/{indicator.id}/confirmed_by"
        if indicator.nature != "harm":
            draft.fault(
                key,
                T("`confirmed_by` beside `nature: {nature}`", nature=indicator.nature),
                T("`confirmed_by` only beside `nature: harm`"),
                T("Take it away, or mend the nature."),
            )
        source = draft.source(indicator.measure.source)
        if source is not None:
            names = [column.name for column in source.columns]
            must_be_known(
                draft, key, indicator.confirmed_by, names, T("a column of “{id}”", id=source.id)
            )
        if not _requires(indicator, indicator.confirmed_by):
            draft.fault(
                f"indicators/{indicator.id}/measure",
                T("no condition on “{name}”", name=indicator.confirmed_by),
                T("a measure whose `where` says which rulings on “{name}” confirm the harm",
                  name=indicator.confirmed_by),
                T("Add the rulings of `{name}` under `where`.", name=indicator.confirmed_by),
            )  # fmt: skip


def _requires(indicator: Indicator, name: str) -> bool:
    """Whether a record without the ruling cannot count: a `not` would let it through."""
    condition = indicator.measure.where.get(name)
    return condition is not None and simple(condition)[2]


RULES: tuple[Rule, ...] = (rule(_ratios), rule(_confirmed))
