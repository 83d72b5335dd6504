"""How far counts stray from their means: by chance (φ) and because rates move (V).

Two blocks of days of one area, some blocks apart, are held against each other. With E the counts
expected of them by a two-way fit (area level times the common movement of each block, so that the
season, weekdays and whatever moves all areas at once are gone) and k = E₁/E₂,

    y = (m₁ − k·m₂)² / (E₁ + k²·E₂)      has mean      φ + V·E₁² / (E₁ + k²·E₂)

φ is the variance over the mean of counts at their true rate (NB1), V the relative variance of the
difference between the two true rates. Sizes of areas and blocks differ, so both can be told:
weighted least squares of y on the last fraction, with the weights that the fit itself implies. For
shares m/n with a pooled share P, y = (m₁/n₁ − m₂/n₂)² / (P(1−P)·(1/n₁ + 1/n₂)) has mean
φ + V / (1/n₁ + 1/n₂).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from qingyu.exact import Bool, Float, Int

LEAST_COMMON = 5  # areas from which a common movement can be told
LEAST_PAIRS = 24  # pairs without which nothing is estimated
_ROUNDS = 8
_LEAST_EXPECTED = 0.02


@dataclass(frozen=True)
class Fit:
    """φ and V of one indicator, level and distance in time.

    moved: V as estimated, which may be below zero; error: its standard error. For another V the
    same counts give φ = mean − V·size, and `floor` at least.
    """

    moved: float
    error: float
    mean: float  # weighted mean of y
    size: float  # weighted mean of what V is multiplied with
    floor: float
    pairs: int

    def phi(self, moved: Float | float) -> Float:
        """φ that goes with V."""
        return np.maximum(self.mean - np.asarray(moved, np.float64) * self.size, self.floor)

    @property
    def chance(self) -> float:
        """φ that goes with the estimate."""
        return float(self.phi(max(self.moved, 0.0)))


def two_way(count: Float, exposure: Float, used: Bool) -> Float:
    """Expected counts [A, B] of area levels and common block movements; with fewer than five areas
    of area levels alone."""
    count, exposure = np.where(used, count, 0.0), np.where(used, exposure, 0.0)
    common = np.ones(count.shape[1])
    level = _ratio(count.sum(axis=1), exposure.sum(axis=1))
    if int((exposure.sum(axis=1) > 0).sum()) >= LEAST_COMMON:
        for _ in range(_ROUNDS):
            common = _ratio(count.sum(axis=0), level @ exposure)
            level = _ratio(count.sum(axis=1), exposure @ common)
    return np.asarray(level[:, None] * common * exposure)


def _ratio(over: Float, under: Float) -> Float:
    return np.divide(over, under, out=np.zeros_like(over), where=under > 0)


@dataclass(frozen=True)
class _Pairs:
    """y, what V is multiplied with, chance events that a pair holds, whose it is: all [pairs]."""

    y: Float
    size: Float
    events: Float
    area: Int


def fit(
    count: Float,
    exposure: Float,
    used: Bool,
    lag: int,
    floor: float,
    phi: float | None = None,
    share: bool = False,
) -> Fit | None:
    """From counts and exposures (or trials) [A, B] of blocks `lag` apart; None where there is too
    little. phi: known from elsewhere, so that only V is estimated."""
    if lag >= count.shape[1]:
        return None
    if share:
        pairs = _share_pairs(count, exposure, used, lag)
    else:
        pairs = _rate_pairs(count, exposure, two_way(count, exposure, used), used, lag)
    if len(pairs.y) < LEAST_PAIRS:
        return None
    return _line_fit(pairs, floor, phi)


def mean_of(fits: Sequence[Fit]) -> Fit:
    """Of several distances alike; their errors as if they were one (they share their areas)."""
    moved, error = (float(np.mean([getattr(f, n) for f in fits])) for n in ("moved", "error"))
    return replace(fits[0], moved=moved, error=error, pairs=sum(one.pairs for one in fits))


def _rate_pairs(count: Float, exposure: Float, expected: Float, used: Bool, lag: int) -> _Pairs:
    good = used[:, lag:] & used[:, :-lag]
    good &= np.minimum(expected[:, lag:], expected[:, :-lag]) > _LEAST_EXPECTED
    now, then = expected[:, lag:][good], expected[:, :-lag][good]
    ratio = now / then
    chance = now + ratio**2 * then
    apart = count[:, lag:][good] - ratio * count[:, :-lag][good]
    left, moving = (one[:, lag:][good] for one in _left(expected))
    return _Pairs(
        apart**2 / chance / left,
        now**2 / chance * moving / left,
        np.minimum(now, then),
        np.nonzero(good)[0],
    )


def _left(expected: Float) -> tuple[Float, Float]:
    """[A, B] what the common movement, which an area helps to make, leaves of its variance: of
    chance 1 − h, h being its share of the block, and of its own movement 1 − 2h + Σh²."""
    if int((expected.sum(axis=1) > 0).sum()) < LEAST_COMMON:
        return np.ones_like(expected), np.ones_like(expected)
    whole = expected.sum(axis=0)
    share = np.divide(expected, whole, out=np.zeros_like(expected), where=whole > 0)
    together = (share**2).sum(axis=0)
    return np.maximum(1 - share, 0.05), np.maximum(1 - 2 * share + together, 0.05)


def _share_pairs(count: Float, trials: Float, used: Bool, lag: int) -> _Pairs:
    whole = np.where(used, trials, 0.0).sum(axis=1)
    pooled = _ratio(np.where(used, count, 0.0).sum(axis=1), whole)
    spread = np.broadcast_to((pooled * (1 - pooled))[:, None], trials[:, lag:].shape)
    good = used[:, lag:] & used[:, :-lag]
    good = good & (trials[:, lag:] > 0) & (trials[:, :-lag] > 0) & (spread > 0)
    now, then, spread = trials[:, lag:][good], trials[:, :-lag][good], spread[good]
    size = 1 / (1 / now + 1 / then)
    apart = count[:, lag:][good] / now - count[:, :-lag][good] / then
    return _Pairs(apart**2 / spread * size, size, size * spread, np.nonzero(good)[0])


def _line_fit(pairs: _Pairs, floor: float, phi: float | None) -> Fit:
    """The line y = φ + V·size."""
    y, size = pairs.y, pairs.size
    # A sum's φ is in its own unit, and may be below one: a tenth of what is there is the least.
    floor = floor if floor > 0 else 0.1 * float(y.mean())
    known = floor if phi is None else max(phi, floor)
    found, moved, middle = known, 0.0, 0.0
    for _ in range(_ROUNDS):
        spread = found + max(moved, 0.0) * size
        weight = 1 / (2 * spread**2 + found * spread / np.maximum(pairs.events, 1e-3))
        found, moved, middle = _line(y, size, weight, known, free=phi is None)
    error = _error(pairs, weight, found, moved, middle)
    if phi is not None:  # φ stays what it is, whatever V is drawn
        return Fit(moved, error, known, 0.0, known, len(y))
    share = weight / weight.sum()
    return Fit(moved, error, float(share @ y), float(share @ size), floor, len(y))


def _line(
    y: Float, size: Float, weight: Float, known: float, free: bool
) -> tuple[float, float, float]:
    """(φ, V, what sizes are taken from); φ at least `known`, and just that if not free."""
    s0, s1, s2 = float(weight.sum()), float(weight @ size), float(weight @ size**2)
    t0, t1 = float(weight @ y), float(weight @ (size * y))
    if free and (determinant := s0 * s2 - s1 * s1) > 1e-9 * s0 * s2:
        phi, moved = (s2 * t0 - s1 * t1) / determinant, (s0 * t1 - s1 * t0) / determinant
        if phi >= known:
            return phi, moved, s1 / s0
    return known, (t1 - known * s1) / s2, 0.0


def _error(pairs: _Pairs, weight: Float, phi: float, moved: float, middle: float) -> float:
    """Standard error of V: the larger of the one of independent pairs and the one that allows the
    pairs of an area to go together (Liang and Zeger 1986), where there are areas enough."""
    lever = weight * (pairs.size - middle)
    under = float(lever @ (pairs.size - middle))
    areas = len(np.unique(pairs.area))
    if areas < LEAST_COMMON:
        return float((2 / under) ** 0.5)  # a block is in two pairs
    by_area = np.bincount(pairs.area, lever * (pairs.y - phi - moved * pairs.size))
    together = float((by_area**2).sum()) * areas / (areas - 1)
    return float(max(together**0.5 / under, (1.5 / under) ** 0.5))
