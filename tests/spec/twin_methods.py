"""The twin, section 7: the ways in which several values become one, each as exact as it can be.

All answers are in the unit of the values times `scale`, rounded half-even once. Rational methods
work in fractions; irrational ones in sixty digits, where a value that close to a tie is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from mpmath import mp, mpf

MICRO = 10**6
Weighted = tuple[int, int]  # (value in micro-points, weight)


def rounded(value: Fraction) -> int:
    below = value.numerator // value.denominator
    rest = value - below
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and below % 2 == 1)
    return below + up


def rounded_real(value: mpf) -> int:
    """An irrational value's nearest integer; within 1e-30 of a half it is the half."""
    below = int(mp.floor(value))
    rest = value - below
    if abs(rest - mpf(1) / 2) < mpf(10) ** -30:
        return below + below % 2
    return below + int(rest > mpf(1) / 2)


def exactly(method: str, items: Sequence[Weighted], exponent: int | None = None) -> Fraction | mpf:
    """One value from several, in their unit and not rounded; irrational ones in sixty digits."""
    total = sum(w for _, w in items)
    assert total > 0
    if method == "arithmetic":
        return Fraction(sum(v * w for v, w in items), total)
    if method == "median":
        return median(items)
    if method == "mazziotta_pareto":
        return mazziotta_pareto(items)
    nothing = any(v == 0 for v, _ in items)
    if method == "harmonic":
        return Fraction(0) if nothing else total / sum(Fraction(w, v) for v, w in items)
    mp.dps = 60
    if method == "geometric" or (method == "generalised" and exponent == 0):
        logs = sum((w * mp.log(v) for v, w in items), mpf(0)) if not nothing else mpf(0)
        return Fraction(0) if nothing else mp.exp(logs / total)
    assert method == "generalised", method
    assert exponent is not None
    if exponent < 0 and nothing:
        return Fraction(0)
    p = mpf(exponent) / MICRO
    powers = sum((w * mpf(v) ** p for v, w in items), mpf(0))
    return (powers / total) ** (1 / p)


def combine(
    method: str, items: Sequence[Weighted], scale: Fraction, exponent: int | None = None
) -> int:
    """One value from several; `scale` turns micro-points into the unit of the station."""
    value = exactly(method, items, exponent)
    if isinstance(value, Fraction):
        return rounded(scale * value)
    return rounded_real(value * scale.numerator / scale.denominator)


def median(items: Sequence[Weighted]) -> Fraction:
    """The weighted median; where the weights split exactly in half, the mean of the two."""
    total = sum(w for _, w in items)
    values = sorted(v for v, w in items if w > 0)

    def upto(value: int) -> int:
        return sum(w for v, w in items if v <= value)

    lower = next(v for v in values if 2 * upto(v) >= total)
    upper = next(v for v in values if 2 * upto(v) > total)
    return Fraction(lower + upper, 2)


def mazziotta_pareto(items: Sequence[Weighted]) -> Fraction:
    """Mean − sd·cv = mean − variance / mean, which is a fraction; never below 0."""
    total = sum(w for _, w in items)
    mean = Fraction(sum(v * w for v, w in items), total)
    if mean == 0:
        return mean
    variance = sum((w * (v - mean) ** 2 for v, w in items), Fraction(0)) / total
    return max(mean - variance / mean, Fraction(0))


def copeland(rows: Mapping[str, Mapping[str, Weighted]], unit: int) -> dict[str, int]:
    """For each area: wins less losses over the others, by the weight of what each is better in;
    in units of 1/`unit` points."""
    n = len(rows)
    found = {}
    for area, mine in rows.items():
        s = 0
        for theirs in rows.values():
            both = mine.keys() & theirs.keys()
            ahead = sum(mine[k][1] for k in both if mine[k][0] > theirs[k][0])
            behind = sum(mine[k][1] for k in both if mine[k][0] < theirs[k][0])
            s += (ahead > behind) - (ahead < behind)
        found[area] = rounded(Fraction(50 * unit * (s + n - 1), n - 1)) if n > 1 else 50 * unit
    return found
