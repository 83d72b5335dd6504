"""Heaping: moments on the full and the half hour, amounts on round values.

A person who measures writes 7.3 hours; a person who invents writes 8. How much is rounded is a
habit of the source, so each area is held against its own past and against the others. Heaping
shows that figures were not measured; it does not show why.
"""

from __future__ import annotations

from qingyu.evaluate.integrity.dispersion import Ints
from qingyu.evaluate.integrity.look import Looks
from qingyu.evaluate.integrity.shares import Flags, share_looks


def heaped(rounded: Ints, written: Ints, usable: Flags) -> Looks:
    """rounded: values on the declared round marks; written: all values. int64 [area, period]."""
    return share_looks(rounded, written, usable, high=True)
