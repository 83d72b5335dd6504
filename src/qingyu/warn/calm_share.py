"""Calm shares: how many of the cases of a day are such, where nothing changes.

Each area keeps the level of its own history; from one four weeks to the next the chance is a beta
variable around it, of the variance that all areas together show beyond the binomial's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qingyu.warn.calm import BLOCK, WEEK, blocks_of
from qingyu.warn.verdict import Bools, Floats

_DAYS = WEEK * BLOCK
_MOST = 0.99  # of `rho`


@dataclass(frozen=True)
class CalmShare:
    """level [area]: the chance of a case; rho: correlation of two cases of one area's four weeks
    beyond that."""

    level: Floats
    rho: float


def learn_share(part: Floats, whole: Floats, known: Bools) -> CalmShare | None:
    """From `part` of `whole` [area, day]; None where there is no case at all, or a part is more
    than its whole. An area with few cases leans on all by one case."""
    part, whole = np.where(known, part, 0.0), np.where(known, whole, 0.0)
    if not whole.sum() or (part > whole).any() or (part < 0).any():
        return None
    usual = part.sum() / whole.sum()
    level = (part.sum(axis=1) + usual) / (whole.sum(axis=1) + 1)
    n, d = _blocks(part), _blocks(whole)
    p = level[:, None]
    more = (n - d * p) ** 2 - d * p * (1 - p)
    pairs = float((d * (d - 1) * p * (1 - p)).sum())
    rho = min(max(float(more.sum()) / pairs, 0.0), _MOST) if pairs > 0 else 0.0
    return CalmShare(level, rho)


def _blocks(values: Floats) -> Floats:
    """[area, block] sums of four weeks; what is not known counts neither here nor there."""
    days = values.shape[1] // _DAYS * _DAYS
    return np.asarray(values[:, values.shape[1] - days :].reshape(len(values), -1, _DAYS).sum(2))


def draw_share(share: CalmShare, whole: Floats, draws: np.random.Generator) -> Floats:
    """How many of `whole` [area, day] cases are such."""
    days = whole.shape[1]
    chance = np.repeat(share.level[:, None], blocks_of(days), axis=1)
    if share.rho > 0:
        size = 1 / share.rho - 1
        inside = (chance > 0) & (chance < 1)
        safe = np.where(inside, chance, 0.5)
        chance = np.where(inside, draws.beta(safe * size, (1 - safe) * size), chance)
    chance = np.repeat(chance, _DAYS, axis=1)[:, :days]
    return np.asarray(draws.binomial(whole.astype(np.int64), chance), np.float64)
