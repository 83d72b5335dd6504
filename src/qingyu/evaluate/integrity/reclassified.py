"""Moved between categories: theft becomes "lost property" and no longer counts.

If thefts truly fall, their share of (theft + other) falls and nothing else moves. If they are
entered under another name, that other category grows by as much. So two things are asked: does the
scored category's share fall, given the total of both; and does the other category's share of all
that is *not* scored rise? Both compare with the area's past and with the other areas.
"""

from __future__ import annotations

from qingyu.evaluate.integrity.dispersion import Ints
from qingyu.evaluate.integrity.look import Looks, both
from qingyu.evaluate.integrity.shares import Flags, share_looks


def reclassified(scored: Ints, other: Ints, rest: Ints, usable: Flags) -> Looks:
    """scored: the category that counts; other: the unscored one beside it; rest: what the source
    holds besides. int64 [area, period]. Seen and expected are of `scored`, of the two together."""
    fell = share_looks(scored, scored + other, usable, high=False)
    rose = share_looks(other, other + rest, usable, high=True)
    return both(fell, rose)
