"""Calm cities: counts in which nothing happens, with the spread that a city's own history has.

The mean of an area's week is one wave a year around its level. Counts vary by φ times their mean
from day to day, and from one four weeks to the next by gamma factors of mean one: one of the whole
city, one of the area in all that is counted, one of the area in this alone. Their variances and φ
are moments of the history of all areas together, its real episodes included, so that a calm city
strays rather too much than too little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from qingyu.warn.points import Daily, Points, Summed
from qingyu.warn.regression import harmonics, poisson
from qingyu.warn.verdict import Bools, Floats

WEEK, BLOCK = 7, 4  # days of a point, points of a block
YEAR = 52
MOST = 5  # years of history
_LEAST = YEAR // 2  # points, from which a level can be told
_SEASON = 2 * YEAR  # points, from which a season can


@dataclass(frozen=True)
class Blocks:
    """Sums of four weeks, [area, block]: cases above the mean, and the mean; 0 in blocks that are
    not known whole."""

    surplus: Floats
    mean: Floats


@dataclass(frozen=True)
class Calm:
    """mean [area, day] of the days that are drawn; phi: of days, for all areas; tau2: variance of
    all factors of an area's four weeks together; wide2, common2: the parts of it that all areas
    share, and that an area's counts share."""

    mean: Floats
    phi: float
    tau2: float
    wide2: float = 0.0
    common2: float = 0.0
    blocks: Blocks | None = field(default=None, repr=False, compare=False)

    @property
    def own2(self) -> float:
        """What is left of `tau2` for this count in this area alone."""
        return max((1 + self.tau2) / ((1 + self.wide2) * (1 + self.common2)) - 1, 0.0)


def learn(daily: Daily, last: int, weeks: int = 0) -> Calm | None:
    """From the days up to column `last`, for as many weeks or for `weeks`, if that is more; None
    without half a year of weeks and a case in them. A season is told from two years."""
    counts = _brought(Summed(daily).points(last, WEEK, MOST * YEAR))
    number = counts.shape[1]
    if number < _LEAST or not np.nansum(counts):
        return None
    mean = _mean(counts, max(number, weeks))
    known = ~np.isnan(counts)
    past = mean[:, :number]
    y = np.where(known, counts, past)
    one = _spread(_sums(y, past, known, 1))
    blocks = _sums(y, past, known, BLOCK)
    size = float((past**2).sum() / past.sum())
    tau2 = max((_spread(blocks) - one) / ((BLOCK - 1) * size), 0.0)
    wide2 = min(_together(blocks), tau2)
    phi = max(one - tau2 * size, 1.0)
    return Calm(np.repeat(mean / WEEK, WEEK, axis=1), phi, tau2, wide2, blocks=blocks)


def _brought(points: Points) -> Floats:
    """[area, week] cases as if each week had been drawn from the area's usual exposure."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return points.counts / against_usual(points.exposure)


def against_usual(exposure: Floats) -> Floats:
    """Exposure [area, time] over the area's mean; NaN where it is not known."""
    told = ~np.isnan(exposure)
    usual = np.where(told, exposure, 0.0).sum(axis=1) / np.maximum(told.sum(axis=1), 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(exposure / np.where(usual > 0, usual, np.nan)[:, None])


def _mean(counts: Floats, weeks: int) -> Floats:
    """[area, week] by one wave a year; where less than two years are known, by the level alone."""
    number = counts.shape[1]
    long = (~np.isnan(counts)).sum(axis=1) >= _SEASON
    found = np.zeros((len(counts), weeks))
    for waves, rows in ((1, np.flatnonzero(long)), (0, np.flatnonzero(~long))):
        if len(rows):
            columns = harmonics(np.arange(weeks, dtype=float), YEAR, waves, trend=False)
            found[rows] = poisson(counts[rows], columns[:number]).mean(columns)
    return np.nan_to_num(found)


def _sums(counts: Floats, mean: Floats, known: Bools, block: int) -> Blocks:
    number = counts.shape[1] // block * block

    def sums(values: Floats) -> Floats:
        return np.asarray(values[:, -number:].reshape(len(values), -1, block).sum(axis=2))

    whole = sums(known.astype(float)) == block
    y, m = sums(counts), sums(mean)
    return Blocks(np.where(whole, y - m, 0.0), np.where(whole, m, 0.0))


def _spread(blocks: Blocks) -> float:
    """Σ (Y − M)² / Σ M."""
    usual = float(blocks.mean.sum())
    return float((blocks.surplus**2).sum() / usual) if usual > 0 else 1.0


def _together(blocks: Blocks) -> float:
    """The variance of a factor that all areas share: products of different areas of a block."""
    r, m = blocks.surplus, blocks.mean
    pairs = (r.sum(axis=0) ** 2 - (r**2).sum(axis=0)).sum()
    usual = (m.sum(axis=0) ** 2 - (m**2).sum(axis=0)).sum()
    return max(float(pairs / usual), 0.0) if usual > 0 else 0.0


def in_common(models: Sequence[Calm]) -> float:
    """The variance of a factor that an area's counts share: products of different counts."""
    pairs = usual = 0.0
    told = [one.blocks for one in models if one.blocks is not None]
    for place, one in enumerate(told):
        for other in told[:place]:
            width = min(one.mean.shape[1], other.mean.shape[1])
            pairs += float((one.surplus[:, -width:] * other.surplus[:, -width:]).sum())
            usual += float((one.mean[:, -width:] * other.mean[:, -width:]).sum())
    return max(pairs / usual, 0.0) if usual > 0 else 0.0


def blocks_of(days: int) -> int:
    """How many blocks, the last one perhaps cut, hold so many days."""
    return -(-days // (WEEK * BLOCK))


def factors(variance: float, shape: tuple[int, ...], draws: np.random.Generator) -> Floats:
    """Gamma factors of mean one."""
    return draws.gamma(1 / variance, variance, shape) if variance > 0 else np.ones(shape)


def draw(
    calm: Calm,
    draws: np.random.Generator,
    common: Floats | None = None,
    exposure: Floats | None = None,
) -> Floats:
    """One calm history, [area, day]. common [area, block]: factors of the areas in all that is
    counted (`common2` is their variance); exposure [area, day]: over the area's usual one."""
    areas, days = calm.mean.shape
    blocks = blocks_of(days)
    factor = factors(calm.wide2, (1, blocks), draws) * factors(calm.own2, (areas, blocks), draws)
    if common is not None:
        factor = factor * common
    mean = calm.mean * np.repeat(factor, WEEK * BLOCK, axis=1)[:, :days]
    if exposure is not None:
        mean = mean * exposure
    wide = calm.phi - 1
    if wide > 0:
        shape = np.where(mean > 0, mean / wide, 1.0)
        mean = np.where(mean > 0, draws.gamma(shape, wide), 0.0)
    return np.asarray(draws.poisson(mean), np.float64)
