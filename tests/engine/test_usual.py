"""Days far from what is usual: drawn by hand, and against a plain reading of the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from statistics import median
from typing import Any

import numpy as np
from engine_town import source as contract
from hypothesis import given
from hypothesis import strategies as st

from qingyu.engine.usual import unusual_days
from qingyu.pack.model import Calendar, Source

START = date(2020, 1, 1)  # a Wednesday
PLAIN = Calendar()


def source(**usual: Any) -> Source:
    confirmed = usual.pop("confirmed", ())
    return Source.model_validate(contract("calls", usual=usual, confirmed=confirmed))


def judged(
    of: Source,
    totals: Sequence[int],
    full: Sequence[bool] | None = None,
    calendar: Calendar = PLAIN,
) -> tuple[list[int], dict[int, tuple[int, int]]]:
    """Suspect days, and outlying ones with their total and twice what was usual."""
    known = np.array([True] * len(totals) if full is None else full, bool)
    suspect, above = unusual_days(of, calendar, known, np.array(totals, np.int64), START)
    return suspect.tolist(), {(o.day - START).days: (o.total, o.usual) for o in above}


def weekly(*counts: int, **usual: Any) -> tuple[list[int], list[int]]:
    """Which weeks' first days are suspect, and which outlying."""
    totals = [count if day == 0 else 0 for count in counts for day in range(7)]
    suspect, above = judged(source(**usual), totals)
    return [day // 7 for day in suspect], [day // 7 for day in above]


def test_far_above_is_outlying_only_where_the_contract_asks() -> None:
    assert weekly(100, 100, 100, 10_000) == ([], [])
    assert weekly(100, 100, 100, 400, above=4) == ([], [])  # four times is not above it
    assert weekly(100, 100, 100, 401, above=4) == ([], [3])
    assert judged(source(above=4), [100] * 21 + [10_000]) == ([], {21: (10_000, 200)})


def test_two_weeks_say_nothing_of_what_is_above() -> None:
    assert weekly(100, 100, 10_000, above=4) == ([], [])


def test_of_a_quiet_source_the_least_stands_for_what_is_usual() -> None:
    """Three where one is usual is no outlier; a hundred times what is usual is one."""
    assert weekly(1, 1, 1, 80, above=4) == ([], [])
    assert weekly(1, 1, 1, 100, above=4) == ([], [3])
    assert weekly(0, 0, 0, 9, above=4, least=2) == ([], [3])


def test_an_outlying_day_is_no_witness() -> None:
    """Were they witnesses, the ordinary days after three of them would be suspect."""
    assert weekly(100, 100, 100, 9000, 9000, 9000, 9000, 100, 100, above=4) == ([], [3, 4, 5, 6])
    assert weekly(100, 100, 100, 9000, 9000, 9000, 9000, 100, 100) == ([7, 8], [])


def test_what_stays_high_becomes_usual_when_nobody_remembers_otherwise() -> None:
    """Eight weeks back, and of these at least three days: so after six of them."""
    assert weekly(*[100] * 3, *[900] * 8, above=4) == ([], [3, 4, 5, 6, 7, 8])


def test_a_confirmed_day_is_right_and_a_witness() -> None:
    day = [(START + timedelta(days=21)).isoformat()]
    assert weekly(100, 100, 100, 9000, 9000, above=4) == ([], [3, 4])
    assert weekly(100, 100, 100, 9000, 9000, above=4, confirmed=day) == ([], [4])


# -- kinds of day ---

SPRING = Calendar.model_validate(
    {
        "holidays": [f"2020-01-{day}" for day in range(24, 31)],
        "workdays": ["2020-01-19", "2020-02-01"],
    }
)


def office(days: int) -> list[int]:
    """A hundred a working day, thirty a day off; the festival of SPRING kept."""
    found = []
    for number in range(days):
        day = START + timedelta(days=number)
        off = day in SPRING.holidays or (day.isoweekday() > 5 and day not in SPRING.workdays)
        found.append(30 if off else 100)
    return found


def test_a_holiday_is_held_against_days_off() -> None:
    rested = [(date(2020, 1, day) - START).days for day in (24, 27, 28, 29, 30)]
    assert judged(source(), office(35), calendar=SPRING)[0] == rested
    assert judged(source(by="working"), office(35), calendar=SPRING) == ([], {})


def test_a_make_up_day_without_records_is_seen() -> None:
    totals = office(35)
    made_up = (date(2020, 2, 1) - START).days  # a Saturday on which people work
    totals[made_up] = 30
    assert judged(source(), totals, calendar=SPRING)[0] == [
        day for day in range(23, 30) if day not in (24, 25)
    ]
    assert judged(source(by="working"), totals, calendar=SPRING) == ([made_up], {})


def test_a_day_off_needs_three_days_off_before_it() -> None:
    """4, 5 and 11 January are the weekend days before the twelfth."""
    totals = [0 if day == 11 else 30 for day in range(12)]
    assert judged(source(by="working"), totals)[0] == [11]
    assert judged(source(by="working"), [0 if day == 10 else 30 for day in range(11)])[0] == []


# -- the page, read plainly ---


def plainly(of: Source, totals: Sequence[int], full: Sequence[bool]) -> tuple[list[int], list[int]]:
    """One day after the other, with a list of those that may speak."""
    speaks, suspect, above = list(full), [], []
    for day, total in enumerate(totals):
        reach = [day - back for back in range(1, 7 * of.usual.weeks + 1) if back <= day]
        alike = [d for d in reach if _kind(of, d) == _kind(of, day) and speaks[d]]
        sure = START + timedelta(days=day) in of.confirmed
        if not full[day] or sure or len(alike) < 3:
            continue
        usual = Fraction(median(Fraction(totals[d]) for d in alike))
        if usual >= of.usual.least and total < Fraction(of.usual.below, 10**6) * usual:
            suspect.append(day)
            speaks[day] = False
        most = of.usual.above
        if most is not None and total > Fraction(most, 10**6) * max(usual, of.usual.least):
            above.append(day)
            speaks[day] = False
    return suspect, above


def _kind(of: Source, day: int) -> int:
    weekday = (START + timedelta(days=day)).isoweekday()
    return weekday if of.usual.by == "weekday" else int(weekday > 5)


counts = st.sampled_from([0, 1, 3, 10, 10, 10, 11, 20, 21, 60])
rules = st.fixed_dictionaries(
    {
        "by": st.sampled_from(["weekday", "working"]),
        "below": st.sampled_from(["0.4", "0.9", "0"]),
        "above": st.sampled_from([None, "1.1", "2", "4"]),
        "least": st.sampled_from([1, 5, 15]),
        "weeks": st.sampled_from([3, 4, 8]),
        "confirmed": st.lists(st.dates(START, date(2020, 3, 20)), max_size=3),
    }
)


@given(rule=rules, days=st.lists(st.tuples(counts, st.integers(0, 9)), max_size=80))
def test_the_plain_reading_agrees(rule: dict[str, Any], days: list[tuple[int, int]]) -> None:
    of = source(**rule)
    totals, full = [count for count, _ in days], [chance > 0 for _, chance in days]
    suspect, above = judged(of, totals, full)
    assert (suspect, list(above)) == plainly(of, totals, full)


@given(days=st.lists(counts, min_size=30, max_size=60), cut=st.integers(0, 60))
def test_a_day_is_judged_by_what_was_before_it(days: list[int], cut: int) -> None:
    of = source(above=2, least=1)
    suspect, above = judged(of, days)
    earlier, far = judged(of, days[:cut])
    assert [day for day in suspect if day < cut] == earlier
    assert {day: one for day, one in above.items() if day < cut} == far
