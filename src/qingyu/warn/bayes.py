"""The Bayes detector: a count against the predictive distribution of a few reference counts.

Reference counts are Poisson with one unknown mean; under Jeffreys' prior the next count is negative
binomial with size Σ + ½ and probability n / (n + 1). Source: Höhle, M. (2007), surveillance: an R
package for the monitoring of infectious diseases, Computational Statistics 22, 571–582; Riebler, A.
(2004), Empirischer Vergleich von statistischen Methoden zur Ausbruchserkennung.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qingyu.warn.distributions import quantile
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


def bayes(
    counts: Floats,
    at: Sequence[int],
    frequency: int,
    years: int = 0,
    half: int = 6,
    this_year: bool = True,
    level: float = 0.95,
) -> Verdict:
    """Judge the days `at` of counts[series, time] against `reference` points; unknown ones are left
    out, and one must be known."""
    counts = as_counts(counts)
    days = as_days(at, counts)
    parts = [
        _day(counts, day, reference(day, frequency, years, half, this_year), level)
        for day in days.tolist()
    ]
    upper, state = (np.stack(column, axis=1) for column in zip(*parts, strict=True))
    return against(counts[:, days], upper, state)


def reference(at: int, frequency: int, years: int, half: int, this_year: bool) -> Ints | None:
    """The `half` points before the day, and `half` to each side of the same point of earlier years
    by exact steps; None where the time axis does not reach so far."""
    points = list(range(at - half, at)) if this_year else []
    for back in range(1, years + 1):
        middle = at - back * frequency
        points += range(middle - half, middle + half + 1)
    return np.array(points, np.int64) if points and min(points) >= 0 else None


def _day(counts: Floats, at: int, rows: Ints | None, level: float) -> tuple[Floats, States]:
    now = counts[:, at]
    past = counts[:, rows] if rows is not None else np.empty((len(counts), 0))
    known = (~np.isnan(past)).sum(axis=1).astype(float)
    total = np.nansum(past, axis=1) + 0.5
    with np.errstate(divide="ignore"):
        upper = quantile(level, np.where(known > 0, total / known, np.nan), total)
    state = first_of(
        (np.isnan(now), State.MISSING), (known == 0, State.SHORT), (total == 0.5, State.EMPTY)
    )
    return upper, state
