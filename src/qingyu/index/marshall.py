"""Marshall's empirical Bayes rates in float64: what the integer κ of `shrink` is held against.

Nothing published passes through here. Scores shrink by κ, an integer of its own station;
κ = φ·b²/a is Marshall's between-area variance `a` said in expected events, and the tests show
that both lead to the same rate within the stations' rounding. Source: Marshall, R. J. (1991),
Mapping disease and mortality rates using empirical Bayes estimators, Applied Statistics 40,
283–294 (the global estimator; Poisson counts). The binomial form is the one `spdep::EBest` has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum


@dataclass(frozen=True)
class Moments:
    """b: pooled rate; spread: Σ x·(p − b)² / Σ x; between: variance between areas, at least 0."""

    b: float
    spread: float
    between: float

    @property
    def kappa(self) -> float:
        """b²/a: the expected events at which counts and the pooled rate weigh the same."""
        return self.b**2 / self.between if self.between > 0 else float("inf")


def moments(counts: Sequence[int], exposures: Sequence[int]) -> Moments:
    """Moments of at least one area; exposures are positive."""
    whole = sum(exposures)
    b = sum(counts) / whole
    pairs = zip(counts, exposures, strict=True)
    spread = fsum(x * (n / x - b) ** 2 for n, x in pairs) / whole
    return Moments(b, spread, max(spread - b * len(exposures) / whole, 0.0))


def poisson_rates(counts: Sequence[int], exposures: Sequence[int]) -> list[float]:
    """b + a·(p − b) / (a + b/x) of each area."""
    found = moments(counts, exposures)
    a, b = found.between, found.b
    pairs = zip(counts, exposures, strict=True)
    return [b + a * (n / x - b) / (a + b / x) if a or b else b for n, x in pairs]


def binomial_rates(counts: Sequence[int], exposures: Sequence[int]) -> list[float]:
    """ρ·p + (1 − ρ)·b of each area, with the variance b·(1 − b) of one trial."""
    found = moments(counts, exposures)
    mean = sum(exposures) / len(exposures)
    trial = found.b * (1 - found.b)
    rates = []
    for n, x in zip(counts, exposures, strict=True):
        own = x * found.spread - x / mean * trial
        rho = own / ((x - 1) * found.spread + (mean - x) / mean * trial)
        rates.append(rho * n / x + (1 - rho) * found.b)
    return rates
