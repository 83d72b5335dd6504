"""The twin, section 6: one comparison of a cell held against its base, station by station."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from twin_days import half_even
from twin_pack import Indicator

MICRO = 10**6


@dataclass(frozen=True)
class Held:
    """One comparison of a cell, with every station it passed."""

    number: int  # its place in the indicator's list
    with_: str
    weight: int
    expected: int | None  # none for `minmax`
    kappa: int | None
    compared: int
    points: int


def read_curve(curve: Sequence[tuple[int, int]], x: int) -> int:
    """The curve's points at a compared value (section 6)."""
    if x <= curve[0][0]:
        return curve[0][1]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if x <= x1:
            return half_even(y0 * (x1 - x) + y1 * (x - x0), x1 - x0)
    return curve[-1][1]


@dataclass(frozen=True)
class Against:
    """mb, eb and κ of a comparison; `minmax`: low and high."""

    m: int
    e: int
    kappa: int


def hold(ind: Indicator, number: int, against: Against, m: int, e: int) -> Held | None:
    """Every station of one comparison of a cell, if it is available."""
    comparison = ind.compare[number]
    if against.e <= 0:
        return None
    if comparison.with_ == "minmax":
        return _between(ind, number, against, m, e)
    unit = 1 if comparison.with_ == "target" else MICRO  # a target is in micros already
    expected = half_even(unit * against.m * e, against.e)
    if expected + against.kappa <= 0:
        return None
    compared = half_even(MICRO * (MICRO * m + against.kappa), expected + against.kappa)
    points = read_curve(comparison.curve, compared)
    return Held(
        number, comparison.with_, comparison.weight, expected, against.kappa, compared, points
    )


def _between(ind: Indicator, number: int, against: Against, m: int, e: int) -> Held:
    """`minmax`: the place of the rate between two declared ones."""
    low, high = against.m, against.e
    rate = half_even(MICRO * ind.unit * m, e)
    cut = min(max(rate, low), high)
    above = high - cut if ind.better == "lower" else cut - low
    points = half_even(100 * MICRO * above, high - low)
    comparison = ind.compare[number]
    return Held(number, comparison.with_, comparison.weight, None, None, rate, points)


def mean_points(held: Sequence[Held]) -> int:
    """An indicator's score: the weighted mean of the available comparisons' points."""
    return half_even(sum(h.weight * h.points for h in held), sum(h.weight for h in held))
