"""Rates of small areas steadied by what their neighbours or all areas have.

Arrays are [area]; exposures and expected counts are positive. Sources: Marshall, R. J. (1991),
Applied Statistics 40, 283–294 (local empirical Bayes); Clayton, D., Kaldor, J. (1987), Biometrics
43, 671–681 (gamma–Poisson and log-normal); Choynowski, M. (1959), JASA 54, 385–388 (probability
maps); Assunção, R. M., Reis, E. A. (1999), Statistics in Medicine 18, 2147–2162 (Moran's I of
rates).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from qingyu.warn.neighbours import Weights
from qingyu.warn.verdict import Bools, Floats


@dataclass(frozen=True)
class LocalRates:
    """Each [area]: mean rate of the neighbourhood, variance between its areas (at least 0), and
    the area's rate drawn towards the mean."""

    mean: Floats
    between: Floats
    estimate: Floats


def local_rates(
    cases: Floats, exposure: Floats, around: Weights, own_means: bool = False
) -> LocalRates:
    """Marshall's rates within each neighbourhood; `around` holds each area itself, with weight 1.

    The variance between areas is Σ e·(r − mean)² / Σ e less what chance alone would give, mean / e̅,
    with e̅ the mean exposure of the neighbourhood. Deviations are from the neighbourhood's mean, or
    from each area's own neighbourhood's (`own_means`: as R's EBlocal reads Marshall by default).
    """
    rate = cases / exposure
    count, base = around.lag(np.stack([cases, exposure]))
    mean = count / base
    if own_means:
        spread = around.lag((exposure * (rate - mean) ** 2)[None])[0] / base
    else:
        spread = around.lag((exposure * rate**2)[None])[0] / base - mean**2
    between = np.maximum(spread - mean * around.sums() / base, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(between > 0, between / (between + mean / exposure), 0.0)
    return LocalRates(mean, between, mean + share * (rate - mean))


@dataclass(frozen=True)
class GammaPoisson:
    """Prior gamma(shape, rate) of relative risks, the smoothed risk of each area, and the number of
    steps taken."""

    shape: float
    rate: float
    risk: Floats
    steps: int


def gamma_poisson(
    cases: Floats, expected: Floats, most: int = 1000, tolerance: float = 1e-10
) -> GammaPoisson:
    """Clayton and Kaldor's prior by their moment equations, solved in turn."""
    shape = rate = 1.0
    risk = (cases + shape) / (expected + rate)
    steps = 0
    while steps < most:
        steps += 1
        mean = risk.mean()
        spread = ((1 + rate / expected) * (risk - mean) ** 2).sum() / (len(risk) - 1)
        if spread <= 0:  # no risk differs: each is the mean, whatever its count
            return GammaPoisson(np.inf, np.inf, np.full(len(risk), mean), steps)
        before, rate = (shape, rate), mean / spread
        shape = mean * rate
        risk = (cases + shape) / (expected + rate)
        if max(abs(shape - before[0]), abs(rate - before[1])) < tolerance:
            break
    return GammaPoisson(float(shape), float(rate), risk, steps)


def log_normal(
    cases: Floats,
    expected: Floats,
    most: int = 5000,
    tolerance: float = 1e-10,
    start: float | None = None,
) -> Floats:
    """Log relative risks under a normal prior, by Clayton and Kaldor's quadratic approximation and
    the EM algorithm; [area]. `start`: the prior's variance to begin with (None: that of the crude
    risks). Where the risks hardly differ the algorithm is slow: hundreds of steps."""
    count = cases + 0.5
    crude = np.log(count / expected)
    middle, spread = crude.mean(), crude.var(ddof=1) if start is None else start
    for _ in range(most):
        risk = (middle + count * spread * crude - spread / 2) / (1 + count * spread)
        before, middle = (middle, spread), risk.mean()
        spread = (spread / (1 + count * spread)).mean() + ((risk - middle) ** 2).mean()
        if max(abs(middle - before[0]), abs(spread - before[1])) < tolerance:
            break
    return np.asarray(risk)


def poisson_map(cases: Floats, expected: Floats) -> Floats:
    """P(Y ≤ cases) if each area had the common rate."""
    return np.asarray(special.pdtr(cases, expected))


def choynowski(cases: Floats, expected: Floats) -> tuple[Floats, Bools]:
    """P(as far out or further) on the side where the area lies, and whether that is below."""
    low = cases < expected
    upper = np.where(cases > 0, special.gammainc(np.maximum(cases, 1.0), expected), 1.0)
    return np.where(low, special.pdtr(cases, expected), upper), low


def moran_of_rates(cases: Floats, exposure: Floats, weights: Weights) -> float:
    """Moran's I of rates, each divided by its own deviation, so that small areas count less."""
    base = exposure.sum()
    mean = cases.sum() / base
    rate = cases / exposure
    between = (exposure * (rate - mean) ** 2).sum() / base - mean / (base / len(cases))
    variance = between + mean / exposure
    variance = np.where(variance < 0, mean / exposure, variance)
    z = (rate - mean) / np.sqrt(variance)
    off = z - z.mean()
    s0 = weights.weight.sum()
    return float(len(z) / s0 * (off * weights.lag(off[None])[0]).sum() / (off**2).sum())
