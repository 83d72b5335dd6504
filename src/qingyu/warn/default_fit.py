"""Penalised quasi-Poisson regression of many series at once, robust against past outbreaks.

    log μ = log exposure + columns · θ,   variance φ·μ,   θ normal around 0, variances by the plan

The level has Jeffreys' half a case, so that a past without a case is no proof of a rate of zero.
Counts far above what was expected weigh less (`default_weights`).

Arrays are [series, block]. Products run over `LANES` series at a time, whole tiles of every
processor's kernel, so that an answer does not depend on which series are beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qingyu.warn.default_plan import Plan
from qingyu.warn.default_weights import kept, weights
from qingyu.warn.verdict import Bools, Floats

LANES = 48
_STEPS, _LEAP, _SETTLED = 40, 2.0, 1e-6  # of Newton's method; a step so short errs by its square
_ROUNDS = 2  # of weighing and fitting once more
_JEFFREYS = 0.5
_PRIOR_PHI, _PRIOR_TOLD = 1.3, 10.0  # dispersion before any data, and blocks that it is worth
_FARTHEST = 60.0  # of log μ
_TINY = 1e-12  # so that a level without information can be inverted


@dataclass(frozen=True)
class Fit:
    """mean[series, block]; weight[series, block]: 0 for unknown; log_mean[series]: of the day, per
    exposure; variance[series]: of log_mean; phi[series]: dispersion of blocks, at least 1;
    kept[series]: part of it that weighing left;
    freedom[series]: degrees left; settled[series]."""

    mean: Floats
    weight: Floats
    log_mean: Floats
    variance: Floats
    phi: Floats
    kept: Floats
    freedom: Floats
    settled: Bools


def fit(plan: Plan, counts: Floats, exposure: Floats) -> Fit:
    """Fit counts[series, block] at exposure[series, block] (0: not known); as many series as a
    multiple of `LANES`."""
    known = (exposure > 0).astype(np.float64)
    one = np.ones(len(counts))
    given, weight, phi = _tamed(counts), known, one
    theta = _start(plan, given, exposure)
    for turn in range(_ROUNDS + 1):
        theta, inverse, settled = _climb(plan, given, exposure, weight, phi, theta)
        mean = exposure * _raised(plan, theta)
        free = len(plan.now) - (np.einsum("sii->si", inverse) * plan.penalty).sum(axis=1)
        freedom = known.sum(axis=1) - free
        squares, means = (weight * (given - mean) ** 2).sum(axis=1), (weight * mean).sum(axis=1)
        whole, spread = kept(means / np.maximum(freedom, 1.0), phi) if turn else (one, one)
        phi = dispersion(squares, means, freedom, spread)
        if turn < _ROUNDS:
            given = counts
            weight = known * weights(counts, mean / whole[:, None], phi[:, None])
    ahead = (theta * plan.now).sum(axis=1) - np.log(whole)
    mean = mean / whole[:, None]
    variance = (plan.now[:, None] * inverse * plan.now).sum(axis=(1, 2))
    return Fit(mean, weight, ahead, variance, phi, spread, freedom, settled)


def dispersion(squares: Floats, means: Floats, freedom: Floats, left: Floats) -> Floats:
    """φ = Σ (y − μ)² / Σ μ over the part of it that weighing has left, drawn towards `_PRIOR_PHI`
    where few cases tell little (the variance of (y − μ)²/μ is 2 + 1/μ under Poisson); at least 1.
    All [series]."""
    with np.errstate(invalid="ignore", divide="ignore"):
        each = means / freedom
        told = np.where((freedom > 0) & (means > 0), freedom / (1 + 0.5 / each), 0.0)
        crude = np.where(told > 0, squares / means, 0.0) / left
    return np.maximum((told * crude + _PRIOR_TOLD * _PRIOR_PHI) / (told + _PRIOR_TOLD), 1.0)


def _tamed(counts: Floats) -> Floats:
    """For the first fit, before anything is known of residuals: no count beyond five times what
    forty-nine of fifty stay below, so that one slip of the pen does not hide itself."""
    high = np.maximum(np.quantile(counts, 0.98, axis=1, keepdims=True), 1.0)
    return np.asarray(np.minimum(counts, 5.0 * high + 5.0))


def _start(plan: Plan, counts: Floats, exposure: Floats) -> Floats:
    theta = np.zeros((len(counts), len(plan.now)))
    base = exposure.sum(axis=1)
    cases = np.where(exposure > 0, counts, 0.0).sum(axis=1) + _JEFFREYS
    theta[:, 0] = np.log(np.divide(cases, base, out=np.ones_like(base), where=base > 0))
    return theta


def _climb(
    plan: Plan, counts: Floats, exposure: Floats, weight: Floats, phi: Floats, theta: Floats
) -> tuple[Floats, Floats, Bools]:
    """θ of the greatest penalised likelihood by Newton's method, the inverse of its information,
    and whether it was reached. A series that has settled is not moved further by the others."""
    width = len(plan.now)
    pairs = (plan.columns[:, :, None] * plan.columns[:, None, :]).reshape(plan.blocks, -1)
    settled = weight.sum(axis=1) == 0  # nothing to fit
    inverse = np.zeros((len(theta), width, width))
    for _ in range(_STEPS):
        mean = weight * exposure * _raised(plan, theta) / phi[:, None]
        gap = weight * counts / phi[:, None] - mean
        score = _product(gap, plan.columns) - plan.penalty * theta
        score[:, 0] += _JEFFREYS
        information = _product(mean, pairs).reshape(-1, width, width) + np.diag(plan.penalty)
        information[:, 0, 0] += _TINY
        inverse = np.where(settled[:, None, None], inverse, np.linalg.inv(information))
        step = np.clip((inverse * score[:, None, :]).sum(axis=2), -_LEAP, _LEAP)
        theta = np.where(settled[:, None], theta, theta + step)
        settled = settled | (np.abs(step).max(axis=1) < _SETTLED)
        if settled.all():
            break
    return theta, inverse, settled


def _raised(plan: Plan, theta: Floats) -> Floats:
    return np.exp(np.clip(_product(theta, plan.columns.T), -_FARTHEST, _FARTHEST))


def _product(left: Floats, right: Floats) -> Floats:
    """left[series, k] @ right[k, column], `LANES` series at a time."""
    lanes = np.ascontiguousarray(left).reshape(-1, LANES, left.shape[1])
    return np.asarray(lanes @ np.ascontiguousarray(right)).reshape(len(left), -1)
