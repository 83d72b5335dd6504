"""Which boundaries between colours an area may show: those that no single count could decide.

Axes: C cuts from the best grade's down, T parts that are protected, A areas. Scores are in
thousandths. The worlds asked about are all that the edition's other cells allow; what is decided
here depends on none of the counts that are to be protected.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
_MOST = int(np.iinfo(np.int64).max)


@dataclass(frozen=True)
class Reach:
    """The scores that an area could have.

    best, worst: of all worlds. up: with one part (and what overlaps it) as bad as its range allows
    and all others at their best; low: with it as good as its range allows and all others at their
    worst. step: the most that one more record of any part moves a score.
    """

    best: Int  # [A]
    worst: Int  # [A]
    up: Int  # [T, A]
    low: Int  # [T, A]
    step: Int  # [A]


def shown_cuts(cuts: Int, reach: Reach) -> Bool:
    """[C, A] whether the boundary at each cut may be seen.

    It may if it cannot be crossed, so that its sides tell nothing; and if it can, when every part
    can stand anywhere in its range on either side of it. Of two boundaries nearer to one another
    than one record can jump, the lower one is not shown.
    """
    line = cuts[:, None]
    crossed = (reach.worst < line) & (line <= reach.best)
    up, low = reach.up.min(axis=0, initial=_MOST), reach.low.max(axis=0, initial=-1)
    free = (up >= line) & (low < line)
    shown = ~crossed | free
    above = np.full(reach.best.shape, _MOST)
    for row, cut in enumerate(cuts.tolist()):
        seen = shown[row] & crossed[row]
        close = seen & (above - cut <= reach.step)
        shown[row] &= ~close
        above = np.where(seen & ~close, cut, above)
    return np.asarray(shown)


def colours(grade: Int, shown: Bool) -> tuple[Int, Int]:
    """[A] the worst and the best colour that each area shows: its own and those which no shown
    boundary parts from it. grade: position in the scale, 0 the best."""
    worst, best = grade.copy(), grade.copy()
    for cut in range(len(shown)):  # the boundary below grade `cut`
        worst = np.where((worst == cut) & ~shown[cut], cut + 1, worst)
    for cut in reversed(range(len(shown))):
        best = np.where((best == cut + 1) & ~shown[cut], cut, best)
    return worst, best


def bands(cuts: Int, worst: Int, best: Int, most: int = 100_000) -> tuple[Int, Int]:
    """[A] the least and the greatest score of a run of colours."""
    least = np.append(cuts, 0)
    greatest = np.append(most, cuts - 1)
    return least[worst], greatest[best]
