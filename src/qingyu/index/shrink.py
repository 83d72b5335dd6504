"""κ: how many expected events a comparison is worth before its counts speak.

All exact: expected counts are stations, squares are summed as integers of any size, and κ is
rounded once. Sources: Marshall (1991) for peers; the method of moments on the relative risks of
28-day blocks for an area against itself.
"""

from __future__ import annotations

import numpy as np

from qingyu import exact
from qingyu.index.ingredients import Bool, Int
from qingyu.index.peers import LEAST_PEERS, Groups, classes_of
from qingyu.index.running import Ledger
from qingyu.index.scene import BLOCKS, Scene
from qingyu.pack.model import MICRO, Indicator

CAP = 10**12  # micros: a million expected events, entirely drawn to one
LEAST_DAYS = 90  # counting source days of the trailing year, for peers
LEAST_BLOCK_DAYS = 23
LEAST_BLOCKS = 6
_COMMON = 27_720  # of 1 … 12: so that all s·k/(k−1), k ≤ 13, are whole


def from_peers(phi: int, count: Int, exposure: Int) -> list[int | None]:
    """κ of one class for each of several years, from its members' counts and exposures
    [members, years]; None without a ground.

    κ = round(φ·10⁶·M / (χ − φ·n)) with χ = Σ round(10⁶·(10⁶·m − E)² / (10⁶·E)) in micros.
    """
    kappa, ground = _of_members(phi, count, exposure)
    pairs = zip(kappa.tolist(), ground.tolist(), strict=True)
    return [one if grounded else None for one, grounded in pairs]


def _of_members(phi: int, count: Int, exposure: Int) -> tuple[Int, Bool]:
    """[years] κ, and whether there is a ground for it."""
    used = exposure > 0
    if not used.all():
        count, exposure = count * used, exposure * used
    whole, under = count.sum(axis=0), exposure.sum(axis=0)
    expected = exact.multiply_divide(exposure, whole, np.maximum(under, 1), MICRO)
    likely = used & (expected > 0)
    apart = count * MICRO - expected
    if not likely.all():
        apart *= likely
    chi = exact.multiply_divide(apart, apart, np.maximum(expected, 1)).sum(axis=0)
    members = likely.sum(axis=0)
    ground = (members >= LEAST_PEERS) & (whole > 0)
    return _kappas(phi, whole * ground, chi - phi * members), ground


def _kappas(phi: int, whole: Int, spread: Int) -> Int:
    """round(φ·10⁶·whole / spread), at most the cap, and that where nothing varies beyond chance."""
    if exact.largest(whole) * phi >= exact.LIMIT:
        pairs = zip(whole.tolist(), spread.tolist(), strict=True)
        return np.array([_kappa(phi * MICRO * m, x) for m, x in pairs], np.int64)
    below = spread > whole * phi // MICRO  # φ·10⁶·whole < 10¹²·spread
    found = exact.multiply_divide(whole * below, phi, np.where(below, spread, 1), MICRO)
    return np.where(below, found, CAP)


def _kappa(over: int, under: int) -> int:
    """round(over / under), or the cap where nothing varies beyond chance."""
    return CAP if under <= 0 else min(exact.round_half_even(over, under), CAP)


def of_peers(scene: Scene, ledger: Ledger, indicator: Indicator, groups: dict[int, Groups]) -> Int:
    """[A, P] κ of each area's class of the period's last day, among the members that the class
    has on the first day of the month."""
    tree, level = scene.hierarchy, scene.hierarchy.graded_level
    month_epoch = tree.epoch_of(scene.months)[scene.month]
    pairs = sorted(set(zip(month_epoch.tolist(), scene.epoch.tolist(), strict=True)))
    if len(pairs) > 1:
        found = np.empty((len(level), len(scene.periods)), np.int64)
    for epoch, later in pairs:
        by_group = _by_group(scene, ledger, indicator, groups[epoch])
        of = groups[epoch].of(level, classes_of(tree, later))
        if len(pairs) == 1:
            return by_group[:, scene.month][of]
        columns = np.flatnonzero((month_epoch == epoch) & (scene.epoch == later))
        found[:, columns] = by_group[:, scene.month[columns]][of]
    return found


