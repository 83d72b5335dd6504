"""Flooding: many good marks at once. Both the part of good marks and their number leap.

A place that truly pleases people more has better marks from about as many people; one whose office
tells its staff to rate has far more marks than it ever had, and nearly all good.
"""

from __future__ import annotations

from qingyu.evaluate.integrity.dispersion import Ints
from qingyu.evaluate.integrity.look import Looks, both
from qingyu.evaluate.integrity.numbers import number_looks
from qingyu.evaluate.integrity.shares import Flags, share_looks


def flooded(good: Ints, marks: Ints, usable: Flags) -> Looks:
    """good: marks of the best kinds; marks: all of them. int64 [area, period]. Seen and expected
    are of good marks."""
    better = share_looks(good, marks, usable, high=True)
    more = number_looks(marks, usable, high=True)
    return both(better, more)
