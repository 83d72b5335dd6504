"""From counts and baselines to points, and from points to an indicator's score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qingyu import exact
from qingyu.errors import PackError
from qingyu.i18n import T
from qingyu.index.ingredients import MISSING, SCORED, Against, Bool, Ingredients, Int, Small, State
from qingyu.index.results import Fill, Stations
from qingyu.pack.model import MICRO, Comparison, CurvePoint, Indicator, Pack

BEST = 100 * MICRO
_CARRY_BACK = 12


@dataclass(frozen=True)
class Scored:
    """One indicator. `value` is 0 where not `present`."""

    value: Int  # [A, P] micro-points
    present: Bool  # [A, P] fills included
    state: Small  # [A, P]
    fill: Small  # [A, P]
    carried_back: Small  # [A, P]


def exposures(ingredients: Ingredients) -> Int:
    """[I, A, P] e: the exposure's level over the days on which the world was counted."""
    level, days = ingredients.exposure, ingredients.world.days
    if level.days is days or np.array_equal(level.days, days):
        return level.total
    return exact.multiply_divide(level.total, days, np.maximum(level.days, 1))


def stations(
    comparison: Comparison, indicator: Indicator, count: Int, exposure: Int, against: Against,
    able: Bool,
) -> Stations:  # fmt: skip
    """The stations of one comparison of one indicator; `able` [A, P]: cells that may have it."""
    able = able & (exposure > 0)
    count = _only(count, able)
    if comparison.with_ == "minmax":
        return _between(indicator, count, exposure, against, able)
    able = able & (against.exposure > 0)
    exposure = _only(exposure, able)
    expected = exact.multiply_divide(against.count, exposure, _divisor(against.exposure), MICRO)
    whole = expected + against.kappa
    able &= whole > 0
    if exact.largest(count) * MICRO + exact.largest(against.kappa) >= exact.LIMIT:
        raise OverflowError("counts too large")
    shrunk = _only(count * MICRO + against.kappa, able)
    compared = exact.multiply_divide(shrunk, MICRO, _divisor(whole))
    return _masked(expected, compared, curve_points(compared, comparison.curve), able)


def _between(
    indicator: Indicator, count: Int, exposure: Int, bounds: Against, able: Bool
) -> Stations:
    """The rate per unit between two frozen rates: 0 at one end, 100 at the other."""
    rate = exact.multiply_divide(count, indicator.per.unit, _divisor(exposure), MICRO)
    low, high = bounds.count, bounds.exposure
    inside = np.clip(rate, np.minimum(low, high), high)
    part = high - inside if indicator.better == "lower" else inside - low
    points = exact.multiply_divide(part, BEST, _divisor(high - low))
    return _masked(np.full(rate.shape, MISSING), rate, points, able)


def _divisor(array: Int) -> Int:
    """`array` with 1 where it is not positive (such cells are not available)."""
    return array if array.size == 0 or int(array.min()) > 0 else np.maximum(array, 1)


def _only(array: Int, able: Bool) -> Int:
    """`array` with 0 where a cell is not available: over a divisor of 1 it might not fit."""
    return array if able.all() else np.where(able, array, 0)


def _masked(expected: Int, compared: Int, points: Int, able: Bool) -> Stations:
    if not able.all():
        for array in (expected, compared, points):
            array[~able] = MISSING
    return Stations(expected, compared, points, able)


def curve_points(compared: Int, curve: tuple[CurvePoint, ...]) -> Int:
    """Points of a piecewise-linear curve at `compared`, flat beyond its ends (micros)."""
    x = np.array([point[0] for point in curve], np.int64)
    y = np.array([point[1] for point in curve], np.int64)
    if int(np.abs(y).max()) * 2 * int(x[-1] - x[0]) * 2 >= exact.LIMIT:
        raise OverflowError("a curve too wide")
    inside = np.clip(compared, x[0], x[-1])
    segment = np.zeros(inside.shape, np.intp)
    for knot in x[1:-1].tolist():
        segment += inside >= knot
    width, step = np.diff(x), np.diff(y)
    # (y_k·(x_{k+1} − x) + y_{k+1}·(x − x_k)) = y_k·width + step·(x − x_k)
    numerator = step[segment] * (inside - x[segment]) + (y[:-1] * width)[segment]
    return exact.divide(numerator, width[segment])


