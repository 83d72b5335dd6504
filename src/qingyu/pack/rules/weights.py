"""Weights add up to exactly one, at every date at which one of them changes.

Decimals, never binary floats: .1, .2 and .7 are one, and .1, .2 and .71 are told their sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from qingyu.i18n import T
from qingyu.pack.draft import Draft
from qingyu.pack.model import MICRO, Dated, Index, Indicator, in_force
from qingyu.pack.rules.base import Rule, decimal, rule

OPINION_LIMIT = Fraction(5, 100)


def _comparisons(draft: Draft) -> None:
    for indicator in draft.indicators:
        total = sum(comparison.weight for comparison in indicator.compare)
        if total != MICRO:
            draft.fault(
                f"indicators/{indicator.id}/compare",
                T("weights that add up to {sum}", sum=decimal(total)),
                T("weights of the comparisons that add up to exactly 1"),
                T("Mend the weights under `compare`."),
            )


def _within_dimensions(draft: Draft) -> None:
    for dimension in draft.dimensions:
        members = [i for i in draft.indicators if i.dimension == dimension.id]
        weights = [(f"indicators/{i.id}/weight", i.weight) for i in members]
        if not members:
            draft.fault(
                f"dimensions/{dimension.id}",
                T("a dimension without indicators"),
                T("at least one indicator in each dimension"),
                T("Give an indicator this dimension, or take the dimension away."),
            )
        sum_to_one(draft, weights)


def _within_indices(draft: Draft) -> None:
    """An index that takes only some dimensions of another takes them in the same proportions: the
    sum is asked of the whole (means are divided by the weights present)."""
    by_id = {dimension.id: dimension for dimension in draft.dimensions}
    done: set[frozenset[str]] = set()
    wholes = [frozenset(index.dimensions) for index in draft.indices]
    for index in draft.indices:
        names = [name for name in dict.fromkeys(index.dimensions) if name in by_id]
        if len(names) != len(index.dimensions) or frozenset(names) in done:
            continue  # an unknown or repeated name is told elsewhere; the same sum once
        if any(frozenset(names) < whole for whole in wholes):
            continue
        done.add(frozenset(names))
        sum_to_one(draft, [(f"dimensions/{n}/weight", by_id[n].weight) for n in names])


def sum_to_one(draft: Draft, weights: Sequence[tuple[str, tuple[Dated, ...]]]) -> None:
    """A fault at the last entry that begins on each date whose sum is not one."""
    for day in sorted({entry.since for _, entries in weights for entry in entries}):
        total = sum(_value(entries, day) for _, entries in weights)
        if total == MICRO:
            continue
        key = next(
            f"{key}/{number}"
            for key, entries in reversed(weights)
            for number, entry in enumerate(entries)
            if entry.since == day
        )
        parts = " + ".join(
            f"{key.split('/')[-2]} {decimal(_value(entries, day))}" for key, entries in weights
        )
        draft.fault(
            key,
            T("weights that add up to {sum} from {day}: {parts}",
              sum=decimal(total), day=day.isoformat(), parts=parts),
            T("a sum of exactly 1 from that day"),
            T("Mend a weight, or give another one an entry of the same day."),
        )  # fmt: skip


def _value(entries: tuple[Dated, ...], day: date) -> int:
    entry = in_force(entries, day)
    return entry.value if entry else 0


def _ranges(draft: Draft) -> None:
    for kind, holders in (("indicators", draft.indicators), ("dimensions", draft.dimensions)):
        for holder in holders:
            for number, entry in enumerate(holder.weight):
                if not 0 <= entry.value <= MICRO:
                    draft.fault(
                        f"{kind}/{holder.id}/weight/{number}/value",
                        decimal(entry.value),
                        T("a weight from 0 to 1"),
                        T("Mend the weight; 0 takes it out of the index from that day."),
                    )


def _repeated_dimensions(draft: Draft) -> None:
    for index in draft.indices:
        for number, name in enumerate(index.dimensions):
            if name in index.dimensions[:number]:
                draft.fault(
                    f"indices/{index.id}/dimensions/{number}",
                    T("“{word}” a second time", word=name),
                    T("each dimension once"),
                    T("Take one of the two away."),
                )


def _opinion(draft: Draft) -> None:
    """What people say they feel counts for at most a twentieth of any index, at any date."""
    opinions = [i for i in draft.indicators if i.nature == "opinion"]
    for index in draft.indices if opinions else ():
        for day in _days(draft):
            share = sum((_share(draft, index, i, day) for i in opinions), Fraction(0))
            if share > OPINION_LIMIT:
                last = opinions[-1].id
                draft.fault(
                    f"indicators/{last}/weight",
                    T("opinion with {share} of the index “{index}” from {day}",
                      share=_percent(share), index=index.id, day=day.isoformat()),
                    T("at most 5 % of an index from all indicators of opinion"),
                    T("Lower the weight of opinion."),
                )  # fmt: skip
                break


def _days(draft: Draft) -> list[date]:
    holders = [i.weight for i in draft.indicators] + [d.weight for d in draft.dimensions]
    return sorted({entry.since for entries in holders for entry in entries})


def _share(draft: Draft, index: Index, indicator: Indicator, day: date) -> Fraction:
    """The indicator's share of an index with all its data present. An index of days holds only
    indicators that have a daily window, so weights are taken among those."""
    daily = "day" in index.periods
    there = [i for i in draft.indicators if not daily or i.daily is not None]
    if indicator not in there or indicator.dimension not in index.dimensions:
        return Fraction(0)
    inside = sum(_value(i.weight, day) for i in there if i.dimension == indicator.dimension)
    live = {i.dimension for i in there}
    across = sum(
        _value(d.weight, day) for d in draft.dimensions if d.id in index.dimensions and d.id in live
    )
    own = next((_value(d.weight, day) for d in draft.dimensions if d.id == indicator.dimension), 0)
    if not inside or not across:
        return Fraction(0)
    return Fraction(own, across) * Fraction(_value(indicator.weight, day), inside)


def _percent(share: Fraction) -> str:
    tenths = round(share * 1000)
    return f"{tenths // 10}.{tenths % 10} %"


RULES: tuple[Rule, ...] = (
    rule(_comparisons),
    rule(_within_dimensions, "indicators", "dimensions"),
    rule(_within_indices, "pack", "dimensions"),
    rule(_ranges),
    rule(_repeated_dimensions),
    rule(_opinion, "pack", "indicators", "dimensions"),
)
