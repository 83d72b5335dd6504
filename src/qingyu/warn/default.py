"""The default detector: is this count, or the sum of the last few, more than what is usual here?

Three steps for each series and day, each in a file of its own: a penalised regression on season and
trend that past outbreaks hardly move (`default_fit`), the level of late (`default_level`), and the
predictive probability of a count as high, over windows of one to a few points (here). Formulas and
sources: docs/explanation/detectors.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qingyu.warn.default_fit import LANES
from qingyu.warn.default_level import Predictive, predict
from qingyu.warn.default_plan import Plan, plan
from qingyu.warn.distributions import at_least
from qingyu.warn.judgement import Judgement
from qingyu.warn.reference import Timeline
from qingyu.warn.verdict import (
    SPEAKS,
    Bools,
    Floats,
    State,
    States,
    as_counts,
    as_days,
    first_of,
)

LEVEL = 0.99
_LEAST_YEARS = 0.5  # of known history
_BLOCK = 4 * LANES
_LEAST = 1e-300  # of a probability that is divided by


def judge(
    counts: Floats,
    at: Sequence[int],
    timeline: Timeline,
    level: float = LEVEL,
    exposure: Floats | None = None,
) -> Judgement:
    """Judge the days `at` of counts[series, time]; NaN is a day that is not known.

    `level`: probability to stay calm if all is as usual; `exposure` [series, time] or [time]: what
    the mean is proportional to (people, vehicles); a day whose exposure is not known or zero is as
    one that is not known. `tail` is the harmonic mean of the windows' probabilities, an alarm at
    tail ≤ 1 − level; `upper` is the largest count of the day itself that is none.
    """
    counts = as_counts(counts)
    days = as_days(at, counts).tolist()
    base = np.ones(counts.shape) if exposure is None else np.asarray(exposure, np.float64)
    base = np.broadcast_to(base, counts.shape)
    usable = np.isfinite(base) & (base > 0) & ~np.isnan(counts)
    y, e = np.where(usable, counts, 0.0), np.where(usable, base, 0.0)
    parts = [_day(y, e, plan(timeline, day), level) for day in days]
    return Judgement(*(np.stack(column, axis=1) for column in zip(*parts, strict=True)))


_Cells = tuple[np.ndarray, ...]


def _day(counts: Floats, exposure: Floats, plan: Plan, level: float) -> _Cells:
    """All fields of `Judgement` of one day, each [series]."""
    blocks = []
    for first in range(0, max(len(counts), 1), _BLOCK):
        chosen = slice(first, first + _BLOCK)
        blocks.append(_block(counts[chosen], exposure[chosen], plan, level))
    return tuple(np.concatenate(parts) for parts in zip(*blocks, strict=True))


def _block(counts: Floats, exposure: Floats, plan: Plan, level: float) -> _Cells:
    number = len(counts)
    spare = -number % LANES  # empty series beside, so that products run over whole lanes
    y, e = (np.pad(values, ((0, spare), (0, 0))) for values in (counts, exposure))
    now, seen = y[:, plan.recent], e[:, plan.recent]
    past = e[:, plan.rows]
    short = (past > 0).sum(axis=1) < _LEAST_YEARS * plan.year
    if plan.blocks == 0 or bool(short.all()):
        return _silent(seen[:number, -1])
    found = predict(plan, y[:, plan.rows], past, now, seen)
    state = first_of(
        (seen[:, -1] == 0, State.MISSING),
        (short, State.SHORT),
        (~found.settled, State.UNFITTED),
        (y[:, plan.rows].sum(axis=1) == 0, State.EMPTY),
    )
    speaks = np.isin(state, SPEAKS)
    tail = combined(now[:, -1], found)
    shown = (_largest_usual(1 - level, found, speaks), found.expected, found.phi, tail)
    upper, *rest = (np.where(speaks, part, np.nan)[:number] for part in shown)
    return upper, (speaks & (tail <= 1 - level))[:number], state[:number], *rest


def _silent(seen: Floats) -> _Cells:
    nothing = np.full(len(seen), np.nan)
    state: States = first_of((seen == 0, State.MISSING), (seen > 0, State.SHORT))
    return nothing, np.zeros(len(seen), bool), state, nothing, nothing, nothing


def combined(count: Floats, found: Predictive) -> Floats:
    """Harmonic mean of P(sum of the window or more), [series]. A longer window has a say only where
    the day itself is above what was expected: what is over is no news."""
    alone = at_least(count, found.mean[0], found.size[0])
    inverse = 1 / np.maximum(alone, _LEAST)
    rises = count > found.expected
    for before, mean, size in zip(found.before, found.mean[1:], found.size[1:], strict=True):
        tail = at_least(count + before, mean, size)
        inverse = inverse + np.where(rises, 1 / np.maximum(tail, _LEAST), 1.0)
    return np.asarray(len(found.mean) / inverse)


def _largest_usual(alpha: float, found: Predictive, wanted: Bools) -> Floats:
    """The largest count with `combined` > alpha: by doubled steps from −1, then by halves."""
    low, high = np.full(len(wanted), -1.0), np.full(len(wanted), np.inf)
    first, leap = np.floor(found.expected), 1.0
    while (left := np.flatnonzero(wanted & (high - low > 1))).size:
        part = found.only(left)
        bottom, top = low[left], high[left]
        onward = np.maximum(bottom, first[left]) + leap
        trial = np.where(np.isinf(top), onward, np.floor((bottom + top) / 2))
        usual = combined(trial, part) > alpha
        low[left], high[left] = np.where(usual, trial, bottom), np.where(usual, top, trial)
        leap *= 2
    return low