def _by_group(scene: Scene, ledger: Ledger, indicator: Indicator, groups: Groups) -> Int:
    """[groups + 1, months] κ of each group from the year before each month; the last row is for
    areas without a group."""
    shape = (len(groups.members) + 1, len(scene.months))
    found = np.full(shape, indicator.shrink.otherwise, np.int64)
    low, high = ledger.days.columns(scene.years)
    enough = ledger.days.counted[high] - ledger.days.counted[low] >= LEAST_DAYS
    count, exposure = ledger.sums(scene.years)
    for group, members in enumerate(groups.members):
        kappa, ground = _of_members(indicator.dispersion, count[members], exposure[members])
        np.copyto(found[group], kappa, where=ground & enough)
    return found


def from_blocks(phi: int, count: Int, exposure: Int, used: Int) -> list[int | None]:
    """κ of one level for each of several months, from the blocks [areas, blocks, months] of its
    areas; None without a ground.

    κ = round(φ·Q / (T − φ·P)) with T = Σ s·k/(k−1), s = Σ (10⁶·m − E)², Q = ΣE², P = ΣE.
    """
    blocks = used.sum(axis=1)
    if not used.all():
        count, exposure = count * used, exposure * used
    whole, under = count.sum(axis=1), exposure.sum(axis=1)
    good = (blocks >= 2) & (whole > 0) & (under > 0)
    blocks, used = blocks * good, used * good[:, None, :]
    under = np.maximum(under, 1)[:, None, :]
    expected = exact.multiply_divide(exposure, whole[:, None, :], under, MICRO)
    apart = count * MICRO - expected
    if not used.all():
        expected, apart = expected * used, apart * used
    squares, spread = _squares(expected), _unbiased(apart, blocks)
    chance = expected.sum(axis=(0, 1)).tolist()
    months = zip(blocks.max(axis=0, initial=0).tolist(), squares, spread, chance, strict=True)
    return [
        _kappa(phi * q * _COMMON, t - phi * p * _COMMON) if most >= LEAST_BLOCKS and q else None
        for most, q, t, p in months
    ]


def _unbiased(apart: Int, blocks: Int) -> list[int]:
    """[months] Σ over areas of s·k/(k−1), times `_COMMON`; areas with equally many together."""
    found = [0] * apart.shape[2]
    for k in (np.flatnonzero(np.bincount(blocks.ravel())[2:]) + 2).tolist():
        mine = apart if bool((blocks == k).all()) else apart * (blocks == k)[:, None, :]
        share = _COMMON // (k - 1) * k
        found = [so_far + share * s for so_far, s in zip(found, _squares(mine), strict=True)]
    return found


def _squares(blocks: Int) -> list[int]:
    """[months] sum of squares over areas and blocks."""
    return exact.sum_of_squares(blocks.reshape(-1, blocks.shape[2]).T)


def of_level(scene: Scene, ledger: Ledger, indicator: Indicator) -> Int:
    """[A, P] κ of each area's level, for all comparisons but peers."""
    level, valid = scene.hierarchy.graded_level, scene.hierarchy.graded_valid
    shape = len(scene.pack.levels), len(scene.months)
    found = np.full(shape, indicator.shrink.otherwise, np.int64)
    parts = _blocks(scene, ledger)
    epochs = scene.hierarchy.epoch_of(scene.months)
    for epoch in np.unique(epochs).tolist():
        months = np.flatnonzero(epochs == epoch)
        for place in np.unique(level).tolist():
            rows = np.flatnonzero((level == place) & valid[epoch])
            cut = (part[rows][:, :, months] for part in parts)
            for month, kappa in zip(
                months.tolist(), from_blocks(indicator.dispersion, *cut), strict=True
            ):
                if kappa is not None:
                    found[place, month] = kappa
    return found[:, scene.month][level]


def _blocks(scene: Scene, ledger: Ledger) -> tuple[Int, Int, Int]:
    """(m, e, used), each [A, blocks, months], of the 28-day blocks that end before each month."""
    count, exposure = ledger.sums(scene.blocks)
    days = scene.real_calendar.count(ledger.days, ledger.days.counted, scene.blocks)
    used = np.broadcast_to(days >= LEAST_BLOCK_DAYS, count.shape).astype(np.int64)
    shape = len(count), BLOCKS, len(scene.months)
    return count.reshape(shape), exposure.reshape(shape), used.reshape(shape)
