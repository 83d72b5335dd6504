"""Tails and quantiles of counts: negative binomial with variance φ·μ, and Poisson where φ = 1."""

from __future__ import annotations

import numpy as np
from scipy import special

from qingyu.warn.verdict import Floats

_FUZZ = 64 * np.finfo(np.float64).eps  # a quantile may fall on a step of the distribution


def below(count: Floats, mean: Floats, size: Floats) -> Floats:
    """P(Y ≤ count); `size` is the negative binomial's, infinite for Poisson."""
    poisson = np.isinf(size)
    shape = np.where(poisson, 1.0, size)
    with np.errstate(invalid="ignore"):
        share = shape / (shape + mean)
        wide = special.betainc(shape, count + 1.0, share)
        found = np.where(poisson, special.pdtr(count, mean), wide)
    return np.where(count < 0, 0.0, np.where(mean == 0, 1.0, found))


def at_least(count: Floats, mean: Floats, size: Floats) -> Floats:
    """P(Y ≥ count), accurate in the far tail."""
    poisson = np.isinf(size)
    shape = np.where(poisson, 1.0, size)
    with np.errstate(invalid="ignore"):
        share = mean / (shape + mean)
        safe = np.maximum(count, 1.0)
        found = np.where(poisson, special.gammainc(safe, mean), special.betainc(safe, shape, share))
    return np.where(count <= 0, 1.0, np.where(mean == 0, 0.0, found))


def quantile(level: float, mean: Floats, size: Floats) -> Floats:
    """The least count y with P(Y ≤ y) ≥ level, [series]; NaN where the mean is not finite.

    Begins at the normal quantile with its skewness (Cornish–Fisher) and walks to the step.
    """
    usable = np.isfinite(mean) & (mean >= 0) & (size > 0)
    m, r = np.where(usable, mean, 0.0), np.where(usable, size, np.inf)
    return np.where(usable, _walk(_guess(level, m, r), m, r, level * (1 - _FUZZ)), np.nan)


def _guess(level: float, mean: Floats, size: Floats) -> Floats:
    factor = 1.0 + mean / size
    sd = np.sqrt(mean * factor)
    skew = np.divide(2 * factor - 1, sd, out=np.zeros_like(sd), where=sd > 0)
    z = float(special.ndtri(level))
    return np.maximum(np.floor(mean + sd * (z + skew * (z * z - 1) / 6)), 0.0)


def _walk(guess: Floats, mean: Floats, size: Floats, aim: float) -> Floats:
    """From a guess to the least count that is enough: in steps of 1, 2, 4 …, then by halves."""
    enough = below(guess, mean, size) >= aim
    low, high = np.where(enough, -1.0, guess), np.where(enough, guess, np.inf)
    leap = 1
    while (left := np.flatnonzero(high - low > 1)).size:
        bottom, top = low[left], high[left]
        down = np.maximum(top - leap, np.floor((bottom + top) / 2))
        trial = np.where(np.isinf(top), bottom + leap, down)
        good = below(trial, mean[left], size[left]) >= aim
        low[left], high[left] = np.where(good, bottom, trial), np.where(good, trial, top)
        leap *= 2
    return high
