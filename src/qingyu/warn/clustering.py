"""Does place matter at all? One statistic over all areas, of many series at once.

Values are [series, area], all known. Source: Cliff, A. D., Ord, J. K. (1981), Spatial Processes,
chapter 2 (Moran's I and Geary's C); Getis, A., Ord, J. K. (1992), Geographical Analysis 24, 189–206
(general G).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from qingyu.warn.neighbours import Weights
from qingyu.warn.verdict import Floats


@dataclass(frozen=True)
class Clustering:
    """Each [series]: the statistic, its mean and variance if place did not matter, and P(as
    clustered or more) by the normal law. NaN where the values do not vary."""

    statistic: Floats
    expected: Floats
    variance: Floats
    p: Floats


_quiet = np.errstate(invalid="ignore", divide="ignore")


def _clustering(statistic: Floats, expected: float, variance: Floats, sign: int = 1) -> Clustering:
    z = (statistic - expected) / np.sqrt(variance)
    return Clustering(
        statistic, np.full_like(statistic, expected), variance, special.ndtr(-sign * z)
    )


@_quiet
def moran(values: Floats, weights: Weights, shuffled: bool = True) -> Clustering:
    """I, above its mean where neighbours are alike. `shuffled`: variance over permutations of the
    values; else as if they were normal."""
    n = weights.areas
    s0, s1, s2 = weights.whole()
    z = values - values.mean(axis=1, keepdims=True)
    square = (z**2).sum(axis=1)
    statistic = n / s0 * (z * weights.lag(z)).sum(axis=1) / square
    expected = -1 / (n - 1)
    if shuffled:
        k = n * (z**4).sum(axis=1) / square**2
        plain = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
        peaked = k * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2)
        second = (plain - peaked) / ((n - 1) * (n - 2) * (n - 3) * s0**2)
    else:
        second = np.full_like(statistic, (n * n * s1 - n * s2 + 3 * s0**2) / (s0**2 * (n * n - 1)))
    return _clustering(statistic, expected, second - expected**2)


@_quiet
def geary(values: Floats, weights: Weights) -> Clustering:
    """C, below one where neighbours are alike; variance over permutations."""
    n = weights.areas
    s0, s1, s2 = weights.whole()
    z = values - values.mean(axis=1, keepdims=True)
    square = (z**2).sum(axis=1)
    apart = (z[:, weights.origin] - z[:, weights.to]) ** 2
    statistic = (n - 1) / (2 * s0) * (apart * weights.weight).sum(axis=1) / square
    k = n * (z**4).sum(axis=1) / square**2
    variance = (
        (n - 1) * s1 * (n * n - 3 * n + 3 - k * (n - 1))
        - (n - 1) * s2 * (n * n + 3 * n - 6 - k * (n * n - n + 2)) / 4
        + s0**2 * (n * n - 3 - k * (n - 1) ** 2)
    ) / (n * (n - 2) * (n - 3) * s0**2)
    return _clustering(statistic, 1.0, variance, sign=-1)


@_quiet
def general_g(values: Floats, weights: Weights) -> Clustering:
    """G of positive values: above its mean where high values meet high ones; variance over
    permutations."""
    n = weights.areas
    s0, s1, s2 = weights.whole()
    m1, m2, m3, m4 = ((values**power).sum(axis=1) for power in (1, 2, 3, 4))
    statistic = (values * weights.lag(values)).sum(axis=1) / (m1**2 - m2)
    parts = (
        ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2) * m2**2
        - ((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2) * m4
        - (2 * n * s1 - (n + 3) * s2 + 6 * s0**2) * m1**2 * m2
        + (4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0**2) * m1 * m3
        + (s1 - s2 + s0**2) * m1**4
    )
    expected = s0 / (n * (n - 1))
    pairs = (m1**2 - m2) ** 2 * n * (n - 1) * (n - 2) * (n - 3)
    return _clustering(statistic, expected, parts / pairs - expected**2)
