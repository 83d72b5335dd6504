"""Which days a day is like."""

from __future__ import annotations

from datetime import date

import pytest

from qingyu.flows.comparable import comparable_days
from qingyu.pack.model import Calendar

CALENDAR = Calendar(
    holidays=tuple(date(2026, 10, day) for day in range(1, 8)),
    workdays=(date(2026, 9, 20), date(2026, 10, 10)),
)


@pytest.mark.parametrize(
    ("day", "days"),
    [
        # An ordinary Thursday: the Thursdays before, without the holiday of 1 October.
        ("2026-10-15", ["08-20", "08-27", "09-03", "09-10", "09-17", "09-24", "10-08"]),
        # A made-up Saturday is no Saturday, and a made-up Sunday no Sunday.
        ("2026-10-17", ["08-22", "08-29", "09-05", "09-12", "09-19", "09-26", "10-03"]),
    ],
)
def test_an_ordinary_day_is_held_against_its_weekday(day: str, days: list[str]) -> None:
    found = comparable_days(CALENDAR, date.fromisoformat(day))
    assert [f"{one:%m-%d}" for one in found] == days


def test_a_holiday_is_held_against_all_days_off() -> None:
    found = comparable_days(CALENDAR, date(2026, 10, 5))  # a Monday off
    assert all(day.weekday() >= 5 or day in CALENDAR.holidays for day in found)
    assert date(2026, 10, 4) in found
    assert date(2026, 9, 20) not in found


def test_a_made_up_day_is_held_against_all_working_days() -> None:
    found = comparable_days(CALENDAR, date(2026, 10, 10))
    assert date(2026, 10, 9) in found
    assert date(2026, 9, 20) in found
    assert not any(day in CALENDAR.holidays for day in found)
