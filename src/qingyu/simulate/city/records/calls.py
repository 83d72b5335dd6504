"""Calls to 110, 122 and 119: happenings with a moment and a point.

Some calls are entered a day or two late, some are under way when the file is made, deaths come in
within days: each file tells its last days anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qingyu.simulate.city.chance import TALLY, Ints, Words, between, chance
from qingyu.simulate.city.counts import UNIT, poisson
from qingyu.simulate.city.events import DAY, Events, Flags, recorded
from qingyu.simulate.city.places import Towns
from qingyu.simulate.city.records import cells
from qingyu.simulate.city.records.book import NEVER, Book, of_events
from qingyu.simulate.city.records.sightings import Sightings, collisions, fires
from qingyu.simulate.city.shapes import Days
from qingyu.simulate.city.world import World

CALLS_110 = ("theft", "affray", "robbery", "grave", "other_fraud", "telecom_fraud", "vice", "noise",
             "quarrels", "calls_for_help")  # fmt: skip
OUTCOMES = ("有效", "误报", "重复报警", "处理中")
VALID, FALSE_ALARM, REPEATED, PENDING = range(4)

AGAIN, IN_ERROR = 0.07, 0.05  # for each valid call, calls about the same matter and false alarms
LATE_BY_ONE, LATE_BY_TWO = 0.05, 0.01
UNDER_WAY = 0.15
STRUCK_OUT = 0.30  # of false alarms: deleted on the next day
DEATHS_OF_INJURED, DEATHS_OF_FIRES = 0.0032, 0.004
_LAGS, _SECOND, _MORE = 1, 2, 3  # blocks of draws


@dataclass(frozen=True)
class Calls:
    """Calls of one sort; `label` is an index into the words of its column."""

    events: Events
    stream: int
    label: Ints
    at: Ints
    x: Ints
    y: Ints
    outcome: Ints


def _further(
    calls: Calls, share: float, word: int, stream: int, outcome: int, within: int
) -> Calls:
    """A call for some of these, at most `within` seconds later on the same day, that says nothing
    new: about the same matter, or about nothing."""
    chosen = calls.events.draw(_MORE, word) < chance(share)
    found = calls.events.only(chosen)
    after = between(found.draw(_MORE, word + 1), 60, within)
    return Calls(
        found, calls.stream + stream, calls.label[chosen],
        np.minimum(calls.at[chosen] + after, found.day * DAY + DAY - 1), calls.x[chosen],
        calls.y[chosen], np.full(len(found), outcome),
    )  # fmt: skip


@dataclass(frozen=True)
class _Joined:
    """Calls of several sorts as one."""

    town: Ints
    village: Ints
    day: Ints
    stream: Ints
    number: Ints
    label: Ints
    at: Ints
    x: Ints
    y: Ints
    outcome: Ints
    entered: Words
    settled: Words
    named: Words
    known: Words


def _joined(parts: list[Calls]) -> _Joined:
    def whole(arrays: list[Ints]) -> Ints:
        return np.concatenate(arrays)

    return _Joined(
        town=whole([p.events.town for p in parts]),
        village=whole([p.events.village for p in parts]),
        day=whole([p.events.day for p in parts]),
        stream=whole([np.full(len(p.events), p.stream) for p in parts]),
        number=whole([p.events.number for p in parts]),
        label=whole([p.label for p in parts]),
        at=whole([p.at for p in parts]),
        x=whole([p.x for p in parts]),
        y=whole([p.y for p in parts]),
        outcome=whole([p.outcome for p in parts]),
        entered=np.concatenate([p.events.draw(_LAGS, 0) for p in parts]),
        settled=np.concatenate([p.events.draw(_LAGS, 1) for p in parts]),
        named=np.concatenate([p.events.draw(_LAGS, 2) for p in parts]),
        known=np.concatenate([p.events.draw(_LAGS, 3) for p in parts]),
    )


def _own(world: World, name: str, days: Days, labels: tuple[str, ...]) -> Calls:
    found = recorded(world, world.scenario.stream(name), days)
    x, y = cells.place_of(
        world, found.town, found.village, found.draw(_SECOND, 0), found.draw(_SECOND, 1)
    )
    at = np.array([labels.index(word) for word, _ in found.stream.kinds], np.int64)
    zeros = np.zeros(len(found), np.int64)
    return Calls(found, found.stream.code, at[found.kind], found.second(), x, y, zeros)


def _seen(sightings: Sightings, chosen: Flags, department: int, label: int) -> Calls:
    at, x, y = sightings.seen(department)
    found = sightings.all.only(chosen)
    many = np.full(len(found), label)
    return Calls(
        found, found.stream.code, many, at[chosen], x[chosen], y[chosen], np.zeros_like(many)
    )


def _entered(calls: _Joined) -> Ints:
    """When each was entered: at once, or on one of the two days after."""
    lag = (calls.entered < chance(LATE_BY_ONE + LATE_BY_TWO)).astype(np.int64)
    lag += calls.entered < chance(LATE_BY_TWO)
    return np.where(lag == 0, calls.at + 300, (calls.day + lag) * DAY + 10 * 3600)


def _keys(prefix: str, towns: Towns, calls: _Joined, of: Ints) -> pa.Array:
    return cells.keys(
        prefix, towns, calls.town[of], calls.day[of], calls.stream[of], calls.number[of]
    )


# -- 110 ------------------------------------------------------------------------------------------


def police_110(world: World, days: Days) -> Book:
    """Calls to 110 of these days."""
    labels = _labels(world, CALLS_110)
    own = [_own(world, name, days, labels) for name in CALLS_110]
    again = [_further(c, AGAIN, 0, 300, REPEATED, 3600) for c in own]
    wrong = [_further(c, IN_ERROR, 2, 400, FALSE_ALARM, 36_000) for c in own]
    help_ = labels.index("求助")
    crashes, blazes = collisions(world, days), fires(world, days)
    seen = [_seen(crashes, crashes.at_110, 1, help_), _seen(blazes, blazes.at_110, 1, help_)]
    calls = _joined([*own, *again, *wrong, *seen])
    entered = _entered(calls)
    under_way = calls.settled < chance(UNDER_WAY)
    settled = np.where(under_way, (calls.day + 1) * DAY + 61_200, entered)
    settled = np.maximum(settled, entered)
    struck = (calls.outcome == FALSE_ALARM) & (calls.named < chance(STRUCK_OUT))
    gone = np.where(struck, (calls.day + 2) * DAY + 57_600, NEVER)

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        towns = world.towns
        lon, lat = cells.points(calls.x[case], calls.y[case], "wgs84")
        pointed = cells.only_a_point(calls.known[case])
        outcome = np.where(settled[case] <= since, calls.outcome[case], PENDING)
        return {
            "接警编号": _keys("J", towns, calls, case),
            "接警时间": cells.moment(calls.at[case]),
            "警情类别": cells.words(calls.label[case], labels),
            "处理结果": cells.words(outcome, OUTCOMES),
            "镇街": cells.town_names(towns, calls.town[case], calls.named[case], pointed),
            "村居代码": cells.village_codes(towns, calls.village[case], calls.known[case]),
            "经度": lon,
            "纬度": lat,
            "报警人姓名": cells.dummies("name", calls.at[case]),
            "报警电话": cells.dummies("phone", calls.at[case]),
            "事发地址": cells.dummies("address", calls.at[case]),
        }

    return of_events(calls.day, [entered, settled], gone, write)


def _labels(world: World, streams: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for name in streams for word, _ in world.scenario.stream(name).kinds)


# -- 122 ------------------------------------------------------------------------------------------


def police_122(world: World, days: Days) -> Book:
    """Collisions, other calls and watches at junctions. Deaths come in within six days."""
    labels = _labels(world, ("accidents", "traffic_calls", "watches"))
    crashes = collisions(world, days)
    parts = [
        _seen(crashes, crashes.own, 0, labels.index("交通事故")),
        _own(world, "traffic_calls", days, labels),
        _own(world, "watches", days, labels),
    ]
    calls = _joined(parts)
    sizes = [len(part.events) for part in parts]
    watched, uncivil = _watched(world, parts[2].events, days)
    injured = np.zeros(len(calls.day), np.int64)
    hurt = crashes.injured[crashes.own]
    injured[: sizes[0]] = hurt * (1 + (parts[0].events.draw(2, 0) < chance(0.15)))
    deaths = np.zeros_like(injured)
    deaths[: sizes[0]] = hurt & (parts[0].events.draw(2, 1) < chance(DEATHS_OF_INJURED))
    entered = _entered(calls)
    lag = between(calls.settled, 0, 6)
    told = np.where(deaths > 0, np.maximum((calls.day + lag) * DAY + 64_800, entered), entered)
    is_watch = np.arange(len(calls.day)) >= sizes[0] + sizes[1]
    is_crash = np.arange(len(calls.day)) < sizes[0]
    seen = np.zeros_like(injured)
    seen[is_watch] = watched
    rude = np.zeros_like(injured)
    rude[is_watch] = uncivil

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        towns, other, no_watch = world.towns, ~is_crash[case], ~is_watch[case]
        lon, lat = cells.points(calls.x[case], calls.y[case], "bd09")
        dead = np.where(told[case] <= since, deaths[case], 0)
        return {
            "警情编号": _keys("T", towns, calls, case),
            "发生时间": cells.moment(calls.at[case]),
            "警情类型": cells.words(calls.label[case], labels),
            "死亡人数": cells.whole(dead, other),
            "受伤人数": cells.whole(injured[case], other),
            "检查人次": cells.whole(seen[case], no_watch),
            "不文明行为数": cells.whole(rude[case], no_watch),
            "镇街": cells.town_names(towns, calls.town[case], calls.named[case]),
            "村居代码": cells.village_codes(towns, calls.village[case], calls.known[case]),
            "经度": lon,
            "纬度": lat,
            "车牌号": cells.dummies("plate", calls.at[case]),
            "报警电话": cells.dummies("phone", calls.at[case]),
            "事发地址": cells.dummies("address", calls.at[case]),
        }

    never = np.full(len(calls.day), NEVER)
    return of_events(calls.day, [entered, told], never, write)


def _watched(world: World, watches: Events, days: Days) -> tuple[Ints, Ints]:
    """Road users watched, and of them those who were uncivil (a Poisson count, at most all)."""
    many = between(watches.draw(2, 2), 150, 450)
    rude = 1.0 - watches.of(world.share(world.scenario.share("civil_traffic"), days))
    return many, tally(watches, many, rude)


def tally(found: Events, many: Ints, share: np.typing.NDArray[np.float64]) -> Ints:
    """How many of `many` fall under `share`: a Poisson count, at most `many`."""
    rate = np.rint(many * share * (1 << UNIT)).astype(np.int64)
    key = found.world.towns.key[found.town]
    drawn = poisson(rate, found.world.seed, key, found.day, found.stream.code, TALLY, found.number)
    return np.minimum(drawn, many)


# -- 119 ------------------------------------------------------------------------------------------


def fire_119(world: World, days: Days) -> Book:
    """Turn-outs. Deaths come in within two days."""
    labels = _labels(world, ("fires", "turn_outs"))
    crashes, blazes = collisions(world, days), fires(world, days)
    parts = [
        _seen(blazes, blazes.own, 0, labels.index("火灾")),
        _own(world, "turn_outs", days, labels),
        _seen(crashes, crashes.at_119, 2, labels.index("抢险救援")),
    ]
    calls = _joined(parts)
    is_fire = np.arange(len(calls.day)) < len(parts[0].events)
    deaths = np.zeros(len(calls.day), np.int64)
    deaths[is_fire] = parts[0].events.draw(2, 1) < chance(DEATHS_OF_FIRES)
    hurt = np.zeros_like(deaths)
    hurt[is_fire] = parts[0].events.draw(2, 0) < chance(0.06)
    entered = _entered(calls)
    told = np.where(deaths > 0, np.maximum((calls.day + 1) * DAY + 64_800, entered), entered)

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        towns, other = world.towns, ~is_fire[case]
        lon, lat = cells.points(calls.x[case], calls.y[case], "gcj02")
        known = calls.known[case]
        area = cells.finest_codes(
            towns, calls.town[case], calls.village[case], known, cells.only_a_point(known)
        )
        return {
            "出警编号": _keys("F", towns, calls, case),
            "接警时间": cells.moment(calls.at[case]),
            "警情类型": cells.words(calls.label[case], labels),
            "死亡人数": cells.whole(np.where(told[case] <= since, deaths[case], 0), other),
            "受伤人数": cells.whole(hurt[case], other),
            "区划代码": area,
            "经度": lon,
            "纬度": lat,
            "报警电话": cells.dummies("phone", calls.at[case]),
            "火灾地址": cells.dummies("address", calls.at[case]),
        }

    never = np.full(len(calls.day), NEVER)
    return of_events(calls.day, [entered, told], never, write)
