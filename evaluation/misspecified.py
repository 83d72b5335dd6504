"""Worlds that no detector's model is true of.

Weekly, at means of 0.3, 2, 10 and 50 a week: `drift` (Poisson around a log-normal level that hangs
together, ρ = 0.95 a week, deviation 0.3), `step` (the level doubles or halves once, in the third to
fifth year), `zeros` (a quarter of all weeks has no case at all), `peaks` (a sharp winter peak whose
height differs from year to year; variance μ + μ²/10). Daily, at 0.05, 0.2, 0.6, 2 and 8 a day:
`days` (each series its own week and season, φ = 1.3). Outbreaks as in the scenarios; daily ones
have k · sd of a week's count, after ⌊lognormal(1.2, ½)⌋ days.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from evaluation.scenarios import WEEKS
from evaluation.seeds import generator
from evaluation.worlds import (
    Floats,
    Series,
    Spread,
    World,
    gathered,
    negative_binomial,
    strength_of,
    with_outbreaks,
)
from qingyu.warn.reference import Timeline

WEEKLY, DAILY = (0.3, 2.0, 10.0, 50.0), (0.05, 0.2, 0.6, 2.0, 8.0)
_LENGTH, _NOW = 312, 263
DAYS = Timeline(365)
_DAYS_LENGTH, _DAYS_NOW = 5 * 365 + 70, 5 * 365 + 10

# counts without outbreaks, their mean, and their deviation
Drawn = tuple[Floats, Floats, Floats]


def _drift(rng: np.random.Generator, level: float) -> Drawn:
    steps = rng.normal(0.0, 0.3 * np.sqrt(1 - 0.95**2), _LENGTH)
    log, here = np.empty(_LENGTH), rng.normal(0.0, 0.3)
    for week, step in enumerate(steps):
        log[week] = here
        here = 0.95 * here + step
    mean = level * np.exp(log - 0.045)
    return rng.poisson(mean).astype(np.float64), mean, np.sqrt(mean)


def _step(rng: np.random.Generator, level: float) -> Drawn:
    factor = rng.choice((0.5, 2.0))
    mean = np.where(np.arange(_LENGTH) < rng.integers(104, _NOW - 4), level / factor, level)
    return negative_binomial(rng, mean, 1.5), mean, np.sqrt(1.5 * mean)


def _zeros(rng: np.random.Generator, level: float) -> Drawn:
    mean = np.full(_LENGTH, level / 0.75)
    counts = negative_binomial(rng, mean, 1.5) * (rng.random(_LENGTH) >= 0.25)
    return counts, 0.75 * mean, np.sqrt(0.75 * 1.5 * mean + 0.75 * 0.25 * mean**2)


def _peaks(rng: np.random.Generator, level: float) -> Drawn:
    week = np.arange(_LENGTH)
    shape = np.maximum(np.cos(2 * np.pi * week / 52), 0.0) ** 6
    height = rng.gamma(4.0, 0.3, 7)[week // 52]
    mean = level * np.exp(height * shape)
    counts = rng.poisson(mean * rng.gamma(10.0, 0.1, _LENGTH)).astype(np.float64)
    return counts, mean, np.sqrt(mean + mean**2 / 10)


def _days(rng: np.random.Generator, level: float) -> Drawn:
    day = np.arange(_DAYS_LENGTH)
    week = np.exp(rng.normal(0.0, 0.25, 7))[day % 7]
    season = np.exp(rng.uniform(0, 0.5) * np.cos(2 * np.pi * (day / 365 + rng.random())))
    mean = level * week * season
    return negative_binomial(rng, mean, 1.3), mean, np.sqrt(1.3 * 7 * mean)


_WEEKLY: dict[str, Callable[[np.random.Generator, float], Drawn]] = {
    "drift": _drift,
    "step": _step,
    "zeros": _zeros,
    "peaks": _peaks,
}


def world(name: str, seed: str, part: str, replicates: int) -> World:
    """`replicates` series of each level."""
    daily = name == "days"
    draw = _days if daily else _WEEKLY[name]
    now, length = (_DAYS_NOW, _DAYS_LENGTH) if daily else (_NOW, _LENGTH)
    spread, points = (Spread(1.2), 1) if daily else (Spread(), 7)
    found = []
    for group, level in enumerate(DAILY if daily else WEEKLY, 1):
        for replicate in range(replicates):
            rng = generator(seed, name, part, group, replicate)
            calm, mean, sd = draw(rng, level)
            strength = strength_of(group, replicate)
            observed, first, last = with_outbreaks(rng, calm, sd, strength, now, spread)
            true = float(mean[now:].mean()) / points
            found.append(Series(calm, observed, group, replicate, strength, first, last, true))
    return gathered(name, DAYS if daily else WEEKS, range(now, length), found)


NAMES = (*_WEEKLY, "days")
