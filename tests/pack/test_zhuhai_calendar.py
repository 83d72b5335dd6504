"""The calendar of the Zhuhai-like city: festivals, days off, make-up days, and legal terms."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from qingyu.pack.load import load_pack
from qingyu.pack.model import Calendar
from qingyu.pack.workdays import Workdays

PACK = Path(__file__).parents[2] / "packs" / "zhuhai"


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return load_pack(PACK).calendar


@pytest.fixture(scope="module")
def workdays(calendar: Calendar) -> Workdays:
    return Workdays(calendar, date(2021, 1, 1), date(2027, 12, 31))


def test_one_spring_festival_a_year_at_a_new_moon(calendar: Calendar) -> None:
    """From the new moon of 2000-01-06 on, whole lunations later to within a day."""
    assert [day.year for day in calendar.festivals] == list(range(2017, 2028))
    for day in calendar.festivals:
        assert date(day.year, 1, 21) <= day <= date(day.year, 2, 21)
        moons = (day - date(2000, 1, 6)).days / 29.530589
        assert abs(moons - round(moons)) * 29.530589 < 1.5


def test_make_up_days_are_weekends_and_none_is_a_holiday(calendar: Calendar) -> None:
    assert all(day.weekday() >= 5 for day in calendar.workdays)
    assert not set(calendar.workdays) & set(calendar.holidays)
    # 2027 is not announced yet.
    assert {day.year for day in calendar.holidays} <= {2021, 2022, 2023, 2024, 2025, 2026}


def test_working_days_of_each_year(workdays: Workdays) -> None:
    """365 less 104 to 106 weekend days, less the eleven days off by law (thirteen from 2025 on)
    on working days, however they are moved about."""
    counts = Counter(day.year for day in workdays.days)
    assert {year: counts[year] for year in range(2021, 2027)} == {
        2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-02-13", True),  # the Friday before Spring Festival
        ("2026-02-14", True),  # a Saturday, made up
        ("2026-02-16", False),
        ("2026-02-23", False),
        ("2026-02-28", True),  # a Saturday, made up
        ("2026-03-07", False),  # any Saturday
        ("2022-12-31", False),  # New Year's holiday of 2023
        ("2024-02-09", True),  # New Year's Eve was a working day in 2024
        ("2027-02-08", True),  # not announced yet: works until it is
    ],
)
def test_holidays_and_make_up_days(workdays: Workdays, day: str, works: bool) -> None:
    assert workdays.works(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("filed", "accept_by"),
    [
        # 14 (made up), 24, 25, 26, 27, 28 February (made up), 2 March
        ("2026-02-13", "2026-03-02"),
        # 8, 9, 10 (Saturday, made up), 12, 13, 14, 15 October
        ("2026-09-30", "2026-10-15"),
        # no holiday near: seven working days are nine or eleven days
        ("2026-07-06", "2026-07-15"),
        ("2026-07-10", "2026-07-21"),
    ],
)
def test_seven_working_days_to_accept_a_complaint(
    workdays: Workdays, filed: str, accept_by: str
) -> None:
    assert workdays.after(date.fromisoformat(filed), 7) == date.fromisoformat(accept_by)


def test_the_last_term_holds_the_two_before(workdays: Workdays) -> None:
    """Judged on the 52nd working day after filing: by then a complaint accepted on its last day
    has had its 45 working days."""
    day = date(2021, 1, 1)
    while day < date(2026, 10, 1):
        accepted = workdays.after(day, 7)
        assert workdays.after(accepted, 45) == workdays.after(day, 52)
        day += timedelta(days=1)
