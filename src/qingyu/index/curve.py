"""A piecewise-linear curve as tables that give its points without a search.

Every piece is (base + slope · x) / under with one divisor for the whole curve, the least common
one of the pieces' slopes, so that a cell costs two look-ups, a product, a sum and a quotient.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import lcm

import numpy as np

from qingyu import exact
from qingyu.exact import Bool, Float, Int
from qingyu.pack.model import CurvePoint


@dataclass(frozen=True)
class Curve:
    """points = round((base[k] + slope[k]·x) / under) on piece k, x cut to `first … last`.

    All of it is whole and stays below 2⁵², so that float64 is exact (exact.py).
    """

    first: float
    last: float
    knots: tuple[float, ...]  # where one piece ends and the next begins
    base: Float
    slope: Float
    under: float
    most: int  # no magnitude of points is larger

    def read(self, x: Float) -> Float:
        """Points at whole `x`."""
        inside = np.clip(x, self.first, self.last)
        piece = self._piece(inside)
        points = np.take(self.slope, piece, mode="clip")
        points *= inside
        points += np.take(self.base, piece, out=inside, mode="clip")
        if self.under != 1:
            points /= self.under
            np.rint(points, out=points)
        return points

    def _piece(self, inside: Float) -> Int:
        """On which piece each x lies."""
        found = np.zeros(inside.shape, np.uint8)
        reached: Bool = np.empty(inside.shape, bool)
        for knot in self.knots:
            np.greater_equal(inside, knot, out=reached)
            found += reached.view(np.uint8)
        return found.astype(np.intp)


@lru_cache(maxsize=1024)
def tables(curve: tuple[CurvePoint, ...]) -> Curve | None:
    """The tables of a curve's (x, y) in micros, x rising; None if float64 cannot hold them, or
    if the curve has hundreds of pieces."""
    pairs = list(pairwise(curve))
    slopes = [Fraction(y1 - y0, x1 - x0) for (x0, y0), (x1, y1) in pairs] or [Fraction(0)]
    under = lcm(*(slope.denominator for slope in slopes))
    tops = [int(slope * under) for slope in slopes]
    bases = [y * under - top * x for (x, y), top in zip(curve, tops, strict=False)]
    furthest = max(abs(x) for x, _ in curve)
    bound = max(map(abs, bases)) + max(map(abs, tops)) * furthest
    if bound >= exact.MOST_NUMERATOR or under >= exact.MOST_NUMERATOR or len(curve) > 256:
        return None
    return Curve(
        first=float(curve[0][0]),
        last=float(curve[-1][0]),
        knots=tuple(float(x) for x, _ in curve[1:-1]),
        base=np.array(bases, np.float64),
        slope=np.array(tops, np.float64),
        under=float(under),
        most=max(abs(y) for _, y in curve),
    )
