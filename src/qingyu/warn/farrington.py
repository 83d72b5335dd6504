"""The Farrington detectors: a count against the same season of earlier years.

Sources: Farrington, C. P., Andrews, N. J., Beale, A. D., Catchpole, M. A. (1996), JRSS A 159,
547–563 (`original`); Noufaily, A., Enki, D. G., Farrington, P., Garthwaite, P., Andrews, N.,
Charlett, A. (2013), Statistics in Medicine 32, 1206–1222 (`flexible`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from qingyu.warn import quasipoisson as qp
from qingyu.warn.bounds import Power, Threshold, bound
from qingyu.warn.design import Design
from qingyu.warn.reference import Baseline, Timeline, seasons, windows
from qingyu.warn.verdict import (
    Bools,
    Floats,
    State,
    States,
    Verdict,
    against,
    as_counts,
    as_days,
    first_of,
)

_CELLS = 100_000  # of a block of series: what it takes then stays in the processor's cache
_LEAST_BLOCK, _MOST_BLOCK = 64, 256


@dataclass(frozen=True)
class Options:
    """years, half: how many earlier years, and how many points to each side; groups: levels of the
    season (1: the windows alone); skip: points before the day that are left out; reweigh: residual
    from which a past count weighs less; trend_level: a trend is kept if its p-value is below;
    level: probability to stay below the bound, one-sided; least_cases within `least_points`;
    least_share: known part of the baseline below which the history is too short; this_year: the
    current year's points belong to the baseline; relative: measure the uncertainty of the mean and
    of the trend by Σ w·((y − μ)/μ)² instead of φ, as R's farringtonFlexible (1.26) does.
    """

    years: int = 5
    half: int = 3
    groups: int = 1
    skip: int = 3
    reweigh: float = 2.58
    trend_level: float = 0.05
    threshold: Threshold = "delta"
    power: Power = "2/3"
    level: float = 0.95
    least_cases: int = 5
    least_points: int = 4
    least_share: float = 0.5
    this_year: bool = True
    relative: bool = False


NOUFAILY = Options(groups=10, skip=26, trend_level=1.0, threshold="plugin", level=0.99)
"""The improved settings that Noufaily et al. (2013) recommend."""

ORIGINAL = Options(reweigh=1.0, level=0.995, this_year=False)
"""Farrington et al. (1996) at a two-sided level of 1 %: windows of earlier years only."""


@dataclass(frozen=True)
class Farrington(Verdict):
    """expected: mean of the day; phi: dispersion, at least 1; slope: trend per point (NaN where it
    was not kept); tail: P(count or more); error: see `bounds.Bound`; score: (count − expected) over
    (upper − expected), above 1 for an alarm; all [series, day asked]."""

    expected: Floats
    phi: Floats
    slope: Floats
    tail: Floats
    error: Floats
    score: Floats


def farrington(
    counts: Floats, at: Sequence[int], timeline: Timeline, options: Options = NOUFAILY
) -> Farrington:
    """Judge the days `at` of counts[series, time]; NaN is a day that is not known."""
    counts = as_counts(counts)
    days = as_days(at, counts).tolist()
    size = min(max(_CELLS // max(counts.shape[1], 1), _LEAST_BLOCK), _MOST_BLOCK)
    blocks = [
        _columns(counts[first : first + size], days, timeline, options)
        for first in range(0, max(len(counts), 1), size)
    ]
    return Farrington(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


_Cells = tuple[np.ndarray, ...]


def _columns(counts: Floats, at: Sequence[int], timeline: Timeline, options: Options) -> _Cells:
    days = [_day(counts, day, timeline, options) for day in at]
    return tuple(np.stack(parts, axis=1) for parts in zip(*days, strict=True))


def _day(counts: Floats, at: int, timeline: Timeline, options: Options) -> _Cells:
    """All fields of `Farrington` of one day, each [series]."""
    now, baseline = counts[:, at], _baseline(at, timeline, options)
    if baseline is None:
        nothing = np.full(len(now), np.nan)
        state = np.where(np.isnan(now), State.MISSING, State.SHORT).astype(np.int8)
        return (nothing, np.zeros(len(now), bool), state, *[nothing] * 6)
    past = np.ascontiguousarray(counts[:, baseline.rows].T)
    known = (~np.isnan(past)).astype(np.float64)
    model = _model(baseline, np.where(known > 0, past, 0.0), known, options)
    first = max(at - options.least_points + 1, 0)
    state = _states(now, counts[:, first : at + 1], known, model, options)
    o = options
    ahead = qp.Forecast(model.mean, model.variance)
    limit = bound(o.threshold, ahead, model.phi, model.scatter, now, o.level, o.power)
    verdict, expected = against(now, limit.upper, state), model.mean
    with np.errstate(invalid="ignore", divide="ignore"):
        score = (now - expected) / (limit.upper - expected)
    shown = np.where(np.isnan(verdict.upper), np.nan, expected)
    return (verdict.upper, verdict.alarm, state, shown, model.phi, model.slope, limit.tail,
            limit.error, score)  # fmt: skip


def _baseline(at: int, timeline: Timeline, options: Options) -> Baseline | None:
    o = options
    if o.this_year:
        return seasons(timeline, at, o.years, o.half, o.groups, o.skip)
    return windows(timeline, at, o.years, o.half)


class _Model(NamedTuple):
    """What one baseline says of each series, [series]: the choice between trend and no trend is
    made. `reaches`: the day's own seasonal group has a known point."""

    mean: Floats
    variance: Floats
    phi: Floats
    scatter: Floats
    slope: Floats
    freedom: Floats
    reaches: Bools


