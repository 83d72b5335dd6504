"""κ: how many expected events a comparison is worth before its counts speak.

All exact: expected counts are stations, squares are summed as integers of any size, and κ is
rounded once. Sources: Marshall (1991) for peers; the method of moments on the relative risks of
28-day blocks for an area against itself.
"""

from __future__ import annotations

import numpy as np

from qingyu import exact
from qingyu.index.days import Ledger, Range
from qingyu.index.ingredients import Int
from qingyu.index.peers import LEAST_PEERS, Groups, classes_of
from qingyu.index.scene import Scene
from qingyu.index.window import TRAILING_YEAR
from qingyu.pack.model import MICRO, Indicator

CAP = 10**12  # micros: a million expected events, entirely drawn to one
LEAST_DAYS = 90  # counting source days of the trailing year, for peers
BLOCK, BLOCKS = 28, 13
LEAST_BLOCK_DAYS = 23
LEAST_BLOCKS = 6
_COMMON = 27_720  # of 1 … 12: so that all s·k/(k−1), k ≤ 13, are whole


def from_peers(phi: int, count: Int, exposure: Int) -> list[int | None]:
    """κ of one class for each of several years, from its members' counts and exposures
    [members, years]; None without a ground.

    κ = round(φ·10⁶·M / (χ − φ·n)) with χ = Σ round(10⁶·(10⁶·m − E)² / (10⁶·E)) in micros.
    """
    used = exposure > 0
    count, exposure = count * used, exposure * used
    whole, under = count.sum(axis=0), exposure.sum(axis=0)
    expected = exact.multiply_divide(exposure, whole, np.maximum(under, 1), MICRO)
    likely = used & (expected > 0)
    apart = (count * MICRO - expected) * likely
    chi = exact.multiply_divide(apart, apart, np.where(likely, expected, 1))
    members = likely.sum(axis=0)
    years = zip(members.tolist(), whole.tolist(), chi.sum(axis=0).tolist(), strict=True)
    return [
        _kappa(phi * MICRO * m, x - phi * n) if n >= LEAST_PEERS and m > 0 else None
        for n, m, x in years
    ]


def _kappa(over: int, under: int) -> int:
    """round(over / under), or the cap where nothing varies beyond chance."""
    return CAP if under <= 0 else min(exact.round_half_even(over, under), CAP)


def of_peers(scene: Scene, ledger: Ledger, indicator: Indicator, groups: dict[int, Groups]) -> Int:
    """[A, P] κ of each area's class of the period's last day, among the members that the class
    has on the first day of the month."""
    tree, level = scene.hierarchy, scene.hierarchy.graded_level
    found = np.empty((len(level), len(scene.periods)), np.int64)
    month_epoch = tree.epoch_of(scene.months)[scene.month]
    for epoch in np.unique(month_epoch).tolist():
        by_group = _by_group(scene, ledger, indicator, groups[epoch])
        mine = month_epoch == epoch
        for later in np.unique(scene.epoch[mine]).tolist():
            of = groups[epoch].of(level, classes_of(tree, later))
            columns = np.flatnonzero(mine & (scene.epoch == later))
            found[:, columns] = by_group[of][:, scene.month[columns]]
    return found


def _by_group(scene: Scene, ledger: Ledger, indicator: Indicator, groups: Groups) -> Int:
    """[groups + 1, months] κ of each group from the year before each month; the last row is for
    areas without a group."""
    shape = (len(groups.members) + 1, len(scene.months))
    found = np.full(shape, indicator.shrink.otherwise, np.int64)
    years = Range(scene.months - TRAILING_YEAR, scene.months - 1)
    low, high = ledger.days.columns(years)
    enough = (ledger.days.counted[high] - ledger.days.counted[low] >= LEAST_DAYS).tolist()
    for group, members in enumerate(groups.members):
        kappas = from_peers(indicator.dispersion, *ledger.sums(years, members))
        for month, kappa in enumerate(kappas):
            if kappa is not None and enough[month]:
                found[group, month] = kappa
    return found


def from_blocks(phi: int, count: Int, exposure: Int, used: Int) -> list[int | None]:
    """κ of one level for each of several months, from the blocks [areas, months, blocks] of its
    areas; None without a ground.

    κ = round(φ·Q / (T − φ·P)) with T = Σ s·k/(k−1), s = Σ (10⁶·m − E)², Q = ΣE², P = ΣE.
    """
    blocks = used.sum(axis=2)
    count, exposure = count * used, exposure * used
    whole, under = count.sum(axis=2), exposure.sum(axis=2)
    good = (blocks >= 2) & (whole > 0) & (under > 0)
    blocks, used = blocks * good, used * good[:, :, None]
    under = np.maximum(under, 1)[:, :, None]
    expected = exact.multiply_divide(exposure, whole[:, :, None], under, MICRO) * used
    apart = (count * MICRO - expected) * used
    squares, spread = _squares(expected), _unbiased(apart, blocks)
    chance = expected.sum(axis=(0, 2)).tolist()
    months = zip(blocks.max(axis=0, initial=0).tolist(), squares, spread, chance, strict=True)
    return [
        _kappa(phi * q * _COMMON, t - phi * p * _COMMON) if most >= LEAST_BLOCKS and q else None
        for most, q, t, p in months
    ]


def _unbiased(apart: Int, blocks: Int) -> list[int]:
    """[months] Σ over areas of s·k/(k−1), times `_COMMON`; areas with equally many together."""
    found = [0] * apart.shape[1]
    for k in np.unique(blocks[blocks >= 2]).tolist():
        mine = apart if bool((blocks == k).all()) else apart * (blocks == k)[:, :, None]
        share = _COMMON // (k - 1) * k
        found = [so_far + share * s for so_far, s in zip(found, _squares(mine), strict=True)]
    return found


def _squares(blocks: Int) -> list[int]:
    """[months] sum of squares over areas and blocks."""
    months = blocks.shape[1]
    return exact.sum_of_squares(blocks.transpose(1, 0, 2).reshape(months, -1))


def of_level(scene: Scene, ledger: Ledger, indicator: Indicator) -> Int:
    """[A, P] κ of each area's level, for all comparisons but peers."""
    level, valid = scene.hierarchy.graded_level, scene.hierarchy.graded_valid
    found = np.full((len(level), len(scene.months)), indicator.shrink.otherwise, np.int64)
    parts = _blocks(scene, ledger)
    epochs = scene.hierarchy.epoch_of(scene.months)
    for epoch in np.unique(epochs).tolist():
        months = np.flatnonzero(epochs == epoch)
        for place in np.unique(level).tolist():
            rows = np.flatnonzero((level == place) & valid[epoch])
            cut = (part[np.ix_(rows, months)] for part in parts)
            for month, kappa in zip(
                months.tolist(), from_blocks(indicator.dispersion, *cut), strict=True
            ):
                if kappa is not None:
                    found[level == place, month] = kappa
    return found[:, scene.month]


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
