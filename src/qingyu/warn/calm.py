"""Calm cities: counts in which nothing happens, with the spread that a city's own history has.

The mean of an area's week is one wave a year around its level, by what it is drawn from. Counts
vary by φ times their mean from day to day, and by a gamma factor of variance τ² from one four weeks
to the next; both are estimated from the history of all areas together, its real episodes included,
so that a calm city strays rather too much than too little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qingyu.warn.points import Daily, Summed
from qingyu.warn.regression import harmonics, poisson
from qingyu.warn.verdict import Floats

_WEEK, _BLOCK = 7, 4  # days of a point, points of a block
_YEAR = 52
_MOST = 5  # years of history


@dataclass(frozen=True)
class Calm:
    """mean [area, day] of the days of the history that was read; phi, tau2: for all areas."""

    mean: Floats
    phi: float
    tau2: float


def learn(daily: Daily, last: int) -> Calm | None:
    """From the days up to column `last`; None without two years of weeks and a case in them."""
    points = Summed(daily).points(last, _WEEK, _MOST * _YEAR)
    number = points.counts.shape[1]
    if number < 2 * _YEAR or not np.nansum(points.counts):
        return None
    columns = harmonics(np.arange(number, dtype=float), _YEAR, 1, trend=False)
    fit = poisson(points.counts, columns)
    mean = np.nan_to_num(fit.mean(columns))
    known = ~np.isnan(points.counts)
    one = _spread(np.where(known, points.counts, mean), mean, known, 1)
    four = _spread(np.where(known, points.counts, mean), mean, known, _BLOCK)
    size = float((mean**2).sum() / mean.sum())
    tau2 = max((four - one) / ((_BLOCK - 1) * size), 0.0)
    return Calm(np.repeat(mean / _WEEK, _WEEK, axis=1), max(one - tau2 * size, 1.0), tau2)


def _spread(counts: Floats, mean: Floats, known: np.ndarray, block: int) -> float:
    """Σ (Y − M)² / Σ M over sums of `block` points."""
    number = counts.shape[1] // block * block

    def sums(values: Floats) -> Floats:
        return np.asarray(values[:, -number:].reshape(len(values), -1, block).sum(axis=2))

    whole = sums(known.astype(float)) == block
    y, m = sums(counts)[whole], sums(mean)[whole]
    return float(((y - m) ** 2).sum() / m.sum()) if m.sum() > 0 else 1.0


def draw(calm: Calm, draws: np.random.Generator) -> Floats:
    """One calm history, [area, day]."""
    areas, days = calm.mean.shape
    blocks = -(-days // (_WEEK * _BLOCK))
    factor = np.ones((areas, blocks))
    if calm.tau2 > 0:
        factor = draws.gamma(1 / calm.tau2, calm.tau2, (areas, blocks))
    mean = calm.mean * np.repeat(factor, _WEEK * _BLOCK, axis=1)[:, :days]
    wide = calm.phi - 1
    if wide > 0:
        shape = np.where(mean > 0, mean / wide, 1.0)
        mean = np.where(mean > 0, draws.gamma(shape, wide), 0.0)
    return np.asarray(draws.poisson(mean), np.float64)
