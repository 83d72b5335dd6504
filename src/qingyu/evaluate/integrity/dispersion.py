"""How much more counts scatter than dice would, learnt from the area's and its peers' past.

A squared standardised residual of pure chance has mean 1. What is counted in a city scatters more:
happenings come in clusters (a constant factor φ), and places have better and worse months (a part
that grows with the size of the count). Both are read off residuals of periods gone by, so that the
error of the expectation itself is in them too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ROUNDS = 4
_LEAST = 12  # residuals; fewer say too little
LEAST_VARIANCE = 0.2


@dataclass(frozen=True)
class Dispersion:
    """Variance of a count = its variance by chance × (`clusters` + `moods` × size)."""

    clusters: float
    moods: float

    def factor(self, size: Floats) -> Floats:
        """How many times the variance of chance; at least 1. size: float64 of any shape."""
        return np.maximum(self.clusters + self.moods * size, 1.0)


def dispersion(squares: Floats, size: Floats, variance: Floats) -> Dispersion | None:
    """The two parts, from squared standardised residuals, the sizes of their counts and their
    variances by chance (all float64, same shape); None if there are too few. Residuals whose
    variance by chance is below `LEAST_VARIANCE` say nothing and are left out.

    Weighted least squares without negative parts. The weights are one over the standard deviation
    of a squared residual: it goes with its mean, and is larger where next to nothing is expected.
    """
    known = np.isfinite(squares) & (variance >= LEAST_VARIANCE)
    y, x, chance = squares[known], size[known], variance[known]
    if len(y) < _LEAST:
        return None
    clusters, moods = 1.0, 0.0
    for _ in range(_ROUNDS):
        factor = np.maximum(clusters + moods * x, 1.0)
        weight = 1.0 / np.sqrt(2.0 * factor**2 + factor / chance)
        columns = np.stack([np.ones_like(x), x], axis=1) * weight[:, None]
        # φ is at least 1: only what is above it is sought.
        found, _ = optimize.nnls(columns, (y - 1.0) * weight)
        clusters, moods = 1.0 + float(found[0]), float(found[1])
    return Dispersion(clusters, moods)


def count_tails(seen: Ints, expected: Floats, factor: Floats) -> tuple[Floats, Floats]:
    """P(count ≤ seen) and P(count ≥ seen) of a negative binomial with this mean and `factor` times
    the variance of a Poisson count (which it is at 1)."""
    mean = np.maximum(expected, 1e-12)
    wide = factor > 1.0 + 1e-9
    safe = np.where(wide, factor, 2.0)
    size, chance = mean / (safe - 1.0), 1.0 / safe
    low = np.where(wide, stats.nbinom.cdf(seen, size, chance), stats.poisson.cdf(seen, mean))
    high = np.where(wide, stats.nbinom.sf(seen - 1, size, chance), stats.poisson.sf(seen - 1, mean))
    return low, high


def share_tails(seen: Ints, of: Ints, share: Floats, factor: Floats) -> tuple[Floats, Floats]:
    """P(k ≤ seen) and P(k ≥ seen) of a beta-binomial of `of` trials with this mean share and
    `factor` times the variance of a binomial one (which it is at 1)."""
    inside = np.clip(share, 1e-9, 1.0 - 1e-9)
    trials = np.maximum(of, 1)
    # The correlation within an area that gives this factor; below 1, or there is no such law.
    alike = np.clip((factor - 1.0) / np.maximum(trials - 1, 1), 0.0, 0.95)
    wide = alike > 1e-9
    weight = (1.0 - np.where(wide, alike, 0.5)) / np.where(wide, alike, 0.5)
    a, b = inside * weight, (1.0 - inside) * weight
    low = np.where(
        wide, stats.betabinom.cdf(seen, trials, a, b), stats.binom.cdf(seen, trials, inside)
    )
    high = np.where(
        wide, stats.betabinom.sf(seen - 1, trials, a, b), stats.binom.sf(seen - 1, trials, inside)
    )
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
