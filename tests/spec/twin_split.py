"""The twin, section 9, first half: the split of a score among what it was made of.

Everything is held against a perfect 100. An indicator's line is its share of 100 by weight and
its part of what the index lost; a deduction's line is only such a part; caps and vetoes are lines
of their own. All in micro-points of the index, and together the score to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import comb

from mpmath import mp, mpf
from twin_index import MILLI, Scores
from twin_methods import Weighted, combine, exactly, rounded
from twin_pack import Dimension, Index, Threshold
from twin_periods import Period

FULL = 100 * 10**6
Line = tuple[str, str]  # ("part", indicator) ("deduction", its id) ("cap" or "veto", its id)
Number = Fraction | mpf


def split(scores: Scores, code: str, period: Period) -> dict[Line, int] | None:
    """The lines of an area's score before caps and vetoes; None where the method has no split."""
    area, index = scores.plain(period)[code], scores.index(period)
    if "copeland" in (index.method, index.within):
        return None
    weights = {d.id: weight for d, weight in scores.dimensions(index, period)}
    items = {name: (value, weights[name]) for name, value in area.dimensions.items()}
    lost = losses(index.method, items, index.exponent)
    exact: dict[Line, Fraction] = {}
    order: dict[Line, tuple[int, str, str]] = {}
    off: dict[Line, int] = {}
    for dimension, big in scores.dimensions(index, period):
        if dimension.id not in items:
            continue
        share = Fraction(big, sum(w for _, w in items.values()))
        inside = Inside(scores, index, dimension, code, period)
        whole = sum(inside.lost.values()) + sum(inside.taken.values())
        scale, uneven = share, Fraction(0)
        if index.method != "arithmetic":
            short = lost[dimension.id]
            scale, uneven = (short / whole, Fraction(0)) if whole else (share, short)
        for name, loss in inside.lost.items():
            even = (FULL * share - uneven) * inside.share(name)
            exact["part", name] = even - scale * loss
            order["part", name] = -big * inside.items[name][1], dimension.id, name
        for name, amount in inside.taken.items():
            off["deduction", name] = -rounded(scale * amount)
    before = combine(index.method, list(items.values()), MILLI, index.exponent)
    given = apportioned(exact, order, 1000 * before - sum(off.values()))
    return given | off


class Inside:
    """What a dimension was made of: its indicators with score and weight, and what each of them
    and each deduction took off its 100."""

    def __init__(
        self, scores: Scores, index: Index, dimension: Dimension, code: str, period: Period
    ) -> None:
        cells = scores.plain(period)[code].cells
        self.items: dict[str, Weighted] = {}
        for name, weight in scores.weights(dimension.id, period).items():
            value = cells[name].any_score
            if value is not None:
                self.items[name] = value, weight
        self.lost = losses(index.within, self.items, index.exponent)
        self.taken: dict[str, int] = {}
        left = combine(index.within, list(self.items.values()), Fraction(1), index.exponent)
        for one in dimension.deductions:  # each takes what the ones before it have left
            count = max(0, scores.counted(one.measure, code, period))
            off = min(one.points * count, one.at_most, left)
            left -= off
            if off:
                self.taken[one.id] = off

    def share(self, name: str) -> Fraction:
        return Fraction(self.items[name][1], sum(w for _, w in self.items.values()))


def losses(
    method: str, items: Mapping[str, Weighted], exponent: int | None = None
) -> dict[str, Fraction]:
    """What each of several values took from 100; together 100 less their value, before rounding."""
    total = sum(w for _, w in items.values())
    if method == "arithmetic":
        return {name: Fraction(w, total) * (FULL - v) for name, (v, w) in items.items()}
    if method == "geometric":
        return _log_means(items)
    return _shapley(method, items, exponent)


def _log_means(items: Mapping[str, Weighted]) -> dict[str, Fraction]:
    total = sum(w for _, w in items.values())
    zeros = sum(w for v, w in items.values() if v == 0)
    if zeros:  # what the others lost is nothing beside it
        return {
            n: Fraction(FULL * w, zeros) if v == 0 else Fraction(0) for n, (v, w) in items.items()
        }
    mean = exactly("geometric", list(items.values()))
    if mean == FULL:
        return dict.fromkeys(items, Fraction(0))
    log_mean = (FULL - mean) / mp.log(FULL / mean)
    return {
        name: _fraction(log_mean * w * mp.log(mpf(FULL) / v) / total)
        for name, (v, w) in items.items()
    }


def _shapley(
    method: str, items: Mapping[str, Weighted], exponent: int | None
) -> dict[str, Fraction]:
    """Each one's loss on joining, over every order of those that had their values before it."""

    def lost(inside: Sequence[str]) -> Fraction:
        given = [(v if name in inside else FULL, w) for name, (v, w) in items.items()]
        return Fraction(FULL - combine(method, given, Fraction(1), exponent))

    found = {}
    for name in items:
        others = [other for other in items if other != name]
        sum_ = Fraction(0)
        for size in range(len(others) + 1):
            chance = Fraction(1, len(items) * comb(len(others), size))
            for inside in combinations(others, size):
                sum_ += chance * (lost([*inside, name]) - lost(inside))
        found[name] = sum_
    return found


def _fraction(value: Number) -> Fraction:
    if isinstance(value, Fraction):
        return value
    digits = mpf(10) ** 45
    return Fraction(int(mp.nint(value * digits)), 10**45)


def apportioned(
    exact: Mapping[Line, Fraction], order: Mapping[Line, tuple[int, str, str]], target: int
) -> dict[Line, int]:
    """Whole micro-points near `exact` that add up to `target`, by largest remainder."""
    found = {line: value.numerator // value.denominator for line, value in exact.items()}
    ranked = sorted(exact, key=lambda line: (found[line] - exact[line], order[line]))
    each, more = divmod(target - sum(found.values()), len(found))
    return {line: floor + each + (line in ranked[:more]) for line, floor in found.items()}


def limits(scores: Scores, code: str, period: Period) -> dict[Line, int]:
    """The cap and the veto that hold the score down, each by how much."""
    before = scores.plain(period)[code].before_limits
    assert before is not None
    pack = scores.cells.days.pack
    found: dict[Line, int] = {}
    score = before
    rules: tuple[tuple[str, Sequence[Threshold]], ...] = (("cap", pack.caps), ("veto", pack.vetoes))
    for kind, thresholds in rules:
        lowest: tuple[int, str] | None = None
        for threshold in thresholds:
            if scores.reached(threshold, code, period):
                grade = threshold.grade or scores.scale(period)[-1][0]
                limit = scores.upper_limit(grade, period)
                if limit is not None and limit < score and (lowest is None or limit < lowest[0]):
                    lowest = limit, threshold.id
        if lowest is not None:
            found[kind, lowest[1]] = 1000 * (lowest[0] - score)
            score = lowest[0]
    return found
