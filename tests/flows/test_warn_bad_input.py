"""What a county may send, through the whole walk: each has a state of its own, none is calm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flows_county import CRASH, Call, County

from qingyu.cli.warn_page import print_warned
from qingyu.flows.warn import Told, Warned, warn
from qingyu.flows.warn_sentence import warned_json
from qingyu.i18n import use_language
from qingyu.pack.model import Pack, Warnings

FIRST, LAST = date(2015, 1, 5), date(2016, 3, 24)
SHIFT, HUGE, STOP, BURST = date(2016, 1, 25), date(2016, 2, 9), date(2016, 3, 8), date(2016, 3, 20)
CLOCKS = date(2015, 11, 1), date(2016, 3, 13)  # of 25 and of 23 hours
SAYS: dict[str, Any] = {
    "name": {"zh": "甲", "en": "A"}, "severity": "notice", "reference": "t", "why": "t",
    "levels": ("township",), "of": ("traffic_crash",),
}  # fmt: skip
RULES: dict[str, Any] = {
    "morning": "18:00",
    "settled": "28 days",
    "budget": {"a_year": "2", "level": "township", "reference": "t", "why": "t"},
    "rules": (
        SAYS | {"id": "surge", "detect": {"by": "default", "enter": "0.0005", "leave": "0.1"},
                "quiet": "7 days"},
        SAYS | {"id": "season", "detect": {"by": "farrington_flexible", "enter": "0.0005",
                                           "leave": "0.1", "years": 1}},
        SAYS | {"id": "silence", "silent": {"expected": "12", "years": 1}},
    ),
}  # fmt: skip
STEADY, HUGE_DAY, SHIFTED, STOPPED, ZERO = (
    "POTTSTOWN", "ABINGTON", "LOWER MERION", "NORRISTOWN", "AMBLER",
)  # fmt: skip


def number(day: date, place: str) -> int:
    usual = 2 + (day.toordinal() * 5 + len(place)) % 3
    if place == HUGE_DAY and day == HUGE:
        return 200
    if place == SHIFTED and day >= SHIFT:
        return usual + 4
    if place == STOPPED and day >= STOP:
        return 0
    if place == ZERO:
        return 6 if day == BURST else 0
    return usual


def given(first: date, last: date, places: Sequence[str]) -> list[Call]:
    found = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for place in places:
            # in the small hours, of which one is skipped or comes twice
            hour = datetime(day.year, day.month, day.day, 1, 30)  # noqa: DTZ001 - local time
            found += [Call(f"{place} {day} #{n}", hour + timedelta(minutes=9 * n), twp=place)
                      for n in range(number(day, place))]  # fmt: skip
    return found


SILENT = "BRIDGEPORT"
PLACES = STEADY, HUGE_DAY, SHIFTED, STOPPED, ZERO


def with_rules(county: County) -> Pack:
    """The county with these townships and one from which no call ever came."""
    rules = Warnings.model_validate(RULES, strict=False)
    kept = tuple(area for area in county.pack.areas
                 if area.level != "township" or area.name in {*PLACES, SILENT})  # fmt: skip
    return county.pack.model_copy(update={"warnings": rules, "areas": kept})


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    county = County(tmp_path_factory.mktemp("bad-input"))
    county.now = datetime(2016, 3, 26, 12, tzinfo=UTC)
    county.take(given(FIRST, LAST, PLACES))
    return county


@pytest.fixture(scope="module")
def found(county: County) -> Warned:
    return warn(county.home, with_rules(county), "2016-03", looking_back=True)


def of(found: Warned, place: str) -> list[Told]:
    return [one for one in found.episodes if one.area.name == place]


def test_a_steady_place_says_nothing_on_days_of_23_and_25_hours(county: County) -> None:
    for day in CLOCKS:
        near = warn(county.home, with_rules(county), day.isoformat(), looking_back=True)
        assert (near.judged, near.days) == (1, 1)
        assert of(near, STEADY) == []


def test_a_level_shift_becomes_a_new_level(found: Warned) -> None:
    (one,) = of(found, SHIFTED)
    assert (one.state, one.speaks) == ("settled", False)
    assert abs((one.first - SHIFT).days) <= 10


def test_one_huge_day_is_one_episode_and_spoils_nothing(county: County, found: Warned) -> None:
    """Of two weeks: the default detector looks at two windows."""
    seen = warn(county.home, with_rules(county), "2016-02", looking_back=True)
    (one,) = of(seen, HUGE_DAY)
    assert one.first == HUGE
    assert one.last <= HUGE + timedelta(days=14)
    assert of(found, HUGE_DAY) == []


def test_nothing_but_zeros_is_calm_until_something_comes(found: Warned) -> None:
    (one,) = of(found, ZERO)
    assert one.first == BURST
    assert found.blind == ()
    assert of(found, SILENT) == []


def test_a_place_that_stops_is_told_apart_from_calm(found: Warned) -> None:
    (one,) = of(found, STOPPED)
    assert [watch.rule.id for watch in one.raised.watches] == ["silence"]
    assert one.first == STOP + timedelta(days=6)
    assert one.state == "open"


def test_too_little_history_is_no_calm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    county = County(tmp_path)
    county.now = datetime(2016, 3, 26, 12, tzinfo=UTC)
    county.take(given(date(2016, 1, 25), LAST, PLACES))
    seen = warn(county.home, with_rules(county), "2016-03", looking_back=True)
    assert seen.judged == 0
    assert not [o for o in seen.episodes if o.raised.watches[0].rule.detect]
    short = next(one for one in seen.blind if one.rule == "surge")
    assert short.state.name == "SHORT"
    plain: Any = warned_json(seen)
    assert plain["blind"][0]["state"] == "short"
    assert len(plain["blind"][0]["areas"]) == len(PLACES) + 1
    use_language("en")
    print_warned(seen)
    page = capsys.readouterr().out
    assert "too little history is known" in page
    assert "0 of 31 days were judged" in page


def test_what_is_known_no_longer_is_not_open_but_unknown(tmp_path: Path) -> None:
    county = County(tmp_path)
    county.now = datetime(2016, 2, 26, 12, tzinfo=UTC)
    county.take(given(FIRST, date(2016, 2, 25), PLACES))
    county.now = datetime(2016, 2, 28, 12, tzinfo=UTC)
    county.take(given(date(2016, 2, 24), date(2016, 2, 27), PLACES))
    county.now = datetime(2016, 3, 1, 12, tzinfo=UTC)
    county.take(given(date(2016, 2, 26), date(2016, 2, 29), PLACES))
    pack = with_rules(county)
    early = warn(county.home, pack, "2016-02", "2016-03-01")
    late = warn(county.home, pack, "2016-02", "2016-03-20")
    (now,), (then,) = (of(one, SHIFTED) for one in (early, late))
    assert now.state == "open"
    assert then.state == "unknown"
    assert then.last == now.last
    assert [one.what for one in late.unsaid] == ["late"]


def test_other_words_for_the_same_are_told_and_read_as_silence(tmp_path: Path) -> None:
    """A source that renames what the rule counts: said as such, and the places fall silent."""
    county = County(tmp_path)
    county.now = datetime(2016, 3, 26, 12, tzinfo=UTC)
    renamed = [
        Call(one.desc, one.at, "Traffic: CRASH -" if one.at.date() >= STOP else CRASH, one.twp)
        for one in given(FIRST, LAST, (STEADY, SHIFTED))
    ]
    county.take(renamed)
    seen = warn(county.home, with_rules(county), "2016-03", looking_back=True)
    assert {(one.value, one.appeared) for one in seen.recoded} >= {("Traffic: CRASH -", True)}
    assert [w.rule.id for one in of(seen, STEADY) for w in one.raised.watches] == ["silence"]


def test_a_morning_on_a_day_of_23_hours_is_judged_live(tmp_path: Path) -> None:
    county = County(tmp_path)
    county.now = datetime(2016, 3, 12, 12, tzinfo=UTC)
    county.take(given(FIRST, date(2016, 3, 12), PLACES))
    for day in (13, 14, 15):
        county.now = datetime(2016, 3, day + 1, 1, tzinfo=UTC)
        last = date(2016, 3, day)
        county.take(given(last - timedelta(days=2), last, PLACES))
    seen = warn(county.home, with_rules(county), "2016-03-13", "2016-03-16")
    assert (seen.judged, seen.days) == (1, 1)
    assert of(seen, STEADY) == []
