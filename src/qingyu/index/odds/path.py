"""The score path of the index over draws: from true mean counts to points, in floats.

Draws lie along the last axis, where elsewhere periods do, so that dimensions, index, caps, grades
and ranks are made by the very functions that make the published ones. From counts to an
indicator's points the path is the one of `score.py` in float64, with the same stations: fed with
the observed counts it gives the published score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qingyu.exact import Bool, Float
from qingyu.index.compose import compose
from qingyu.index.grade import grade_scores, ranks
from qingyu.index.ingredients import MISSING, SCORED, Ingredients, Int, Slot
from qingyu.index.odds.told import Moment
from qingyu.index.results import Fill
from qingyu.pack.model import MICRO, Comparison, Indicator

BEST = 100 * MICRO


@dataclass(frozen=True)
class Means:
    """Mean counts of one indicator: of each area's window, and of what its comparisons hold it
    against, both [A, D] or [A, 1]; a slot that is left out is as observed."""

    count: Float
    against: Mapping[Slot, Float]


@dataclass(frozen=True)
class Drawn:
    """What the draws come to. indicator: micro-points [I, A, D], 0 where not present."""

    indicator: Int
    score: Int  # [A, D] milli-points; MISSING without a score
    grade: Int  # [A, D]; −1 = none
    rank: Int  # [A, D]; 0 = not ranked


def observed(moment: Moment, place: int) -> Means:
    """The counts as they are, as a single draw."""
    given = moment.ingredients
    return Means(given.world.count[place, :, moment.late, None] / given.unit, {})


def follow(moment: Moment, means: Mapping[int, Means], draws: int) -> Drawn:
    """means: by position of the indicator; those left out stay at their published points."""
    value, present = _indicators(moment, means, draws)
    many = _many(moment.ingredients, moment.late, draws)
    index = next(one for one in moment.pack.indices if one.id == many.labels.index)
    composed = compose(moment.pack, index, many, value, present)
    graded = grade_scores(moment.pack, many, composed.index, composed.present)
    return Drawn(value, graded.score, graded.grade, ranks(many, graded)[0])


def _indicators(moment: Moment, means: Mapping[int, Means], draws: int) -> tuple[Int, Bool]:
    published = moment.results.indicator[:, :, moment.asked]
    there = published != MISSING
    value = np.empty((*published.shape, draws), np.int64)
    value[...] = np.where(there, published, 0)[:, :, None]
    for place, one in means.items():
        own = moment.ingredients.availability.state[place, :, moment.late] >= SCORED
        rows = np.flatnonzero(own & there[place])
        value[place, rows] = _points(moment, place, one)[rows]
        fill = moment.results.fill[place, :, moment.asked] == Fill.FROM_PARENT
        rows = np.flatnonzero(fill & there[place])
        above = moment.ingredients.world.parent[rows, moment.late]
        value[place, rows] = value[place, above]
    return value, np.broadcast_to(there[:, :, None], value.shape)


def _points(moment: Moment, place: int, means: Means) -> Int:
    """[A, D] micro-points of one indicator; only meaningful where a comparison is available."""
    indicator = moment.pack.indicator(moment.ingredients.labels.indicators[place])
    exposure = moment.results.exposure[place, :, moment.asked, None] / moment.ingredients.unit
    total, whole = np.zeros((1, 1)), np.zeros((1, 1))
    for number, comparison in enumerate(indicator.compare):
        slot = (indicator.id, number)
        able = moment.available(slot)[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            points = _compared(moment, indicator, comparison, slot, exposure, means)
        total = total + np.where(able, points * comparison.weight, 0.0)
        whole = whole + able * comparison.weight
    return np.rint(total / np.maximum(whole, 1)).astype(np.int64)


def _compared(
    moment: Moment, indicator: Indicator, comparison: Comparison, slot: Slot, exposure: Float,
    means: Means,
) -> Float:  # fmt: skip
    """[A, D] micro-points by one comparison."""
    against, unit = moment.ingredients.against(slot), moment.ingredients.unit
    held = (against.count, against.exposure, against.kappa)
    base, under, kappa = (one[:, moment.late, None].astype(np.float64) for one in held)
    if comparison.with_ == "minmax":
        rate = np.rint(MICRO * indicator.per.unit * means.count / exposure)
        part = (under - rate) if indicator.better == "lower" else (rate - base)
        return np.asarray(np.rint(BEST * np.clip(part / (under - base), 0.0, 1.0)))
    if comparison.with_ != "target":
        base, under = base / unit, under / unit
    expected = np.rint(MICRO * means.against.get(slot, base) * exposure / under)
    value = np.rint(MICRO * (MICRO * means.count + kappa) / (expected + kappa))
    x, y = zip(*comparison.curve, strict=True)
    return np.asarray(np.rint(np.interp(value, x, y)))


def _many(ingredients: Ingredients, late: int, draws: int) -> Ingredients:
    """One period's ingredients as if they were those of so many periods (views, no copies)."""
    one = ingredients.between(late, late + 1, 0)

    def spread(group: Any) -> Any:
        """Arrays of a group with their last axis repeated, save `World.level`."""
        arrays = {
            name: np.broadcast_to(array, (*array.shape[:-1], draws))
            for name, array in vars(group).items()
            if name != "level"
        }
        return replace(group, **arrays)

    return replace(one, world=spread(one.world), method=spread(one.method))
