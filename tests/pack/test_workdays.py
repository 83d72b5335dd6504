"""Terms in working days, against counting one by one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyu.pack.model import Calendar
from qingyu.pack.workdays import Workdays

# Spring Festival and National Day of 2026 with their make-up days.
CALENDAR = Calendar(
    holidays=tuple(
        first + timedelta(days=offset)
        for first, length in ((date(2026, 2, 15), 9), (date(2026, 10, 1), 7))
        for offset in range(length)
    ),
    workdays=(date(2026, 2, 14), date(2026, 2, 28), date(2026, 9, 20), date(2026, 10, 10)),
)
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
DAYS = Workdays(CALENDAR, FIRST, LAST)


@pytest.mark.parametrize(
    ("day", "working_days", "end"),
    [
        ("2026-03-02", 1, "2026-03-03"),
        ("2026-03-06", 1, "2026-03-09"),  # over a weekend
        ("2026-02-13", 1, "2026-02-14"),  # a Saturday made up
        ("2026-02-14", 1, "2026-02-24"),  # over the Spring Festival
        ("2026-02-18", 1, "2026-02-24"),  # begun on a holiday
        ("2026-02-26", 3, "2026-03-02"),  # a made-up Saturday counts
        ("2026-10-04", 0, "2026-10-04"),  # no term: the day itself
        ("2026-09-30", 3, "2026-10-10"),
    ],
)
def test_a_term_ends_on_a_working_day(day: str, working_days: int, end: str) -> None:
    found = DAYS.after(date.fromisoformat(day), working_days)
    assert found == date.fromisoformat(end)


@given(st.dates(FIRST, date(2026, 9, 1)), st.integers(1, 60))
def test_a_term_is_counted_one_working_day_at_a_time(day: date, working_days: int) -> None:
    walked, left = day, working_days
    while left:
        walked += timedelta(days=1)
        made_up = walked in CALENDAR.workdays
        left -= made_up or (walked.weekday() < 5 and walked not in CALENDAR.holidays)
    assert DAYS.after(day, working_days) == walked


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 12, 30)])
def test_a_term_outside_the_calendar_is_refused(day: date) -> None:
    with pytest.raises(ValueError, match="outside the calendar"):
        DAYS.after(day, 5)
