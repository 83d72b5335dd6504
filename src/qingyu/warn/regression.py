"""Poisson and negative binomial regression on a few shared columns, of many series at once.

    log μ(series, time) = Σ columns · coefficients,  variance μ + α·μ²  (α = 0: Poisson)

Sources: McCullagh, P., Nelder, J. A. (1989), Generalized Linear Models (iteratively reweighted
least squares); Venables, W. N., Ripley, B. D. (2002), Modern Applied Statistics with S, 7.4 (the
negative binomial's size by maximum likelihood, in turn with the means).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from qingyu.warn.verdict import Bools, Floats

_STEPS = 100
_SETTLED = 1e-11
_FARTHEST = 30.0  # of log μ
_ALPHA_LOW, _ALPHA_HIGH, _ALPHA_SETTLED = 1e-8, 1e6, 1e-10


@dataclass(frozen=True)
class Regression:
    """coefficients[series, column]; alpha[series]: 0 for Poisson; settled[series]: where False (no
    case at all, columns that cannot be told apart) the others are NaN, and so is the mean."""

    coefficients: Floats
    alpha: Floats
    settled: Bools

    def mean(self, columns: Floats) -> Floats:
        """[series, time] at columns[time, column]."""
        with np.errstate(over="ignore"):
            return np.exp(_times(self.coefficients, columns))


def harmonics(time: Floats, frequency: int, waves: int, trend: bool) -> Floats:
    """Columns [time, 1 + trend + 2·waves]: one, time, and sine and cosine of each wave a year."""
    parts = [np.ones_like(time)]
    if trend:
        parts.append(time)
    for wave in range(1, waves + 1):
        angle = 2 * np.pi * wave * time / frequency
        parts += [np.sin(angle), np.cos(angle)]
    return np.stack(parts, axis=1)


def poisson(counts: Floats, columns: Floats) -> Regression:
    """Fit counts[series, time]; NaN is a point that is not known."""
    return _scaled(counts, columns, negative_binomial=False)


def negative_binomial(counts: Floats, columns: Floats) -> Regression:
    """As `poisson`, with α of each series by maximum likelihood; α = 0 where the counts vary no
    more than Poisson's."""
    return _scaled(counts, columns, negative_binomial=True)


def _scaled(counts: Floats, columns: Floats, negative_binomial: bool) -> Regression:
    """Columns brought to length one, so that a time of thousands does not spoil the solution."""
    known = ~np.isnan(counts)
    counts = np.where(known, counts, 0.0)
    size = np.abs(columns).max(axis=0)
    scaled = columns / size
    alpha = np.zeros(len(counts))
    found = _means(counts, known, scaled, alpha, np.log(counts + 0.1))
    if negative_binomial:
        found, alpha = _in_turn(counts, known, scaled, found)
    return Regression(found / size, alpha, np.asarray(np.isfinite(found).all(axis=1)))


def _in_turn(counts: Floats, known: Bools, columns: Floats, start: Floats) -> tuple[Floats, Floats]:
    """α given means, means given α, until neither moves; NaN for series that do not settle."""
    coefficients, alphas = np.full(start.shape, np.nan), np.full(len(start), np.nan)
    left = np.flatnonzero(np.isfinite(start).all(axis=1))
    now, before = start[left], np.full(len(left), np.inf)
    for _ in range(_STEPS):
        predictor = _times(now, columns)
        alpha = _alpha(counts[left], known[left], np.exp(predictor))
        now = _means(counts[left], known[left], columns, alpha, predictor)
        done = np.abs(alpha - before) <= _ALPHA_SETTLED * (1 + alpha)
        coefficients[left[done]], alphas[left[done]] = now[done], alpha[done]
        going = ~done & np.isfinite(now).all(axis=1)
        left, now, before = left[going], now[going], alpha[going]
        if not len(left):
            break
    return coefficients, alphas


def _means(
    counts: Floats, known: Bools, columns: Floats, alpha: Floats, predictor: Floats
) -> Floats:
    """Iteratively reweighted least squares from predictor[series, time]: coefficients [series,
    column], NaN for series that do not settle. Each leaves when it has, so that the others do not
    move it further."""
    found = np.full((len(counts), columns.shape[1]), np.nan)
    left, before = np.arange(len(counts)), np.full(found.shape, np.inf)
    for _ in range(_STEPS):
        now = _step(counts[left], known[left], columns, alpha[left], predictor)
        moved, size = np.abs(now - before).max(axis=1), np.abs(now).max(axis=1)
        done = moved < _SETTLED * (1 + size)
        found[left[done]] = now[done]
        going = ~done & np.isfinite(size)
        left, before = left[going], now[going]
        if not len(left):
            break
        predictor = _times(before, columns)
    return found


def _step(
    counts: Floats, known: Bools, columns: Floats, alpha: Floats, predictor: Floats
) -> Floats:
    """One weighted least-squares solution."""
    mean = np.exp(np.clip(predictor, -_FARTHEST, _FARTHEST))
    weight = known * mean / (1 + alpha[:, None] * mean)
    working = predictor + (counts - mean) / mean
    products = columns[:, :, None] * columns[:, None, :]
    left = np.einsum("st,tij->sij", weight, products)
    return _solve(left, np.einsum("st,tj->sj", weight * working, columns))


def _solve(left: Floats, right: Floats) -> Floats:
    """Solutions [series, column]; NaN where the columns cannot be told apart."""
    diagonal = np.einsum("sii->si", left)
    bad = ~(np.isfinite(left).all(axis=(1, 2)) & (diagonal > 0).all(axis=1))
    safe = np.where(bad[:, None, None], np.eye(left.shape[1]), left)
    bad = bad | np.asarray(np.linalg.cond(safe) > 1e13)
    safe = np.where(bad[:, None, None], np.eye(left.shape[1]), safe)
    found = np.linalg.solve(safe, right[..., None])[..., 0]
    return np.where(bad[:, None], np.nan, found)


def _times(coefficients: Floats, columns: Floats) -> Floats:
    return np.asarray(np.einsum("sj,tj->st", coefficients, columns))


def _alpha(counts: Floats, known: Bools, mean: Floats) -> Floats:
    """α of the greatest likelihood given the means: the root of the score, by halves of log α. At
    α = 0 the score is ½ Σ ((y − μ)² − y): not above zero, no more spread than Poisson's."""
    low = np.full(len(counts), np.log(_ALPHA_LOW))
    high = np.full(len(counts), np.log(_ALPHA_HIGH))
    wide = np.where(known, (counts - mean) ** 2 - counts, 0.0).sum(axis=1) > 0
    for _ in range(64):
        middle = (low + high) / 2
        rises = _score(counts, known, mean, np.exp(middle)) > 0
        low, high = np.where(rises, middle, low), np.where(rises, high, middle)
    return np.where(wide, np.exp((low + high) / 2), 0.0)


def _score(counts: Floats, known: Bools, mean: Floats, alpha: Floats) -> Floats:
    """Derivative of the log-likelihood by α, up to a positive factor."""
    size = 1 / alpha[:, None]
    with np.errstate(invalid="ignore"):
        terms = (
            special.digamma(size)
            - special.digamma(counts + size)
            + np.log1p(mean / size)
            + (counts - mean) / (size + mean)
        )
    return np.asarray(np.where(known, terms, 0.0).sum(axis=1))
