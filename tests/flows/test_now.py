"""A day so far, against a plain count of the same hours of like days."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from flows_county import MERION, PLACES, Call, County, calls

from qingyu.engine.meter import metered
from qingyu.errors import NotFoundError
from qingyu.flows.now import now
from qingyu.index.exact_json import dumps, nearest

TODAY = date(2016, 3, 16)  # a Wednesday
CODE = "4209144976"
ROOT = "42091"


def daily(day: date, place: str) -> int:
    return 1 + (day.toordinal() * 7 + len(place)) % 5


def spread(given: list[Call]) -> list[Call]:
    """The calls of a day at 08:00, 10:00, 12:00 … instead of all at noon."""
    seen: Counter[tuple[date, str]] = Counter()
    found = []
    for call in given:
        place = (call.at.date(), call.twp)
        hour = 8 + 2 * seen[place]
        seen[place] += 1
        found.append(replace(call, at=call.at.replace(hour=hour, minute=0)))
    return found


HISTORY = spread(calls(first=date(2016, 1, 1), last=TODAY - timedelta(days=1), daily=daily))
MORNING = [
    Call(f"today {place} {n}", datetime(2016, 3, 16, 9, 30 + n), twp=place)  # noqa: DTZ001
    for place in PLACES
    for n in range(9 if place == MERION else 1)
]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    county = County(tmp_path_factory.mktemp("now"))
    county.take([*HISTORY, *MORNING])
    return county


def test_today_is_held_against_the_same_hours_of_its_weekday(county: County) -> None:
    found = now(county.home, county.pack, TODAY, "traffic_crash", MERION)
    (part,) = found.areas[0].parts
    usual = [
        sum(1 for c in HISTORY if c.twp == MERION and c.at.date() == day and c.at.hour < 10)
        for day in (TODAY - timedelta(weeks=back) for back in range(1, 9))
    ]
    assert part.until == datetime(2016, 3, 16, 9, 38)  # noqa: DTZ001 - local
    assert part.days == 8
    assert str(part.count) == "9"
    assert part.expected == nearest(Fraction(sum(usual), 8), 1)
    assert (part.least.units, part.most.units) == (min(usual), max(usual))  # type: ignore[union-attr]


def test_what_is_far_from_usual_stands_first_and_gets_a_colour(county: County) -> None:
    found = now(county.home, county.pack, TODAY, "Traffic")
    towns = [one for one in found.areas if one.area.level == "township"]
    assert towns[0].area.code == CODE
    assert towns[0].points is not None
    assert towns[0].points < towns[1].points  # type: ignore[operator]
    assert towns[0].grade in {"orange", "red"}
    assert found.areas[0].area.code == ROOT  # the top level first
    whole = found.areas[0].parts[0]
    assert whole.count.units == sum(1 for c in MORNING)


def test_a_day_of_which_nothing_came_says_so_and_gives_no_colour(county: County) -> None:
    found = now(county.home, county.pack, TODAY + timedelta(days=1))
    assert "traffic_crash" in found.silent
    assert {one.grade for one in found.areas} == {None}


def test_without_enough_like_days_nothing_is_expected(county: County) -> None:
    found = now(county.home, county.pack, date(2016, 1, 20), "traffic_crash", MERION)
    (part,) = found.areas[0].parts
    assert (part.days < 4, part.expected, part.points) == (True, None, None)
    assert found.areas[0].grade is None


def test_it_is_as_known_then(county: County) -> None:
    assert now(county.home, county.pack, TODAY, known="0").silent


def test_numbers_are_fields_of_the_json(county: County) -> None:
    text = dumps(now(county.home, county.pack, TODAY, "traffic_crash", MERION).to_json())
    for name in ("area", "points", "grade", "state", "until", "count", "expected", "days"):
        assert f'"{name}"' in text


def test_an_unknown_topic_is_answered_with_the_known_ones(county: County) -> None:
    with pytest.raises(NotFoundError, match="traffic_crash"):
        now(county.home, county.pack, TODAY, "weather")


def test_only_files_of_the_asked_days_are_read(tmp_path: Path) -> None:
    county = County(tmp_path)
    for month in (1, 2, 3):
        first = date(2016, month, 1)
        county.take(spread(calls(first=first, last=first + timedelta(days=14), daily=daily)))
    with metered() as long:
        now(county.home, county.pack, date(2016, 3, 15), "traffic_crash")
    with metered() as short:
        now(county.home, county.pack, date(2016, 1, 15), "traffic_crash")
    assert short.by_table["records"] < long.by_table["records"]
