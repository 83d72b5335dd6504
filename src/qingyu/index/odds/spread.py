"""φ and V of every indicator and level, from the panel, at the period's own grain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from qingyu.engine.tables import Panel
from qingyu.exact import Bool, Float
from qingyu.index.days import Calendar, Range
from qingyu.index.hierarchy import build, day_number
from qingyu.index.ingredients import Ingredients, Int, Slot
from qingyu.index.ledgers import Ledgers
from qingyu.index.odds.kinds import has_past, kind_of
from qingyu.index.odds.moments import LEAST_COMMON, Fit, fit, mean_of
from qingyu.index.running import Edges
from qingyu.index.scene import Scene
from qingyu.pack.model import MICRO, Indicator, Pack
from qingyu.periods import Period

PAST = 4 * 364  # days before the month of the period that are looked at
GRAINS = (7, 14, 28, 91)  # days of a block: whole weeks that divide fifty-two
YEAR = 364
LEAST_BLOCKS = 6
_COVERED = 0.8  # of a block's days


@dataclass(frozen=True)
class Movement:
    """near: of blocks that follow one another; far: of those as far apart as a comparison looks
    back (weeks before, or the same weeks of earlier years)."""

    near: Fit
    far: Mapping[Slot, Fit]


@dataclass(frozen=True)
class Spread:
    """movements: what the past tells, by indicator and position of the level; a pair that is not in
    it has no past, and the pack's own dispersion and κ stand in. grains: days of a block, of each
    indicator."""

    movements: Mapping[tuple[str, int], Movement] = field(default_factory=dict)
    grains: Mapping[str, int] = field(default_factory=dict)


def measure_spread(
    pack: Pack, panel: Panel, ingredients: Ingredients, known_on: date | None = None, at: int = -1
) -> Spread:
    """From all whole blocks of days before the month in which the period (the one at `at` of those
    asked for) begins, at most four years of them."""
    place = range(len(ingredients.labels.periods))[_late(ingredients, at)]
    period = ingredients.labels.periods[place]
    indicators = [pack.indicator(name) for name in ingredients.labels.indicators]
    grains = {
        one.id: _grain(ingredients.world.length[row, :, place], period)
        for row, one in enumerate(indicators)
        if ingredients.labels.member[row] and has_past(one)
    }
    if not panel.counts.sizes["day"]:
        return Spread()
    return _measured(pack, panel, period, grains, known_on)


def _late(ingredients: Ingredients, at: int) -> int:
    asked = range(ingredients.labels.lead, len(ingredients.labels.periods))
    return asked[at]


def _grain(lengths: Int, period: Period) -> int:
    """About as long as the usual window: of a day the median one, else the period."""
    some = lengths[lengths > 0]
    days = float(np.median(some)) if len(some) else (period.last - period.first).days + 1
    return min(GRAINS, key=lambda grain: abs(grain - days))


def _measured(
    pack: Pack, panel: Panel, period: Period, grains: Mapping[str, int], known_on: date | None
) -> Spread:
    tree = build(pack)
    scene = Scene(pack, tree, Calendar(tree), (period,))
    stop = day_number(period.first.replace(day=1))
    first = max(stop - PAST, day_number(panel.first))
    ranges = {grain: _blocks(first, stop, grain) for grain in sorted(set(grains.values()))}
    ledgers = Ledgers(pack, panel, tree, known_on, _edges(scene, list(ranges.values())))
    level, valid = tree.graded_level, tree.graded_valid[int(scene.epoch[0])]
    movements: dict[tuple[str, int], Movement] = {}
    for name, grain in grains.items():
        indicator, blocks = pack.indicator(name), ranges[grain]
        if len(blocks.first) < LEAST_BLOCKS:
            continue
        ledger = ledgers.of(indicator)
        days = scene.calendar.count(ledger.days, ledger.days.counted, blocks)
        used = np.broadcast_to(days >= _COVERED * grain, (len(level), len(blocks.first)))
        count, exposure = (part.astype(np.float64) for part in ledger.sums(blocks))
        used = used & (exposure > 0) & valid[:, None]
        movements |= dict(_by_level(indicator, grain, level, count, exposure, used))
    return Spread(movements, dict(grains))


def _blocks(first: int, stop: int, grain: int) -> Range:
    """Whole blocks that end before the day `stop`, in order of time."""
    number = max((stop - first) // grain, 0)
    firsts = stop - grain * np.arange(number, 0, -1)
    return Range(firsts, firsts + grain - 1)


def _edges(scene: Scene, ranges: list[Range]) -> Edges:
    """All days between the first and the last block: every block of every grain lies in them."""
    steps = np.unique([side for one in ranges for side in (*one.first, *(one.last + 1))])
    rows = [row.valid_from for one in scene.pack.exposures for row in one.rows]
    since = np.array([day_number(day) for day in set(rows)], np.int64)
    holds = np.concatenate([scene.hierarchy.starts, since, steps]).astype(np.int64)
    begin = np.array([min((int(one.first[0]) for one in ranges if len(one.first)), default=0)])
    end = np.array([max((int(one.last[-1]) + 1 for one in ranges if len(one.last)), default=0)])
    return Edges(begin, end, holds)


def _by_level(
    indicator: Indicator, grain: int, level: Int, count: Float, exposure: Float, used: Bool
) -> Iterator[tuple[tuple[str, int], Movement]]:
    """The levels with most areas first: they tell chance from movement for the others."""
    share = kind_of(indicator) == "share"
    floor = indicator.dispersion / MICRO
    if indicator.measure.count is None and floor == 1:
        floor = 0.0  # an amount: its φ is in its own unit
    places, sizes = np.unique(level[used.any(axis=1)], return_counts=True)
    known: float | None = None
    for place in places[np.argsort(-sizes, kind="stable")].tolist():
        rows = np.flatnonzero(level == place)
        cells = count[rows], exposure[rows], used[rows]
        few = int(used[rows].any(axis=1).sum()) < LEAST_COMMON
        near = fit(*cells, 1, floor, known if few else None, share)
        if near is None:
            continue
        known = near.chance if known is None and not few else known
        far: dict[Slot, Fit] = {}
        for number, lags in _lags(indicator, grain):
            fits = [fit(*cells, lag, floor, near.chance, share) for lag in lags]
            if seen := [one for one in fits if one is not None]:
                far[indicator.id, number] = mean_of(seen)
        yield (indicator.id, place), Movement(near, far)


def _lags(indicator: Indicator, grain: int) -> Iterator[tuple[int, list[int]]]:
    """How many blocks back the comparisons look."""
    for number, comparison in enumerate(indicator.compare):
        if comparison.with_ == "own":
            years = range(1, (comparison.years or 1) + 1)
            yield number, [year * YEAR // grain for year in years]
        elif comparison.with_ == "trailing":
            yield number, list(range(1, max(7 * (comparison.weeks or 1) // grain, 1) + 1))
