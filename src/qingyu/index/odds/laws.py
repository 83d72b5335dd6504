"""How an indicator's windows are drawn: as rates, as shares, or as means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from qingyu.exact import Float
from qingyu.index.ingredients import Int
from qingyu.index.odds.posterior import (
    Chance,
    rate_alone,
    rate_draws,
    share_alone,
    share_draws,
)
from qingyu.index.odds.told import Told


class Law(Protocol):
    def windows(self, told: Told, group: Int, rng: np.random.Generator) -> Float:
        """[W, A, D] true sums of the windows of one level's areas; group: their classes."""

    def alone(self, count: Float, exposure: Float, rate: Float, rng: np.random.Generator) -> Float:
        """[N, D] true sums of whole classes and parents that no area's draw holds. Inputs [N]."""


@dataclass(frozen=True)
class RateLaw:
    """Gamma."""

    chance: Chance

    def windows(self, told: Told, group: Int, rng: np.random.Generator) -> Float:
        return rate_draws(told, group, self.chance, rng)

    def alone(self, count: Float, exposure: Float, rate: Float, rng: np.random.Generator) -> Float:
        return rate_alone(count, exposure, rate, self.chance, rng)


@dataclass(frozen=True)
class ShareLaw:
    """Beta."""

    chance: Chance

    def windows(self, told: Told, group: Int, rng: np.random.Generator) -> Float:
        return share_draws(told, group, self.chance, rng)

    def alone(self, count: Float, exposure: Float, rate: Float, rng: np.random.Generator) -> Float:
        return share_alone(count, exposure, rate, self.chance, rng)


@dataclass(frozen=True)
class MeanLaw:
    """Normal about the sum that was found: its exposure is the number of records, of which each
    adds the declared variance. No prior: records of a window speak for it alone, so that a mean
    that moves is not drawn to what it was. Never below zero, as the path of the scores asks."""

    variance: float  # of a record, in units of the sum squared
    draws: int

    def windows(self, told: Told, group: Int, rng: np.random.Generator) -> Float:
        return self._about(told.count, told.exposure, rng)

    def alone(self, count: Float, exposure: Float, rate: Float, rng: np.random.Generator) -> Float:
        return self._about(count, exposure, rng)

    def _about(self, count: Float, records: Float, rng: np.random.Generator) -> Float:
        spread = np.sqrt(np.maximum(records, 0.0) * self.variance)
        drawn = count[..., None] + spread[..., None] * rng.standard_normal(
            (*count.shape, self.draws)
        )
        return np.maximum(drawn, 0.0)
