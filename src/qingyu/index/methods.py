"""The means that put scores together, each rounded once.

`combine` is the plain definition for one list of values; `combine_arrays` does the same for all
areas and periods at once. Sources: OECD/JRC (2008), Handbook on Constructing Composite
Indicators, 6.4–6.6; Mazziotta and Pareto (2013), Social Indicators Research 127.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache

import numpy as np
from mpmath.ctx_mp import MPContext

from qingyu import exact
from qingyu.exact import Bool, Float, Int
from qingyu.pack.model import MICRO, Method

_SCALE = 100 * MICRO


def combine(
    method: Method,
    values: Sequence[int],
    weights: Sequence[int],
    exponent: int | None = None,
    unit: int = 1,
) -> int:
    """The mean of `values` (micro-points, ≥ 0) under `weights` (> 0), rounded to `unit` micros.

    exponent: micros, of the generalised mean. Copeland compares areas with each other and is
    no mean of one area's values: ValueError.
    """
    if not values or len(values) != len(weights):
        raise ValueError("a mean needs values and as many weights")
    if method == "generalised":
        return _generalised(values, weights, exponent, unit)
    return _EXACTLY[method](values, weights, unit)


def _arithmetic(values: Sequence[int], weights: Sequence[int], unit: int) -> int:
    total = sum(w * v for v, w in zip(values, weights, strict=True))
    return exact.round_half_even(total, unit * sum(weights))


def _harmonic(values: Sequence[int], weights: Sequence[int], unit: int) -> int:
    if min(values) <= 0:
        return 0
    over = sum(Fraction(w, v) for v, w in zip(values, weights, strict=True))
    return round(Fraction(sum(weights)) / (over * unit))


def _geometric(values: Sequence[int], weights: Sequence[int], unit: int) -> int:
    if min(values) <= 0:
        return 0
    context = _digits()
    logs = (w * context.log(v) for v, w in zip(values, weights, strict=True))
    mean = context.exp(sum(logs, context.mpf(0)) / sum(weights))
    return exact.nearest_of(mean / unit, context)


def _generalised(
    values: Sequence[int], weights: Sequence[int], exponent: int | None, unit: int
) -> int:
    if exponent is None or exponent == MICRO:
        return _arithmetic(values, weights, unit)
    if exponent == 0:
        return _geometric(values, weights, unit)
    if exponent < 0 and min(values) <= 0:
        return 0
    context = _digits()
    power = context.mpf(exponent) / MICRO
    terms = (w * context.power(v, power) for v, w in zip(values, weights, strict=True))
    mean = context.power(sum(terms, context.mpf(0)) / sum(weights), 1 / power)
    return exact.nearest_of(mean / unit, context)


def _median(values: Sequence[int], weights: Sequence[int], unit: int) -> int:
    """The lower weighted median, or its mean with the next where weights split in half."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    whole, reached = sum(weights), 0
    for place, i in enumerate(order):
        reached += weights[i]
        if 2 * reached >= whole:
            upper = order[place + 1] if 2 * reached == whole else i
            return exact.round_half_even(values[i] + values[upper], 2 * unit)
    raise ValueError("weights must be positive")


def _mazziotta_pareto(values: Sequence[int], weights: Sequence[int], unit: int) -> int:
    """mean − sd·cv = mean − variance / mean, a ratio of integers; never below 0."""
    whole = sum(weights)
    first = sum(w * v for v, w in zip(values, weights, strict=True))
    second = sum(w * v * v for v, w in zip(values, weights, strict=True))
    if first <= 0:
        return 0
    n, d = 2 * first * first - second * whole, whole * first * unit
    return max(exact.round_half_even(n, d), 0)


def _copeland(values: Sequence[int], weights: Sequence[int], unit: int) -> int:
    raise ValueError("Copeland's score is no mean of one area's values")


_EXACTLY: dict[Method, Callable[[Sequence[int], Sequence[int], int], int]] = {
    "arithmetic": _arithmetic,
    "harmonic": _harmonic,
    "geometric": _geometric,
    "median": _median,
    "mazziotta_pareto": _mazziotta_pareto,
    "copeland": _copeland,
}


@cache
def _digits() -> MPContext:
    """A context of its own: mpmath's global precision is anyone's to change."""
    context = MPContext()
    context.dps = exact.DIGITS
    return context


