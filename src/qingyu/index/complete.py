"""How much of the index stands on data, and what is known of an area as a whole."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from qingyu import exact
from qingyu.exact import Float
from qingyu.index.compose import Composed, members
from qingyu.index.ingredients import SCORED, Bool, Ingredients, Int, Small, State
from qingyu.pack.model import MICRO, Pack

_TOLERANCE = 1e-6  # the float64 estimate of a share in micros is good to 1e-8


def completeness(pack: Pack, ingredients: Ingredients, composed: Composed, present: Bool) -> Int:
    """[A, P] share of the index's weight present × covered share of days, in micros."""
    rows = [members(pack, ingredients, name) for name in ingredients.labels.dimensions]
    weight, whole = ingredients.method.weight, composed.dimension_weight
    estimate: Float = np.zeros(composed.index.shape)
    for mine, dimension in zip(rows, whole, strict=True):
        inside = np.maximum(weight[mine].sum(axis=0), 1)
        for i in mine:
            share = dimension * weight[i] / inside
            estimate += share * (_covered(ingredients, i) * present[i])
    estimate *= MICRO / np.maximum(whole.sum(axis=0), 1)

    def exactly(cell: int) -> int:
        return _exactly(ingredients, rows, whole, present, *divmod(cell, estimate.shape[1]))

    return exact.settle(estimate, exactly, _TOLERANCE)


def _covered(ingredients: Ingredients, place: int) -> Float:
    days, span = ingredients.world.days[place], ingredients.world.span[place]
    return np.asarray(days / np.maximum(span, 1), np.float64)


def _exactly(
    ingredients: Ingredients,
    rows: list[list[int]],
    whole: Int,
    present: Bool,
    area: int,
    period: int,
) -> int:
    total, all_weight = Fraction(0), int(whole[:, period].sum())
    if all_weight == 0:
        return 0
    for mine, dimension in zip(rows, whole[:, period].tolist(), strict=True):
        weights = ingredients.method.weight[mine, period].tolist()
        for i, weight in zip(mine, weights, strict=True):
            if weight and present[i, area, period]:
                days = int(ingredients.world.days[i, area, period])
                span = max(int(ingredients.world.span[i, area, period]), 1)
                total += Fraction(dimension * weight * days, sum(weights) * span)
    return round(MICRO * total / all_weight)


def area_states(
    ingredients: Ingredients, state: Small, present: Bool, has_score: Bool, weight: Int
) -> Small:
    """[A, P] State of each area, from its indicators' states [I, A, P].

    weight: [I, P] of the indicators in the index; those without weight do not speak.
    """
    doubt = ingredients.world.charges_in_doubt
    if int(state.min(initial=State.OK)) == State.OK and present.all() and not doubt.any():
        found = np.where(has_score, np.uint8(State.OK), np.uint8(State.NO_DATA))
        return np.where(ingredients.world.shown, found, np.uint8(State.NOT_SHOWN))
    spoken = (weight > 0)[:, None, :]
    missing = ~present & spoken
    scored = (state >= SCORED) & present & spoken
    some = missing.any(axis=0)
    found = np.full(has_score.shape, int(State.OK), np.uint8)
    waiting = (missing & (state == State.LATE)).any(axis=0)
    found[waiting | (scored & (state == State.PROVISIONAL)).any(axis=0)] = State.PROVISIONAL
    found[doubt] = State.PROVISIONAL
    found[(scored & (state == State.SUSPECT_SCORE)).any(axis=0)] = State.SUSPECT_SCORE
    silent = np.full(has_score.shape, int(State.NO_DATA), np.uint8)
    for reason in (State.LATE, State.SUSPECT):
        silent[some & (missing <= (state == reason)).all(axis=0)] = reason
    found = np.where(has_score, found, silent)
    return np.where(ingredients.world.shown, found, np.uint8(State.NOT_SHOWN))
