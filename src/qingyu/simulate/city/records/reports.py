"""Rows that are told once a month and do not change: accidents at work (whose deaths do), ratings,
civility and service, honours, samples, checks of vehicles."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from qingyu.simulate.city.chance import Ints, between, chance, pick, quantile
from qingyu.simulate.city.events import AT_WORK, DAY, Events, events, recorded
from qingyu.simulate.city.records import cells
from qingyu.simulate.city.records.book import NEVER, Book, of_events, of_reports
from qingyu.simulate.city.records.calls import tally
from qingyu.simulate.city.shapes import Days
from qingyu.simulate.city.world import World

DEATHS_AT_WORK = 0.03  # of accidents
SERVICE_HOURS = ((0, 200), (500, 3000), (900, 9000), (1000, 20_000))  # tenths, of one report
DISCONTENT = (1, 2, 5)  # weights of the marks 1, 2 and 3 of those who are not content
POINTS_CHECKED, VEHICLES = (20, 60), (10, 80)


def _key(prefix: str, found: Events, case: Ints) -> pa.Array:
    return cells.keys(prefix, found.world.towns, found.town[case], found.day[case],
                      found.stream.code, found.number[case])  # fmt: skip


def _town(found: Events, case: Ints) -> pa.Array:
    return cells.town_names(found.world.towns, found.town[case], found.draw(2, 3)[case])


def _kinds(found: Events, case: Ints) -> pa.Array:
    return cells.words(found.kind[case], tuple(word for word, _ in found.stream.kinds))


def work_safety(world: World, days: Days) -> Book:
    """Deaths within thirty days are added later."""
    found = recorded(world, world.scenario.stream("work_accidents"), days)
    at = found.second(AT_WORK) // 60 * 60
    deaths = (found.draw(1, 0) < chance(DEATHS_AT_WORK)).astype(np.int64)
    hurt = (found.draw(1, 1) < chance(0.35)).astype(np.int64)
    entered = found.day * DAY + DAY - 1
    told = np.where(deaths > 0, entered + DAY * between(found.draw(1, 2), 0, 29), entered)

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        area = cells.finest_codes(world.towns, found.town[case], found.village[case],
                                  found.draw(1, 3)[case])  # fmt: skip
        return {
            "事故编号": _key("A", found, case),
            "发生时间": cells.minute(at[case]),
            "事故等级": _kinds(found, case),
            "死亡人数": cells.whole(np.where(told[case] <= since, deaths[case], 0)),
            "重伤人数": cells.whole(hurt[case]),
            "区划代码": area,
            "单位名称": cells.dummies("firm", at[case]),
            "伤亡人员姓名": cells.dummies("name", at[case]),
        }

    return of_events(found.day, [entered, told], np.full(len(found), NEVER), write)


def ratings(world: World, days: Days) -> Book:
    """Marks from 1 to 5: 4 or 5 from those who are content, else mostly 3."""
    found = events(world, world.scenario.stream("ratings"), days)
    content = found.passes(world.share(world.scenario.share("content"), days), 1, 0)
    low = 1 + pick(found.draw(1, 1), DISCONTENT)
    mark = np.where(content, between(found.draw(1, 1), 4, 5), low)

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        return {
            "评分编号": _key("R", found, case),
            "评分日期": cells.day(found.day[case]),
            "评分": cells.whole(mark[case]),
            "镇街": _town(found, case),
            "村居代码": cells.village_codes(
                world.towns, found.village[case], found.draw(1, 3)[case]
            ),
        }

    return of_reports(found.day, write)


def civility(world: World, days: Days) -> Book:
    """Inspection rounds with problems found, and reports of volunteers' hours."""
    rounds = events(world, world.scenario.stream("rounds"), days)
    service = events(world, world.scenario.stream("service"), days)
    checks = between(rounds.draw(1, 0), *POINTS_CHECKED)
    bad = 1.0 - rounds.of(world.share(world.scenario.share("orderly_points"), days))
    problems = tally(rounds, checks, bad)
    hours = quantile(service.draw(1, 0), SERVICE_HOURS)
    inspections = len(rounds)

    def both(one: Ints, two: Ints) -> Ints:
        return np.concatenate([one, two])

    zero, none = np.zeros(len(rounds), np.int64), np.zeros(len(service), np.int64)
    town, day = both(rounds.town, service.town), both(rounds.day, service.day)
    number = both(rounds.number, service.number)
    code = both(zero + rounds.stream.code, none + service.stream.code)
    seen, wrong, long = both(checks, none), both(problems, none), both(zero, hours)
    draw = np.concatenate([rounds.draw(2, 3), service.draw(2, 3)])

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        is_service = case >= inspections
        return {
            "记录编号": cells.keys(
                "V", world.towns, town[case], day[case], code[case], number[case]
            ),
            "日期": cells.day(day[case]),
            "类别": cells.words(is_service.astype(np.int64), ("文明巡查", "志愿服务")),
            "检查点位数": cells.whole(seen[case], is_service),
            "问题数": cells.whole(wrong[case], is_service),
            "服务时长": cells.with_unit(cells.decimal(long[case], 1, ~is_service), "小时"),
            "镇街": cells.town_names(world.towns, town[case], draw[case]),
        }

    return of_reports(day, write)


def honours(world: World, days: Days) -> Book:
    found = events(world, world.scenario.stream("honours"), days)

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        return {
            "表彰编号": _key("G", found, case),
            "认定日期": cells.chinese_day(found.day[case]),
            "表彰类别": _kinds(found, case),
            "镇街": _town(found, case),
            "受表彰人姓名": cells.dummies("name", found.day[case]),
        }

    return of_reports(found.day, write)


def sampling(world: World, days: Days) -> Book:
    found = events(world, world.scenario.stream("samples"), days)
    passed = found.passes(world.share(world.scenario.share("samples_passed"), days), 1, 0)

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        return {
            "样品编号": _key("Y", found, case),
            "报告日期": cells.day(found.day[case]),
            "样品类别": _kinds(found, case),
            "检验结论": cells.words((~passed[case]).astype(np.int64), ("合格", "不合格")),
            "镇街代码": cells.town_codes(world.towns, found.town[case]),
            "被抽样单位": cells.dummies("firm", found.day[case]),
        }

    return of_reports(found.day, write)


def fleet(world: World, days: Days) -> Book:
    found = events(world, world.scenario.stream("fleet_checks"), days)
    many = between(found.draw(1, 0), *VEHICLES)
    bad = 1.0 - found.of(world.share(world.scenario.share("fleet_in_order"), days))
    wrong = tally(found, many, bad)

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        return {
            "检查编号": _key("K", found, case),
            "检查日期": cells.day(found.day[case]),
            "车辆类别": _kinds(found, case),
            "检查车辆数": cells.whole(many[case]),
            "违规车辆数": cells.whole(wrong[case]),
            "镇街": _town(found, case),
        }

    return of_reports(found.day, write)
