"""Cases with dates, stocks and readings, from the file to the explained number."""

from __future__ import annotations

from pathlib import Path

import pytest
from flows_cases import SmallCity

from qingyu.engine.connect import connected, file_list
from qingyu.engine.fingerprints import cube_digest
from qingyu.engine.rebuild import rebuild
from qingyu.flows.explain import explain
from qingyu.flows.trace_record import trace_record
from qingyu.index.explanation import Explanation

DISPUTES = "number,opened,closed,village"
AIR = "station,at,aqi,village"


@pytest.fixture
def city(tmp_path: Path) -> SmallCity:
    return SmallCity(tmp_path)


def parts(explanation: Explanation) -> dict[str, tuple[int, int]]:
    """indicator → (count, exposure) as published."""
    found = {}
    for part in explanation.to_json()["parts"]:  # type: ignore[attr-defined]
        found[part["indicator"]] = (str(part["count"]), str(part["exposure"]))
    return found


def test_a_case_is_due_by_the_city_s_working_days(city: SmallCity) -> None:
    # Five working days from Wednesday 4 March: 5, 6, (9 and 10 are holidays) 11, 12, 13.
    city.take("disputes", DISPUTES, ["a,2026-03-04,,Ford", "b,2026-03-12,,Ford"])
    files = file_list(city.home.record_files("disputes"))
    with connected() as connection:
        dues = connection.execute(
            f"SELECT key, c_due FROM read_parquet({files}) ORDER BY key"
        ).fetchall()
    # From Thursday the 12th: 13, the made-up Saturday 14, 16, 17, 18.
    assert [(key, str(due)) for key, due in dues] == [("a", "2026-03-13"), ("b", "2026-03-18")]


def test_closing_in_time_counts_on_the_day_it_was_due(city: SmallCity) -> None:
    city.take(
        "disputes",
        DISPUTES,
        ["a,2026-03-04,,Ford", "b,2026-03-04,2026-03-13,Ford", "c,2026-03-30,,Ford"],
    )
    city.take("air", AIR, ["s,2026-03-01 00:00,50,Ford", "s,2026-03-01 01:00,51,Ford"])
    # Due in March: a and b; c is due in April.
    assert parts(explain(city.home, city.pack, "Ford", "2026-03"))["in_time"] == ("1", "2")
    # The case a comes again, closed a day late: still not in time, and no longer open.
    city.take("disputes", DISPUTES, ["a,2026-03-04,2026-03-14,Ford"])
    assert parts(explain(city.home, city.pack, "Ford", "2026-03"))["in_time"] == ("1", "2")
    city.take("disputes", DISPUTES, ["a,2026-03-04,2026-03-13,Ford"])
    assert parts(explain(city.home, city.pack, "Ford", "2026-03"))["in_time"] == ("2", "2")


def test_a_stock_is_what_is_open_at_the_end_of_each_day(city: SmallCity) -> None:
    city.take(
        "disputes",
        DISPUTES,
        ["a,2026-03-04,,Ford", "b,2026-03-04,2026-03-13,Ford", "c,2026-03-31,2026-03-31,Ford"],
    )
    # a: 28 days from the 4th to the 31st; b: 9 days, the 4th to the 12th; c: none.
    found = parts(explain(city.home, city.pack, "Ford", "2026-03"))
    assert found["backlog"] == ("37", str(31 * 1000))
    assert parts(explain(city.home, city.pack, "Town", "2026-03"))["backlog"][0] == "37"


def test_what_opened_before_anything_was_covered_is_open_still(city: SmallCity) -> None:
    city.take("disputes", DISPUTES, ["old,2025-11-01,,Mill", "a,2025-12-01,2026-03-03,Mill"])
    # Open in March: the old one on 31 days, the other on the first two.
    assert parts(explain(city.home, city.pack, "Mill", "2026-03"))["backlog"][0] == "33"


def test_readings_count_once_a_station_and_day(city: SmallCity) -> None:
    city.take(
        "air",
        AIR,
        [
            "s,2026-03-01 00:00,50,Ford", "s,2026-03-01 01:00,51,Ford",  # 50.5 → 50, half-even
            "s,2026-03-02 00:00,80,Ford",  # one reading is not enough
            "t,2026-03-01 00:00,10,Ford", "t,2026-03-01 01:00,20,Ford",  # 15
        ],
    )  # fmt: skip
    assert parts(explain(city.home, city.pack, "Ford", "2026-03"))["air"] == ("65", "2")
    # A late reading changes the day's mean, and gives the other day its second value.
    city.take("air", AIR, ["s,2026-03-01 02:00,60,Ford", "s,2026-03-02 05:00,90,Ford"])
    assert parts(explain(city.home, city.pack, "Ford", "2026-03"))["air"] == ("154", "3")
    before = explain(city.home, city.pack, "Ford", "2026-03", known="1")
    assert parts(before)["air"] == ("65", "2")


def test_a_rebuild_gives_the_same_cube(city: SmallCity) -> None:
    city.take("air", AIR, ["s,2026-03-01 00:00,50,Ford", "s,2026-03-01 01:00,51,Ford"])
    city.take("disputes", DISPUTES, ["a,2026-03-04,,Ford"])
    city.take("air", AIR, ["s,2026-03-01 02:00,60,Ford", "s,2026-03-01 01:00,55,Ford"])
    city.take("disputes", DISPUTES, ["a,2026-03-04,2026-03-13,Mill"])
    before = cube_digest(city.home)
    for path in (city.home.folder / "cube").glob("*.parquet"):
        path.unlink()
    rebuild(city.home, city.pack, "the test")
    assert cube_digest(city.home) == before


def test_a_trace_tells_what_a_reading_and_a_closed_case_count_in(city: SmallCity) -> None:
    city.take("air", AIR, ["s,2026-03-01 00:00,50,Ford", "s,2026-03-01 01:00,52,Ford"])
    city.take("disputes", DISPUTES, ["a,2026-03-04,2026-03-06,Ford"])
    reading = trace_record(city.home, city.pack, "s|2026-03-01 00:00:00")
    # The instrument's day comes to 51 in the sum, and is one day in the count.
    assert sorted(one.value for one in reading.counted) == [1, 51]
    case = trace_record(city.home, city.pack, "a")
    assert {one.value for one in case.counted} == {1}
    users = {name for one in case.counted for name, _ in one.indicators}
    assert users == {"in_time", "backlog"}
