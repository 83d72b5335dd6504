"""Indicators into dimensions, dimensions into the index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qingyu.index.ingredients import Bool, Ingredients, Int
from qingyu.index.methods import combine_arrays
from qingyu.pack.model import MICRO, Index, Pack

MILLI = 1000  # micro-points in a milli-point


@dataclass(frozen=True)
class Composed:
    """Values are 0 where not present."""

    before_deductions: Int  # [K, A, P] micro-points
    deducted: Int  # [Q, A, P] micro-points
    dimension: Int  # [K, A, P] micro-points
    dimension_present: Bool  # [K, A, P]
    dimension_weight: Int  # [K, P] micros; 0 for a dimension that is not part of the index
    index: Int  # [A, P] milli-points
    present: Bool  # [A, P]


def compose(
    pack: Pack, index: Index, ingredients: Ingredients, value: Int, present: Bool
) -> Composed:
    """From indicator scores [I, A, P] (0 where not present) to the index before caps."""
    before, enough, weight = _dimensions(pack, index, ingredients, value, present)
    deducted = _deductions(pack, ingredients)
    after = _less(ingredients, before, deducted, enough)
    score, whole = _index(index, ingredients, after, enough, weight)
    return Composed(before, deducted, after, enough, weight, score, whole)


def members(pack: Pack, ingredients: Ingredients, dimension: str) -> list[int]:
    """Positions of the indicators of a dimension."""
    names = ingredients.labels.indicators
    return [i for i, name in enumerate(names) if pack.indicator(name).dimension == dimension]


def together(rows: list[int]) -> list[int] | slice:
    """Positions that follow one another as a slice: a view instead of a copy."""
    if rows and rows == list(range(rows[0], rows[-1] + 1)):
        return slice(rows[0], rows[-1] + 1)
    return rows


def _dimensions(
    pack: Pack, index: Index, ingredients: Ingredients, value: Int, present: Bool
) -> tuple[Int, Bool, Int]:
    labels = ingredients.labels
    shape = (len(labels.dimensions), *value.shape[1:])
    found, enough = np.zeros(shape, np.int64), np.zeros(shape, bool)
    weight = ingredients.method.dimension_weight.copy()
    for place, name in enumerate(labels.dimensions):
        rows = together(members(pack, ingredients, name))
        weights = ingredients.method.weight[rows]
        weight[place] *= (weights > 0).any(axis=0)
        have = present[rows] & (weights > 0)[:, None, :]
        enough[place] = enough_share(have, weights[:, None, :], index.least_share)
        found[place] = combine_arrays(
            index.within,
            value[rows],
            weights[:, None, :],
            have if enough[place].all() else have & enough[place],
            ingredients.world.level,
            index.exponent,
        )
    return found, enough & (weight > 0)[:, None, :], weight


def enough_share(present: Bool, weights: Int, least: int) -> Bool:
    """[A, P] the present ones have some weight, and at least `least` micros of all of it."""
    whole = weights.sum(axis=0)
    have = whole if present.all() else (weights * present).sum(axis=0)
    return np.broadcast_to((have > 0) & (have * MICRO >= least * whole), present.shape[1:])


def _deductions(pack: Pack, ingredients: Ingredients) -> Int:
    """[Q, A, P] min(points·count, at_most)."""
    counts = ingredients.world.deductions
    found = np.zeros(counts.shape, np.int64)
    for row, (dimension, name) in enumerate(ingredients.labels.deductions):
        deduction = next(d for d in pack.dimension(dimension).deductions if d.id == name)
        # Counts beyond the limit change nothing, and cut off they cannot overflow.
        counted = np.clip(counts[row], 0, deduction.at_most // deduction.points + 1)
        found[row] = np.minimum(counted * deduction.points, deduction.at_most)
    return found


def _less(ingredients: Ingredients, before: Int, deducted: Int, enough: Bool) -> Int:
    labels = ingredients.labels
    after = before
    if labels.deductions:
        after = before.copy()
        for row, (dimension, _) in enumerate(labels.deductions):
            after[labels.dimensions.index(dimension)] -= deducted[row]
        np.maximum(after, 0, out=after)
    return after if enough.all() else after * enough


def _index(
    index: Index, ingredients: Ingredients, dimension: Int, enough: Bool, weight: Int
) -> tuple[Int, Bool]:
    weights = weight[:, None, :]
    present = enough_share(enough, weights, index.least_share)
    score = combine_arrays(
        index.method,
        dimension,
        weights,
        enough & present,
        ingredients.world.level,
        index.exponent,
        MILLI,
    )
    return score, present
