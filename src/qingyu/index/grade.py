"""Caps, vetoes, grades, ranks, change: what an index score comes to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qingyu.index.compose import MILLI
from qingyu.index.ingredients import MISSING, Bool, Ingredients, Int
from qingyu.pack.model import Grade, Pack


@dataclass(frozen=True)
class Graded:
    score: Int  # [A, P] milli-points; MISSING without a score
    cap: Int  # [A, P] the cap that holds the score down; −1 = none
    veto: Int  # [A, P] the first veto that applies; −1 = none
    grade: Int  # [A, P] 0 = best; −1 = none


def upper_limit(grades: tuple[Grade, ...], place: int) -> int | None:
    """The largest index score (milli-points) of the grade at `place`; None for the best."""
    return None if place <= 0 else -(-grades[place - 1].cut // MILLI) - 1


def grade_scores(pack: Pack, ingredients: Ingredients, index: Int, present: Bool) -> Graded:
    """Lowers the index by caps and vetoes and reads the scale in force."""
    score = np.where(present, index, MISSING)
    cap, veto = np.full(score.shape, -1, np.int64), np.full(score.shape, -1, np.int64)
    grade = np.full(score.shape, -1, np.int64)
    for scale in np.unique(ingredients.method.scale).tolist():
        if scale < 0:
            continue
        columns = np.flatnonzero(ingredients.method.scale == scale)
        grades = pack.grades.scales[scale].grades
        part = score[:, columns], present[:, columns]
        part_score, cap[:, columns] = _capped(pack, ingredients, grades, columns, *part)
        part_score, veto[:, columns] = _vetoed(
            pack, ingredients, grades, columns, part_score, part[1]
        )
        score[:, columns] = part_score
        grade[:, columns] = _graded(grades, part_score, part[1])
    return Graded(score, cap, veto, grade)


def _capped(
    pack: Pack, ingredients: Ingredients, grades: tuple[Grade, ...], columns: Int,
    score: Int, present: Bool,
) -> tuple[Int, Int]:  # fmt: skip
    holder = np.full(score.shape, -1, np.int64)
    names = [grade.id for grade in grades]
    for place, cap in enumerate(pack.grades.caps):
        limit = upper_limit(grades, names.index(cap.grade)) if cap.grade in names else None
        if limit is None:
            continue
        reached = ingredients.world.caps[place][:, columns] >= cap.at_least
        lower = present & reached & (score > limit)
        score = np.where(lower, limit, score)
        holder[lower] = place
    return score, holder


def _vetoed(
    pack: Pack, ingredients: Ingredients, grades: tuple[Grade, ...], columns: Int,
    score: Int, present: Bool,
) -> tuple[Int, Int]:  # fmt: skip
    holder = np.full(score.shape, -1, np.int64)
    limit = upper_limit(grades, len(grades) - 1)
    for place, veto in enumerate(pack.grades.vetoes):
        reached = ingredients.world.vetoes[place][:, columns] >= veto.at_least
        holder[present & reached & (holder < 0)] = place
    if limit is not None:
        score = np.where(holder >= 0, np.minimum(score, limit), score)
    return score, holder


def _graded(grades: tuple[Grade, ...], score: Int, present: Bool) -> Int:
    """The first grade from the best whose cut the score reaches; the last one at the latest."""
    above = np.zeros(score.shape, np.int64)
    for grade in grades[:-1]:
        above += score < -(-grade.cut // MILLI)
    return np.where(present, above, -1)


def ranks(ingredients: Ingredients, graded: Graded) -> tuple[Int, Int]:
    """(rank, of) within each level and period; ties share the better rank; 0 = not ranked."""
    eligible = (graded.score != MISSING) & ingredients.world.rankable & (graded.veto < 0)
    rank, of = np.zeros(eligible.shape, np.int64), np.zeros(eligible.shape, np.int64)
    for level in np.unique(ingredients.world.level).tolist():
        rows = np.flatnonzero(ingredients.world.level == level)
        mine = np.where(eligible[rows], graded.score[rows], MISSING)
        of[rows] = eligible[rows].sum(axis=0)
        rank[rows] = _placed(mine) * eligible[rows]
    return rank, of


def _placed(score: Int) -> Int:
    """[areas, P] one more than the number of larger scores in the column."""
    areas, periods = score.shape
    found = np.ones(score.shape, np.int64)
    if areas <= periods:
        for row in range(areas):
            found += score[row] > score
        return found
    for column in range(periods):
        ordered = np.sort(score[:, column])
        found[:, column] += areas - np.searchsorted(ordered, score[:, column], side="right")
    return found


def changes(score: Int) -> Int:
    """[A, P] score less that of the period before; MISSING where either has none."""
    found = np.full(score.shape, MISSING, np.int64)
    both = (score[:, 1:] != MISSING) & (score[:, :-1] != MISSING)
    found[:, 1:][both] = (score[:, 1:] - score[:, :-1])[both]
    return found
