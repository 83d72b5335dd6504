"""EARS C1, C2 and C3: a count against the mean and deviation of the few days before it.

Sources: Hutwagner, L., Thompson, W., Seeman, G. M., Treadwell, T. (2003), The bioterrorism
preparedness and response Early Aberration Reporting System (EARS), Journal of Urban Health 80,
i89–i96; Fricker, R. D., Hegler, B. L., Dunfee, D. A. (2008), Comparing syndromic surveillance
detection methods, Statistics in Medicine 27, 3407–3429 (the three statistics as formulas).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from qingyu.warn.verdict import (
    Bools,
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

_LAG = 2  # C2 and C3 leave out the two days before the day, which an outbreak may have begun on
_LEVEL = {"C1": 0.999, "C2": 0.999, "C3": 0.975}


@dataclass(frozen=True)
class _Window:
    mean: Floats
    sd: Floats
    enough: Bools


def ears(
    counts: Floats,
    at: Sequence[int],
    method: Literal["C1", "C2", "C3"],
    baseline: int = 7,
    level: float | None = None,
    least_sd: float = 0.0,
    lagged_only: bool = False,
) -> Verdict:
    """Judge the days `at` of counts[series, time].

    C1 and C2: upper = mean + z·sd of `baseline` days, ending one and three days before. C3: the
    excesses (y − mean)/sd − 1 of three days running, those below 0 as 0, against z. `level` is that
    of z (0.999; for C3 0.975); `least_sd` holds up the deviation. Every day of the baseline must be
    known. Where it does not vary and `least_sd` is 0, C1 and C2 speak for anything above the mean,
    and C3 is silent where an excess would be 0/0. `lagged_only`: C3 as R's earsC (1.26)
    has it, whose alarm is that the two earlier excesses alone pass z, whatever the day itself was.
    """
    counts = as_counts(counts)
    z = float(special.ndtri(_LEVEL[method] if level is None else level))
    days = as_days(at, counts)
    now = counts[:, days]
    if method == "C3":
        return _third(counts, days, baseline, z, least_sd, lagged_only)
    past = _window(counts, days - (1 if method == "C1" else 1 + _LAG), baseline, least_sd)
    state = _state(now, past.enough, np.zeros(now.shape, bool))
    return against(now, past.mean + z * past.sd, state)


def _third(
    counts: Floats, days: Ints, baseline: int, z: float, least_sd: float, lagged_only: bool
) -> Verdict:
    """The bound is the least count of the day that would carry the sum of excesses over z."""
    now = counts[:, days]
    here = _window(counts, days - 1 - _LAG, baseline, least_sd)
    carried, enough = np.zeros(now.shape), here.enough
    with np.errstate(invalid="ignore", divide="ignore"):
        for back in (1, 2):
            before = _window(counts, days - back - 1 - _LAG, baseline, least_sd)
            value = counts[:, np.maximum(days - back, 0)]
            carried += np.maximum((value - before.mean) / before.sd - 1, 0)
            enough = enough & before.enough & ~np.isnan(value)
        from_ = now if lagged_only else here.mean + here.sd
        least = from_ + here.sd * (z - carried)
    state = _state(now, enough, np.isnan(least))
    return against(now, np.maximum(least, 0.0), state)


def _window(counts: Floats, last: Ints, length: int, least_sd: float) -> _Window:
    """Mean and sample deviation of the `length` days that end with `last`."""
    inside = last[:, None] - np.arange(length)
    values = counts[:, np.maximum(inside, 0)]
    mean = values.mean(axis=-1)
    sd = np.sqrt(((values - mean[..., None]) ** 2).sum(axis=-1) / (length - 1))
    enough = ~np.isnan(mean) & (inside.min(axis=1) >= 0)
    return _Window(mean, np.maximum(sd, least_sd), enough)


def _state(now: Floats, enough: Bools, flat: Bools) -> States:
    return first_of((np.isnan(now), State.MISSING), (~enough, State.SHORT), (flat, State.FLAT))
