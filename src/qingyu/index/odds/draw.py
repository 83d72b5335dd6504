"""Draws of one indicator: its areas level by level, its classes and parents with them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from qingyu.exact import Float
from qingyu.index.ingredients import Int, Slot
from qingyu.index.odds.kinds import kind_of
from qingyu.index.odds.laws import Law, MeanLaw, RateLaw, ShareLaw
from qingyu.index.odds.path import Means
from qingyu.index.odds.posterior import chance_of
from qingyu.index.odds.spread import Spread
from qingyu.index.odds.told import Moment, Told, told
from qingyu.pack.model import MICRO


def draw(moment: Moment, place: int, spread: Spread, rng: np.random.Generator, draws: int) -> Means:
    """One draw of every area's rates serves all uses: its own score, its class, its children."""
    seen = told(moment, place)
    found = np.zeros((*seen.count.shape, draws))
    laws: dict[int, Law] = {}
    level = moment.ingredients.world.level
    for one in np.unique(level).tolist():
        rows = np.flatnonzero(level == one)
        part = _rows(seen, rows)
        laws[one] = _law(moment, place, part, spread, one, rng, draws)
        found[:, rows] = laws[one].windows(part, moment.group[rows], rng)
    against = _together(seen, found)
    against |= _of_classes(moment, place, found[0], laws, rng)
    against |= _of_parents(moment, place, found[0], laws, rng)
    return Means(found[0], against)


def _rows(seen: Told, rows: Int) -> Told:
    return Told(
        seen.slots, seen.inside[:, rows], seen.times, seen.count[:, rows], seen.exposure[:, rows]
    )


def _law(
    moment: Moment, place: int, seen: Told, spread: Spread, level: int,
    rng: np.random.Generator, draws: int,
) -> Law:  # fmt: skip
    indicator = moment.pack.indicator(moment.ingredients.labels.indicators[place])
    kind = kind_of(indicator)
    if kind == "mean":
        assert indicator.variance is not None
        return MeanLaw(indicator.variance / MICRO * 10.0 ** (2 * indicator.measure.places), draws)
    movement = spread.movements.get((indicator.id, level))
    row = int(np.argmax(moment.ingredients.world.level == level))
    kappas = [
        int(moment.ingredients.against((indicator.id, n)).kappa[row, moment.late])
        for n, one in enumerate(indicator.compare)
        if one.with_ not in ("peers", "minmax")
    ]
    kappa = max(kappas, default=0) / MICRO
    chance = chance_of(seen, movement, indicator.dispersion / MICRO, kappa, rng, draws)
    return ShareLaw(chance) if kind == "share" else RateLaw(chance)


def _together(seen: Told, found: Float) -> dict[Slot, Float]:
    """The sums of the comparisons with an area's own days; what was taken apart is whole again."""
    against: dict[Slot, Float] = {}
    for row, slot in enumerate(seen.slots):
        if slot is None:
            continue
        inner = seen.inside[row]
        whole = found[row]
        for other in np.unique(inner[inner >= 0]).tolist():
            whole = whole + np.where((inner == other)[:, None], found[other], 0.0)
        against[slot] = whole
    return against


def _of_classes(
    moment: Moment, place: int, now: Float, laws: Mapping[int, Law], rng: np.random.Generator
) -> dict[Slot, Float]:  # fmt: skip
    """The sums of each area's class over its window: the draws of the members whose window is as
    long, and for the rest of the class a draw of its own."""
    indicator = moment.pack.indicator(moment.ingredients.labels.indicators[place])
    given, late = moment.ingredients, moment.late
    length, level = given.world.length[place, :, late], given.world.level
    count, exposure = (
        given.world.count[place, :, late],
        moment.results.exposure[place, :, moment.asked],
    )
    found: dict[Slot, Float] = {}
    for number, comparison in enumerate(indicator.compare):
        slot = (indicator.id, number)
        if comparison.with_ != "peers":
            continue
        against, able = given.against(slot), moment.available(slot)
        sums = np.ones(now.shape)
        kinds = {(int(moment.group[a]), int(length[a])) for a in np.flatnonzero(able)}
        for group, days in sorted(kinds):
            users = np.flatnonzero(able & (moment.group == group) & (length == days))
            members = moment.members[group]
            same = members[(length[members] == days) & (exposure[members] > 0)]
            whole = np.array([against.count[users[0], late], against.exposure[users[0], late]])
            rest = whole - (count[same].sum(), exposure[same].sum())
            drawn = now[same].sum(axis=0)
            if rest[1] > 0:
                left = np.maximum(rest, 0)[:, None] / given.unit
                rate = whole[:1] / max(int(whole[1]), 1)
                law = laws[int(level[users[0]])]
                drawn = drawn + law.alone(left[0], left[1], rate, rng)[0]
            sums[users] = drawn
        found[slot] = sums
    return found


def _of_parents(
    moment: Moment, place: int, now: Float, laws: Mapping[int, Law], rng: np.random.Generator
) -> dict[Slot, Float]:  # fmt: skip
    """The parent's sums over the area's window: the parent's own draw where its window is as
    long, else a draw of its own."""
    indicator = moment.pack.indicator(moment.ingredients.labels.indicators[place])
    given, late = moment.ingredients, moment.late
    length, above = given.world.length[place, :, late], given.world.parent[:, late]
    found: dict[Slot, Float] = {}
    for number, comparison in enumerate(indicator.compare):
        slot = (indicator.id, number)
        if comparison.with_ != "parent":
            continue
        able = moment.available(slot) & (above >= 0)
        sums = np.ones(now.shape)
        same = np.flatnonzero(able & (length == length[above]))
        sums[same] = now[above[same]]
        against = given.against(slot)
        count, exposure = (one[:, late] / given.unit for one in (against.count, against.exposure))
        for parent, days in sorted({(int(above[a]), int(length[a])) for a in np.flatnonzero(able)}):
            if days == length[parent]:
                continue
            rows = np.flatnonzero(able & (above == parent) & (length == days))
            whole = count[rows[:1]], exposure[rows[:1]]
            rate = whole[0] / np.maximum(whole[1], 1e-300)
            law = laws[int(given.world.level[parent])]
            sums[rows] = law.alone(*whole, rate, rng)
        found[slot] = sums
    return found
