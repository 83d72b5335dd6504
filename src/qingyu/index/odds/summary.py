"""From draws to what is said: intervals, ranks, chances of each grade, who is surely where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from qingyu.exact import Bool, Float
from qingyu.index.ingredients import MISSING, Ingredients, Int, Small
from qingyu.index.odds.kinds import Reason
from qingyu.index.odds.path import Drawn
from qingyu.index.odds.told import Moment
from qingyu.pack.model import Pack

LEVEL = 90  # per cent of the draws inside an interval
QUARTER = 4


class Standing(IntEnum):
    """Where an area surely is within its level: `TOP` if its rank is in the better quarter in at
    least 95 % of the draws, `BOTTOM` if in the worse one, else `BETWEEN`."""

    NONE = 0  # not ranked, or fewer than four are
    BOTTOM = 1
    BETWEEN = 2
    TOP = 3

    @property
    def word(self) -> str | None:
        return None if self is Standing.NONE else self.name.lower()


@dataclass(frozen=True)
class Odds:
    """The odds of one period. Axes: A areas, G grades of the scale in force, I indicators.

    lower, middle, upper: milli-points, 5th, 50th and 95th of a hundred; MISSING without a score.
    rank_lower is the better rank. grade_share: of the draws, [A, G]; 0 without a score or scale.
    drive: [I, A] each indicator's share of the variance of the score (adds up to one where the
    index is an arithmetic mean and nothing is cut off; 0 without a score).
    held: [I, A] whether the indicator takes part, but was not drawn; reasons: why, by indicator.
    """

    draws: int
    lower: Int
    middle: Int
    upper: Int
    rank_lower: Int
    rank_upper: Int
    grade_share: Float
    standing: Small
    drive: Float
    held: Bool
    reasons: tuple[Reason | None, ...]


def summarise(
    moment: Moment,
    drawn: Drawn,
    held: Bool,
    reasons: Sequence[Reason | None],
) -> Odds:
    """What the draws come to."""
    draws = drawn.score.shape[1]
    ordered = np.sort(drawn.score, axis=1)
    low, middle, high = _places(draws)
    ranks = np.sort(drawn.rank, axis=1)
    return Odds(
        draws=draws,
        lower=ordered[:, low],
        middle=ordered[:, middle],
        upper=ordered[:, high],
        rank_lower=ranks[:, low],
        rank_upper=ranks[:, high],
        grade_share=_grades(moment, drawn),
        standing=_standing(moment.ingredients, drawn.rank),
        drive=_drive(moment.pack, moment, drawn),
        held=held,
        reasons=tuple(reasons),
    )


def _places(draws: int) -> tuple[int, int, int]:
    """Positions of the ends and the middle among ordered draws: as many are left out below as
    above."""
    out = draws * (100 - LEVEL) // 200
    return out, draws // 2, draws - 1 - out


def _grades(moment: Moment, drawn: Drawn) -> Float:
    scale = int(moment.ingredients.method.scale[moment.late])
    number = len(moment.pack.grades.scales[scale].grades) if scale >= 0 else 0
    counts = [(drawn.grade == place).sum(axis=1) for place in range(number)]
    shape = (len(drawn.grade), 0)
    whole = np.stack(counts, axis=1) if counts else np.zeros(shape, np.int64)
    return np.asarray(whole / drawn.grade.shape[1])


def _standing(ingredients: Ingredients, rank: Int) -> Small:
    """[A] of `Standing`."""
    found = np.zeros(len(rank), np.uint8)
    level, draws = ingredients.world.level, rank.shape[1]
    for one in np.unique(level).tolist():
        rows = np.flatnonzero((level == one) & (rank > 0).all(axis=1))
        if len(rows) < QUARTER:
            continue
        edge = len(rows) // QUARTER
        top = (rank[rows] <= edge).sum(axis=1) * 100 >= 95 * draws
        bottom = (rank[rows] > len(rows) - edge).sum(axis=1) * 100 >= 95 * draws
        found[rows] = np.where(
            top,
            np.uint8(Standing.TOP),
            np.where(bottom, np.uint8(Standing.BOTTOM), np.uint8(Standing.BETWEEN)),
        )
    return found


def _drive(pack: Pack, moment: Moment, drawn: Drawn) -> Float:
    """[I, A] covariance of each indicator's weighted points with the score, as shares."""
    weight = _weights(pack, moment)  # [I, A]
    scored = (drawn.score != MISSING).all(axis=1)
    score = np.where(scored[:, None], drawn.score, 0).astype(np.float64)
    score -= score.mean(axis=1, keepdims=True)
    parts = np.stack([(one * score).mean(axis=1) for one in drawn.indicator]) * weight
    whole = np.abs(parts).sum(axis=0)
    return np.asarray(parts / np.where(whole > 0, whole, 1.0) * scored)


def _weights(pack: Pack, moment: Moment) -> Float:
    """[I, A] nominal share of each present indicator in the index."""
    given, results = moment.ingredients, moment.results
    there = results.indicator[:, :, moment.asked] != MISSING
    own = given.method.weight[:, moment.late, None] * there
    found = np.zeros(there.shape)
    for place, name in enumerate(given.labels.dimensions):
        rows = [
            row
            for row, one in enumerate(given.labels.indicators)
            if pack.indicator(one).dimension == name
        ]
        inside = own[rows].sum(axis=0)
        outer = given.method.dimension_weight[place, moment.late]
        found[rows] = own[rows] / np.where(inside > 0, inside, 1) * outer
    return found
