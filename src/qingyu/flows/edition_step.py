"""How far one more record can move an indicator."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from qingyu.index.ingredients import MISSING, Ingredients, Int
from qingyu.index.results import Results
from qingyu.pack.model import MICRO, Comparison, Indicator

_BEST = 100 * MICRO


def step_of(indicator: Indicator, given: Ingredients, none: Results, one: Results) -> Int:
    """[A] the most points (micros) that a record can take off or add, whatever was counted
    before: the first record moves the compared value furthest, along the steepest piece of the
    curve. none, one: the stations if 0 and if 1 were counted."""
    moved = []
    for place, comparison in enumerate(indicator.compare):
        before, after = (r.comparisons[indicator.id, place].compared[:, 0] for r in (none, one))
        known = (before != MISSING) & (after != MISSING)
        far = np.where(known, np.abs(after - before) + 1, 0)
        if comparison.with_ == "minmax":
            bounds = given.against((indicator.id, place))
            width = np.maximum(bounds.exposure - bounds.count, 1)[:, 0]
            moved.append(_BEST // width * far + far + 1)
        else:
            moved.append(_along(far, comparison))
    return np.asarray(np.minimum(np.max(moved, axis=0), _BEST))


def _along(far: Int, comparison: Comparison) -> Int:
    """[A] points along the steepest piece, never fewer than they are."""
    pieces = zip(comparison.curve, comparison.curve[1:], strict=False)
    steepest = max(Fraction(abs(b - y), x - a) for (a, y), (x, b) in pieces)
    most = -(-_BEST * steepest.denominator // steepest.numerator) if steepest else 0
    cut = np.minimum(far, most)
    return -(-cut * steepest.numerator // steepest.denominator) + 1
