"""Suspiciously low against another source that sees the same matter: the police count no crashes
where the ambulance still fetches the injured.

A gamma–Poisson regression over areas and earlier periods says how the number of one source goes
with that of the other: log E = log(usual) + β · log(other ÷ its usual). β is learnt, so that a
source that says little about the other counts for little: noise in it draws β towards nothing by
itself. What is low only because all is calm is low in both, and no finding.
"""

from __future__ import annotations

import numpy as np

from qingyu.evaluate.integrity.dispersion import Floats, Ints, count_tails, dispersion
from qingyu.evaluate.integrity.look import LEAST_EXPECTED, Looks, State, judged
from qingyu.evaluate.integrity.look import unjudged as none
from qingyu.evaluate.integrity.numbers import squares, usual
from qingyu.evaluate.integrity.shares import AT_LEAST, Flags

RELATED = 2.0  # standard errors that β must lie above nothing
_STEPS = 20
_SMALL = 0.5


def lows(seen: Ints, other: Ints, usable: Flags) -> Looks:
    """Looks at the last period of `seen` beside `other` (int64 [area, period]; `usable` as of
    `share_looks`, of both sources). `of` is the other source's number."""
    now, beside = seen[:, -1], other[:, -1]
    if not usable[-1]:
        return none(now, beside, State.UNSEEN)
    past = np.flatnonzero(usable[:-1])
    if len(past) < AT_LEAST:
        return none(now, beside, State.NO_PAST)
    offset = np.stack([usual(seen, int(t), past[past != t]) for t in past], axis=1)
    moved = np.stack([_moved(other, int(t), past[past != t]) for t in past], axis=1)
    slope, error = _slope(seen[:, past], offset, moved)
    if slope < RELATED * error:
        return none(now, beside, State.UNRELATED)
    fitted = offset * np.exp(slope * moved)
    spread = dispersion(squares(seen[:, past], fitted), fitted, fitted)
    if spread is None:
        return none(now, beside, State.TOO_FEW)
    last = seen.shape[1] - 1
    expected = usual(seen, last, past) * np.exp(slope * _moved(other, last, past))
    low_p, _ = count_tails(now, expected, spread.factor(expected))
    return judged(now, beside, expected, low_p, expected >= LEAST_EXPECTED)


def _moved(other: Ints, period: int, past: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Floats:
    """Logarithm of the other source's number in `period` over what is usual of it."""
    return np.asarray(np.log((other[:, period] + _SMALL) / (usual(other, period, past) + _SMALL)))


def _slope(seen: Ints, offset: Floats, moved: Floats) -> tuple[float, float]:
    """β and its standard error: Poisson regression through the offset, the error widened by the
    scatter that is left."""
    y, base, x = seen.ravel(), np.maximum(offset.ravel(), 1e-9), moved.ravel()
    slope = 0.0
    for _ in range(_STEPS):
        mean = base * np.exp(slope * x)
        step = float((x * (y - mean)).sum() / max(float((x * x * mean).sum()), 1e-9))
        slope = float(np.clip(slope + np.clip(step, -0.5, 0.5), -2.0, 2.0))
    mean = base * np.exp(slope * x)
    scatter = max(float(((y - mean) ** 2 / mean).mean()), 1.0)
    return slope, float(np.sqrt(scatter / max(float((x * x * mean).sum()), 1e-9)))
