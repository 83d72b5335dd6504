"""Cases with a limit: city management, the 12345 hotline, consumer complaints.

A case goes well with the chance of its town and day (`Share`); then it is closed within its limit,
else later. The department's system has one row a case and changes it as it goes.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from qingyu.simulate.city import shapes
from qingyu.simulate.city.chance import Floats, Ints, between, chance
from qingyu.simulate.city.events import AT_WORK, DAY, Events, events, recorded
from qingyu.simulate.city.places import RESIDENTS
from qingyu.simulate.city.records import cells
from qingyu.simulate.city.records.book import NEVER, Book, of_cases
from qingyu.simulate.city.shapes import Days
from qingyu.simulate.city.world import World

HOUR = 3600

# -- city management ------------------------------------------------------------------------------

FOUND_BY = ("巡查", "视频", "市民上报")
BY_PATROL, BY_CAMERA, BY_RESIDENTS = 0.30, 0.06, 0.04  # of what there is, at the usual patrol
MOST_BY_PATROL = 0.85
LIMITS = (24, 12, 12, 24, 48, 120, 120)  # hours, by kind of street event
SHIFTS = 2
_PATROL = 240  # code of the draws about patrol
_HOURS = "巡查工时"


def patrol(world: World, days: Days) -> Ints:
    """Hours of patrol in tenths, [town, day]: four and 1.2 for each 10,000 residents, more or
    less by month, and by whatever an episode says."""
    people = world.exposure(RESIDENTS, days)
    hours = (4.0 + people / 10_000.0 * 1.2) * patrol_effort(world, days)
    return np.rint(hours * 10.0).astype(np.int64)


def patrol_effort(world: World, days: Days) -> Floats:
    """Patrol against its usual amount."""
    usual = world.mood(_PATROL, 0.15, days) * shapes.season(days, "even")
    injected = world.injected("street_events", "patrol", days)
    return usual if injected is None else usual * injected


def found_by_patrol(world: World, days: Days) -> Floats:
    """The chance that a patrol finds what there is."""
    return np.minimum(BY_PATROL * patrol_effort(world, days), MOST_BY_PATROL)


def urban_management(world: World, days: Days) -> Book:
    stream = world.scenario.stream("street_events")
    all_ = events(world, stream, days)
    by_patrol = all_.of(found_by_patrol(world, days))
    edges = [by_patrol, by_patrol + BY_CAMERA, by_patrol + BY_CAMERA + BY_RESIDENTS]
    who = sum((all_.draw(1, 3) >= chance(edge)).astype(np.int64) for edge in edges)
    kept = np.asarray(who) < len(FOUND_BY)
    found, who = all_.only(kept), np.asarray(who)[kept]
    at = found.second()
    limit = np.array(LIMITS, np.int64)[found.kind] * HOUR
    well = found.passes(world.share(world.scenario.share("urban_closed"), days), 1, 0)
    took = np.where(well, limit * between(found.draw(1, 1), 5, 97) // 100,
                    limit + DAY * between(found.draw(1, 1), 1, 15))  # fmt: skip
    shifts = _shifts(world, days)
    cases, rounds = len(found), len(shifts[0])
    opened = np.concatenate([at, shifts[1] * DAY + 28_800 + shifts[2] * 21_600])
    closed = np.concatenate([at + took, np.full(rounds, NEVER)])
    # The hours of a shift are entered in the evening; until then there is no row.
    first = np.concatenate([at, shifts[1] * DAY + 72_000 + shifts[2] * 7200])
    town = np.concatenate([found.town, shifts[0]])
    village = np.concatenate([found.village, np.full(rounds, -1)])
    kinds = (*(word for word, _ in stream.kinds), _HOURS)
    kind = np.concatenate([found.kind, np.full(rounds, len(kinds) - 1)])
    source = np.concatenate([who, np.zeros(rounds, np.int64)])
    due = np.concatenate([at + limit, np.zeros(rounds, np.int64)])
    hours = np.concatenate([np.zeros(cases, np.int64), shifts[3]])
    number = np.concatenate([found.number, shifts[2]])
    code = np.concatenate([np.full(cases, stream.code), np.full(rounds, 340)])
    draw = np.concatenate([found.draw(2, 0), np.full(rounds, 1 << 31, np.uint64)])
    known = np.concatenate([found.draw(2, 1), np.zeros(rounds, np.uint64)])

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        towns, is_round = world.towns, case >= cases
        return {
            "案件编号": cells.keys("C", towns, town[case], opened[case] // DAY, code[case],
                               number[case]),
            "发现时间": cells.moment(opened[case]),
            "案件类别": cells.words(kind[case], kinds),
            "来源": cells.words(source[case], FOUND_BY),
            "处置时限": cells.moment(due[case], is_round),
            "结案时间": cells.moment(np.minimum(closed[case], 1 << 40), closed[case] > since),
            "巡查工时": cells.decimal(hours[case], 1, ~is_round),
            "镇街": cells.town_names(towns, town[case], draw[case]),
            "村居代码": cells.village_codes(towns, village[case], known[case]),
            "更新时间": cells.moment(since),
            "上报人电话": cells.dummies("phone", opened[case]),
            "案发地址": cells.dummies("address", opened[case]),
        }  # fmt: skip

    return of_cases([first, closed], write)


def _shifts(world: World, days: Days) -> tuple[Ints, Ints, Ints, Ints]:
    """Town, day, number and hours (tenths) of each shift of each day."""
    hours = patrol(world, days)
    towns, length = hours.shape
    town = np.repeat(np.arange(towns), length * SHIFTS)
    day = np.tile(np.repeat(days.number, SHIFTS), towns)
    nth = np.tile(np.arange(SHIFTS), towns * length)
    whole = np.repeat(hours.ravel(), SHIFTS)
    return town, day, nth, np.where(nth == 0, whole // 2, whole - whole // 2)


# -- 12345 ----------------------------------------------------------------------------------------

ANSWER_WITHIN = (1, 3, 5, 7, 7)  # days, by kind of request
CALLED_BACK, SAYS_NOTHING = 0.40, 0.08
SOLVED = ("已解决", "未解决", "未评价")


def hotline_12345(world: World, days: Days) -> Book:
    stream = world.scenario.stream("requests")
    found = recorded(world, stream, days)
    at = found.second()
    limit = np.array(ANSWER_WITHIN, np.int64)[found.kind] * DAY
    well = found.passes(world.share(world.scenario.share("hotline_in_time"), days), 1, 0)
    took = np.where(well, limit * between(found.draw(1, 1), 4, 98) // 100,
                    limit + DAY * between(found.draw(1, 1), 1, 20))  # fmt: skip
    answered = at + took
    called = found.draw(1, 2) < chance(CALLED_BACK)
    back = (answered // DAY + between(found.draw(1, 3), 1, 5)) * DAY + 54_000
    back = np.where(called, back, NEVER)
    fixed = found.passes(world.share(world.scenario.share("hotline_fixed"), days), 2, 0)
    says = np.where(found.draw(2, 1) < chance(SAYS_NOTHING), 2, np.where(fixed, 0, 1))
    kinds = tuple(word for word, _ in stream.kinds)

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        not_yet = back[case] > since
        return {
            "工单编号": _key("H", found, case),
            "受理时间": cells.moment(at[case]),
            "诉求类型": cells.words(found.kind[case], kinds),
            "办结时限": cells.moment(at[case] + limit[case]),
            "办结时间": cells.moment(answered[case], answered[case] > since),
            "回访日期": cells.day(np.where(not_yet, 0, back[case] // DAY), not_yet),
            "是否解决": cells.words(says[case], SOLVED, not_yet),
            "镇街": cells.town_names(world.towns, found.town[case], found.draw(2, 2)[case]),
            "更新时间": cells.moment(since),
            "来电人姓名": cells.dummies("name", at[case]),
            "来电号码": cells.dummies("phone", at[case]),
            "诉求内容": cells.dummies("text", at[case]),
        }

    return of_cases([at, answered, back], write)


# -- 12315 ----------------------------------------------------------------------------------------

OUTSIDE_THE_LAW = 0.12  # complaints that are not accepted
TAKEN_BACK = 0.12  # of those accepted
DECISIONS = ("受理", "不予受理", "待定")
OUTCOMES = ("调解成功", "调解不成", "撤回")
FINDINGS = ("属实", "不属实", "待查")
_MARKET_SHARES = ("consumer_accepted", "consumer_closed", "consumer_solved", "food_confirmed")
GOODS = ("食品", "药品", "商品", "服务")


def market_12315(world: World, days: Days) -> Book:
    parts = [recorded(world, world.scenario.stream(s), days)
             for s in ("food_complaints", "other_complaints")]  # fmt: skip
    share = {name: world.share(world.scenario.share(name), days) for name in _MARKET_SHARES}

    def whole(values: list[Ints]) -> Ints:
        return np.concatenate(values)

    at = whole([p.second(AT_WORK) for p in parts])
    goods = whole([p.kind if n == 0 else p.kind + 1 for n, p in enumerate(parts)])
    town = whole([p.town for p in parts])
    draw = [[np.concatenate([p.draw(b, w) for p in parts]) for w in range(4)] for b in (1, 2)]
    well = {name: np.concatenate([p.passes(share[name], 3, w) for p in parts])
            for w, name in enumerate(share)}  # fmt: skip
    refused = draw[0][0] < chance(OUTSIDE_THE_LAW)
    # Both terms are working days: what is in time is so by calendar days already, and what is
    # late is late whatever holidays fall in between.
    wait = np.where(well["consumer_accepted"], between(draw[0][1], 0, 6),
                    between(draw[0][1], 22, 40))  # fmt: skip
    decided = (at // DAY + wait) * DAY + 62_000
    heard = np.where(well["consumer_closed"], between(draw[0][2], 4, 44),
                     between(draw[0][2], 85, 120))  # fmt: skip
    closed = np.where(refused, NEVER, (decided // DAY + heard) * DAY + 62_300)
    seen = ~refused & (goods == 0)
    ruled = (decided // DAY + between(draw[0][3], 5, 35)) * DAY + 62_600
    ruled = np.where(seen, ruled, NEVER)
    outcome = np.where(draw[1][0] < chance(TAKEN_BACK), 2, ~well["consumer_solved"])
    key = [(p.town, p.day, np.full(len(p), p.stream.code), p.number) for p in parts]
    key_town, key_day, key_code, key_number = (whole([k[n] for k in key]) for n in range(4))

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        open_, undecided = closed[case] > since, decided[case] > since
        unruled = ruled[case] > since
        decision = np.where(undecided, 2, refused[case])
        finding = np.where(unruled, 2, ~well["food_confirmed"][case])
        return {
            "投诉编号": cells.keys("X", world.towns, key_town[case], key_day[case], key_code[case],
                               key_number[case]),
            "登记日期": cells.day(at[case] // DAY),
            "投诉类别": cells.words(goods[case], GOODS),
            "受理决定": cells.words(decision, DECISIONS),
            "受理日期": cells.day(decided[case] // DAY, undecided | refused[case]),
            "办结日期": cells.day(np.where(open_, 0, closed[case] // DAY), open_),
            "调解结果": cells.words(outcome[case], OUTCOMES, open_),
            "核查结论": cells.words(finding, FINDINGS, ~seen[case]),
            "核查日期": cells.day(np.where(unruled, 0, ruled[case] // DAY), unruled),
            "镇街": cells.town_names(world.towns, town[case], draw[1][1][case]),
            "更新时间": cells.moment(since),
            "投诉人姓名": cells.dummies("name", at[case]),
            "投诉人电话": cells.dummies("phone", at[case]),
            "被投诉单位": cells.dummies("firm", at[case]),
        }  # fmt: skip

    return of_cases([at, decided, closed, ruled], write)


def _key(prefix: str, found: Events, case: Ints) -> pa.Array:
    return cells.keys(prefix, found.world.towns, found.town[case], found.day[case],
                      found.stream.code, found.number[case])  # fmt: skip
