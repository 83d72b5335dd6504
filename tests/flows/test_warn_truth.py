"""Told episodes against what was put into a city: what meets what, and how late."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from qingyu.errors import NotFoundError
from qingyu.flows.warn_episodes import Raised
from qingyu.flows.warn_judge import FIELDS, watches
from qingyu.flows.warn_live import Found, Morning, Sheet
from qingyu.flows.warn_truth import Injected, read_truth, trial
from qingyu.index.hierarchy import day_number
from qingyu.pack.load import load_pack
from qingyu.pack.model import Names
from qingyu.simulate.city.city import write_city
from qingyu.warn.episodes import Episode, Said, Stretch

PACK = load_pack(Path(__file__).resolve().parents[2] / "packs" / "zhuhai")
TOWN, OTHER = "440402100000", "440403107000"
WATCHES = {one.key: one for one in watches(PACK)}
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def told(area: str, rule: str, first: str, last: str, by: int | None = None) -> Raised:
    one, two = (day_number(date.fromisoformat(day)) for day in (first, last))
    watch = WATCHES[rule]
    episode = Episode(one, two, two + 7, (Said(rule, Stretch(one, two, two + 7)),))
    return Raised(area, watch.subject, episode, (watch,), by)


def put(
    name: str, first: str, last: str, areas: tuple[str, ...] = (TOWN,),
    subject: str = "traffic_accidents", real: bool = True,
) -> Injected:  # fmt: skip
    days = date.fromisoformat(first), date.fromisoformat(last)
    return Injected(name, Names(zh="甲", en="A"), areas, (subject,), *days, real)


def all_judged(live: bool = False) -> Found:
    """Every day judged, each two mornings after it."""
    sheet = Sheet()
    cells = {name: np.zeros(1) for name in FIELDS}
    for number in range(364):
        day = day_number(FIRST) + number
        sheet.add(day, day + 2, cells)
    mornings = (Morning(LAST, 1),) if live else ()
    return Found((TOWN,), mornings, dict.fromkeys(WATCHES, sheet))


SURGE = "surge/traffic_accidents"


def test_what_is_met_is_found_and_how_late() -> None:
    late = told(TOWN, SURGE, "2026-03-10", "2026-03-20")
    first = told(TOWN, "reds/daily", "2026-03-08", "2026-03-09")  # of an index that holds it
    one = put("a", "2026-03-01", "2026-04-01")
    seen = trial(PACK, all_judged(), [late, first], [one], FIRST, LAST)
    (met,) = seen.met
    assert (met.by, met.word, met.late) == (first, date(2026, 3, 9), 8)
    assert seen.false == ()
    lived = trial(PACK, all_judged(live=True), [late], [one], FIRST, LAST)
    assert lived.met[0].word == date(2026, 3, 12)  # the morning that judged the tenth


@pytest.mark.parametrize(
    "one",
    [
        told(OTHER, SURGE, "2026-03-10", "2026-03-20"),  # another town
        told(TOWN, "surge/crime_calls", "2026-03-10", "2026-03-20"),  # of something else
        told(TOWN, SURGE, "2026-01-10", "2026-02-20"),  # over before it began
        told(TOWN, SURGE, "2026-05-01", "2026-05-20"),  # long after its end
    ],
)
def test_what_meets_nothing_is_false_and_finds_nothing(one: Raised) -> None:
    seen = trial(PACK, all_judged(), [one], [put("a", "2026-03-01", "2026-04-01")], FIRST, LAST)
    assert [met.by for met in seen.met] == [None]
    assert seen.false == (one,)
    assert seen.rate.rate.units == 3  # one in thirty-one towns and a year


def test_an_episode_that_was_open_before_finds_nothing_and_is_not_false() -> None:
    one = told(TOWN, SURGE, "2026-02-10", "2026-03-20")
    seen = trial(PACK, all_judged(), [one], [put("a", "2026-03-01", "2026-04-01")], FIRST, LAST)
    assert (seen.met[0].by, seen.met[0].open_before) == (None, True)
    assert seen.false == ()


def test_a_parent_or_a_linked_one_that_meets_it_finds_it() -> None:
    parent = next(area.parent for area in PACK.areas if area.code == TOWN)
    assert parent is not None
    one = put("a", "2026-03-01", "2026-04-01")
    above = told(parent, SURGE, "2026-03-10", "2026-03-20")
    linked = told(TOWN, SURGE, "2026-03-09", "2026-03-20", by=0)
    seen = trial(PACK, all_judged(), [above, linked], [one], FIRST, LAST)
    assert seen.met[0].by == linked
    assert (seen.told, seen.false) == (1, ())
    whole = put("b", "2026-03-01", "2026-04-01", areas=())
    assert trial(PACK, all_judged(), [above], [whole], FIRST, LAST).met[0].by == above


def test_a_fall_in_rank_finds_nothing_but_may_be_explained() -> None:
    put_in = put("a", "2026-03-01", "2026-04-10")
    here = told(TOWN, "rank_fall/monthly", "2026-03-31", "2026-03-31")
    there = told(OTHER, "rank_fall/monthly", "2026-03-31", "2026-03-31")
    gaps = told(TOWN, "incomplete/daily", "2026-03-05", "2026-03-31")
    seen = trial(PACK, all_judged(), [here, there, gaps], [put_in], FIRST, LAST)
    assert seen.met[0].by is None
    assert seen.false == (there, gaps)


def test_books_that_change_are_nothing_to_find() -> None:
    one = told(TOWN, "surge/urban_events", "2026-03-10", "2026-03-20")
    books = put("a", "2026-03-01", "2026-04-01", subject="urban_events", real=False)
    seen = trial(PACK, all_judged(), [one], [books], FIRST, LAST)
    assert seen.met == ()
    assert seen.false == seen.books == (one,)


def test_what_no_rule_counts_and_what_began_earlier_are_not_asked_for() -> None:
    truth = [put("a", "2026-03-01", "2026-04-01", subject="wage_arrears"),
             put("b", "2025-12-01", "2026-04-01")]  # fmt: skip
    one = told(TOWN, SURGE, "2026-03-10", "2026-03-20")
    seen = trial(PACK, all_judged(), [one], truth, FIRST, LAST)
    assert seen.met == ()
    assert seen.false == ()  # what began earlier still explains it
    plain = json.loads(json.dumps(seen.to_json(), default=str))
    assert (plain["of"], plain["false"]) == (0, 0)


def test_the_truth_of_a_simulated_city_is_read(tmp_path: Path) -> None:
    days = date(2026, 9, 1), date(2026, 9, 2)
    write_city(PACK, tmp_path / "city", *days, faults="none", scale=0.05, recent=1)
    truth = {one.id: one for one in read_truth(tmp_path / "city")}
    accidents = truth["tangjiawan_2026"]
    assert accidents.subjects == ("traffic_accidents",)
    assert (accidents.areas, accidents.first) == ((TOWN,), date(2026, 9, 1))
    assert accidents.last - accidents.first == timedelta(days=180)
    assert truth["hotline_2024"].subjects == ("hotline_in_time",)
    assert not truth["patrol_2025"].real
    assert truth["fraud_2024"].areas == ()
    assert truth["theft_2025"].subjects == ("crime_calls",)
    with pytest.raises(NotFoundError):
        read_truth(tmp_path)
