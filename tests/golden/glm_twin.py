"""Farrington's fits by a general solver that stops where R's glm stops, one series at a time.

Plain iteratively reweighted least squares (McCullagh and Nelder 1989, 2.5) with R's documented
rules: start at y + 0.1, stop when the deviance moves by less than `epsilon` of itself. With
R's default epsilon it says what R says, digits of its early stop included; with a tiny one it says
the maximum. So a difference to the reference results is explained and not excused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from qingyu.warn.reference import Baseline

R_EPSILON, EXACT = 1e-8, 1e-14
Array = np.ndarray


@dataclass(frozen=True)
class Glm:
    """Of one fit: working weights are those of the last step, as in R's summary and hat values."""

    y: Array
    prior: Array
    columns: Array
    beta: Array
    mean: Array
    working: Array

    @property
    def freedom(self) -> int:
        return len(self.y) - self.columns.shape[1]

    @property
    def dispersion(self) -> float:
        return self.scatter(self.working)

    def scatter(self, weights: Array) -> float:
        return float((weights * ((self.y - self.mean) / self.mean) ** 2).sum() / self.freedom)

    @property
    def covariance(self) -> Array:
        return np.linalg.inv(self.columns.T @ (self.working[:, None] * self.columns))

    @property
    def leverage(self) -> Array:
        root = self.columns * np.sqrt(self.working)[:, None]
        return np.einsum("ij,jk,ik->i", root, self.covariance, root)


def glm(y: Array, columns: Array, prior: Array, epsilon: float) -> Glm:
    mean = y + 0.1
    eta, before = np.log(mean), _deviance(y, mean, prior)
    for _ in range(200):
        working = prior * mean
        root = np.sqrt(working)
        target = eta + (y - mean) / mean
        beta = np.linalg.lstsq(columns * root[:, None], target * root, rcond=None)[0]
        eta = columns @ beta
        mean = np.exp(eta)
        now = _deviance(y, mean, prior)
        if abs(now - before) / (abs(now) + 0.1) < epsilon:
            break
        before = now
    return Glm(y, prior, columns, beta, mean, working)


def _deviance(y: Array, mean: Array, prior: Array) -> float:
    return float(2 * (prior * (special.xlogy(y, y / mean) - (y - mean))).sum())


@dataclass(frozen=True)
class Fitted:
    expected: float
    phi: float
    slope: float
    error: float  # of log mean
    weights: Array
    residuals: Array
    first: Glm
    second: Glm


def farrington(
    series: Array, baseline: Baseline, reweigh: float, trend_level: float, epsilon: float
) -> Fitted:
    """What R's farringtonFlexible (1.26) fits for one day, five years back."""
    tilted = _twice(series, baseline, reweigh, True, epsilon)
    scatter = tilted.second.scatter(tilted.second.prior)
    t = tilted.slope / np.sqrt(scatter * tilted.second.covariance[-1, -1])
    tail = 2 * stats.t.sf(abs(t), tilted.second.freedom)
    if tail < trend_level and tilted.expected <= tilted.second.y.max():
        return tilted
    return _twice(series, baseline, reweigh, False, epsilon)


def _twice(series: Array, base: Baseline, reweigh: float, trend: bool, epsilon: float) -> Fitted:
    y = series[base.rows]
    group = np.repeat(np.arange(len(base.starts)), base.sizes)
    columns, at = np.eye(len(base.starts))[group], np.eye(len(base.starts))[base.group]
    if trend:
        columns, at = np.column_stack([columns, base.time]), np.append(at, base.now)
    first = glm(y, columns, np.ones(len(y)), epsilon)
    phi = max(first.dispersion, 1.0)
    raw = 1.5 * (y ** (2 / 3) * first.mean ** (-1 / 6) - first.mean**0.5)
    s = raw / np.sqrt(phi * (1 - first.leverage))
    weight = np.where(s > reweigh, np.maximum(s, reweigh) ** -2.0, 1.0)
    weight *= len(y) / weight.sum()
    second = glm(y, columns, weight, epsilon)
    expected = float(np.exp(at @ second.beta))
    scatter = second.scatter(weight)
    error = float(np.sqrt(scatter * at @ second.covariance @ at))
    slope = float(second.beta[-1]) if trend else np.nan
    phi = max(second.dispersion, 1.0)
    return Fitted(expected, phi, slope, error, weight, s, first, second)
