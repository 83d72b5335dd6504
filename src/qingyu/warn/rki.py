"""The RKI detector of the Robert Koch Institute: an interval of the mean of reference counts.

Up to a mean of 20 the bound is the upper 95 % limit of a Poisson mean for its whole part, above it
the mean and twice the sample deviation. Sources: Höhle, M. (2007), Computational Statistics 22,
571–582; Crow, E. L., Gardner, R. S. (1959), Confidence intervals for the expectation of a Poisson
variable, Biometrika 46, 441–453 (the limits).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qingyu.warn.bayes import reference
from qingyu.warn.verdict import (
    Floats,
    Ints,
    State,
    States,
    Verdict,
    against,
    as_counts,
    as_days,
    first_of,
)

CROW_GARDNER = np.array(
    [3.285, 5.323, 6.686, 8.102, 9.598, 11.177, 12.817, 13.765, 14.921, 16.768, 17.633, 19.050,
     20.335, 21.364, 22.945, 23.762, 25.400, 26.306, 27.735, 28.966, 30.017]
)  # fmt: skip
"""Upper 95 % limits for 0 … 20 events, to the three decimals in which they are printed."""

_SMALL = 20.0


def rki(
    counts: Floats,
    at: Sequence[int],
    frequency: int,
    years: int = 0,
    half: int = 6,
    this_year: bool = True,
) -> Verdict:
    """Judge the days `at` of counts[series, time] against the points of `bayes.reference`; unknown
    ones are left out, and two must be known."""
    counts = as_counts(counts)
    days = as_days(at, counts)
    parts = [
        _day(counts, day, reference(day, frequency, years, half, this_year))
        for day in days.tolist()
    ]
    upper, state = (np.stack(column, axis=1) for column in zip(*parts, strict=True))
    return against(counts[:, days], upper, state)


def _day(counts: Floats, at: int, rows: Ints | None) -> tuple[Floats, States]:
    past = counts[:, rows] if rows is not None else np.empty((len(counts), 0))
    known = ~np.isnan(past)
    number = known.sum(axis=1)
    enough = number >= 2
    mean = np.nansum(past, axis=1) / np.maximum(number, 1)
    squares = np.where(known, (past - mean[:, None]) ** 2, 0.0).sum(axis=1)
    sd = np.sqrt(squares / np.maximum(number - 1, 1))
    small = CROW_GARDNER[np.clip(mean, 0, _SMALL).astype(np.int64)]
    upper = np.where(mean > _SMALL, mean + 2 * sd, small)
    state = first_of((np.isnan(counts[:, at]), State.MISSING), (~enough, State.SHORT))
    return upper, state
