"""Where is it? Statistics of each area and its neighbours, of many series at once.

Values are [series, area], all of them known. Sources: Anselin, L. (1995), Local indicators of
spatial association, Geographical Analysis 27, 93–115 (local Moran and Geary; moments under total
permutation); Sokal, R. R., Oden, N. L., Thomson, B. A. (1998), Geographical Analysis 30, 331–354
(moments given the area's own value); Ord, J. K., Getis, A. (1995), Geographical Analysis 27,
286–306 (G and G*).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from qingyu.warn.neighbours import Weights
from qingyu.warn.verdict import Floats


@dataclass(frozen=True)
class Local:
    """Each [series, area]: the statistic, its mean and variance if place did not matter, its
    distance in deviations, and the two-sided p-value by the normal law. NaN where an area has no
    neighbour or the values do not vary."""

    statistic: Floats
    expected: Floats
    variance: Floats
    z: Floats
    p: Floats


def _local(statistic: Floats, expected: Floats, variance: Floats) -> Local:
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (statistic - expected) / np.sqrt(variance)
    return Local(statistic, np.broadcast_to(expected, z.shape), variance, z,
                 2 * special.ndtr(-np.abs(z)))  # fmt: skip


def local_moran(values: Floats, weights: Weights, conditional: bool = True) -> Local:
    """I = z/m₂ · Σ w·z: above zero among its like, below zero among its opposite. `conditional`:
    moments with the area's own value held and the others shuffled; else with all shuffled."""
    n, first, second = weights.areas, weights.sums(), weights.sums(2)
    z = values - values.mean(axis=1, keepdims=True)
    spread = (z**2).mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = z / spread * weights.lag(z)
        if conditional:
            expected = -first * z**2 / spread / (n - 1)
            left = (second - first**2 / (n - 1)) * (spread - z**2 / (n - 1))
            return _local(statistic, expected, (z / spread) ** 2 * n / (n - 2) * left)
        b2 = (z**4).mean(axis=1, keepdims=True) / spread**2
    expected = -first / (n - 1)
    own = (n - b2) / (n - 1) * second
    cross = (2 * b2 - n) / ((n - 1) * (n - 2)) * (first**2 - second)
    return _local(statistic, expected, own + cross - expected**2)


def getis_ord(values: Floats, weights: Weights) -> Local:
    """G = Σ w·x over Σ x of all others: above its mean where high values meet. `weights` that hold
    each area itself make it G*, over Σ x of all. Values must be of one sign."""
    star = bool((weights.origin == weights.to).any())
    n = weights.areas if star else weights.areas - 1
    own = 0.0 if star else values
    first, second = weights.sums(), weights.sums(2)
    total = values.sum(axis=1, keepdims=True) - own
    mean = total / n
    spread = ((values**2).sum(axis=1, keepdims=True) - np.square(own)) / n - mean**2
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = spread * (n * second - first**2) / (n - 1) / total**2
        return _local(weights.lag(values) / total, first / n, variance)


def local_geary(values: Floats, weights: Weights) -> Floats:
    """C = Σ w·(z − z_neighbour)², z by the sample deviation: small where neighbours are alike."""
    z = values - values.mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = z / np.sqrt((z**2).sum(axis=1, keepdims=True) / (weights.areas - 1))
    return np.asarray(z**2 * weights.sums() - 2 * z * weights.lag(z) + weights.lag(z**2))
