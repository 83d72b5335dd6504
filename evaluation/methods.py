"""Every method as one number for a series and point: the higher, the more unusual.

So a threshold can be set for each, and their false alarms made equal. Where a method is silent the
number is −∞. Settings are the published ones that the reference results use as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from evaluation.worlds import Floats
from qingyu.warn import default
from qingyu.warn.bayes import reference
from qingyu.warn.cusum import cusum
from qingyu.warn.distributions import at_least
from qingyu.warn.ears import ears
from qingyu.warn.farrington import NOUFAILY, Options, farrington
from qingyu.warn.glr import glr
from qingyu.warn.reference import Timeline
from qingyu.warn.regression import harmonics, negative_binomial, poisson
from qingyu.warn.rki import rki
from qingyu.warn.verdict import SPEAKS, States

Score = Callable[[Floats, Sequence[int], Timeline], Floats]


@dataclass(frozen=True)
class Method:
    """score(counts [series, time], at, timeline) → [series, point asked]. whole: it adds up over
    the points, which then must follow each other from the first that is judged, and its mean is
    fitted once to the points before that."""

    name: str
    score: Score
    whole: bool = False


def _surprise(tail: Floats, state: States) -> Floats:
    """−log₁₀ of a probability."""
    speaks = np.isin(state, SPEAKS)
    return -np.log10(np.where(speaks, np.maximum(tail, 1e-300), 1.0)) - np.where(speaks, 0, np.inf)


def _default(counts: Floats, at: Sequence[int], timeline: Timeline) -> Floats:
    found = default.judge(counts, at, timeline)
    return _surprise(found.tail, found.state)


def _farrington(options: Options, counts: Floats, at: Sequence[int], timeline: Timeline) -> Floats:
    found = farrington(counts, at, timeline, options)
    return _surprise(found.tail, found.state)


def _ears(
    method: Literal["C1", "C2"], counts: Floats, at: Sequence[int], timeline: Timeline
) -> Floats:
    """(y − mean) / sd, from the bounds at z = 0 and 1. Seven rare counts often do not vary at all,
    and no threshold could make false alarms equal: the deviation is held up at a half."""
    centre = ears(counts, at, method, level=0.5, least_sd=_LEAST_SD)
    one = ears(counts, at, method, level=_ONE_SIGMA, least_sd=_LEAST_SD)
    found = (counts[:, list(at)] - centre.upper) / (one.upper - centre.upper)
    return np.where(np.isin(centre.state, SPEAKS), found, -np.inf)


_LEAST_SD = 0.5
_ONE_SIGMA = 0.8413447460685429  # P(Z ≤ 1)


def _third(counts: Floats, at: Sequence[int], timeline: Timeline) -> Floats:
    """C3: the excesses over one deviation, of three points running."""
    total = np.zeros((len(counts), len(at)))
    for back in range(3):
        points = [max(point - back, 0) for point in at]
        total += np.maximum(_ears("C2", counts, points, timeline) - 1, 0.0)
    return total


def _bayes(
    years: int, half: int, this_year: bool, counts: Floats, at: Sequence[int], timeline: Timeline
) -> Floats:
    columns = []
    for point in at:
        rows = reference(point, timeline.frequency, years, half, this_year)
        past = counts[:, rows]
        size = past.sum(axis=1) + 0.5
        columns.append(at_least(counts[:, point], size / past.shape[1], size))
    return np.asarray(-np.log10(np.maximum(np.stack(columns, axis=1), 1e-300)))


def _rki(counts: Floats, at: Sequence[int], timeline: Timeline) -> Floats:
    """How far the count lies on the way from the mean to the bound, beyond 1 above it."""
    found = rki(counts, at, timeline.frequency, years=2, half=4, this_year=False)
    means = []
    for point in at:
        rows = reference(point, timeline.frequency, 2, 4, this_year=False)
        means.append(counts[:, rows].mean(axis=1))
    mean = np.stack(means, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        score = (counts[:, list(at)] - mean) / (found.upper - mean)
    return np.where(np.isfinite(score), score, -np.inf)


def _fitted(
    counts: Floats, at: Sequence[int], timeline: Timeline, wide: bool, trend: bool
) -> tuple[Floats, Floats]:
    """Mean [series, point asked] and dispersion α [series] of a regression on one wave a year,
    fitted to the points before the first that is judged. A series without a case has mean 0."""
    now = at[0]
    time = np.arange(counts.shape[1], dtype=np.float64)
    columns = harmonics(time, timeline.frequency, 1, trend)
    family = negative_binomial if wide else poisson
    found = family(counts[:, :now], columns[:now])
    mean = np.nan_to_num(found.mean(columns)[:, list(at)], nan=0.0, posinf=1e12)
    return mean, np.nan_to_num(found.alpha)


def _nb_glm(counts: Floats, at: Sequence[int], timeline: Timeline) -> Floats:
    mean, alpha = _fitted(counts, at, timeline, wide=True, trend=True)
    with np.errstate(divide="ignore"):
        size = np.broadcast_to(1 / alpha[:, None], mean.shape)
    tail = at_least(counts[:, list(at)], mean, size)
    return np.asarray(-np.log10(np.maximum(tail, 1e-300)))


def _cusum(counts: Floats, at: Sequence[int], timeline: Timeline) -> Floats:
    mean, _ = _fitted(counts, at, timeline, wide=False, trend=False)
    found = cusum(counts[:, list(at)], mean, transform="rossi")
    return np.where(np.isin(found.state, SPEAKS), found.statistic, -np.inf)


def _glr(counts: Floats, at: Sequence[int], timeline: Timeline) -> Floats:
    """Starts of up to eight points back; never begun anew."""
    mean, alpha = _fitted(counts, at, timeline, wide=True, trend=True)
    found = glr(counts[:, list(at)], mean, alpha, threshold=np.inf, window=8)
    return np.where(np.isin(found.state, SPEAKS), found.statistic, -np.inf)


DEFAULT = "default"
ORIGINAL = Options(reweigh=1.0, level=0.99)
"""The original settings that the reference results use."""

PROBABILITIES = (
    "default", "farrington_improved", "farrington_improved_any", "farrington_original", "bayes_1",
    "bayes_2", "bayes_3", "nb_glm",
)  # fmt: skip
"""Methods whose number is −log₁₀ of a probability."""


def methods(years: int = 5) -> tuple[Method, ...]:
    """All of them, Farrington's with so many years. `improved_any` speaks however few cases there
    were of late; the published method is silent below five in four weeks."""
    improved, original = replace(NOUFAILY, years=years), replace(ORIGINAL, years=years)
    return (
        Method(DEFAULT, _default),
        Method("farrington_improved", partial(_farrington, improved)),
        Method("farrington_improved_any", partial(_farrington, replace(improved, least_cases=0))),
        Method("farrington_original", partial(_farrington, original)),
        Method("ears_C1", partial(_ears, "C1")),
        Method("ears_C2", partial(_ears, "C2")),
        Method("ears_C3", _third),
        Method("bayes_1", partial(_bayes, 0, 6, True)),
        Method("bayes_2", partial(_bayes, 1, 6, True)),
        Method("bayes_3", partial(_bayes, 2, 4, False)),
        Method("rki_3", _rki),
        Method("cusum_rossi", _cusum, whole=True),
        Method("glr_nb", _glr, whole=True),
        Method("nb_glm", _nb_glm, whole=True),
    )


METHODS_BY_NAME = {method.name: method for method in methods()}
