"""All detectors behind one call, by the names that a pack gives them.

    judge(counts [series, time], at, timeline, level, exposure) -> Judgement

Each answers for the days `at` of the time axis from the points up to them and no later. `level` is
the probability to stay at or below the bound, one-sided; `tail` is the probability of a count, or
of a statistic, as high as this or higher if all is as usual, so that a day is an alarm where
tail ≤ 1 − level. For sums over days (CUSUM, GLR) and for C3 that probability is an approximation,
said below; the budget's simulation, not the formula, decides what it is worth.

`exposure` [series, time] is what each count was drawn from (person-days, cases handled): past
points are brought to the exposure of the day. Where it is zero or unknown, so is the point.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, Protocol

import numpy as np
from scipy import special

from qingyu.warn import default
from qingyu.warn import farrington as far
from qingyu.warn.bayes import bayes, reference
from qingyu.warn.bounds import nb_size
from qingyu.warn.cusum import cusum
from qingyu.warn.distributions import at_least, quantile
from qingyu.warn.ears import ears
from qingyu.warn.glr import glr
from qingyu.warn.judgement import Judgement
from qingyu.warn.reference import Timeline, windows
from qingyu.warn.regression import harmonics, poisson
from qingyu.warn.verdict import SPEAKS, Floats, State, Verdict, as_counts, as_days, first_of

_HALF = 3  # points to each side of the same season
_RECENT = 26  # points that CUSUM and GLR watch; the points before them say what is usual
_LEAST_YEARS = 1  # of points, before a season can be told from a trend
_STEP = 0.5  # k of CUSUM: it is tuned to a rise of one standard deviation
_NEVER = 1e12
_GATHERED = 7  # points before the day from which Bayes and EARS learn


class Judge(Protocol):
    """What every detector does."""

    def __call__(
        self,
        counts: Floats,
        at: Sequence[int],
        timeline: Timeline,
        level: float,
        exposure: Floats | None = None,
    ) -> Judgement: ...


@dataclass(frozen=True)
class Detector:
    """One of the registry. needs: points before the day, given how many make a year."""

    name: str
    needs: Callable[[int], int]
    judge: Judge


_One = Callable[[Floats, int, Timeline, float], Judgement]


def detector(name: str, years: int) -> Detector:
    """The detector of a pack's name, looking `years` back where it looks at earlier years.

    `scan` is not among them: it judges areas together (scan.py), from what `default` expects.
    """
    flexible = replace(far.NOUFAILY, years=years)
    original = replace(far.ORIGINAL, years=years)
    season = partial(_years_and, years)
    found: dict[str, tuple[Callable[[int], int], _One]] = {
        "farrington_flexible": (season, partial(_farrington, flexible)),
        "farrington_original": (season, partial(_farrington, original)),
        "ears_c1": (lambda _: _GATHERED + 1, partial(_ears, "C1")),
        "ears_c2": (lambda _: _GATHERED + 3, partial(_ears, "C2")),
        "ears_c3": (lambda _: _GATHERED + 5, partial(_ears, "C3")),
        "bayes": (lambda _: _GATHERED + 1, _bayes),
        "predictive_tail": (season, partial(_predictive, years)),
        "cusum": (partial(_two, years), partial(_cusum, years)),
        "glr": (partial(_two, years), partial(_glr, years)),
    }
    if name == "default":
        return Detector(name, season, _default)
    needs, one = found[name]
    return Detector(name, needs, partial(_each_day, one))


def _default(
    counts: Floats,
    at: Sequence[int],
    timeline: Timeline,
    level: float,
    exposure: Floats | None = None,
) -> Judgement:
    with np.errstate(invalid="ignore", divide="ignore"):
        return default.judge(counts, at, timeline, level, exposure)


def _years_and(years: int, frequency: int) -> int:
    return years * frequency + frequency // 40 + _HALF + 2


def _two(years: int, frequency: int) -> int:
    return years * frequency + _RECENT


def _each_day(
    one: _One,
    counts: Floats,
    at: Sequence[int],
    timeline: Timeline,
    level: float,
    exposure: Floats | None = None,
) -> Judgement:
    counts = as_counts(counts)
    days = as_days(at, counts).tolist()
    parts = [one(_brought(counts, exposure, day), day, timeline, level) for day in days]
    fields = ("upper", "alarm", "state", "expected", "phi", "tail")
    return Judgement(**{f: np.concatenate([getattr(p, f) for p in parts], axis=1) for f in fields})


def _brought(counts: Floats, exposure: Floats | None, day: int) -> Floats:
    """Points up to the day, as if each had been drawn from the exposure of the day."""
    counts = counts[:, : day + 1]
    if exposure is None:
        return counts
    given = exposure[:, : day + 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = given[:, -1:] / given
    return np.where(np.isfinite(factor) & (factor > 0), counts * factor, np.nan)


def _answer(verdict: Verdict, expected: Floats, phi: Floats, tail: Floats) -> Judgement:
    """NaN wherever the state is not one in which the detector speaks."""
    speaks = np.isin(verdict.state, SPEAKS)
    shown = [np.where(speaks, part, np.nan) for part in (expected, np.fmax(phi, 1.0), tail)]
    return Judgement(verdict.upper, verdict.alarm & speaks, verdict.state, *shown)


def _farrington(
    options: far.Options, counts: Floats, day: int, timeline: Timeline, level: float
) -> Judgement:
    found = far.farrington(counts, [day], timeline, replace(options, level=level))
    return _answer(found, found.expected, found.phi, found.tail)


def _ears(
    method: Literal["C1", "C2", "C3"], counts: Floats, day: int, _: Timeline, level: float
) -> Judgement:
    """The tail is the normal's, as the method has it. The deviation is held up at that of Poisson:
    seven days of few cases often do not vary at all."""
    lag = 1 if method == "C1" else 3
    mean, sd = _before(counts, day, lag)
    least = np.sqrt(np.fmax(mean, 1.0))
    parts = [
        ears(counts[row : row + 1], [day], method, level=level, least_sd=float(least[row, 0]))
        for row in range(len(counts))
    ]
    fields = ("upper", "alarm", "state")
    verdict = Verdict(*(np.concatenate([getattr(p, f) for p in parts]) for f in fields))
    z = float(special.ndtri(level))
    held = np.fmax(sd, least)
    with np.errstate(invalid="ignore", divide="ignore"):
        # how far the day lies, in deviations: at the bound it is z, whatever earlier days carried
        far_off = z + (counts[:, [day]] - verdict.upper) / held
        return _answer(verdict, mean, held**2 / mean, special.ndtr(-far_off))


def _before(counts: Floats, day: int, lag: int) -> tuple[Floats, Floats]:
    last = day - lag
    past = counts[:, max(last - _GATHERED + 1, 0) : max(last + 1, 0)]
    if past.shape[1] < _GATHERED:
        nothing = np.full((len(counts), 1), np.nan)
        return nothing, nothing
    return past.mean(axis=1, keepdims=True), past.std(axis=1, ddof=1, keepdims=True)


def _bayes(counts: Floats, day: int, timeline: Timeline, level: float) -> Judgement:
    """Against the seven points before."""
    found = bayes(counts, [day], timeline.frequency, half=_GATHERED, level=level)
    rows = reference(day, timeline.frequency, 0, _GATHERED, this_year=True)
    past = counts[:, rows] if rows is not None else np.empty((len(counts), 0))
    known = (~np.isnan(past)).sum(axis=1, keepdims=True)
    size = np.nansum(past, axis=1, keepdims=True) + 0.5
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = size / known
        tail = at_least(counts[:, [day]], mean, size)
    return _answer(found, mean, 1 + 1 / np.fmax(known, 1.0), tail)


def _predictive(
    years: int, counts: Floats, day: int, timeline: Timeline, level: float
) -> Judgement:
    """The gamma–Poisson predictive tail: reference points of the same season of earlier years and
    of the weeks before the last two; counts and their sum are divided by φ, Jeffreys' prior."""
    now = counts[:, [day]]
    rows = _seasonal_rows(timeline, day, years)
    past = counts[:, rows]
    known = (~np.isnan(past)).sum(axis=1, keepdims=True).astype(float)
    total = np.nansum(past, axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / known
        squares = np.nansum((past - mean) ** 2, axis=1, keepdims=True)
        phi = np.fmax(squares / mean / (known - 1), 1.0)
        phi = np.where(np.isfinite(phi), phi, 1.0)
        shape = total / phi + 0.5
        ahead = shape * phi / known
        size = ahead / (phi - 1 + ahead / shape)  # variance φ·μ + μ²/shape
    upper = np.stack([quantile(level, ahead[:, 0], size[:, 0])], axis=1)
    state = first_of(
        (np.isnan(now), State.MISSING), (known < 2 * _HALF, State.SHORT),
        (total == 0, State.EMPTY),
    )  # fmt: skip
    tail = at_least(now, ahead, size)
    speaks = np.isin(state, SPEAKS)
    alarm = np.asarray(speaks & (now > upper))
    verdict = Verdict(np.where(speaks, upper, np.nan), alarm, state)
    return _answer(verdict, ahead, size * 0 + phi, tail)


def _seasonal_rows(timeline: Timeline, day: int, years: int) -> list[int]:
    earlier = windows(timeline, day, years, _HALF)
    rows = [] if earlier is None else earlier.rows.tolist()
    recent = range(max(day - 2 - 2 * _HALF, 0), max(day - 2, 0))
    return sorted({*rows, *recent})


def _cusum(years: int, counts: Floats, day: int, timeline: Timeline, level: float) -> Judgement:
    """k = ½ on Anscombe's residuals of the negative binomial. P(S ≥ s) ≈ e^(−2ks): Siegmund, D.
    (1985), Sequential Analysis, chapter 2."""
    mean, alpha = _usual(years, counts, timeline)
    last = counts[:, -_RECENT:]
    height = -np.log1p(-level) / (2 * _STEP)
    with np.errstate(invalid="ignore"):
        found = cusum(last, mean[:, -last.shape[1] :], _STEP, height, "anscombe_nb", alpha)
    tail = np.exp(-2 * _STEP * found.statistic[:, -1:])
    return _summed(counts, mean, alpha, found.upper[:, -1:], tail, level)


def _glr(years: int, counts: Floats, day: int, timeline: Timeline, level: float) -> Judgement:
    """P(GLR > g) ≈ e^(−g) at one moment (Wilks' law is smaller; the starts looked at make up)."""
    mean, alpha = _usual(years, counts, timeline)
    last = counts[:, -_RECENT:]
    found = glr(last, mean[:, -last.shape[1] :], alpha, threshold=_NEVER)
    size = np.where(alpha > 0, 1 / np.where(alpha > 0, alpha, 1.0), np.inf)
    upper = quantile(level, mean[:, -1], size)[:, None]
    return _summed(counts, mean, alpha, upper, np.exp(-found.statistic[:, -1:]), level)


def _summed(
    counts: Floats, mean: Floats, alpha: Floats, upper: Floats, tail: Floats, level: float
) -> Judgement:
    now, expected = counts[:, -1:], mean[:, -1:]
    state = first_of(
        (np.isnan(now), State.MISSING), (~np.isfinite(expected), State.SHORT),
        (expected <= 0, State.FLAT),
    )  # fmt: skip
    alarm = np.asarray((state == State.JUDGED) & (tail <= 1 - level))
    shown = np.where(state == State.JUDGED, upper, np.nan)
    return _answer(Verdict(shown, alarm, state), expected, 1 + alpha[:, None] * expected, tail)


def _usual(years: int, counts: Floats, timeline: Timeline) -> tuple[Floats, Floats]:
    """Mean of each point by one wave a year and a trend, and α of the negative binomial by
    moments, from the points before the last `_RECENT`; NaN where they are too few."""
    series, points = counts.shape
    first = max(points - _two(years, timeline.frequency), 0)
    mean, alpha = np.full(counts.shape, np.nan), np.zeros(series)
    past = counts[:, first : points - _RECENT]
    told = (~np.isnan(past)).sum(axis=1) >= _LEAST_YEARS * timeline.frequency
    rows = np.flatnonzero(told & (np.nansum(past, axis=1) > 0))
    if len(rows):
        years_told = past.shape[1] / timeline.frequency
        columns = harmonics(
            np.arange(points - first, dtype=float), timeline.frequency, 1, years_told >= 2
        )
        fit = poisson(past[rows], columns[: past.shape[1]])
        mean[rows, first:] = fit.mean(columns)
        usual = mean[rows, first : points - _RECENT]
        with np.errstate(invalid="ignore", divide="ignore"):
            over = np.nansum((past[rows] - usual) ** 2 - usual, axis=1)
            alpha[rows] = np.fmax(over / np.nansum(np.square(usual), axis=1), 0.0)
    none = told & (np.nansum(past, axis=1) == 0)
    mean[none, first:] = 0.0
    return mean, np.where(np.isfinite(alpha), alpha, 0.0)


def spread_of(expected: Floats, phi: Floats) -> Floats:
    """Size of the negative binomial that a judgement stands on."""
    return nb_size(expected, np.fmax(phi, 1.0))
