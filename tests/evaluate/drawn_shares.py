"""Counts of a made-up city in which nothing is wrong."""

from __future__ import annotations

import numpy as np

AREAS, PERIODS = 25, 13
ALL = np.ones(PERIODS, np.bool_)


def shares(rng: np.random.Generator, mood: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    """k of n, int64 [area, period]: areas of different size and share, periods that move all of
    them, and areas with moods of their own."""
    size = np.exp(rng.normal(4.6, 0.7, AREAS))[:, None]
    of = rng.poisson(size * np.exp(rng.normal(0, 0.15, (AREAS, PERIODS))))
    logit = rng.normal(-0.5, 0.3, AREAS)[:, None] + rng.normal(0, 0.3, PERIODS)
    share = 1 / (1 + np.exp(-logit - rng.normal(0, mood, (AREAS, PERIODS))))
    return rng.binomial(of, share), of


def numbers(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two sources of one matter, int64 [area, period]."""
    size = np.exp(rng.normal(4.5, 0.7, AREAS))[:, None]
    true = size * np.exp(rng.normal(0, 0.25, (AREAS, PERIODS)))
    return rng.poisson(true), rng.poisson(0.5 * true)
