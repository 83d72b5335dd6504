"""Periods of a city's calendar: edges of the calendar by table, the rest by property."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyu.errors import UsageError
from qingyu.periods import (
    KINDS,
    Kind,
    Period,
    following,
    month_start,
    parse,
    period_of,
    periods_between,
    previous,
    same_of_earlier_year,
    years_back,
)

FESTIVALS = tuple(
    date.fromisoformat(text)
    for text in ("2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06")
)
DAYS = st.dates(date(1901, 1, 7), date(2198, 12, 20))
KIND = st.sampled_from(KINDS)


@pytest.mark.parametrize(
    ("text", "kind", "first", "last", "days"),
    [
        ("2016-10-15", "day", "2016-10-15", "2016-10-15", 1),
        ("2016-02-29", "day", "2016-02-29", "2016-02-29", 1),
        ("2016-W01", "week", "2016-01-04", "2016-01-10", 7),
        ("2015-W53", "week", "2015-12-28", "2016-01-03", 7),
        ("2020-W53", "week", "2020-12-28", "2021-01-03", 7),
        ("2024-W01", "week", "2024-01-01", "2024-01-07", 7),
        ("2016-10-X1", "ten_days", "2016-10-01", "2016-10-10", 10),
        ("2016-10-X2", "ten_days", "2016-10-11", "2016-10-20", 10),
        ("2016-10-X3", "ten_days", "2016-10-21", "2016-10-31", 11),
        ("2016-02-X3", "ten_days", "2016-02-21", "2016-02-29", 9),
        ("2015-02-X3", "ten_days", "2015-02-21", "2015-02-28", 8),
        ("2016-02", "month", "2016-02-01", "2016-02-29", 29),
        ("1900-02", "month", "1900-02-01", "1900-02-28", 28),
        ("2000-02", "month", "2000-02-01", "2000-02-29", 29),
        ("2016-Q1", "quarter", "2016-01-01", "2016-03-31", 91),
        ("2016-Q4", "quarter", "2016-10-01", "2016-12-31", 92),
        ("2016", "year", "2016-01-01", "2016-12-31", 366),
        (" 2016-10 ", "month", "2016-10-01", "2016-10-31", 31),
    ],
)
def test_parse(text: str, kind: Kind, first: str, last: str, days: int) -> None:
    period = parse(text)
    assert period == Period(date.fromisoformat(first), date.fromisoformat(last), kind)
    assert (period.kind, period.days, period.label) == (kind, days, text.strip())
    assert str(period) == text.strip()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-02-31", "a period that is in no calendar"),
        ("2015-02-29", "a period that is in no calendar"),
        ("2016-04-31", "a period that is in no calendar"),
        ("2016-W53", "a period that is in no calendar"),
        ("2015-W54", "a period that is in no calendar"),
        ("2016-W00", "a period that is in no calendar"),
        ("2016-13", "a period that is in no calendar"),
        ("2016-00", "a period that is in no calendar"),
        ("0000", "a period that is in no calendar"),
        ("1899", "a period that is in no calendar"),
        ("9999-W52", "a period that is in no calendar"),
        ("9999-12-31", "a period that is in no calendar"),
        ("2016-Q5", "no period"),
        ("2016-10-X4", "no period"),
        ("2016-1-5", "no period"),
        ("16-10", "no period"),
        ("2016/10/15", "no period"),
        ("２０１６-10", "no period"),
        ("2016-10-15T00:00", "no period"),
        ("yesterday", "no period"),
        ("", "no period"),
    ],
)
def test_what_is_no_period_is_a_usage_error(text: str, found: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    (fault,) = caught.value.faults
    assert (fault.where, str(fault.found)) == (text, found)


@given(DAYS, KIND)
def test_the_label_reads_back(day: date, kind: Kind) -> None:
    period = period_of(day, kind)
    assert parse(period.label) == period
    assert parse(period.label).kind == kind


@given(DAYS, KIND)
def test_a_period_holds_its_day_and_begins_where_the_one_before_ends(day: date, kind: Kind) -> None:
    period = period_of(day, kind)
    assert period.first <= day <= period.last
    assert previous(period).last + timedelta(days=1) == period.first
    assert period.last + timedelta(days=1) == following(period).first


@given(DAYS, KIND)
def test_previous_and_following_undo_each_other(day: date, kind: Kind) -> None:
    period = period_of(day, kind)
    assert previous(following(period)) == period
    assert following(previous(period)) == period


@given(DAYS, KIND, st.integers(0, 900))
def test_periods_between_are_whole_and_side_by_side(day: date, kind: Kind, length: int) -> None:
    last = min(day + timedelta(days=length), date(2198, 12, 31))
    found = periods_between(day, last, kind)
    for one, two in pairwise(found):
        assert following(one) == two
    if found:
        assert day <= found[0].first
        assert found[-1].last <= last
        assert previous(found[0]).first < day
        assert following(found[-1]).last > last
    else:
        assert period_of(day, kind).first < day or period_of(day, kind).last > last


@pytest.mark.parametrize(
    ("day", "years", "then"),
    [
        ("2016-02-29", 1, "2015-02-28"),
        ("2016-02-29", 4, "2012-02-29"),
        ("2016-03-31", 1, "2015-03-31"),
    ],
)
def test_years_back(day: str, years: int, then: str) -> None:
    assert years_back(date.fromisoformat(day), years) == date.fromisoformat(then)


def test_month_start() -> None:
    assert month_start(date(2016, 2, 29)) == date(2016, 2, 1)


@pytest.mark.parametrize(
    ("text", "years", "first", "last"),
    [
        ("2016-02-29", 1, "2015-02-28", "2015-02-28"),  # 29 February counts with the 28th
        ("2016-02", 1, "2015-02-01", "2015-02-28"),
        ("2015-02", 3, "2012-02-01", "2012-02-29"),
        ("2016-10", 2, "2014-10-01", "2014-10-31"),
        ("2016-02-X3", 1, "2015-02-21", "2015-02-28"),
        ("2016-Q1", 1, "2015-01-01", "2015-03-31"),
        ("2016", 1, "2015-01-01", "2015-12-31"),
        ("2016-W42", 1, "2015-10-19", "2015-10-25"),  # 52 weeks: a Monday stays a Monday
        ("2015-W53", 1, "2014-12-29", "2015-01-04"),
        ("2016-10-15", 1, "2015-10-15", "2015-10-15"),
    ],
)
def test_the_same_of_an_earlier_year(text: str, years: int, first: str, last: str) -> None:
    found = same_of_earlier_year(parse(text), years)
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "years", "first", "last"),
    [
        # Spring Festival 2026 is on 17 February, in 2025 it was on 29 January: 384 days before
        ("2026-02-17", 1, "2025-01-29", "2025-01-29"),
        ("2026-03-10", 1, "2025-02-19", "2025-02-19"),  # 21 days after: just within reach
        ("2026-03-11", 1, "2025-03-11", "2025-03-11"),  # 22 days after: the calendar's own day
        ("2026-01-27", 1, "2025-01-08", "2025-01-08"),
        ("2026-01-26", 1, "2025-01-26", "2025-01-26"),
        ("2026-02", 1, "2025-01-13", "2025-02-09"),  # the month keeps its distance, and its length
        ("2026-01", 1, "2024-12-13", "2025-01-12"),  # 17 days before the festival
        ("2026-02", 2, "2024-01-25", "2024-02-21"),
        ("2026-W08", 1, "2025-01-28", "2025-02-03"),
        ("2026-Q1", 1, "2025-01-01", "2025-03-31"),  # quarters and years keep their place
        ("2026", 1, "2025-01-01", "2025-12-31"),
        ("2026-05", 1, "2025-05-01", "2025-05-31"),  # far from the festival
        ("2026-02-17", 4, "2022-02-17", "2022-02-17"),  # a festival the calendar does not hold
    ],
)
def test_periods_follow_the_moving_festival(text: str, years: int, first: str, last: str) -> None:
    found = same_of_earlier_year(parse(text), years, FESTIVALS)
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)), KIND)
def test_aligned_periods_are_as_long_and_earlier(day: date, kind: Kind) -> None:
    period = period_of(day, kind)
    first, last = same_of_earlier_year(period, 1, FESTIVALS)
    assert first <= last < period.first
    if kind in ("day", "week"):
        assert (last - first).days + 1 == period.days
