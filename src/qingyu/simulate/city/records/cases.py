"""Cases of the monthly departments: disputes, petitions, parcels of land, hazards, unpaid wages,
medical disputes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from qingyu.simulate.city.chance import Floats, Ints, between, chance, quantile
from qingyu.simulate.city.events import AT_WORK, DAY, Events, Flags, recorded
from qingyu.simulate.city.places import RESIDENTS
from qingyu.simulate.city.records import cells
from qingyu.simulate.city.records.book import NEVER, Book, of_cases
from qingyu.simulate.city.shapes import Days
from qingyu.simulate.city.world import World

EVENING = 63_000  # seconds: changes are entered at the end of a working day
FINDINGS = ("属实", "不属实", "待查")

HECTARES = ((0, 2), (400, 20), (800, 120), (960, 500), (1000, 2500))  # of a parcel, in hundredths
RESTORED_AFTER = ((0, 20), (500, 110), (900, 260), (1000, 400))  # days
WORKERS = ((0, 1), (500, 6), (850, 25), (970, 90), (1000, 240))
HAZARD_TERMS = (7, 15, 30)  # days
HOSPITAL_FROM = 85_000  # residents: a town of so many has a hospital
VISITS = 0.45  # of a hospital in a month, for each resident of its town


def _opened(world: World, name: str, days: Days) -> tuple[Events, Ints]:
    found = recorded(world, world.scenario.stream(name), days)
    return found, found.second(AT_WORK)


def _after(at: Ints, days: Ints) -> Ints:
    return (at // DAY + days) * DAY + EVENING


def _well(world: World, found: Events, name: str, days: Days, word: int) -> Flags:
    return found.passes(world.share(world.scenario.share(name), days), 1, word)


def _day(moments: Ints, since: Ints) -> pa.Array:
    """The day of a change, once it has come."""
    absent = moments > since
    return cells.day(np.where(absent, 0, moments // DAY), absent)


def _key(prefix: str, found: Events, case: Ints) -> pa.Array:
    return cells.keys(prefix, found.world.towns, found.town[case], found.day[case],
                      found.stream.code, found.number[case])  # fmt: skip


def _town(found: Events, case: Ints) -> pa.Array:
    return cells.town_names(found.world.towns, found.town[case], found.draw(2, 3)[case])


def _village(found: Events, case: Ints) -> pa.Array:
    known = found.draw(1, 3)[case]
    return cells.village_codes(found.world.towns, found.village[case], known)


def disputes(world: World, days: Days) -> Book:
    """Settled within thirty days or later, or (one in seven of the late) never; some break out
    again within thirty days."""
    found, at = _opened(world, "disputes", days)
    settled_well = _well(world, found, "disputes_settled", days, 0)
    held = _well(world, found, "disputes_held", days, 1)
    soon, late = between(found.draw(2, 0), 1, 30), between(found.draw(2, 0), 40, 90)
    took = np.where(settled_well, soon, late)
    settled = np.where(settled_well | (found.draw(2, 1) >= chance(1 / 7)), _after(at, took), NEVER)
    broke = _after(settled, between(found.draw(2, 2), 3, 29))
    reopened = np.where(held | (settled == NEVER), NEVER, broke)
    kinds = tuple(word for word, _ in found.stream.kinds)

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        return {
            "纠纷编号": _key("D", found, case),
            "受理日期": cells.day(at[case] // DAY),
            "纠纷类型": cells.words(found.kind[case], kinds),
            "化解日期": _day(settled[case], since),
            "复发日期": _day(reopened[case], since),
            "镇街": _town(found, case),
            "村居代码": _village(found, case),
            "更新时间": cells.moment(since),
            "当事人姓名": cells.dummies("name", at[case]),
            "调解员电话": cells.dummies("phone", at[case]),
        }

    return of_cases([at, settled, reopened], write)


def petitions(world: World, days: Days) -> Book:
    """Answered within sixty days or later; half of the late ones are extended."""
    found, at = _opened(world, "petitions", days)
    well = _well(world, found, "petitions_in_time", days, 0)
    took = np.where(well, between(found.draw(2, 0), 12, 60), between(found.draw(2, 0), 61, 150))
    answered = _after(at, took)
    longer = ~well & (found.draw(2, 1) < chance(0.5))
    extended = np.where(longer, _after(at, np.full(len(found), 55)), NEVER)

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        return {
            "信访件编号": _key("P", found, case),
            "受理日期": cells.day(at[case] // DAY),
            "答复日期": _day(answered[case], since),
            "延期日期": _day(extended[case], since),
            "镇街": _town(found, case),
            "更新时间": cells.moment(since),
            "信访人姓名": cells.dummies("name", at[case]),
            "信访人身份证号": cells.dummies("id_card", at[case]),
            "信访人电话": cells.dummies("phone", at[case]),
            "信访内容": cells.dummies("text", at[case]),
        }

    return of_cases([at, extended, answered], write)


def land(world: World, days: Days) -> Book:
    """Parcels, restored within four hundred days."""
    found, at = _opened(world, "parcels", days)
    size = quantile(found.draw(2, 0), HECTARES)
    restored = _after(at, quantile(found.draw(2, 1), RESTORED_AFTER))

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        wide = found.draw(2, 2)[case] < chance(0.2)
        return {
            "图斑编号": _key("L", found, case),
            "发现日期": cells.day(at[case] // DAY),
            "违法面积": cells.with_unit(cells.decimal(size[case], 2), "公顷", wide),
            "整改完成日期": _day(restored[case], since),
            "镇街": _town(found, case),
            "更新时间": cells.moment(since),
            "用地人": cells.dummies("name", at[case]),
        }

    return of_cases([at, restored], write)


def sites(world: World, days: Days) -> Book:
    return _found_and_closed(
        world,
        days,
        stream="site_hazards",
        letter="S",
        kind="隐患级别",
        place=lambda found, case: {"镇街": _town(found, case)},
        person="工地负责人",
    )


def fire_checks(world: World, days: Days) -> Book:
    return _found_and_closed(
        world,
        days,
        stream="fire_hazards",
        letter="B",
        kind="场所类别",
        place=lambda found, case: {"镇街代码": cells.town_codes(world.towns, found.town[case])},
        person="负责人",
    )


def _found_and_closed(
    world: World,
    days: Days,
    *,
    stream: str,
    letter: str,
    kind: str,
    place: Callable[[Events, Ints], dict[str, pa.Array]],
    person: str,
) -> Book:
    """Hazards that an inspection found, each to be closed by a day: `kind` and `person` name the
    columns of its kind and of whom it was told."""
    found, at = _opened(world, stream, days)
    due, closed = _hazards(world, found, at, f"{stream}_closed", days)
    kinds = tuple(word for word, _ in found.stream.kinds)

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        return {
            "隐患编号": _key(letter, found, case),
            "检查日期": cells.day(at[case] // DAY),
            "整改期限": cells.day(due[case]),
            "整改日期": _day(closed[case], since),
            kind: cells.words(found.kind[case], kinds),
            **place(found, case),
            "更新时间": cells.moment(since),
            person: cells.dummies("name", at[case]),
            "负责人电话": cells.dummies("phone", at[case]),
        }

    return of_cases([at, closed], write)


def _hazards(world: World, found: Events, at: Ints, share: str, days: Days) -> tuple[Ints, Ints]:
    """Day by which each hazard has to be gone, and moment at which it was."""
    term = np.array(HAZARD_TERMS, np.int64)[between(found.draw(2, 0), 0, 2)]
    well = _well(world, found, share, days, 0)
    took = np.where(well, 1 + (term - 1) * between(found.draw(2, 1), 0, 100) // 100,
                    term + between(found.draw(2, 1), 1, 40))  # fmt: skip
    return at // DAY + term, _after(at, took)


def wages(world: World, days: Days) -> Book:
    found, at = _opened(world, "arrears", days)
    many = quantile(found.draw(2, 0), WORKERS)
    ruled = _after(at, between(found.draw(2, 1), 3, 30))
    true_ = _well(world, found, "arrears_confirmed", days, 0)
    paid = np.where(true_, _after(ruled, between(found.draw(2, 2), 10, 110)), NEVER)

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        finding = np.where(ruled[case] > since, 2, ~true_[case])
        wide = found.draw(1, 2)[case] < chance(0.2)
        return {
            "案件编号": _key("W", found, case),
            "立案日期": cells.day(at[case] // DAY),
            "核查结论": cells.words(finding, FINDINGS),
            "核实日期": _day(ruled[case], since),
            "涉及人数": cells.with_unit(cells.whole(many[case]), "人", wide),
            "清偿日期": _day(paid[case], since),
            "镇街": _town(found, case),
            "更新时间": cells.moment(since),
            "用人单位": cells.dummies("firm", at[case]),
            "投诉人电话": cells.dummies("phone", at[case]),
        }

    return of_cases([at, ruled, paid], write)


def hospitals(world: World) -> Flags:
    """The towns with a hospital, always the same."""
    return np.asarray(world.towns.exposures[RESIDENTS].value[0] >= HOSPITAL_FROM)


def monthly_visits(world: World, days: Days) -> Floats:
    """Visits a month, [town, day]; 0 in towns without a hospital."""
    return world.exposure(RESIDENTS, days) * VISITS * hospitals(world)[:, None]


def health(world: World, days: Days) -> Book:
    """Each month's visits of each hospital, and disputes with what the review found."""
    all_, _ = _opened(world, "medical_disputes", days)
    found = all_.only(hospitals(world)[all_.town])
    at = found.second(AT_WORK)
    ruled = _after(at, between(found.draw(2, 0), 15, 75))
    true_ = _well(world, found, "medical_confirmed", days, 0)
    town, day, visits = _visits(world, days)
    cases, reports = len(found), len(town)
    first = np.concatenate([at, day * DAY + EVENING])
    second = np.concatenate([ruled, np.full(reports, NEVER)])
    where = np.concatenate([found.town, town])
    code = np.concatenate([np.full(cases, found.stream.code), np.full(reports, 373)])
    number = np.concatenate([found.number, np.zeros(reports, np.int64)])
    many = np.concatenate([np.zeros(cases, np.int64), visits])
    confirmed = np.concatenate([true_, np.zeros(reports, np.bool_)])
    draw = np.concatenate([found.draw(2, 3), np.full(reports, 1 << 31, np.uint64)])

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        is_report = case >= cases
        finding = np.where(second[case] > since, 2, ~confirmed[case])
        return {
            "记录编号": cells.keys("M", world.towns, where[case], first[case] // DAY, code[case],
                               number[case]),
            "日期": cells.day(first[case] // DAY),
            "类别": cells.words(is_report.astype(np.int64), ("医疗纠纷", "诊疗人次")),
            "诊疗人次": cells.whole(many[case], ~is_report),
            "鉴定结论": cells.words(finding, ("属实", "不属实", "待定"), is_report),
            "鉴定日期": _day(second[case], since),
            "镇街": cells.town_names(world.towns, where[case], draw[case]),
            "更新时间": cells.moment(since),
            "患者姓名": cells.dummies("name", first[case]),
        }  # fmt: skip

    return of_cases([first, second], write)


def _visits(world: World, days: Days) -> tuple[Ints, Ints, Ints]:
    """Town, day (the last of the month) and visits of each monthly report."""
    ends = np.flatnonzero(np.diff(days.month, append=days.month[-1]) > 0)
    after = (days.number[-1:] + 1).astype("datetime64[D]").astype("datetime64[M]")
    if int(after.astype(np.int64)[0]) != int(days.month[-1]):
        ends = np.r_[ends, len(days) - 1]
    towns = np.flatnonzero(hospitals(world))
    usual = monthly_visits(world, days) * world.mood(373, 0.05, days)
    town = np.repeat(towns, len(ends))
    place = np.tile(ends, len(towns))
    return town, days.number[place], np.rint(usual[town, place]).astype(np.int64)
