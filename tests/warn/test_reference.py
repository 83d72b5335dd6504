"""Earlier years by steps and by the calendar, and the groups between them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyu.warn.reference import Timeline, seasons, windows


def days(first: str, number: int, step: int = 1) -> np.ndarray:
    return np.datetime64(first) + np.arange(number) * np.timedelta64(step, "D")


def test_without_dates_years_are_steps() -> None:
    assert Timeline(52).earlier(110, 3) == [58, 6, -1]


@given(st.integers(1100, 2000))
def test_days_go_back_to_the_same_day_of_the_month(at: int) -> None:
    dates = days("2019-01-01", 2001)
    then = [Timeline(365, dates).earlier(at, 2)[back - 1] for back in (1, 2)]
    today = date(2019, 1, 1) + timedelta(days=at)
    for back, found in zip((1, 2), then, strict=True):
        leap = (today.month, today.day) == (2, 29)
        want = date(today.year - back, 3, 1) if leap else today.replace(year=today.year - back)
        assert dates[found] == np.datetime64(want)


@given(st.integers(160, 400))
def test_weeks_snap_to_their_own_weekday_and_stay_near(at: int) -> None:
    dates = days("2015-01-05", 420, 7)
    for back, found in enumerate(Timeline(52, dates).earlier(at, 3), 1):
        year_ago = date.fromisoformat(str(dates[at])) - timedelta(days=round(365.25 * back))
        there = date.fromisoformat(str(dates[found]))
        assert abs((there - year_ago).days) <= 4
        assert there.weekday() == 0


@given(st.integers(300, 330), st.integers(1, 12), st.integers(0, 30))
def test_groups_cover_the_years_without_holes(at: int, groups: int, skip: int) -> None:
    base = seasons(Timeline(52), at, years=5, half=3, groups=groups, skip=skip)
    assert base is not None
    assert len(set(base.rows.tolist())) == len(base.rows)
    assert base.rows.max() < at - skip
    if groups > 1:
        assert sorted(base.rows.tolist()) == list(range(at - 263, at - skip))
        lengths = seasons(Timeline(52), at, 5, 3, groups, skip=0)
        assert lengths is not None
        assert np.ptp(lengths.sizes[:-1]) <= 5
    assert base.group == len(base.starts) - 1
    assert base.now == at - base.rows.min()


def test_windows_take_what_there_is() -> None:
    base = windows(Timeline(52), 54, years=5, half=3)
    assert base is not None
    assert base.rows.tolist() == [0, 1, 2, 3, 4, 5]
    assert windows(Timeline(52), 40, years=5, half=3) is None


@pytest.mark.parametrize("at", [10, 52, 259])
def test_seasons_want_all_their_years(at: int) -> None:
    assert seasons(Timeline(52), at, years=5, half=3, groups=10, skip=26) is None
