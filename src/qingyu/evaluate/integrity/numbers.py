"""Whether an area has more or fewer of something than its past and the other areas let expect."""

from __future__ import annotations

import numpy as np

from qingyu.evaluate.integrity.dispersion import Floats, Ints, count_tails, dispersion
from qingyu.evaluate.integrity.look import LEAST_EXPECTED, Looks, State, judged
from qingyu.evaluate.integrity.look import unjudged as none
from qingyu.evaluate.integrity.shares import AT_LEAST, Flags


def number_looks(seen: Ints, usable: Flags, high: bool) -> Looks:
    """Looks at the last period of `seen` (int64 [area, period]; `usable`, `high` as of
    `share_looks`): an area's number for each of the others' in the past, times the others' now."""
    now = seen[:, -1]
    total = np.full(len(now), int(now.sum()))
    if not usable[-1]:
        return none(now, total, State.UNSEEN)
    past = np.flatnonzero(usable[:-1])
    if len(past) < AT_LEAST:
        return none(now, total, State.NO_PAST)
    expected = usual(seen, seen.shape[1] - 1, past)
    held = np.stack([usual(seen, int(t), past[past != t]) for t in past])
    spread = dispersion(squares(seen[:, past].T, held), held, held)
    if spread is None:
        return none(now, total, State.TOO_FEW)
    low_p, high_p = count_tails(now, expected, spread.factor(expected))
    return judged(now, total, expected, high_p if high else low_p, expected >= LEAST_EXPECTED)


def usual(seen: Ints, period: int, past: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Floats:
    """Expected in `period`: the others' number, times how many of the area's came to one of the
    others' over `past`. float64 [area]."""
    before = seen[:, past].sum(axis=1)
    others_before = before.sum() - before
    others_now = seen[:, period].sum() - seen[:, period]
    return np.asarray((before + 0.5) / (others_before + 0.5) * others_now)


def squares(seen: Ints, expected: Floats) -> Floats:
    """Squared standardised residuals of counts."""
    return np.asarray((seen - expected) ** 2 / np.maximum(expected, 1e-9))
