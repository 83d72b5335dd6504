"""The plain sentence of an episode that a rule over scores or whole periods raised: what came, and
what it was held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qingyu.i18n import T, Text
from qingyu.index.exact_json import Fixed
from qingyu.index.sentence import Sentence, named
from qingyu.pack.rules.warnings import failures
from qingyu.periods import period_of, previous

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qingyu.flows.warn_judge import Watch
    from qingyu.flows.warn_told import Told
    from qingyu.pack.model import Pack


def period_sentence(pack: Pack, one: Told, watch: Watch, names: Mapping[str, Text]) -> Sentence:
    """`names`: area and subject, as the sentence says them."""
    count, expected = (one.cells.get(name, np.nan) for name in ("count", "expected"))
    rule, period = watch.rule, period_of(one.on, watch.rule.period)
    if rule.rise and np.isfinite(count) and np.isfinite(expected):
        return _risen(pack, one, names, period.label, round(count), _fixed(expected, 1))
    if rule.rank_fall and np.isfinite(count) and np.isfinite(expected):
        ranks = {"rank": round(count), "rank_before": round(expected)}
        labels = {"period": period.label, "before": previous(period).label}
        text = T("{area}, {subject}: rank {rank} in {period}, after rank {rank_before} in "
                 "{before}.", **names, **ranks, **labels)  # fmt: skip
        return Sentence(text, ranks)
    if rule.incomplete and np.isfinite(count):
        shares: dict[str, int | Fixed] = {
            "share": Fixed(int(1000 * count), 1), "asked": Fixed(rule.incomplete.below // 1000, 1),
        }  # fmt: skip
        text = T("{area}, {subject}: {share} % of the weight and days of {period} were there, of "
                 "the {asked} % that are asked for; since {first}.",
                 **names, **shares, period=period.label, first=one.first.isoformat())  # fmt: skip
        return Sentence(text, shares)
    fields = {"rule": named(rule.name), "first": one.first.isoformat(),
              "last": one.last.isoformat()}  # fmt: skip
    if rule.reds and np.isfinite(count):
        score = _fixed(count, 3)
        text = T("{area}, {subject}: {rule}, from {first} to {last}; {score} points in {period}.",
                 **names, **fields, score=score, period=period.label)  # fmt: skip
        return Sentence(text, {"score": score})
    return Sentence(T("{area}, {subject}: {rule}, from {first} to {last}.", **names, **fields))


def _risen(
    pack: Pack, one: Told, names: Mapping[str, Text], period: str, count: int, expected: Fixed
) -> Sentence:
    fields: dict[str, int | Fixed] = {"count": count, "expected": expected}
    if failures(pack.indicator(one.raised.subject)):
        text = T("{area}, {subject}: {count} cases not handled so in {period}; {expected} would be "
                 "as a year before.", **names, **fields, period=period)  # fmt: skip
    else:
        text = T("{area}, {subject}: {count} in {period}; {expected} would be as a year before.",
                 **names, **fields, period=period)  # fmt: skip
    return Sentence(text, fields)


def _fixed(value: float, places: int) -> Fixed:
    return Fixed(round(value * 10**places), places)
