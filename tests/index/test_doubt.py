"""A day far above usual counts, and what rests on it is provisional."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from index_town import TOWNS, area, compare, day, indicator, make_pack, make_panel, people

from qingyu.engine.tables import DayState, Outlying
from qingyu.index.ingredients import State
from qingyu.index.results import Results
from qingyu.index.steps import compute
from qingyu.pack.model import Pack
from qingyu.periods import parse, period_of

DAILY = {"window": "7 days", "least_expected": "5", "at_most": "28 days"}
WHOLE: Mapping[date, DayState] = {}


def months(
    *outlying: date, pack: Pack, cover: Mapping[date, DayState] = WHOLE, source: str = "calls"
) -> Results:
    """February to April 2016 of towns with a call a day."""
    panel = make_panel(pack, 500, dict.fromkeys(TOWNS, 1), cover=cover)
    found = replace(panel, outlying=tuple(Outlying(source, one, 700, 14) for one in outlying))
    return compute(pack, found, [parse(f"2016-{month:02d}") for month in (2, 3, 4)])


def words(found: Results, place: int = 1) -> list[str]:
    return [State(value).word[:4] for value in found.state[0, place].tolist()]


def against(with_: str, **more: Any) -> Pack:
    held = [compare(with_, "0.5", **more), compare("target", "0.5", target=[_one()])]
    return make_pack(indicators=(indicator(compare=held),))


def _one() -> dict[str, Any]:
    return {"from": date(2000, 1, 1), "value": "1", "reference": "drawn"}


def test_the_month_that_holds_the_day_is_provisional_and_counts_it() -> None:
    found = months(date(2016, 3, 9), pack=make_pack())
    assert words(found) == ["ok", "prov", "ok"]
    plain = months(pack=make_pack())
    assert found.score.tolist() == plain.score.tolist()
    assert found.completeness.tolist() == plain.completeness.tolist()
    assert [State(value).word for value in found.area_state[:, 1]] == ["provisional"] * 7


def test_another_sources_day_says_nothing() -> None:
    assert words(months(date(2016, 3, 9), pack=make_pack(), source="fire")) == ["ok"] * 3


@pytest.mark.parametrize(
    ("comparison", "on", "expected"),
    [
        (("previous", {}), date(2016, 2, 9), ["prov", "prov", "ok"]),
        (("trailing", {"weeks": 4, "at_least": 2}), date(2016, 2, 9), ["prov", "prov", "ok"]),
        (("own", {"years": 1, "at_least": 1}), date(2015, 3, 9), ["ok", "prov", "ok"]),
        (("peers", {}), date(2016, 2, 9), ["prov", "ok", "ok"]),
        (("parent", {}), date(2016, 2, 9), ["prov", "ok", "ok"]),
    ],
)
def test_other_days_that_a_month_is_held_against(
    comparison: tuple[str, dict[str, Any]], on: date, expected: list[str]
) -> None:
    with_, more = comparison
    assert words(months(on, pack=against(with_, **more))) == expected


def test_a_comparison_that_does_not_exist_puts_nothing_in_doubt() -> None:
    """Most of February 2015 never came: no earlier year, so its day does not matter."""
    gone = {day(number): DayState.NONE for number in range(35, 59)}
    pack = against("own", years=1, at_least=1)
    assert words(months(date(2015, 2, 2), pack=pack)) == ["prov", "ok", "ok"]
    assert words(months(date(2015, 2, 2), pack=pack, cover=gone)) == ["ok"] * 3
    two = against("own", years=2, at_least=1)  # an uncovered year does not enter the sums
    panel = make_panel(two, 900, dict.fromkeys(TOWNS, 1), cover=gone)
    doubtful = replace(panel, outlying=(Outlying("calls", date(2015, 2, 2), 700, 14),))
    february = compute(two, doubtful, [parse("2017-02")])
    assert february.comparisons["theft", 0].available.all()
    assert words(february) == ["ok"]


def test_a_day_that_does_not_count_puts_nothing_in_doubt() -> None:
    cover = {date(2016, 3, 9): DayState.GAP}
    assert words(months(date(2016, 3, 9), pack=make_pack(), cover=cover)) == ["ok"] * 3


def test_suspect_comes_before_doubt_and_no_score_stays_none() -> None:
    cover = {date(2016, 3, 3): DayState.SUSPECT}
    assert words(months(date(2016, 3, 9), pack=make_pack(), cover=cover)) == ["ok", "susp", "ok"]
    pack = make_pack(exposures=(people({"A": 1000}),))
    assert words(months(date(2016, 3, 9), pack=pack), place=2) == ["no_d"] * 3


def test_only_areas_that_were_there_on_the_day() -> None:
    rows = (area("C", "city", None), area("A", **{"from": date(2016, 3, 20)}), area("B"))
    pack = make_pack(areas=rows, exposures=(people({"A": 10, "B": 10}),))
    panel = make_panel(pack, 500, {"A": 1, "B": 1})
    doubtful = replace(panel, outlying=(Outlying("calls", date(2016, 3, 9), 70, 4),))
    found = compute(pack, doubtful, [parse("2016-03")])
    assert [words(found, place) for place in range(3)] == [["prov"], ["ok"], ["prov"]]


def test_the_days_after_are_provisional_while_the_window_holds_it() -> None:
    trailing = compare("trailing", weeks=2, at_least=1)
    pack = make_pack(indicators=(indicator(daily=DAILY, compare=[trailing]),))
    panel = make_panel(pack, 430, dict.fromkeys(TOWNS, 5))
    doubtful = replace(panel, outlying=(Outlying("calls", day(400), 700, 70),))
    found = compute(pack, doubtful, [period_of(day(n), "day") for n in range(395, 430)])
    # seven days of window and fourteen before it, so the last in doubt is the twentieth after
    assert words(found) == ["ok"] * 5 + ["prov"] * 21 + ["ok"] * 9
