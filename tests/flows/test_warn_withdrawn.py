"""A file taken in by mistake and taken back: what was said that morning stands, and whoever looks
back with what is known now does not see it."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flows_county import MERION, PLACES, Call, County
from warn_rules import RULES

from qingyu.flows.warn import Warned, notify, warn
from qingyu.flows.warn_sentence import warned_json
from qingyu.index.exact_json import dumps
from qingyu.intake.withdraw import withdraw
from qingyu.pack.model import Pack, Warnings

FIRST, START, LAST = date(2016, 1, 1), date(2016, 3, 1), date(2016, 3, 16)
WRONG, BACK = date(2016, 3, 9), date(2016, 3, 11)


def of_days(first: date, last: date, more: int = 0) -> list[Call]:
    """`more`: calls of one day and town that are no calls of the county."""
    found = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        noon = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 - local time
        for place in PLACES:
            usual = 2 + (day.toordinal() * 5 + len(place)) % 3
            number_here = usual + (
                more if place == MERION and day == WRONG - timedelta(days=1) else 0
            )
            found += [Call(f"{place} {day} #{n}", noon + timedelta(minutes=n), twp=place)
                      for n in range(number_here)]  # fmt: skip
    return found


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    county = County(tmp_path_factory.mktemp("withdrawn"))
    county.now = datetime(2016, 3, 1, 12, tzinfo=UTC)
    county.take(of_days(FIRST, START))
    wrong = None
    for number in range(1, (LAST - START).days + 1):
        day = START + timedelta(days=number)
        county.now = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
        if day == BACK:
            assert wrong is not None
            withdraw(county.home, county.pack, wrong, "the test")
        county.now += timedelta(hours=1)
        receipt = county.take(of_days(day - timedelta(days=3), day, 14 if day == WRONG else 0))
        if day == WRONG:
            wrong = receipt.number
        if day == BACK - timedelta(days=1):
            county.now = datetime(day.year, day.month, day.day, 23, 30, tzinfo=UTC)
            notify(county.home, with_rules(county), "the test", told(county))
    county.now = datetime(2016, 3, 16, 23, 30, tzinfo=UTC)
    return county


def with_rules(county: County) -> Pack:
    rules = Warnings.model_validate(RULES, strict=False)
    return county.pack.model_copy(update={"warnings": rules})


def told(county: County, known: str | None = None, *, looking_back: bool = False) -> Warned:
    return warn(county.home, with_rules(county), "2016-03", known, looking_back=looking_back)


def test_what_was_said_of_a_wrong_file_stands_and_is_over(county: County) -> None:
    (then,) = (one for one in told(county, "2016-03-10").episodes if one.speaks)
    (now,) = (one for one in told(county).episodes if one.speaks)
    assert then.area.name.startswith("LOWER MERION")
    assert (then.state, now.state) == ("open", "over")
    assert (then.first, then.raised.key) == (now.first, now.raised.key)
    assert now.number is not None
    assert now.number.number == "2016-0001"


def test_looking_back_there_is_nothing_and_the_number_is_told_as_gone(county: County) -> None:
    found = told(county, looking_back=True)
    assert found.episodes == ()
    assert [one.number for one in found.gone] == ["2016-0001"]


def test_a_home_that_never_ran_says_the_same(county: County, tmp_path: Path) -> None:
    before = dumps(warned_json(told(county)))
    for kept in (county.home.folder / "warn").glob("live-*"):
        kept.unlink()
    assert dumps(warned_json(told(county))) == before
    copy = shutil.copytree(county.home.folder, tmp_path / "home")
    for kept in (copy / "warn").glob("live-*"):
        kept.unlink()
    again = warn(type(county.home).open(copy), with_rules(county), "2016-03", "2016-03-16")
    assert dumps(warned_json(again)) == dumps(warned_json(told(county, "2016-03-16")))
