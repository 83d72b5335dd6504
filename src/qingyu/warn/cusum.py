"""CUSUM: small excesses over what is expected, added up until they are too many.

    S(t) = max(0, S(t−1) + x(t) − k),  alarm at S(t) ≥ h

x is the count made nearly standard normal. Sources: Rossi, G., Lampugnani, L., Marchi, M. (1999),
An approximate CUSUM procedure for surveillance of health events, Statistics in Medicine 18,
2111–2122 (`rossi`); Pierce, D. A., Schafer, D. W. (1986), Residuals in generalized linear models,
JASA 81, 977–986 (`anscombe`, and its second order); Hilbe, J. M. (2011), Negative Binomial
Regression, chapter 5 (Pearson's and Anscombe's residuals of the negative binomial).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from scipy import special

from qingyu.warn.verdict import Floats, State, Verdict, as_counts, first_of

Transform = Literal[
    "none", "standard", "rossi", "anscombe", "anscombe2", "pearson_nb", "anscombe_nb"
]


@dataclass(frozen=True)
class Cusum(Verdict):
    """statistic: S after each day, [series, day]."""

    statistic: Floats


def cusum(
    counts: Floats,
    expected: Floats,
    k: float = 1.04,
    h: float = 2.26,
    transform: Transform = "rossi",
    alpha: Floats | float = 0.0,
    reset: bool = False,
) -> Cusum:
    """Watch counts[series, day] against expected[series, day]; `alpha`: dispersion of the negative
    binomial (variance μ + α·μ²), a number or one per series.

    `upper` is the count that would bring S to h. A missing day leaves S as it was. `reset` begins
    anew after an alarm. A day whose mean is zero or unknown is not judged and leaves S as it was.
    """
    counts = as_counts(counts)
    mean = np.broadcast_to(np.asarray(expected, float), counts.shape)
    spread = np.broadcast_to(np.asarray(alpha, float), (len(counts),))
    upper = np.full(counts.shape, np.nan)
    statistic = np.zeros(counts.shape)
    usable = np.isfinite(mean) & (mean > 0)
    total = np.zeros(len(counts))
    for day in range(counts.shape[1]):
        upper[:, day] = least_count(transform, h + k - total, mean[:, day], spread)
        x = standardised(transform, counts[:, day], mean[:, day], spread)
        moved = np.where(usable[:, day] & ~np.isnan(x), np.maximum(total + x - k, 0.0), total)
        statistic[:, day] = moved
        total = np.where(moved >= h, 0.0, moved) if reset else moved
    state = first_of(
        (np.isnan(counts), State.MISSING),
        (~np.isfinite(mean), State.UNFITTED),
        (~usable, State.FLAT),
    )
    judged = state == State.JUDGED
    return Cusum(np.where(judged, upper, np.nan), (statistic >= h) & judged, state, statistic)


def standardised(transform: Transform, counts: Floats, mean: Floats, alpha: Floats) -> Floats:
    """x of each count."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return _FORWARD[transform](counts, mean, alpha)


def least_count(transform: Transform, x: Floats, mean: Floats, alpha: Floats) -> Floats:
    """The count whose `standardised` is x, not below zero; for `standard` the next whole one."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return np.maximum(_BACKWARD[transform](x, mean, alpha), 0.0)


_Step = Callable[[Floats, Floats, Floats], Floats]


def _rossi(y: Floats, m: Floats, _: Floats) -> Floats:
    return np.asarray((y - 3 * m + 2 * np.sqrt(m * y)) / (2 * np.sqrt(m)))


def _rossi_back(x: Floats, m: Floats, _: Floats) -> Floats:
    """y + 2√(m·y) = 3m + 2x√m, so √y = −√m + √(4m + 2x√m)."""
    root = np.sqrt(np.maximum(4 * m + 2 * x * np.sqrt(m), 0.0)) - np.sqrt(m)
    return np.asarray(np.maximum(root, 0.0) ** 2)


def _anscombe(y: Floats, m: Floats, _: Floats, second: bool) -> Floats:
    centre = m ** (2 / 3) - second * m ** (-1 / 3) / 9
    return (y ** (2 / 3) - centre) / (2 / 3 * m ** (1 / 6))


def _anscombe_back(x: Floats, m: Floats, _: Floats, second: bool) -> Floats:
    centre = m ** (2 / 3) - second * m ** (-1 / 3) / 9
    return np.asarray(np.maximum(centre + x * 2 / 3 * m ** (1 / 6), 0.0) ** 1.5)


def _deviation_nb(m: Floats, a: Floats) -> Floats:
    return np.sqrt(m + a * m * m)


def _anscombe_nb(y: Floats, m: Floats, a: Floats) -> Floats:
    """∫ V^(−1/3) from m to y over V(m)^(1/6), with V = u + a·u²; Poisson's at a = 0."""
    return (_integral(y, a) - _integral(m, a)) / (m + a * m * m) ** (1 / 6)


def _integral(u: Floats, a: Floats) -> Floats:
    """∫₀ᵘ (v + a·v²)^(−1/3) dv = 1.5·u^⅔ · ₂F₁(⅓, ⅔; 5/3; −a·u)."""
    return np.asarray(1.5 * u ** (2 / 3) * special.hyp2f1(1 / 3, 2 / 3, 5 / 3, -a * u))


def _anscombe_nb_back(x: Floats, m: Floats, a: Floats) -> Floats:
    """By bisection: the integral rises with the count."""
    low, high = np.zeros_like(m), m + 1.0
    for _ in range(60):
        high = np.where(_anscombe_nb(high, m, a) < x, high * 2, high)
    for _ in range(80):
        middle = (low + high) / 2
        under = _anscombe_nb(middle, m, a) < x
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return high


_FORWARD: dict[Transform, _Step] = {
    "none": lambda y, m, a: y,
    "standard": lambda y, m, a: (y - m) / np.sqrt(m),
    "rossi": _rossi,
    "anscombe": partial(_anscombe, second=False),
    "anscombe2": partial(_anscombe, second=True),
    "pearson_nb": lambda y, m, a: (y - m) / _deviation_nb(m, a),
    "anscombe_nb": _anscombe_nb,
}
_BACKWARD: dict[Transform, _Step] = {
    "none": lambda x, m, a: x,
    "standard": lambda x, m, a: np.ceil(m + x * np.sqrt(m)),
    "rossi": _rossi_back,
    "anscombe": partial(_anscombe_back, second=False),
    "anscombe2": partial(_anscombe_back, second=True),
    "pearson_nb": lambda x, m, a: m + x * _deviation_nb(m, a),
    "anscombe_nb": _anscombe_nb_back,
}
