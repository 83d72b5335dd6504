"""Upper bounds of what is usual, from an expected count, its uncertainty and its dispersion.

Sources: the ⅔-power transform of Farrington et al. (1996); the negative binomial quantiles of
Noufaily et al. (2013), at the mean as it is estimated (`plugin`) or at its own upper limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from qingyu.warn.distributions import at_least, quantile
from qingyu.warn.quasipoisson import Forecast
from qingyu.warn.verdict import Floats

Threshold = Literal["delta", "plugin", "upper_mean"]
Power = Literal["2/3", "1/2", "none"]


@dataclass(frozen=True)
class Bound:
    """Per series. upper: bound of the count; tail: P(count or more), by the same
    model (for delta: by the normal on the power's scale); error:
    standard error of the mean itself for delta, of its log else."""

    upper: Floats
    tail: Floats
    error: Floats


def nb_size(mean: Floats, phi: Floats) -> Floats:
    """Size of the negative binomial with variance φ·μ; infinite at φ = 1."""
    return np.divide(mean, phi - 1.0, out=np.full_like(mean, np.inf), where=phi > 1.0)


def bound(
    method: Threshold,
    given: Forecast,
    phi: Floats,
    scatter: Floats,
    now: Floats,
    level: float,
    power: Power = "2/3",
) -> Bound:
    """`level`: probability to stay at or below the bound, one-sided; `scatter`: the dispersion by
    which the mean itself is uncertain (φ, or what stands for it); now: the counts."""
    z = float(special.ndtri(level))
    with np.errstate(invalid="ignore", over="ignore"):  # a mean of zero: its error is unknown
        error = np.sqrt(scatter * given.variance)
        spread = error * given.mean
        raised = np.where(given.mean > 0, given.mean * np.exp(z * error), given.mean)
    if method == "delta":
        return _power_bound(given.mean, spread, phi, now, z, power)
    mean = given.mean if method == "plugin" else raised
    size = nb_size(mean, phi)
    return Bound(quantile(level, mean, size), at_least(now, mean, size), error)


def _power_bound(
    mean: Floats, error: Floats, phi: Floats, now: Floats, z: float, power: Power
) -> Bound:
    """The normal limit on the scale where the count is nearly symmetric, taken back.

    Variance of y^p − μ^p is p²·μ^(2p−1)·τ, with τ = φ + error²/μ.
    """
    exponent = {"2/3": 2 / 3, "1/2": 0.5, "none": 1.0}[power]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        tau = phi + error**2 / mean
        sd = exponent * np.sqrt(mean ** (2 * exponent - 1) * tau)
        upper = (mean**exponent + z * sd) ** (1 / exponent)
        tail = special.ndtr((mean**exponent - now**exponent) / sd)
    none = mean == 0
    return Bound(np.where(none, 0.0, upper), np.where(none, (now == 0).astype(float), tail), error)
