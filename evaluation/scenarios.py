"""The 28 scenarios of Noufaily et al. (2013), Statistics in Medicine 32, 1206–1222.

Weekly counts are negative binomial with variance φ·μ and

    μ(t) = exp(θ + β·t + m·(γ₁·cos(2πt/52) + γ₂·sin(2πt/52))),   t = 1 … 624

in seven clusters, without and with a trend, without and with a season. Weeks 313 to 575 are the
past, with four outbreaks of k from {2, 3, 5, 10}; weeks 576 to 624 are judged, with one of k from 1
to 10. An outbreak has Poisson(k · sd) cases, sd that of the count in the week where it begins, each
after ⌊lognormal(0, ½)⌋ weeks. The paper's own tables were not at hand; parameters and design are as
two independent replications give them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.seeds import generator
from evaluation.worlds import (
    Floats,
    Series,
    World,
    gathered,
    negative_binomial,
    strength_of,
    with_outbreaks,
)
from qingyu.warn.reference import Timeline

FIRST, CURRENT, LAST = 313, 576, 624  # weeks, counted from 1
WEEKS = Timeline(52)


@dataclass(frozen=True)
class Scenario:
    number: int
    theta: float
    phi: float
    beta: float
    gamma1: float
    gamma2: float

    def mean(self, weeks: Floats) -> Floats:
        angle = 2 * np.pi * weeks / 52
        season = self.gamma1 * np.cos(angle) + self.gamma2 * np.sin(angle)
        return np.asarray(np.exp(self.theta + self.beta * weeks + season))


_CLUSTERS = (
    (0.1, 1.5, 0.0025, 0.6, 0.6),
    (-2.0, 2.0, 0.005, 0.1, 0.3),
    (1.5, 1.0, 0.003, 0.2, -0.4),
    (0.5, 5.0, 0.002, 0.5, 0.5),
    (2.5, 3.0, 0.001, 1.0, 0.1),
    (3.75, 1.1, 0.001, 0.1, -0.1),
    (5.0, 1.2, 0.0001, 0.05, 0.01),
)


def scenarios() -> list[Scenario]:
    """Cluster by cluster: no trend without and with season, then trend without and with."""
    return [
        Scenario(4 * cluster + 2 * trend + season + 1, theta, phi, beta * trend, g1 * season,
                 g2 * season)
        for cluster, (theta, phi, beta, g1, g2) in enumerate(_CLUSTERS)
        for trend in (0, 1)
        for season in (0, 1)
    ]  # fmt: skip


def series(scenario: Scenario, replicate: int, seed: str, part: str) -> Series:
    """One replicate; points count from week 313. `part` keeps worlds for thresholds and for judging
    apart."""
    rng = generator(seed, "noufaily", part, scenario.number, replicate)
    mean = scenario.mean(np.arange(FIRST, LAST + 1, dtype=np.float64))
    calm = negative_binomial(rng, mean, scenario.phi)
    now, strength = CURRENT - FIRST, strength_of(scenario.number, replicate)
    observed, first, last = with_outbreaks(rng, calm, np.sqrt(scenario.phi * mean), strength, now)
    level = float(mean[now:].mean()) / 7
    return Series(calm, observed, scenario.number, replicate, strength, first, last, level)


def noufaily(seed: str, part: str, replicates: int) -> World:
    found = [
        series(scenario, replicate, seed, part)
        for scenario in scenarios()
        for replicate in range(replicates)
    ]
    return gathered("noufaily", WEEKS, range(CURRENT - FIRST, LAST - FIRST + 1), found)
