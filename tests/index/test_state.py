"""Zero, missing, late, suspect and no data are five different things."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from index_town import TOWNS, area, day, indicator, make_pack, make_panel, people

from qingyu.engine.tables import DayState
from qingyu.index.ingredients import MISSING, State
from qingyu.index.results import Results
from qingyu.index.steps import compute
from qingyu.periods import parse, period_of

DAILY = {"window": "7 days", "least_expected": "5", "at_most": "28 days"}
NONE, PARTIAL, GAP, SUSPECT = (
    DayState.NONE, DayState.PARTIAL, DayState.GAP, DayState.SUSPECT,
)  # fmt: skip


def month(cover: Mapping[date, DayState], calls: int = 1, **more: object) -> Results:
    """February 2015 (28 days) of a city with `calls` a day in each town."""
    pack = make_pack(indicators=(indicator(**more),))
    panel = make_panel(pack, 90, dict.fromkeys(TOWNS, calls), cover=cover)
    return compute(pack, panel, [parse("2015-02")])


def states(found: Results) -> set[str]:
    return {State(value).word for value in found.state[0, :, 0].tolist()}


def february(*days: int) -> list[date]:
    return [date(2015, 2, n) for n in days]


def test_a_covered_zero_is_calm() -> None:
    found = month({}, calls=0)
    assert states(found) == {"ok"}
    assert found.score[:, 0].tolist() == [100_000] * 7
    assert found.completeness[:, 0].tolist() == [1_000_000] * 7


def test_a_month_nobody_covered_is_no_data() -> None:
    found = month(dict.fromkeys(february(*range(1, 29)), NONE))
    assert states(found) == {"no_data"}
    assert found.score[:, 0].tolist() == [MISSING] * 7
    assert found.grade[:, 0].tolist() == [-1] * 7
    assert found.rank[:, 0].tolist() == [0] * 7
    assert [State(s).word for s in found.area_state[:, 0].tolist()] == ["no_data"] * 7
    assert found.completeness[:, 0].tolist() == [0] * 7


def test_uncovered_days_make_a_month_provisional_until_too_many_are() -> None:
    """At least 0.8 of 28 days must count: 23 do, 22 do not."""
    five, six = february(*range(1, 6)), february(*range(1, 7))
    assert states(month(dict.fromkeys(five, NONE))) == {"provisional"}
    assert states(month(dict.fromkeys(five, PARTIAL))) == {"provisional"}
    assert states(month(dict.fromkeys(six, NONE))) == {"no_data"}
    assert month(dict.fromkeys(five, NONE)).completeness[0, 0] == round(10**6 * 23 / 28)


def test_declared_gaps_are_not_provisional() -> None:
    found = month(dict.fromkeys(february(1, 2), GAP))
    assert states(found) == {"ok"}
    assert found.exposure[0, 1, 0] == 26_000


def test_suspect_days_do_not_count_and_are_named() -> None:
    assert states(month(dict.fromkeys(february(3), SUSPECT))) == {"suspect"}
    assert month(dict.fromkeys(february(3), SUSPECT)).score[1, 0] != MISSING
    ten = month(dict.fromkeys(february(*range(1, 11)), SUSPECT))
    assert states(ten) == {"suspect"}
    assert ten.score[:, 0].tolist() == [MISSING] * 7
    assert [State(s).word for s in ten.area_state[:, 0].tolist()] == ["suspect"] * 7


@pytest.mark.parametrize(("missing", "word"), [(2, "late"), (3, "no_data")])
def test_late_is_within_a_few_days_of_the_last_full_one(missing: int, word: str) -> None:
    """The month ends `missing` days after the last full day; two days may pass."""
    after = {day(n): NONE for n in range(59 - missing, 90)}
    found = month(after, least_covered="1")
    assert states(found) == {word}
    assert [State(s).word for s in found.area_state[:, 0].tolist()] == [word] * 7


def test_no_exposure_is_no_data() -> None:
    pack = make_pack(exposures=(people({"A": 1000}),))
    found = compute(pack, make_panel(pack, 90), [parse("2015-02")])
    words = [State(value).word for value in found.state[0, :, 0].tolist()]
    assert words == ["ok", "ok", *["no_data"] * 5]  # the city has A's thousand


def daily(last: int, cover: Mapping[date, DayState]) -> list[str]:
    """Words of day `last` for town A."""
    pack = make_pack(indicators=(indicator(daily=DAILY),))
    panel = make_panel(pack, 400, dict.fromkeys(TOWNS, 5), cover=cover)
    found = compute(pack, panel, [period_of(day(last), "day")])
    return [State(found.state[0, 1, 0]).word, State(found.area_state[1, 0]).word]


def test_a_day_that_has_not_come_is_late_and_then_no_data() -> None:
    silent = {day(n): NONE for n in range(381, 400)}
    assert daily(380, silent) == ["ok", "ok"]
    assert daily(381, silent) == daily(382, silent) == ["late", "late"]
    assert daily(383, silent) == ["no_data", "no_data"]


def test_a_suspect_day_has_no_score_of_its_own_and_marks_the_days_after() -> None:
    one = {day(380): SUSPECT}
    assert daily(380, one) == ["suspect", "suspect"]
    assert daily(381, one) == ["suspect", "suspect"]  # has a score: six days of seven
    assert daily(387, one) == ["ok", "ok"]


def test_an_area_is_shown_only_while_it_is_valid() -> None:
    rows = (area("C", "city", None), area("A", to=date(2015, 2, 27)), area("B"))
    pack = make_pack(areas=rows, exposures=(people({"A": 10, "B": 10}),))
    found = compute(pack, make_panel(pack, 90), [parse("2015-01"), parse("2015-02")])
    assert found.area_state[1].tolist() == [State.OK, State.NOT_SHOWN]
    assert found.score[1, 1] == MISSING
    assert found.of[2].tolist() == [2, 1]


def test_days_before_the_panel_are_uncovered() -> None:
    pack = make_pack()
    panel = make_panel(pack, 55, dict.fromkeys(TOWNS, 1), first=date(2015, 1, 5))
    found = compute(pack, panel, [parse("2015-01")])
    assert found.area_state[0, 0] == State.PROVISIONAL
    assert found.exposure[0, 1, 0] == 27_000


def fills(then: str, cover: Mapping[date, DayState], areas: object = None) -> Results:
    more = {"missing": {"after": "1 day", "then": then}}
    pack = make_pack(indicators=(indicator(**more),), **({"areas": areas} if areas else {}))
    panel = make_panel(pack, 400, {"A": 1}, cover=cover)
    return compute(pack, panel, [parse(f"2015-{m:02d}") for m in range(2, 5)])


def test_carry_takes_the_latest_score_of_ones_own() -> None:
    """March and April are silent: both carry February, marked with how far back it is."""
    silent = {day(n): NONE for n in range(59, 120)}
    found = fills("carry", silent)
    assert found.indicator[0, 1].tolist() == [85_000_000] * 3
    assert found.fill[0, 1].tolist() == [0, 1, 1]
    assert found.carried_back[0, 1].tolist() == [0, 1, 2]
    assert [State(s).word for s in found.state[0, 1].tolist()] == ["ok", "no_data", "no_data"]
    assert found.score[1].tolist() == [85_000] * 3
    assert found.completeness[1].tolist() == [1_000_000, 0, 0]


def test_carry_reaches_twelve_periods_and_no_further() -> None:
    more = {"missing": {"after": "1 day", "then": "carry"}}
    pack = make_pack(indicators=(indicator(**more),))
    panel = make_panel(pack, 31, {"A": 1})  # January 2015 alone
    found = compute(pack, panel, [parse("2016-01"), parse("2016-02")])
    assert found.carried_back[0, 1].tolist() == [12, 0]
    assert found.score[1].tolist() == [85_000, MISSING]


def test_a_parents_own_score_fills_but_a_filled_one_does_not() -> None:
    """Town A has no people of its own; the city has its own row, and its own parent none."""
    pack = make_pack(
        exposures=(people({"C": 2000, "B": 1000}),),
        indicators=(indicator(missing={"after": "1 day", "then": "parent"}),),
    )
    found = compute(pack, make_panel(pack, 90, {"B": 2}), [parse("2015-02")])
    assert found.indicator[0, :, 0].tolist() == [
        85_000_000,
        85_000_000,
        40_000_000,
        *[85_000_000] * 4,
    ]
    assert found.fill[0, :, 0].tolist() == [0, 2, 0, 2, 2, 2, 2]
