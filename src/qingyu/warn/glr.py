"""GLR: since when, if ever, has the level been raised? The generalised likelihood ratio detector of
Poisson and negative binomial counts around a known seasonal mean.

    GLR(n) = max over k ≤ n of  sup over κ ≥ 0 of  Σ t = k … n  log f(y; μ·e^κ) / f(y; μ)

With a fixed κ it is the likelihood ratio CUSUM. Sources: Höhle, M., Paul, M. (2008), Count data
regression charts for the monitoring of surveillance time series, Computational Statistics and Data
Analysis 52, 4357–4368; Lai, T. L. (1995), JRSS B 57, 613–658 (the window of starts).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qingyu.warn.verdict import Bools, Floats, Ints, State, Verdict, as_counts, first_of

_HIGHEST = 60.0  # a rise of e⁶⁰: no count comes near
_STEPS = 100
_SETTLED = 1e-12
_PAIRS = 4096  # of a series and a start, at a time


@dataclass(frozen=True)
class Glr(Verdict):
    """statistic: GLR of each day; since: the day from which the level is judged raised, −1 for
    none; both [series, day]. `upper` is NaN: the detector adds up days."""

    statistic: Floats
    since: Ints


def glr(
    counts: Floats,
    expected: Floats,
    alpha: Floats | float = 0.0,
    threshold: float = 5.0,
    kappa: float | None = None,
    window: int | None = None,
) -> Glr:
    """Watch counts[series, day] against expected[series, day].

    `alpha`: dispersion of the negative binomial (variance μ + α·μ²; 0: Poisson), a number or one
    per series; an alarm at statistic > threshold, after which watching begins anew with the next
    day; `kappa`: a fixed rise of log μ instead of the likeliest; `window`: how many days back a
    rise may have begun (None: any since the last alarm). A missing day tells nothing either way.
    """
    counts = as_counts(counts)
    series, days = counts.shape
    mean = np.broadcast_to(np.asarray(expected, float), counts.shape)
    spread = np.broadcast_to(np.asarray(alpha, float), (series,))
    usable = np.isfinite(mean) & (mean > 0)
    told = usable & ~np.isnan(counts)
    y, m = np.where(told, counts, 0.0), np.where(told, mean, 0.0)
    statistic, since = np.zeros(counts.shape), np.full(counts.shape, -1)
    alarm, first = np.zeros(counts.shape, bool), np.zeros(series, np.int64)
    for day in range(days):
        low = int(first.min()) if window is None else max(int(first.min()), day - window + 1)
        inside = np.arange(low, day + 1) >= first[:, None]
        value, start = _largest(y[:, low : day + 1], m[:, low : day + 1], spread, kappa, inside)
        statistic[:, day] = np.where(told[:, day], value, 0.0)
        since[:, day] = np.where(statistic[:, day] > 0, start + low, -1)
        alarm[:, day] = statistic[:, day] > threshold
        first = np.where(alarm[:, day], day + 1, first)
    state = first_of(
        (np.isnan(counts), State.MISSING),
        (~np.isfinite(mean), State.UNFITTED),
        (~usable, State.FLAT),
    )
    return Glr(np.full(counts.shape, np.nan), alarm, state, statistic, since)


def _largest(
    y: Floats, m: Floats, alpha: Floats, kappa: float | None, inside: Bools
) -> tuple[Floats, Ints]:
    """The greatest ratio over all starts, and its start."""
    if kappa is not None:
        ratios = _from_each_start(_terms(y, m, alpha, np.full(len(y), kappa)))
    elif not alpha.any():
        ratios = _poisson(_from_each_start(y), _from_each_start(m))
    else:
        ratios = _negative_binomial(y, m, alpha, inside)
    ratios = np.where(inside, ratios, 0.0)
    start = ratios.argmax(axis=1)
    return np.maximum(ratios.max(axis=1), 0.0), start


def _from_each_start(values: Floats) -> Floats:
    """Sums from each day to the last."""
    return np.cumsum(values[:, ::-1], axis=1)[:, ::-1]


def _poisson(y: Floats, m: Floats) -> Floats:
    """κ = log(Σy / Σμ), held at 0: Σy·κ − Σμ·(e^κ − 1)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rise = np.where((y > m) & (m > 0), np.log(y / m), 0.0)
    return y * rise - m * np.expm1(rise)


def _terms(y: Floats, m: Floats, alpha: Floats, kappa: Floats) -> Floats:
    """Log-likelihood ratio of each day at κ[series]."""
    a, k = alpha[:, None], kappa[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        wide = y * k - (y + 1 / a) * np.log1p(a * m * np.expm1(k) / (1 + a * m))
    return np.where(a > 0, wide, y * k - m * np.expm1(k))


def _negative_binomial(y: Floats, m: Floats, alpha: Floats, inside: Bools) -> Floats:
    """Ratio of each start at its likeliest κ ≥ 0. The score falls with κ, so where it is not above
    zero at κ = 0 the ratio is zero; the other starts are solved side by side."""
    at_zero = _from_each_start((y - m) / (1 + alpha[:, None] * m))
    ratios = np.zeros(y.shape)
    series, start = np.nonzero((at_zero > 0) & inside)
    after = np.arange(y.shape[1])
    for first in range(0, len(series), _PAIRS):
        s, k = series[first : first + _PAIRS], start[first : first + _PAIRS]
        told = after >= k[:, None]
        own, mean = y[s] * told, m[s] * told
        rise = _likeliest(own, mean, alpha[s])
        ratios[s, k] = _terms(own, mean, alpha[s], rise).sum(axis=1)
    return ratios


def _likeliest(y: Floats, m: Floats, alpha: Floats) -> Floats:
    """Root κ > 0 of the score Σ (y − μ·e^κ) / (1 + α·μ·e^κ), by Newton's method, and by halves
    where that would leave the interval known to hold it. It begins at log(Σy / Σμ)."""
    a = alpha[:, None]
    low, high = np.zeros(len(y)), np.full(len(y), _HIGHEST)
    with np.errstate(divide="ignore"):
        rise = np.clip(np.log(y.sum(axis=1) / m.sum(axis=1)), 0.0, _HIGHEST)
    settled = np.zeros(len(y), bool)
    for _ in range(_STEPS):
        raised = m * np.exp(rise)[:, None]
        score = ((y - raised) / (1 + a * raised)).sum(axis=1)
        bend = (raised * (1 + a * y) / (1 + a * raised) ** 2).sum(axis=1)
        low, high = np.where(score > 0, rise, low), np.where(score > 0, high, rise)
        with np.errstate(divide="ignore", invalid="ignore"):
            trial = rise + score / bend
        middle = (low + high) / 2
        trial = np.where((trial >= low) & (trial <= high), trial, middle)
        trial = np.where(settled, rise, trial)
        settled, rise = settled | (np.abs(trial - rise) < _SETTLED), trial
        if settled.all():
            break
    return np.asarray(rise)
