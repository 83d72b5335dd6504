"""Departments' books: what they say when, under the contracts' own headings."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from qingyu.pack.model import Pack
from qingyu.simulate.city.events import DAY
from qingyu.simulate.city.records import services
from qingyu.simulate.city.records.book import NEVER, of_cases, of_events
from qingyu.simulate.city.records.books import MAKERS
from qingyu.simulate.city.records.cells import MARK
from qingyu.simulate.city.records.sightings import METRES, MINUTES, collisions
from qingyu.simulate.city.seen import labels
from qingyu.simulate.city.shapes import number_of
from qingyu.simulate.city.world import World

FIRST, LAST = number_of(date(2026, 6, 1)), number_of(date(2026, 6, 30))
END = (LAST + 1) * DAY - 1
SOURCES = sorted(MAKERS)


@pytest.fixture(scope="module")
def june(city: World) -> dict[str, pa.Table]:
    return {s: MAKERS[s].book(city, FIRST, LAST).told(FIRST, LAST, END + 6 * DAY) for s in SOURCES}


def test_every_source_of_the_pack_has_a_book(zhuhai: Pack) -> None:
    assert sorted(source.id for source in zhuhai.sources) == SOURCES


@pytest.mark.parametrize("name", SOURCES)
def test_headings_words_and_dummies_are_the_contracts(
    name: str, zhuhai: Pack, june: dict[str, pa.Table]
) -> None:
    source, table = zhuhai.source(name), june[name]
    headings = {(c.names[0].name if c.names else c.name): c for c in source.columns}
    assert set(table.column_names) == set(headings)
    assert len(table)
    for heading, column in headings.items():
        texts = [text for text in table[heading].to_pylist() if text is not None]
        if column.among is not None:
            assert set(texts) <= set(column.among), heading
        if column.required:
            assert len(texts) == len(table), heading
        if column.personal == "cut":
            assert texts, heading
            assert all(MARK in text for text in texts), heading
        else:
            assert not any(MARK in text for text in texts), heading


@pytest.mark.parametrize("name", SOURCES)
def test_a_key_is_one_record(name: str, zhuhai: Pack, june: dict[str, pa.Table]) -> None:
    source = zhuhai.source(name)
    columns = [
        c.names[0].name if c.names else c.name for c in source.columns if c.name in source.key
    ]
    keys = list(zip(*(june[name][column].to_pylist() for column in columns), strict=True))
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", SOURCES)
def test_a_book_of_a_day_is_that_day_of_a_longer_one(name: str, city: World) -> None:
    """Files can be made without those before them."""
    day = FIRST + 17
    moment = (day + 1) * DAY + 6 * 3600
    whole = MAKERS[name].book(city, FIRST, LAST).told(day, day, moment)
    alone = MAKERS[name].book(city, day, day).told(day, day, moment)
    assert sorted(map(str, whole.to_pylist())) == sorted(map(str, alone.to_pylist()))


def test_one_call_of_twenty_five_has_only_a_point(june: dict[str, pa.Table]) -> None:
    """To 110 and of 119; all others name a place, and every call has its point."""
    areas = {
        "police_110": ("镇街", "村居代码"),
        "police_122": ("镇街", "村居代码"),
        "fire_119": ("区划代码",),
    }
    for name, columns in areas.items():
        rows = june[name].select(columns).to_pylist()
        bare = sum(not any(row.values()) for row in rows) / len(rows)
        assert bare == (0 if name == "police_122" else pytest.approx(1 / 25, rel=0.35)), name
        assert all(june[name]["经度"].to_pylist())


def test_what_a_contract_requires_stands_in_every_row_of_five_years(
    city: World, zhuhai: Pack
) -> None:
    """A month of a rare thing would not show that one row of twenty-five lacks its place."""
    source = zhuhai.source("work_safety")
    start = number_of(date(2021, 11, 1))
    table = MAKERS["work_safety"].book(city, start, LAST).told(start, LAST, END)
    assert len(table) > 500
    for column in source.columns:
        if column.required:
            assert all(table[column.names[0].name if column.names else column.name].to_pylist())


def test_a_case_says_only_what_has_come(city: World) -> None:
    book = MAKERS["hotline_12345"].book(city, FIRST, LAST)
    for row in book.told(FIRST, LAST, END).to_pylist():
        assert row["受理时间"] <= row["更新时间"]
        for heading in ("办结时间", "回访日期"):
            assert row[heading] is None or row[heading][:10] <= row["更新时间"][:10]
        assert (row["是否解决"] is None) == (row["回访日期"] is None)
        assert row["回访日期"] is None or row["办结时间"] is not None


def test_states_of_a_case_follow_each_other() -> None:
    def write(case: object, since: object) -> dict[str, pa.Array]:
        return {"case": pa.array(np.asarray(case)), "since": pa.array(np.asarray(since))}

    one = np.array([10, 20]) * DAY
    two = np.array([12 * DAY, NEVER])
    book = of_cases([one, two], write)
    assert book.told(10, 11, 12 * DAY - 1).to_pylist() == [{"case": 0, "since": 10 * DAY}]
    assert book.told(10, 11, 12 * DAY).to_pylist() == []  # it changed, and is filed under day 12
    assert [r["case"] for r in book.told(10, 30, 30 * DAY).to_pylist()] == [0, 1]
    struck = of_events(np.array([5]), [np.array([5 * DAY])], np.array([7 * DAY]), write)
    assert len(struck.told(5, 5, 6 * DAY)) == 1
    assert len(struck.told(5, 5, 7 * DAY)) == 0


def test_handled_in_time_is_the_declared_share(city: World) -> None:
    """By the day of the limit, as the pack asks."""
    span = number_of(date(2023, 1, 1)), number_of(date(2023, 12, 31))
    tables = {
        "hotline_12345": ("办结时限", "办结时间", "hotline_in_time"),
        "urban_management": ("处置时限", "结案时间", "urban_closed"),
        "sites": ("整改期限", "整改日期", "site_hazards_closed"),
    }
    for source, (due, done, share) in tables.items():
        book = MAKERS[source].book(city, *span)
        rows = book.told(*span, (span[1] + 1) * DAY - 1)
        pairs = zip(rows[due].to_pylist(), rows[done].to_pylist(), strict=True)
        closed = [(a[:10], b[:10]) for a, b in pairs if a and b]
        found = sum(b <= a for a, b in closed) / len(closed)
        assert found == pytest.approx(city.scenario.share(share).share, abs=0.02), source


def test_patrol_finds_more_where_it_goes_more(city: World) -> None:
    """Twice the hours, twice the finds; the streets are the same (threat 53)."""
    town = city.towns.number("440402006000")
    before = city.days(date(2025, 6, 1), date(2025, 8, 31))
    after = city.days(date(2025, 9, 2), date(2025, 11, 29))
    hours, finds = [], []
    for days in (before, after):
        hours.append(services.patrol(city, days)[town].sum() / len(days))
        first, last = int(days.number[0]), int(days.number[-1])
        rows = (
            MAKERS["urban_management"].book(city, first, last).told(first, last, (last + 1) * DAY)
        )
        name, short = city.towns.names[town], city.towns.short[town]
        mine = [
            r["案件类别"] != "巡查工时"
            for r in rows.select(["镇街", "来源", "案件类别"]).to_pylist()
            if r["来源"] == "巡查" and r["镇街"] in (name, short)
        ]
        finds.append(sum(mine) / len(days))
    assert hours[1] / hours[0] == pytest.approx(2.0, rel=0.25)
    assert finds[1] / hours[1] == pytest.approx(finds[0] / hours[0], rel=0.2)


def test_one_collision_several_records(city: World) -> None:
    days = city.numbered(FIRST, LAST)
    tables = {s: MAKERS[s].book(city, FIRST, LAST).told(FIRST, LAST, END + 6 * DAY)
              for s in ("police_110", "police_122", "fire_119")}  # fmt: skip
    heads = {"police_110": "接警编号", "police_122": "警情编号", "fire_119": "出警编号"}
    known = {source: set(table[heads[source]].to_pylist()) for source, table in tables.items()}
    seen: dict[str, list[dict[str, str]]] = defaultdict(list)
    for table in labels(city, days):
        for row in table.to_pylist():
            seen[row["event"]].append(row)
            assert row["record"] in known[row["source"]]
    for rows in seen.values():
        assert len({row["source"] for row in rows}) == len(rows)
        minutes = [int(r["at"][11:13]) * 60 + int(r["at"][14:16]) for r in rows]
        assert max(minutes) - min(minutes) <= 2 * MINUTES + 1
        east = [float(r["longitude"]) for r in rows]
        assert max(east) - min(east) <= 2 * METRES * 9.1e-6
    sizes = Counter(len(rows) for rows in seen.values())
    assert sizes[2] > 50
    assert sizes[3] > 20
    crash = collisions(city, days)
    assert (crash.at_110 <= crash.injured).all()


def test_numbers_are_written_as_departments_write_them(june: dict[str, pa.Table]) -> None:
    sizes = june["land"]["违法面积"].to_pylist()
    assert all(re.fullmatch(r"[0-9０-９]+[.．][0-9０-９]{2}公顷", text) for text in sizes)
    assert all(
        re.fullmatch(r"2026年6月\d{1,2}日", t) for t in june["honours"]["认定日期"].to_pylist()
    )
    assert all(
        re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", t)
        for t in june["work_safety"]["发生时间"].to_pylist()
    )
