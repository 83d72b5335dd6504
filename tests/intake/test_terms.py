"""Terms for all days at once, against the calendar that counts one."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from qingyu.intake.terms import working_days_after
from qingyu.pack.model import Calendar
from qingyu.pack.workdays import Workdays

CALENDAR = Calendar(
    holidays=tuple(date(2026, 10, day) for day in range(1, 9)),
    workdays=(date(2026, 9, 20), date(2026, 10, 10), date(1850, 1, 1)),
)
WORKDAYS = Workdays(CALENDAR, date(1900, 1, 1), date(2201, 1, 1))
ZERO = date(1900, 1, 1)


@given(st.dates(date(2026, 8, 1), date(2026, 11, 30)), st.integers(0, 45))
def test_they_are_the_same(day: date, working_days: int) -> None:
    after = int(working_days_after(CALENDAR, working_days)[(day - ZERO).days])
    assert day + timedelta(days=after) == WORKDAYS.after(day, working_days)


def test_the_first_and_the_last_day_of_all_have_one_too() -> None:
    ends = working_days_after(CALENDAR, 60)
    assert date(1900, 1, 1) + timedelta(days=int(ends[0])) == WORKDAYS.after(ZERO, 60)
    assert len(ends) == (date(2200, 1, 1) - ZERO).days
    assert ends[-1] >= 60
