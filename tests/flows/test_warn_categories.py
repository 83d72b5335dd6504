"""A source that changes its categories is told; one that corrects them, or falls silent, is not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from flows_county import CRASH, Call, County, calls

from qingyu.flows.warn_categories import Recoded, recoded

FIRST, SPLIT, LAST = date(2015, 8, 1), date(2016, 2, 3), date(2016, 3, 1)
NEW = "Traffic: CRASH -"


def county_of(tmp_path: Path, *files: list[Call]) -> County:
    county = County(tmp_path)
    county.now = datetime(2016, 5, 1, tzinfo=UTC)
    for file in files:
        county.take(file)
    return county


def told(county: County, last: date = LAST) -> list[Recoded]:
    found = recoded(county.home, county.pack, county.home.batches()[-1].number, last)
    return [one for one in found if one.value in (NEW, CRASH)]


def renamed(given: list[Call]) -> list[Call]:
    return [Call(one.desc, one.at, NEW, one.twp) for one in given]


def test_another_word_is_new_and_the_old_one_gone(tmp_path: Path) -> None:
    before = calls(FIRST, date(2016, 2, 2))
    county = county_of(tmp_path, before + renamed(calls(SPLIT, LAST)))
    assert {(one.value, one.appeared) for one in told(county)} == {(NEW, True), (CRASH, False)}
    (gone,) = (one for one in told(county) if not one.appeared)
    assert gone.count == 28 * 12
    assert "traffic_crash" in gone.subjects


def test_nothing_changed_is_nothing_told(tmp_path: Path) -> None:
    assert told(county_of(tmp_path, calls(FIRST, LAST))) == []


def test_a_source_that_fell_silent_has_not_given_up_a_word(tmp_path: Path) -> None:
    """Of the four weeks to the 25th only three days came, with another kind of call."""
    before = calls(FIRST, LAST)
    county = county_of(tmp_path, before)
    assert told(county, date(2016, 3, 26)) == []
    few = calls(date(2016, 3, 2), date(2016, 3, 4), title=NEW)
    assert told(county_of(tmp_path / "few", before + few), date(2016, 3, 29)) == []


def test_a_word_that_is_corrected_every_time_is_not_new(tmp_path: Path) -> None:
    """Each month's calls bear it at first, and another when the next file tells them anew."""
    january = calls(date(2016, 1, 1), date(2016, 1, 31))
    february = calls(date(2016, 2, 1), LAST)
    county = county_of(
        tmp_path, calls(FIRST, date(2015, 12, 31)) + renamed(january), january + renamed(february)
    )
    assert [one for one in told(county) if one.appeared] == []
