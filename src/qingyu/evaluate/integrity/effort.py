"""Recorded counts that grow with looking: more patrol, more found, more red.

No suspicion but a caveat: where the effort moved by more than the pack allows, a change of what was
recorded says as much of the effort as of the place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qingyu.evaluate.integrity.dispersion import Floats, Ints
from qingyu.evaluate.integrity.shares import AT_LEAST, Flags


@dataclass(frozen=True)
class Moved:
    """effort, usual, ratio: float64 [area]; `moved`: bool [area]. NaN where there is no past."""

    effort: Ints
    usual: Floats
    ratio: Floats
    moved: Flags


def moved(effort: Ints, usable: Flags, by: float) -> Moved:
    """Whether the last period's effort (int64 [area, period]) is more than `1 + by` times, or less
    than `1 ÷ (1 + by)` of, its mean over the earlier usable periods."""
    now = effort[:, -1]
    past = np.flatnonzero(usable[:-1])
    if not usable[-1] or len(past) < AT_LEAST:
        nothing = np.full(len(now), np.nan)
        return Moved(now, nothing, nothing.copy(), np.zeros(len(now), np.bool_))
    usual = effort[:, past].mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(usual > 0, now / usual, np.nan)
    outside = (ratio > 1.0 + by) | (ratio < 1.0 / (1.0 + by))
    return Moved(now, usual, ratio, outside & np.isfinite(ratio))
