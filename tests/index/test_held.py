"""The days each comparison looks at."""

from __future__ import annotations

from datetime import date
from typing import Any

from index_town import compare, dated, indicator, make_pack, make_panel

from qingyu.index.held import comparisons_of, ranges_of
from qingyu.index.spot import spot
from qingyu.index.steps import evaluate, gather
from qingyu.pack.model import Calendar
from qingyu.periods import parse

Days = tuple[date, date]
DAILY = {"window": "7 days", "least_expected": 1, "at_most": "28 days"}


def ranges(period: str, comparison: dict[str, Any], festivals: tuple[date, ...] = ()) -> list[Days]:
    """The days a comparison looks at for town A, which has one record a day."""
    pack = make_pack(
        indicators=(indicator(compare=[comparison], daily=DAILY),),
        calendar=Calendar(festivals=festivals),
    )
    panel = make_panel(pack, 1200, {"A": 1})
    wanted = parse(period)
    ingredients = gather(pack, panel, [wanted])
    place = spot(pack, panel, ingredients, evaluate(pack, ingredients), "A", wanted)
    found = list(ranges_of(place, pack.indicators[0], pack.indicators[0].compare[0]))
    (held,) = comparisons_of(place, pack.indicators[0])
    if comparison["with"] in ("own", "trailing", "previous"):  # one record a day: count = days
        assert held.count == sum((last - first).days + 1 for first, last in found)
    return found


def test_previous() -> None:
    assert ranges("2017-03", compare("previous")) == [(date(2017, 2, 1), date(2017, 2, 28))]
    # the 7 days that end with the 20th, and the 7 before
    assert ranges("2017-03-20", compare("previous")) == [(date(2017, 3, 7), date(2017, 3, 13))]


def test_trailing() -> None:
    weeks = compare("trailing", weeks=4, at_least=3)
    assert ranges("2017-03", weeks) == [(date(2017, 2, 1), date(2017, 2, 28))]
    assert ranges("2017-03-20", weeks) == [(date(2017, 2, 14), date(2017, 3, 13))]


def test_same_window() -> None:
    for kind in ("peers", "parent"):
        assert ranges("2017-03-20", compare(kind)) == [(date(2017, 3, 14), date(2017, 3, 20))]


def test_target_looks_at_no_days() -> None:
    assert ranges("2017-03", compare("target", target=[dated(1)])) == []


def test_own_years() -> None:
    years = compare("own", years=2, at_least=1)
    assert ranges("2017-03", years) == [
        (date(2016, 3, 1), date(2016, 3, 31)),
        (date(2015, 3, 1), date(2015, 3, 31)),
    ]
    assert ranges("2017-03-20", years) == [
        (date(2016, 3, 14), date(2016, 3, 20)),
        (date(2015, 3, 14), date(2015, 3, 20)),
    ]


def test_own_years_widened() -> None:
    # 7 days widened to 28: 11 before and 10 after
    wide = compare("own", years=1, at_least=1, window="28 days")
    assert ranges("2017-03-20", wide) == [(date(2016, 3, 3), date(2016, 3, 30))]


def test_own_years_follow_the_festival() -> None:
    festivals = (date(2016, 2, 8), date(2017, 1, 28))
    years = compare("own", years=1, at_least=1)
    assert ranges("2017-02-03", years, festivals) == [(date(2016, 2, 8), date(2016, 2, 14))]
