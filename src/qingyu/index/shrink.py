"""κ: how many expected events a comparison is worth before its counts speak.

All exact: expected counts are stations, squares are summed as integers of any size, and κ is
rounded once. Sources: Marshall (1991) for peers; the method of moments on the relative risks of
28-day blocks for an area against itself.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from qingyu import exact
from qingyu.index.days import Ledger, Range
from qingyu.index.ingredients import Int
from qingyu.index.peers import LEAST_PEERS, Groups
from qingyu.index.scene import Scene
from qingyu.index.window import TRAILING_YEAR
from qingyu.pack.model import MICRO, Indicator

CAP = 10**12  # micros: a million expected events, entirely drawn to one
LEAST_DAYS = 90  # counting source days of the trailing year, for peers
BLOCK, BLOCKS = 28, 13
LEAST_BLOCK_DAYS = 23
LEAST_BLOCKS = 6


def from_peers(phi: int, count: Int, exposure: Int) -> int | None:
    """κ of one class from its members' counts and exposures over a year; None without a ground.

    κ = round(φ·10⁶·M / (χ − φ·n)) with χ = Σ round(10⁶·(10⁶·m − E)² / (10⁶·E)) in micros.
    """
    if int((exposure > 0).sum()) < LEAST_PEERS or int(count.sum()) <= 0:
        return None
    whole = int(count.sum())
    used = exposure > 0
    expected = exact.multiply_divide(exposure[used], whole, int(exposure[used].sum()), MICRO)
    likely = expected > 0
    expected, seen = expected[likely], count[used][likely]
    if len(expected) < LEAST_PEERS:
        return None
    apart = seen * MICRO - expected
    chi = sum(exact.multiply_divide(apart, apart, expected).tolist())
    beyond = chi - phi * len(expected)
    if beyond <= 0:
        return CAP
    return min(exact.round_half_even(phi * MICRO * whole, beyond), CAP)


def of_peers(scene: Scene, ledger: Ledger, indicator: Indicator, groups: dict[int, Groups]) -> Int:
    """[A, months] κ of each area's class, as the tree stands on the month's first day."""
    shape = (len(scene.hierarchy.graded), len(scene.months))
    if indicator.shrink.kappa is not None:
        return np.full(shape, indicator.shrink.kappa, np.int64)
    years = Range(scene.months - TRAILING_YEAR, scene.months - 1)
    count, exposure = ledger.sums(years)
    low, high = ledger.days.columns(years)
    enough = ledger.days.counted[high] - ledger.days.counted[low] >= LEAST_DAYS
    found = np.full(shape, indicator.shrink.otherwise, np.int64)
    for month, epoch in enumerate(scene.hierarchy.epoch_of(scene.months).tolist()):
        if not enough[month]:
            continue
        for group, members in enumerate(groups[epoch].members):
            kappa = from_peers(
                indicator.dispersion, count[members, month], exposure[members, month]
            )
            if kappa is not None:
                found[groups[epoch].of == group, month] = kappa
    return found


def from_blocks(phi: int, count: Int, exposure: Int, used: Int) -> int | None:
    """κ of one level from the blocks [areas, blocks] of its areas; None without a ground.

    κ = round(φ·Q / (T − φ·P)) with T = Σ s·k/(k−1), s = Σ (10⁶·m − E)², Q = ΣE², P = ΣE.
    """
    blocks = used.sum(axis=1)
    count, exposure = count * used, exposure * used
    whole, under = count.sum(axis=1), exposure.sum(axis=1)
    good = (blocks >= 2) & (whole > 0) & (under > 0)
    if not good.any() or int(blocks[good].max()) < LEAST_BLOCKS:
        return None
    expected = exact.multiply_divide(
        exposure[good], whole[good][:, None], under[good][:, None], MICRO
    )
    apart = (count[good] * MICRO - expected) * used[good]
    squares = exact.sum_of_squares(expected.reshape(1, -1))[0]
    if squares == 0:
        return None
    spread = _unbiased(apart, blocks[good])
    beyond = spread - phi * int(expected.sum())
    if beyond <= 0:
        return CAP
    ratio = Fraction(phi * squares) / beyond
    return min(exact.round_half_even(ratio.numerator, ratio.denominator), CAP)


def _unbiased(apart: Int, blocks: Int) -> Fraction:
    """Σ over areas of s·k/(k−1), areas with equally many blocks together."""
    found = Fraction(0)
    for k in np.unique(blocks).tolist():
        squares = exact.sum_of_squares(apart[blocks == k].reshape(1, -1))[0]
        found += Fraction(squares * k, k - 1)
    return found


def of_level(scene: Scene, ledger: Ledger, indicator: Indicator) -> Int:
    """[A, months] κ of each area's level, for all comparisons but peers."""
    level = scene.hierarchy.graded_level
    shape = (len(level), len(scene.months))
    if indicator.shrink.kappa is not None:
        return np.full(shape, indicator.shrink.kappa, np.int64)
    count, exposure, used = _blocks(scene, ledger)
    found = np.full(shape, indicator.shrink.otherwise, np.int64)
    valid = scene.hierarchy.graded_valid
    for month, epoch in enumerate(scene.hierarchy.epoch_of(scene.months).tolist()):
        for place in np.unique(level).tolist():
            rows = np.flatnonzero((level == place) & valid[epoch])
            kappa = from_blocks(
                indicator.dispersion, count[rows, month], exposure[rows, month], used[rows, month]
            )
            if kappa is not None:
                found[level == place, month] = kappa
    return found


def _blocks(scene: Scene, ledger: Ledger) -> tuple[Int, Int, Int]:
    """(m, e, used), each [A, months, blocks], of the 28-day blocks that end before each month."""
    parts = []
    for turn in range(BLOCKS):
        last = scene.months - 1 - turn * BLOCK
        block = Range(last - BLOCK + 1, last)
        days = scene.calendar.count(ledger.days, ledger.days.counted, block)
        count, exposure = ledger.sums(block)
        used = np.broadcast_to(days >= LEAST_BLOCK_DAYS, count.shape).astype(np.int64)
        parts.append((count, exposure, used))
    count, exposure, used = (np.stack(group, axis=2) for group in zip(*parts, strict=True))
    return count, exposure, used