def combine_arrays(
    method: Method,
    values: Int,
    weights: Int,
    present: Bool,
    level: Int,
    exponent: int | None = None,
    unit: int = 1,
) -> Int:
    """[A, P] means of `values` [n, A, P] (micro-points, ≥ 0 and 0 where not present) under
    `weights` [n, 1 or A, P], over the present ones; 0 where none is.

    level: [A], used by Copeland alone.
    """
    if method == "arithmetic" and present.all():
        return _weighted_means(values, weights, weights.sum(axis=0), unit)
    weights = np.broadcast_to(weights, values.shape) * present
    whole = weights.sum(axis=0)
    if method == "arithmetic":
        return _weighted_means(values, weights, whole, unit)
    if method == "median":
        return _medians(values, weights, whole, unit)
    if method == "copeland":
        return _copelands(values, weights, level, unit)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        estimate = _estimate(method, values.astype(np.float64), weights, whole, exponent) / unit

    def exactly(cell: int) -> int:
        a, p = divmod(cell, values.shape[2])
        used = np.flatnonzero(weights[:, a, p])
        mine = values[used, a, p].tolist(), weights[used, a, p].tolist()
        return combine(method, *mine, exponent, unit) if len(used) else 0

    estimate[whole == 0] = 0.0
    tolerance = exact.GUARD * max(exact.largest(values), _SCALE) / unit
    return exact.settle(estimate, exactly, tolerance)


def _weighted_means(values: Int, weights: Int, whole: Int, unit: int) -> Int:
    total, _ = exact.weighted_sums(list(values), list(weights))
    return exact.divide(total, np.where(whole > 0, whole, 1) * unit)


def _estimate(
    method: Method, values: Float, weights: Int, whole: Int, exponent: int | None
) -> Float:
    """Float64 estimates, good to about 1e-13 of the largest value."""
    used = weights > 0
    power = 1.0 if exponent is None else exponent / MICRO
    if method == "harmonic":
        power = -1.0
    if method == "geometric" or (method == "generalised" and power == 0):
        logs = np.log(np.where(used, values, 1.0))
        return np.asarray(np.exp((weights * logs).sum(axis=0) / whole))
    if method == "mazziotta_pareto":
        mean = (weights * values).sum(axis=0) / whole
        variance = (weights * (values - mean) ** 2).sum(axis=0) / whole
        return np.where(mean > 0, np.maximum(mean - variance / mean, 0.0), 0.0)
    # Against the largest (or smallest) value, so that no power over- or underflows the sum.
    edge = np.max if power > 0 else np.min
    reference = edge(values, axis=0, where=used, initial=0.0 if power > 0 else np.inf)
    terms = np.where(used, values / reference, 1.0) ** power
    found = reference * ((weights * terms).sum(axis=0) / whole) ** (1 / power)
    return np.where(reference > 0, found, 0.0)


def _medians(values: Int, weights: Int, whole: Int, unit: int) -> Int:
    order = np.argsort(np.where(weights > 0, values, np.iinfo(np.int64).max), axis=0, kind="stable")
    ranked = np.take_along_axis(values, order, axis=0)
    reached = 2 * np.cumsum(np.take_along_axis(weights, order, axis=0), axis=0)
    place = (reached < whole).sum(axis=0)[None]
    place = np.minimum(place, len(values) - 1)
    split = np.take_along_axis(reached, place, axis=0) == whole
    above = np.minimum(place + (split & (whole > 0)), len(values) - 1)
    pair = np.take_along_axis(ranked, place, axis=0) + np.take_along_axis(ranked, above, axis=0)
    return np.where(whole > 0, exact.divide(pair[0], 2 * unit), 0)


def _copelands(values: Int, weights: Int, level: Int, unit: int) -> Int:
    """Wins less losses by weighted majority over the areas of the level, on a scale to 100."""
    found = np.zeros(values.shape[1:], np.int64)
    for place in np.unique(level).tolist():
        rows = np.flatnonzero(level == place)
        mine, weight = values[:, rows], weights[:, rows]
        here: Bool = np.asarray((weight > 0).any(axis=0))
        count: Int = here.sum(axis=0)
        for number, row in enumerate(rows.tolist()):
            both = (weight > 0) & (weight[:, number : number + 1] > 0)
            sign = np.sign(mine[:, number : number + 1] - mine)
            majority: Int = np.sign((sign * both * weight[:, number : number + 1]).sum(axis=0))
            net = majority.sum(axis=0)
            score = exact.multiply_divide(
                net + count - 1, _SCALE, np.maximum(2 * (count - 1), 1) * unit
            )
            alone = exact.round_half_even(_SCALE, 2 * unit)
            found[row] = np.where(here[number], np.where(count == 1, alone, score), 0)
    return found
