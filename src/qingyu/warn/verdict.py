"""What a detector says of each series and day, and why it sometimes says nothing.

A detector never raises for what the data are: each cell of its answer carries a `State`, so that a
silent source, a short history or an empty baseline cannot be read as calm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from qingyu.i18n import Message, T

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
States = npt.NDArray[np.int8]


class State(IntEnum):
    """Why a day of a series was judged, or was not."""

    JUDGED = 0
    MISSING = 1  # the day itself is not known: missing is not zero
    SHORT = 2  # fewer known days of history than the method needs
    FEW = 3  # too few cases of late for the method to speak
    FLAT = 4  # the baseline does not vary, so nothing can be said of what is usual
    EMPTY = 5  # the baseline has no case at all: judged against a bound of zero
    UNFITTED = 6  # the model did not settle


SPEAKS = (State.JUDGED, State.EMPTY)
"""The states in which `alarm` is an answer; in all others it is False and means nothing."""


@dataclass(frozen=True)
class Verdict:
    """Answers of one detector, each an array [series, day asked].

    upper: the largest count that is still usual (NaN where there is none);
    alarm: whether the count was above it, or the statistic above its threshold;
    state: a `State` per cell.
    """

    upper: Floats
    alarm: Bools
    state: States


def describe(state: State) -> Message:
    """One sentence for a person."""
    return _SENTENCES[state]()


_SENTENCES: dict[State, Callable[[], Message]] = {
    State.JUDGED: lambda: T("Judged."),
    State.MISSING: lambda: T("Not judged: the day itself has not been reported."),
    State.SHORT: lambda: T("Not judged: too little history is known."),
    State.FEW: lambda: T("Not judged: there were too few cases of late."),
    State.FLAT: lambda: T("Not judged: the past does not vary."),
    State.EMPTY: lambda: T("Judged: there was no such case before."),
    State.UNFITTED: lambda: T("Not judged: the expected count could not be estimated."),
}


def as_counts(counts: npt.ArrayLike) -> Floats:
    """[series, time] as float64; NaN is a day that is not known. Negative and infinite counts are a
    mistake of the caller, and refused."""
    array = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    if array.ndim != 2 or bool(np.any(array < 0)) or bool(np.any(np.isinf(array))):
        raise ValueError("counts are finite, not negative, and an array [series, time]")
    return array


def as_days(at: Sequence[int], counts: Floats) -> Ints:
    """Days to judge, as places on the time axis of `counts`; none, or one that is not there, is a
    mistake of the caller (a negative one would silently count from the end)."""
    days = np.asarray(at, np.int64)
    if days.ndim != 1 or not len(days) or days.min() < 0 or days.max() >= counts.shape[1]:
        raise ValueError("days to judge are places on the time axis, at least one")
    return days


def first_of(*tests: tuple[Bools, State]) -> States:
    """The state of the first test that holds, cell by cell; else `JUDGED`."""
    holds, answers = zip(*tests, strict=True)
    return np.asarray(np.select(holds, answers, State.JUDGED), np.int8)


def against(now: Floats, upper: Floats, state: States) -> Verdict:
    """Counts against their bounds, where the state lets the detector speak."""
    speaks = np.isin(state, SPEAKS)
    shown = np.where(speaks, upper, np.nan)
    return Verdict(shown, np.asarray(speaks & (now > shown)), state)
