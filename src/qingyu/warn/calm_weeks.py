"""Calm readings, sums and stocks: whole weeks of the city's own past, in another order.

What has no simple law (points of a questionnaire, hours, hectares standing) is taken from a week at
the same time of some year, all areas together, so that what they have in common stays in common.
"""

from __future__ import annotations

import numpy as np

from qingyu.warn.calm import WEEK
from qingyu.warn.verdict import Bools, Ints

_NEAR = 28  # days from the same time of the year
_YEAR = 365.2425
_LEAST = 26  # different stretches, without which a past is no past


def picked(known: Bools, days: int, length: int, draws: np.random.Generator) -> Ints | None:
    """[days] the column of `known` [day] to take for each day that is drawn: stretches of `length`
    weeks, whole and known, from the same weekday and near the same time of the year (from any
    time, if none is known there). None if fewer than half a year of weeks are known whole."""
    span = WEEK * length
    running = np.concatenate([[0], np.cumsum(known)])
    starts = np.flatnonzero(running[span:] - running[:-span] == span)
    if len(starts) < _LEAST * WEEK:
        return None
    found = np.empty(days, np.int64)
    for first in range(0, days, span):
        same = starts[(starts - first) % WEEK == 0]
        apart = np.abs((same - first + _YEAR / 2) % _YEAR - _YEAR / 2)
        near = same[apart <= _NEAR]
        choice = near if len(near) else same
        start = int(choice[draws.integers(len(choice))])
        width = min(span, days - first)
        found[first : first + width] = np.arange(start, start + width)
    return found
