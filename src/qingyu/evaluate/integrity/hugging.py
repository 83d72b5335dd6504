"""Limit hugging: cases closed in the last moments before their limit, more than anywhere else.

Deadlines make people hurry, so that some crowding before a limit is honest, and a plain test of a
jump in the density at the limit would accuse every office. Asked here is therefore whether the
part of cases closed in the last slice is larger than in the area's past and than elsewhere: what
is closed on paper, or backdated, lands there. (For the jump itself see `density`.)
"""

from __future__ import annotations

from qingyu.evaluate.integrity.dispersion import Ints
from qingyu.evaluate.integrity.look import Looks
from qingyu.evaluate.integrity.shares import Flags, share_looks


def hugging(just_in_time: Ints, closed: Ints, usable: Flags) -> Looks:
    """just_in_time: closed within the declared slice before the limit; closed: all closed cases
    of the period. int64 [area, period]."""
    return share_looks(just_in_time, closed, usable, high=True)
