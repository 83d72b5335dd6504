"""From the fitted past to what is expected of the day: the week's pattern, the level of late, and
the predictive distribution of each window.

The level of late is gamma with mean 1 and a variance τ² that the series itself shows: how far sums
of two months strayed from the regression beyond chance. What was seen of late then moves it by the
gamma–Poisson rule (Clayton and Kaldor 1987), with older points half forgotten every two months
(discounting: West and Harrison 1997). Predictive distributions are negative binomial with variance
φ·M + (v + τ'²)·M², v the variance of log μ by the regression, τ'² that of the level after the data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qingyu.warn.default_fit import Fit, dispersion, fit
from qingyu.warn.default_plan import WEEK, Plan
from qingyu.warn.verdict import Bools, Floats, Ints

_WEEKDAY_CASES = 11.0  # what a weekday's factor of 1 is worth: a deviation of 0.3
_STRAY, _STRAY_SPREAD = 0.005, 0.005  # τ² before any data, and its deviation
_TINY = 1e-300


@dataclass(frozen=True)
class Predictive:
    """Per window, shortest first: mean[window, series], size[window, series] of the negative
    binomial, before[window − 1, series]: cases of the earlier points of the longer windows.
    expected, phi, settled [series]: of the day itself."""

    mean: Floats
    size: Floats
    before: Floats
    expected: Floats
    phi: Floats
    settled: Bools

    def only(self, series: Ints) -> Predictive:
        return Predictive(
            self.mean[:, series],
            self.size[:, series],
            self.before[:, series],
            self.expected[series],
            self.phi[series],
            self.settled[series],
        )


def predict(plan: Plan, past: Floats, exposure: Floats, now: Floats, seen: Floats) -> Predictive:
    """past, exposure [series, point of plan.rows]; now, seen [series, point of plan.recent]: counts
    and exposures of the day and those before it; exposure 0 where not known."""
    pattern = _weekdays(plan, past, exposure)
    exposure = exposure * pattern[:, plan.weekday]
    blocks = (len(past), plan.blocks, plan.size)
    y, base = past.reshape(blocks).sum(axis=2), exposure.reshape(blocks).sum(axis=2)
    model = fit(plan, y, base)
    stray = _straying(plan, y, model)
    level, unsure = _of_late(plan, y, model, stray)
    rate = level * np.exp(model.log_mean)
    each = seen * pattern[:, plan.weekday_now] * rate[:, None]
    phi = _dispersions(plan, past, exposure, base, model, stray)
    vague = model.variance + unsure
    means, sizes, before = [], [], []
    for length, own in zip(plan.windows, phi, strict=True):
        mean = each[:, -length:].sum(axis=1)
        means.append(mean)
        with np.errstate(divide="ignore", invalid="ignore"):  # an unknown window has no mean
            sizes.append(mean / (own - 1 + vague * mean))
        before.append(now[:, -length:-1].sum(axis=1))
    return Predictive(
        np.stack(means), np.stack(sizes), np.stack(before[1:]), each[:, -1], phi[0], model.settled
    )


def _weekdays(plan: Plan, past: Floats, exposure: Floats) -> Floats:
    """Factors [series, weekday] around 1, drawn towards it where cases are few. Counts are cut at
    the highest hundredth, so that one huge day is not taken for a habit."""
    if plan.size == 1:
        return np.ones((len(past), 1))
    cap = np.maximum(np.quantile(past, 0.99, axis=1, keepdims=True), 1.0)
    cut = np.minimum(past, cap)
    chosen = [plan.weekday == day for day in range(WEEK)]
    cases = np.stack([cut[:, days].sum(axis=1) for days in chosen], axis=1)
    base = np.stack([exposure[:, days].sum(axis=1) for days in chosen], axis=1)
    total = base.sum(axis=1, keepdims=True)
    rate = np.divide(
        cases.sum(axis=1, keepdims=True), total, out=np.zeros_like(total), where=total > 0
    )
    return np.asarray((cases + _WEEKDAY_CASES) / (rate * base + _WEEKDAY_CASES))


def _straying(plan: Plan, counts: Floats, model: Fit) -> Floats:
    """τ²[series]: Σ (R² − φ·M) / Σ M² over sums of `plan.stretch` blocks, R what they had above
    the expected M; averaged with the prior by precision, at least 0."""
    whole = plan.blocks // plan.stretch
    if whole == 0:
        return np.full(len(counts), _STRAY)
    last = slice(plan.blocks - whole * plan.stretch, plan.blocks)
    shape = (len(counts), whole, plan.stretch)
    mean = (model.weight * model.mean)[:, last].reshape(shape).sum(axis=2)
    over = (model.weight * (counts - model.mean))[:, last].reshape(shape).sum(axis=2)
    chance = model.phi[:, None] * mean
    squares = (mean**2).sum(axis=1)
    precision = squares**2 / np.maximum(2 * (chance**2).sum(axis=1), _TINY)
    found = (over**2 - chance).sum(axis=1) / np.maximum(squares, _TINY)
    prior = _STRAY_SPREAD**-2.0
    drawn = (precision * found + prior * _STRAY) / (precision + prior)
    return np.asarray(np.maximum(drawn, 0.0))


def _of_late(plan: Plan, counts: Floats, model: Fit, stray: Floats) -> tuple[Floats, Floats]:
    """Mean of the level and its variance, relative to its square."""
    fresh = 0.5**plan.age * model.weight / model.phi[:, None]
    cases, base = (fresh * counts).sum(axis=1), (fresh * model.mean).sum(axis=1)
    shape = 1 + stray * cases  # prior shape and rate 1/τ², both times τ²
    rate = 1 + stray * base
    return shape / rate, stray / shape


def _dispersions(
    plan: Plan, past: Floats, exposure: Floats, base: Floats, model: Fit, stray: Floats
) -> list[Floats]:
    """φ of sums over each window, less what the straying of the level has added to it."""
    rate = np.divide(model.mean, base, out=np.zeros_like(base), where=base > 0)
    weight = np.repeat(model.weight, plan.size, axis=1)
    mean = exposure * np.repeat(rate, plan.size, axis=1)
    over = np.cumsum(np.sqrt(weight) * (past - mean), axis=1)
    mean = np.cumsum(weight * mean, axis=1)
    found = []
    for length in plan.windows:
        m = np.diff(mean[:, length - 1 :: length], axis=1, prepend=0.0)
        r = np.diff(over[:, length - 1 :: length], axis=1, prepend=0.0)
        squares, means = (r**2).sum(axis=1), m.sum(axis=1)
        strayed = stray * (m**2).sum(axis=1)
        freedom = model.freedom * plan.size / length
        found.append(dispersion(squares - strayed, means, freedom, model.kept))
    return found
