"""A look: one check at one area; and what can be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from qingyu.evaluate.integrity.dispersion import Floats, Ints

States = NDArray[np.str_]

LEAST_EXPECTED = 5.0  # below it even nothing at all is no surprise
LEAST_SEEN = 5  # of what should not be there: fewer are an anecdote
LEAST_AREAS = 8  # peers that one needs if there is no past
ALSO = 0.1  # chance at which the second sign of two counts as there


class State(StrEnum):
    """Whether a look could be had. Only `judged` says anything; none of the others is "clean"."""

    JUDGED = "judged"
    TOO_FEW = "too_few"  # records
    NO_PAST = "no_past"  # too few earlier periods, and no peers
    UNRELATED = "unrelated"  # the other source does not move with this one
    UNSEEN = "unseen"  # the period is not covered, or not yet followed


@dataclass(frozen=True)
class Looks:
    """One check at every area. seen: int64, of: int64, expected, p: float64, state: text, each
    [area]; `expected` and `p` are NaN where `state` is not `judged`. `p`: chance of at least this
    much in the suspected direction if nothing is wrong."""

    seen: Ints
    of: Ints
    expected: Floats
    p: Floats
    state: States

    def __post_init__(self) -> None:
        judged = self.state == State.JUDGED
        assert np.isfinite(self.p[judged]).all(), "a judged look has a chance"
        assert not np.isfinite(self.p[~judged]).any(), "one that is not judged has none"


def unjudged(seen: Ints, of: Ints, state: State) -> Looks:
    """Looks of which nothing can be said."""
    nothing = np.full(len(seen), np.nan)
    return Looks(seen, of, nothing, nothing.copy(), np.full(len(seen), state.value))


def judged(seen: Ints, of: Ints, expected: Floats, p: Floats, enough: NDArray[np.bool_]) -> Looks:
    """Looks that are judged where there is `enough`."""
    state = np.where(enough, State.JUDGED.value, State.TOO_FEW.value)
    return Looks(seen, of, np.where(enough, expected, np.nan), np.where(enough, p, np.nan), state)


def both(shown: Looks, also: Looks) -> Looks:
    """Looks of which a second thing must hold: the chance is that of the first where the second
    is there at `ALSO`, else the larger of the two. The evidence shown is of the first.

    Where nothing is wrong, `p` is at most too large. Where the first is there for an honest reason,
    the second keeps all but a share `ALSO` from being accused.
    """
    p = np.where(also.p <= ALSO, shown.p, np.maximum(shown.p, also.p))  # NaN where either is
    fails = np.where(shown.state != State.JUDGED, shown.state, also.state)
    known = np.isfinite(p)
    return Looks(
        shown.seen,
        shown.of,
        np.where(known, shown.expected, np.nan),
        p,
        np.where(known, State.JUDGED.value, fails),
    )


def adjusted(p: Sequence[Floats]) -> list[Floats]:
    """Chances corrected for the number of looks: Benjamini and Hochberg (1995) over everything
    that was judged. NaN stays NaN and does not count as a look.

    Among findings with an adjusted value of at most q, at most a share q is false on average; in a
    city where nothing is wrong, any finding at all comes up with a chance of at most q.
    """
    flat = np.concatenate([np.ravel(one) for one in p]) if p else np.zeros(0)
    known = np.flatnonzero(np.isfinite(flat))
    order = known[np.argsort(flat[known], kind="stable")]
    raised = flat[order] * len(order) / np.arange(1, len(order) + 1)
    flat = flat.copy()
    flat[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    ends = np.cumsum([one.size for one in p])
    return [part.reshape(one.shape) for part, one in zip(np.split(flat, ends[:-1]), p, strict=True)]
