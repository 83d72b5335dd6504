"""The stations of one indicator in float64, a block of cells at a time.

The same stations as in `score`, to the last digit: every numerator is checked to stay below 2⁵²
and every divisor below 2⁵³, where `rint(n / d)` is exact (exact.py). A station for which that
cannot be shown is divided in integers; a block whose numbers float64 cannot hold at all is left to
`score`. A block fits the processor's cache, so what costs is arithmetic and not memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np

from qingyu import exact
from qingyu.exact import Bool, Float, Int
from qingyu.index.curve import Curve
from qingyu.index.ingredients import MISSING
from qingyu.index.results import Stations
from qingyu.pack.model import MICRO

_UNIT = float(MICRO)
_MOST = 2.0**52  # whole numbers below it, and their sums and differences in pairs, are exact


@dataclass(frozen=True)
class Block:
    """Some cells of one indicator: m in micro-counts and e, whole."""

    events: Float
    exposure: Float
    exposed: Int  # `exposure` once more
    micro: int  # micro-counts of one of the baselines' counts

    @classmethod
    def of(cls, count: Int, exposure: Int, micro: int = MICRO) -> Block | None:
        """None if a micro-count or an exposure does not fit."""
        events, exposed = count.astype(np.float64), exposure.astype(np.float64)
        events *= micro
        fits = exact.within(events, _MOST) and exact.within(exposed, _MOST)
        return cls(events, exposed, exposure, micro) if fits else None


def block_stations(
    block: Block, curve: Curve, count: Int, exposure: Int, kappa: Int, able: Bool | None,
    into: Stations,
) -> Float | None:  # fmt: skip
    """Writes the stations of one comparison `into` arrays of the block's shape; its points, 0
    where not available. None, and nothing of worth written, if float64 might not be exact.

    count, exposure, kappa: mb, eb and κ. able: the cells that may have it, None if all may.
    """
    under = exposure.astype(np.float64)
    able = _positive(under, _positive(block.exposure, able))
    expected = count.astype(np.float64)
    expected *= block.exposure
    if not _divide(expected, under, block.micro):
        expected = _divided(count, block.exposed, exposure, able, block.micro)
    whole = np.add(expected, kappa)
    able = _positive(whole, able)
    # (m + κ) / (E + κ) is 1 and (m − E) / (E + κ): the same digits from a smaller numerator, and
    # because 10⁶ is even, halves go the same way.
    compared = np.subtract(block.events, expected, out=under)
    if not (exact.within(expected, _MOST) and exact.within(whole, _MOST)):
        return None
    if not _divide(compared, whole):
        apart = (block.events - expected).astype(np.int64)
        compared = _divided(apart, 1, whole.astype(np.int64), able)
        if not exact.within(compared, _MOST):
            return None
    compared += _UNIT
    points = curve.read(compared)
    for part, out in ((expected, into.expected), (compared, into.compared), (points, into.points)):
        np.copyto(out, part, casting="unsafe")
    into.available[...] = True if able is None else able
    if able is not None:
        lacking = ~able
        for out in (into.expected, into.compared, into.points):
            np.putmask(out, lacking, MISSING)
        np.putmask(points, lacking, 0.0)
    return points


def _positive(under: Float, able: Bool | None) -> Bool | None:
    """`able` where `under` is above 0 as well; None if that is everywhere."""
    if under.min() > 0:
        return able
    return under > 0 if able is None else able & (under > 0)


def _divide(over: Float, under: Float, factor: int = MICRO) -> bool:
    """Makes `over` round(factor · over / under); False if that might not be exact. `under` is
    whole; where it is below 1 (cells that are not available), 1 stands for it."""
    over *= factor
    if not exact.within(over, exact.MOST_NUMERATOR) or under.max() >= _MOST:
        return False
    if under.min() < 1:
        np.maximum(under, 1.0, out=under)
    over /= under
    np.rint(over, out=over)
    return True


def _divided(a: Int, b: Int | int, under: Int, able: Bool | None, factor: int = MICRO) -> Float:
    """round(factor · a · b / under) in integers, 0 where not able."""
    if able is not None:
        a = np.where(able, a, 0)
    return exact.multiply_divide(a, b, np.maximum(under, 1), factor).astype(np.float64)


def block_mean(
    points: Sequence[Float], available: Sequence[Bool], weights: Sequence[int], value: Int,
    present: Bool,
) -> None:  # fmt: skip
    """Writes the weighted mean of the available points, 0 where none is, and where one is.

    points: [comparisons] whole, 0 where not available; Σ weights·points below 2⁵² (`mean_fits`).
    """
    common = gcd(*weights) or 1
    parts = [weight // common for weight in weights]
    total = points[0] * float(parts[0])
    for part, read in zip(parts[1:], points[1:], strict=True):
        total += read * float(part)
    lacking = [(part, ~one) for part, one in zip(parts, available, strict=True) if not one.all()]
    if len(lacking) < len(parts):  # one is available everywhere
        present[...] = True
    else:
        np.logical_or.reduce(list(available), out=present)
    if not lacking:
        total /= float(sum(parts))
    else:
        whole = np.full(total.shape, float(sum(parts)))
        for part, cells in lacking:
            whole -= float(part) * cells
        total /= np.maximum(whole, 1.0, out=whole)
    np.copyto(value, np.rint(total, out=total), casting="unsafe")


def mean_fits(curves: Sequence[Curve], weights: Sequence[int]) -> bool:
    """Whether every weighted sum of points stays below 2⁵²."""
    return sum(w * curve.most for w, curve in zip(weights, curves, strict=True)) < 2**52
