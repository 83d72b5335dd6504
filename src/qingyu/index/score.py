"""From counts and baselines to points, and from points to an indicator's score."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from qingyu import exact
from qingyu.errors import PackError
from qingyu.i18n import T
from qingyu.index.cells import Block, block_mean, block_stations, mean_fits
from qingyu.index.curve import tables
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
    able: Bool, micro: int = MICRO,
) -> Stations:  # fmt: skip
    """The stations of one comparison of one indicator; `able` [A, P]: cells that may have it.

    micro: micro-counts of one of `count` (fewer than a million where counts are parts of one)."""
    able = able & (exposure > 0)
    count = _only(count, able)
    if comparison.with_ == "minmax":
        return _between(indicator, count, exposure, against, able)
    able = able & (against.exposure > 0)
    exposure = _only(exposure, able)
    expected = exact.multiply_divide(against.count, exposure, _divisor(against.exposure), micro)
    whole = expected + against.kappa
    able &= whole > 0
    if exact.largest(count) * micro + exact.largest(against.kappa) >= exact.LIMIT:
        raise OverflowError("counts too large")
    shrunk = _only(count * micro + against.kappa, able)
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
    shape = state.shape
    cells = _Cells(
        indicator, ingredients.world.count[place], exposure, state >= SCORED,
        [ingredients.against((indicator.id, n)) for n in range(len(indicator.compare))],
        [ingredients.availability.exists[indicator.id, n] for n in range(len(indicator.compare))],
        MICRO // ingredients.unit,
    )  # fmt: skip
    found = [_empty(shape) for _ in indicator.compare]
    value, present = np.empty(shape, np.int64), np.empty(shape, bool)
    try:
        for block in exact.blocks(shape):
            cells.at(block).score(
                [_part(one, block) for one in found], value[block], present[block]
            )
    except OverflowError as error:
        raise _too_large(pack, indicator) from error
    if not present.all():
        state = np.where(present | (state < SCORED), state, np.uint8(State.NO_DATA))
    nothing = np.zeros(shape, np.uint8)
    return Scored(value, present, state, nothing, nothing), found


@dataclass(frozen=True)
class _Cells:
    """One indicator's cells, or a block of them."""

    indicator: Indicator
    count: Int
    exposure: Int
    scorable: Bool
    against: list[Against]
    exists: list[Bool]
    micro: int = MICRO  # micro-counts of one of `count`

    def at(self, block: tuple[slice, ...]) -> _Cells:
        against = [
            Against(one.count[block], one.exposure[block], one.kappa[block]) for one in self.against
        ]
        exists = [one[block] for one in self.exists]
        return _Cells(
            self.indicator, self.count[block], self.exposure[block], self.scorable[block],
            against, exists, self.micro,
        )  # fmt: skip

    def score(self, into: list[Stations], value: Int, present: Bool) -> None:
        """By float64 where that is exact, else by integers: the same digits."""
        if not self._by_floats(into, value, present):
            self._by_integers(into, value, present)

    def _by_floats(self, into: list[Stations], value: Int, present: Bool) -> bool:
        curves = [tables(one.curve) if one.curve else None for one in self.indicator.compare]
        weights = [one.weight for one in self.indicator.compare]
        known = [curve for curve in curves if curve is not None]
        if len(known) < len(curves) or not mean_fits(known, weights):
            return False
        block = Block.of(self.count, self.exposure, self.micro)
        if block is None:
            return False
        points = []
        for place, (one, curve) in enumerate(zip(self.against, known, strict=True)):
            able = self._able(place)
            able_or_all = None if able.all() else able
            read = block_stations(
                block, curve, one.count, one.exposure, one.kappa, able_or_all, into[place]
            )
            if read is None:
                return False
            points.append(read)
        block_mean(points, [one.available for one in into], weights, value, present)
        return True

    def _by_integers(self, into: list[Stations], value: Int, present: Bool) -> None:
        for place, comparison in enumerate(self.indicator.compare):
            found = stations(
                comparison, self.indicator, self.count, self.exposure, self.against[place],
                self._able(place), self.micro,
            )  # fmt: skip
            for field in fields(found):
                getattr(into[place], field.name)[...] = getattr(found, field.name)
        value[...] = _mean(self.indicator, into)
        np.logical_or.reduce([one.available for one in into], out=present)

    def _able(self, place: int) -> Bool:
        return self.scorable & self.exists[place]


def _empty(shape: tuple[int, ...]) -> Stations:
    expected, compared, points = (np.empty(shape, np.int64) for _ in range(3))
    return Stations(expected, compared, points, np.empty(shape, bool))


def _part(one: Stations, block: tuple[slice, ...]) -> Stations:
    return Stations(
        one.expected[block], one.compared[block], one.points[block], one.available[block]
    )


def _mean(indicator: Indicator, found: list[Stations]) -> Int:
    """The weighted mean of the available points; 0 where none is."""
    weights = [comparison.weight for comparison in indicator.compare]
    if all(one.available.all() for one in found):
        total, whole = exact.weighted_sums([one.points for one in found], weights)
    else:
        points = [np.where(one.available, one.points, 0) for one in found]
        total, whole = exact.weighted_sums(points, weights, [one.available for one in found])
        present = np.logical_or.reduce([one.available for one in found])
        whole = np.where(present, whole, 1)
    return exact.divide(total, whole)


def _too_large(pack: Pack, indicator: Indicator) -> PackError:
    return PackError(
        pack.lines.get(f"indicators/{indicator.id}/measure", f"indicators/{indicator.id}.yaml"),
        T("sums that pass 64 bits"),
        T("counts below nine million million"),
        T("Keep fewer decimals of the summed field: lower `places`."),
    )


def fill(indicator: Indicator, scored: Scored, parent: Int) -> Scored:
    """Cells without data filled as the pack says; `parent` [A, P] positions of parents."""
    if indicator.missing.then == "no_data" or scored.present.all():
        return scored
    gaps = ~scored.present & (scored.state == State.NO_DATA)
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
