"""Quasi-Poisson regression on seasonal groups and one time trend, of many series at once.

    log μ = a(group) + β·t,   variance φ·μ

Given β the levels a(group) have a closed form, so the likelihood is one of β alone: it is concave,
and Newton's method climbs it in a few steps without a linear system. This is the exact maximum; a
general solver by iterated least squares stops near it. Arrays are [row of the baseline, series].

Source: McCullagh, P., Nelder, J. A. (1989), Generalized Linear Models, chapters 6 and 9; the
residuals are Anscombe's, standardised as in Farrington et al. (1996).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from qingyu.warn.design import Design, total
from qingyu.warn.verdict import Bools, Floats

_STEPS = 60  # Newton's method needs about five; a fit that has none by then has not settled
_SETTLED = 1e-6  # a last step so short leaves an error of its square
_LEAP, _STEEPEST = 4.0, 300.0  # longest step and slope, in units of the scaled time
_TABLE = 4096


@dataclass(frozen=True)
class Fit:
    """mean[row, series]; level[group, series]: exp(a) at the middle of time; slope[series]: β per
    unit of scaled time; share[row, series]: part of a row in its group; centre[group, series]: mean
    time under that share; spread[series]: information on β (0: no trend in the model);
    sums[group, series]: weighed cases; freedom[series]: degrees left; dispersion[series]: Σ w·(y −
    μ)²/μ over freedom, not yet held at 1; relative[series]: the same of Σ w·((y − μ)/μ)²;
    settled[series]: whether the maximum was reached.
    """

    design: Design
    mean: Floats
    level: Floats
    slope: Floats
    share: Floats
    centre: Floats
    spread: Floats
    sums: Floats
    freedom: Floats
    dispersion: Floats
    relative: Floats
    settled: Bools


def fit(
    design: Design, counts: Floats, weights: Floats, trend: bool, start: Floats | None = None
) -> Fit:
    """Fit counts[row, series] with weights[row, series] (0: a row that is not known), the slope
    sought from `start`."""
    weighed = weights * counts
    sums = design.by_group(weighed)
    slope, settled = np.zeros(counts.shape[1]), np.ones(counts.shape[1], bool)
    raised = np.ones_like(counts)
    if trend:
        wanted = total(weighed * design.time)
        slope, settled = _climb(design, weights, wanted, sums, slope if start is None else start)
        raised = design.raised(slope)
    share = weights * raised
    inverse = _inverse(design.by_group(share))
    level = sums * inverse
    share *= design.spread_out(inverse)
    mean = design.spread_out(level) * raised
    centre, spread = _moments(design, share, sums) if trend else (sums * 0, slope)
    freedom = _freedom(design, weights, trend)
    dispersion, relative = _dispersions(counts, mean, weights, freedom)
    return Fit(
        design, mean, level, slope, share, centre, spread, sums, freedom, dispersion, relative,
        settled,
    )  # fmt: skip


def _climb(
    design: Design, weights: Floats, wanted: Floats, sums: Floats, start: Floats
) -> tuple[Floats, Bools]:
    """β where the profile likelihood is flat, and whether it was reached."""
    slope, settled = start, np.zeros(len(start), bool)
    for _ in range(_STEPS):
        raised = weights * design.raised(slope)
        inverse = _inverse(design.by_group(raised))
        raised *= design.time
        centre = design.by_group(raised) * inverse
        raised *= design.time
        second = design.by_group(raised) * inverse
        gap = wanted - total(sums * centre)
        bend = total(sums * (second - centre * centre))
        step = np.divide(gap, bend, out=np.zeros_like(gap), where=bend > 0)
        step = np.where(settled, 0.0, np.clip(step, -_LEAP, _LEAP))
        slope = np.clip(slope + step, -_STEEPEST, _STEEPEST)
        settled = settled | (np.abs(step) < _SETTLED)
        if settled.all():
            break
    return slope, settled


def _inverse(values: Floats) -> Floats:
    """1/x, and 0 for 0: a group without a known row has no part in anything."""
    return np.divide(1.0, values, out=np.zeros_like(values), where=values > 0)


def _moments(design: Design, share: Floats, sums: Floats) -> tuple[Floats, Floats]:
    """Mean time of each group, and the information Σ sums · (variance of time in the group)."""
    part = share * design.time
    centre = design.by_group(part)
    part *= design.time
    return centre, total(sums * (design.by_group(part) - centre * centre))


def _freedom(design: Design, weights: Floats, trend: bool) -> Floats:
    known = (weights > 0).astype(np.float64)
    groups = total((design.by_group(known) > 0).astype(np.float64))
    return total(known) - groups - float(trend)


def _dispersions(
    counts: Floats, mean: Floats, weights: Floats, freedom: Floats
) -> tuple[Floats, Floats]:
    inverse = _inverse(mean)
    terms = counts - mean
    terms *= terms
    terms *= weights
    terms *= inverse
    pearson = total(terms)
    terms *= inverse
    with np.errstate(invalid="ignore", divide="ignore"):
        enough = freedom > 0
        return tuple(np.where(enough, x / freedom, np.nan) for x in (pearson, total(terms)))  # type: ignore[return-value]


def leverage(found: Fit, weights: Floats) -> Floats:
    """Diagonal of the hat matrix, [row, series]."""
    if not found.spread.any():
        return found.share
    off = found.design.time - found.design.spread_out(found.centre)
    off *= off
    off *= weights * found.mean
    off *= _inverse(found.spread)
    off += found.share
    return np.asarray(off)


def two_thirds(counts: Floats) -> Floats:
    """y^⅔; small whole counts are looked up."""
    whole = counts.astype(np.int64)
    if counts.size and counts.max() < _TABLE and bool((whole == counts).all()):
        return (np.cbrt(np.arange(_TABLE, dtype=np.float64)) ** 2)[whole]
    return np.asarray(np.cbrt(counts) ** 2)


def anscombe(found: Fit, powers: Floats, weights: Floats, phi: Floats) -> Floats:
    """Standardised Anscombe residuals 1.5·(y^⅔·μ^−⅙ − μ^½) / √(φ·(1 − h)), [row, series];
    `powers` is y^⅔. Zero where the mean is, and where a row alone decides its own mean."""
    design = found.design
    sixth = design.spread_out(found.level ** (1 / 6)) * design.raised(found.slope / 6)
    raw = powers * _inverse(sixth)
    sixth *= sixth * sixth
    raw -= sixth
    left = (1.0 - leverage(found, weights)) * phi
    usable = (left > 0) & (found.mean > 0)
    return np.divide(1.5 * raw, np.sqrt(np.abs(left)), out=np.zeros_like(raw), where=usable)


def downweighted(residuals: Floats, known: Floats, threshold: float) -> Floats:
    """γ·s⁻² for residuals s above the threshold and γ for all others; γ makes the sum the number
    of known rows. Past outbreaks so count less in what is usual (Farrington et al. 1996)."""
    weight = known.copy()
    large = np.nonzero(residuals > threshold)
    weight[large] *= residuals[large] ** -2.0
    return weight * (total(known) * _inverse(total(weight)))


@dataclass(frozen=True)
class Forecast:
    """mean[series] of the day itself; variance[series] of log mean, for dispersion 1."""

    mean: Floats
    variance: Floats


def forecast(found: Fit) -> Forecast:
    now, group = found.design.now, found.design.baseline.group
    off = now - found.centre[group]
    with np.errstate(divide="ignore", over="ignore"):
        mean = found.level[group] * np.exp(now * found.slope)
        return Forecast(mean, 1.0 / found.sums[group] + off * off * _inverse(found.spread))


def trend_tail(found: Fit, scatter: Floats) -> Floats:
    """Two-sided p-value of the slope by Student's law, with its variance scaled by `scatter`;
    2 where it cannot be told."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.abs(found.slope) / np.sqrt(scatter / found.spread)
        tail = 2 * special.stdtr(found.freedom, -ratio)
    return np.where((found.spread > 0) & ~np.isnan(tail), tail, 2.0)