def score_indicator(
    pack: Pack, ingredients: Ingredients, place: int, exposure: Int
) -> tuple[Scored, list[Stations]]:
    """The indicator at `place` on the axis, before fills, with its comparisons' stations."""
    indicator = pack.indicator(ingredients.labels.indicators[place])
    state = ingredients.availability.state[place]
    scorable = state >= SCORED
    try:
        found = [
            stations(
                comparison, indicator, ingredients.world.count[place], exposure,
                ingredients.against((indicator.id, number)),
                scorable & ingredients.availability.exists[indicator.id, number],
            )
            for number, comparison in enumerate(indicator.compare)
        ]  # fmt: skip
    except OverflowError as error:
        raise _too_large(pack, indicator) from error
    return _mean(indicator, found, state), found


def _mean(indicator: Indicator, found: list[Stations], state: Small) -> Scored:
    present = np.logical_or.reduce([one.available for one in found])
    weights = [comparison.weight for comparison in indicator.compare]
    if all(one.available.all() for one in found):
        total, whole = exact.weighted_sums([one.points for one in found], weights)
    else:
        points = [np.where(one.available, one.points, 0) for one in found]
        total, whole = exact.weighted_sums(points, weights, [one.available for one in found])
        whole = np.where(present, whole, 1)
    value = exact.divide(total, whole)
    state = np.where(present | (state < SCORED), state, np.uint8(State.NO_DATA))
    nothing = np.zeros(state.shape, np.uint8)
    return Scored(value, present, state, nothing, nothing)


def _too_large(pack: Pack, indicator: Indicator) -> PackError:
    return PackError(
        pack.lines.get(f"indicators/{indicator.id}/measure", f"indicators/{indicator.id}.yaml"),
        T("sums that pass 64 bits"),
        T("counts below nine million million"),
        T("Keep fewer decimals of the summed field: lower `places`."),
    )


def fill(indicator: Indicator, scored: Scored, parent: Int) -> Scored:
    """Cells without data filled as the pack says; `parent` [A, P] positions of parents."""
    gaps = ~scored.present & (scored.state == State.NO_DATA)
    if indicator.missing.then == "no_data" or not gaps.any():
        return scored
    if indicator.missing.then == "parent":
        return _from_parent(scored, parent, gaps)
    return _carried(scored, gaps)


def _from_parent(scored: Scored, parent: Int, gaps: Bool) -> Scored:
    above = np.maximum(parent, 0)
    mine = gaps & (parent >= 0) & np.take_along_axis(scored.present, above, axis=0)
    values = np.take_along_axis(scored.value, above, axis=0)
    return Scored(
        np.where(mine, values, scored.value),
        scored.present | mine,
        scored.state,
        np.where(mine, np.uint8(Fill.FROM_PARENT), scored.fill),
        scored.carried_back,
    )


def _carried(scored: Scored, gaps: Bool) -> Scored:
    value, fills, back = scored.value.copy(), scored.fill.copy(), scored.carried_back.copy()
    open_ = gaps.copy()
    for earlier in range(1, min(_CARRY_BACK, value.shape[1] - 1) + 1):
        mine = open_[:, earlier:] & scored.present[:, :-earlier]
        value[:, earlier:][mine] = scored.value[:, :-earlier][mine]
        fills[:, earlier:][mine] = Fill.CARRIED
        back[:, earlier:][mine] = earlier
        open_[:, earlier:] &= ~mine
    return Scored(value, scored.present | (gaps & ~open_), scored.state, fills, back)
