"""Whether an area's share of something is out of line with its past and with the other areas.

Conditioned on the total: how many records there are says nothing here, only how they divide. What
is expected of an area is its own past share, moved (on the scale of log odds) as the other areas
moved together in the same period: a season, a holiday or a new form moves all and is no finding.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qingyu.evaluate.integrity.dispersion import Dispersion, Floats, Ints, dispersion, share_tails
from qingyu.evaluate.integrity.look import (
    LEAST_AREAS,
    LEAST_EXPECTED,
    LEAST_SEEN,
    Looks,
    State,
    judged,
)
from qingyu.evaluate.integrity.look import unjudged as none

Flags = NDArray[np.bool_]
Residuals = tuple[Floats, Floats, Floats]

AT_LEAST = 6  # earlier periods
# Of what hardly ever happens nothing can be learnt of its scatter: it is taken to come in threes.
RARE = Dispersion(3.0, 0.0)
_PRIOR = 5.0  # records, and
_EVENTS = 1.0  # events, by which an area's past share is at least drawn to that of all
_STEPS = 25


def share_looks(seen: Ints, of: Ints, usable: Flags, high: bool) -> Looks:
    """Looks at the last period. seen, of: int64 [area, period], the last being the one asked for;
    usable: bool [period], whether a period can be used (the last: whether it can be judged);
    high: whether a share that is too large is suspected, else one that is too small.

    With fewer than `AT_LEAST` earlier periods the other areas' share in the same period is all
    there is to compare with, and then `LEAST_AREAS` areas are needed.
    """
    now_seen, now_of = seen[:, -1], of[:, -1]
    if not usable[-1]:
        return none(now_seen, now_of, State.UNSEEN)
    past = np.flatnonzero(usable[:-1])
    if len(past) >= AT_LEAST:
        expected, residuals = _by_past(seen, of, past)
    elif np.count_nonzero(now_of) >= LEAST_AREAS:
        expected, residuals = _by_peers(now_seen, now_of)
    else:
        return none(now_seen, now_of, State.NO_PAST)
    spread = dispersion(*residuals) or RARE
    low_p, high_p = share_tails(now_seen, now_of, expected, spread.factor(np.asarray(now_of - 1.0)))
    mean = now_of * expected
    # Too small a share can only be told where some were expected; too large a one where there is
    # room above.
    room = mean if not high else np.minimum(now_of - mean, now_of / 4.0)
    enough = (room >= LEAST_EXPECTED) & (now_of > 0)
    p = np.where(now_seen >= LEAST_SEEN, high_p, 1.0) if high else low_p
    return judged(now_seen, now_of, mean, p, enough)


def _by_past(seen: Ints, of: Ints, past: NDArray[np.intp]) -> tuple[Floats, Residuals]:
    """The share expected now; residuals of each earlier period, held against the rest of them."""
    expected = _expected(seen, of, seen.shape[1] - 1, past)
    held = [
        _residuals(seen[:, t], of[:, t], _expected(seen, of, int(t), past[past != t])) for t in past
    ]
    squares, sizes, variances = (np.stack(part) for part in zip(*held, strict=True))
    return expected, (squares, sizes, variances)


def _by_peers(seen: Ints, of: Ints) -> tuple[Floats, Residuals]:
    """The share of all other areas; residuals are those of the areas themselves, which one that is
    out of line makes larger: a city without a past is judged with less power."""
    expected = np.asarray((seen.sum() - seen + 0.5) / (of.sum() - of + 1.0))
    return expected, _residuals(seen, of, expected)


def _expected(seen: Ints, of: Ints, period: int, past: NDArray[np.intp]) -> Floats:
    """The share expected of each area in `period`: its own of `past`, moved as the others moved."""
    before, total = seen[:, past].sum(axis=1), of[:, past].sum(axis=1)
    pooled = (before.sum() + 0.5) / (total.sum() + 1.0)
    drawn = max(_PRIOR, _EVENTS / min(pooled, 1.0 - pooled))
    own = (before + drawn * pooled) / (total + drawn)
    logit = np.log(own / (1.0 - own))
    weight = of[:, period].astype(np.float64)
    others = weight.sum() - weight
    goal = (seen[:, period].sum() - seen[:, period] + 0.5) / (others + 1.0) * others
    return _sigmoid(logit + _shift(logit, weight, goal))


def _shift(logit: Floats, weight: Floats, goal: Floats) -> Floats:
    """For each area the shift of log odds with which all *other* areas have `goal` in all."""
    shift = np.zeros(len(logit))
    apart = weight[None, :] * (1.0 - np.eye(len(logit)))  # [judged area, other area]
    for _ in range(_STEPS):
        share = _sigmoid(logit[None, :] + shift[:, None])
        slope = np.maximum((apart * share * (1.0 - share)).sum(axis=1), 1e-9)
        step = np.clip((goal - (apart * share).sum(axis=1)) / slope, -1.0, 1.0)
        shift = np.clip(shift + step, -12.0, 12.0)
    return shift


def _residuals(seen: Ints, of: Ints, share: Floats) -> Residuals:
    """Squared standardised residuals, sizes and variances by chance, each [area]."""
    variance = of * share * (1.0 - share)
    squares = (seen - of * share) ** 2 / np.maximum(variance, 1e-9)
    return np.asarray(squares), np.asarray(of - 1.0), np.asarray(variance)


def _sigmoid(value: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(value, -30.0, 30.0))))
