"""Which periods are due: whole ones, each once, oldest first, in the city's own days."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from daily_office import PACK
from hypothesis import given
from hypothesis import strategies as st

from qingyu.flows.daily_compute import due_periods
from qingyu.flows.daily_state import DailyState
from qingyu.periods import following, parse


def labels(today: date, **done: str) -> dict[str, list[str]]:
    due = due_periods(PACK, DailyState(done=dict(done)), today)
    return {kind: [period.label for period in periods] for kind, periods in due.items()}


def test_at_first_only_the_last_whole_one_of_each_kind() -> None:
    assert labels(date(2016, 4, 2)) == {
        "day": ["2016-04-01"],
        "week": ["2016-W12"],
        "month": ["2016-03"],
    } | {kind: found for kind, found in labels(date(2016, 4, 2)).items() if kind not in (
        "day", "week", "month")}  # fmt: skip


@pytest.mark.parametrize(
    ("today", "done", "wanted"),
    [
        (date(2016, 3, 2), "2016-02-27", ["2016-02-28", "2016-02-29", "2016-03-01"]),
        (date(2017, 1, 1), "2016-12-31", []),
        (date(2017, 1, 1), "2016-12-30", ["2016-12-31"]),
        (date(2016, 4, 2), "2016-04-05", []),  # a clock that was set back
    ],
)
def test_what_was_missed_is_caught_up(today: date, done: str, wanted: list[str]) -> None:
    assert labels(today, day=done)["day"] == wanted


@given(st.dates(date(2016, 1, 1), date(2017, 12, 31)), st.integers(0, 40))
def test_day_by_day_or_at_once_the_same_periods(first: date, days: int) -> None:
    """No period twice and none skipped, however often it runs."""
    last = date.fromordinal(first.toordinal() + days)
    begin = {kind: found[-1] for kind, found in labels(first).items()}
    at_once = labels(last, **begin)
    done, seen = dict(begin), {kind: [] for kind in begin}  # type: dict[str, str], dict[str, list[str]]
    for number in range(first.toordinal(), last.toordinal() + 1):
        for kind, found in labels(date.fromordinal(number), **done).items():
            seen[kind] += found
            done[kind] = found[-1] if found else done[kind]
    assert seen == at_once
    for kind, found in at_once.items():
        chain = [begin[kind], *found]
        assert all(following(parse(a)).label == b for a, b in itertools.pairwise(chain))
        assert all(parse(label).last < last for label in found)