def _model(baseline: Baseline, past: Floats, known: Floats, options: Options) -> _Model:
    """With a trend where it is kept, else without."""
    design = Design(baseline)
    tilted = _reweighted(design, past, known, options, trend=True)
    found = _read(tilted, known, options)
    scatter = tilted.relative if options.relative else tilted.dispersion
    keep = (
        (options.years >= 3)
        & tilted.settled
        & (qp.trend_tail(tilted, scatter) < options.trend_level)
        & (found.mean <= past.max(axis=0, initial=0.0))
    )
    rest = np.flatnonzero(~keep)
    if len(rest):
        past, known = np.ascontiguousarray(past[:, rest]), np.ascontiguousarray(known[:, rest])
        level = _reweighted(design, past, known, options, trend=False)
        for whole, part in zip(found, _read(level, known, options), strict=True):
            whole[rest] = part
    return found


def _read(fit: qp.Fit, known: Floats, options: Options) -> _Model:
    baseline = fit.design.baseline
    first, size = baseline.starts[baseline.group], baseline.sizes[baseline.group]
    ahead, phi = qp.forecast(fit), np.fmax(fit.dispersion, 1.0)
    return _Model(
        mean=ahead.mean,
        variance=ahead.variance,
        phi=phi,
        scatter=fit.relative if options.relative else phi,
        slope=np.where(fit.spread > 0, fit.slope / fit.design.length, np.nan),
        freedom=fit.freedom,
        reaches=np.asarray(known[first : first + size].any(axis=0)),
    )


def _reweighted(
    design: Design, past: Floats, known: Floats, options: Options, trend: bool
) -> qp.Fit:
    """A fit, and a second one in which counts with a large residual weigh less."""
    first = qp.fit(design, past, known, trend)
    phi = np.fmax(first.dispersion, 1.0)
    residuals = qp.anscombe(first, qp.two_thirds(past), known, phi)
    weights = qp.downweighted(residuals, known, options.reweigh)
    return qp.fit(design, past, weights, trend, first.slope)


def _states(now: Floats, recent: Floats, known: Floats, model: _Model, options: Options) -> States:
    """`recent`: the last points, the day itself among them; few cases in points that are not all
    known are no proof that there were few."""
    few = np.nansum(recent, axis=1) < options.least_cases
    holes = few & np.isnan(recent).any(axis=1)
    short = (known.mean(axis=0) < options.least_share) | (model.freedom <= 0) | ~model.reaches
    return first_of(
        (np.isnan(now), State.MISSING),
        (np.asarray(short | holes), State.SHORT),
        (few, State.FEW),
        (model.mean == 0, State.EMPTY),
    )
