"""A declared correction from the letter to the colour: trace, explain, supply, as known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from flows_county import CRASH, MERION, County, all_kinds, calls, edited

from qingyu.errors import InputError, NotFoundError
from qingyu.flows.declare import declare
from qingyu.flows.explain import explain
from qingyu.flows.trace_record import trace_record
from qingyu.intake.correct import Declaration
from qingyu.intake.receipt import Receipt
from qingyu.intake.supply import supply
from qingyu.intake.withdraw import withdraw

DESC = f"{CRASH} {MERION} 2016-03-09 #1"
LETTER = "letter 7 of the dispatch centre"


@pytest.fixture
def county(tmp_path: Path) -> County:
    found = County(tmp_path)
    found.take(all_kinds())
    return found


def code_of(county: County, name: str) -> str:
    return next(area.code for area in county.pack.areas if area.name == name)


def to_abington(county: County) -> Receipt:
    merion, abington = (code_of(county, name) for name in (MERION, "ABINGTON"))
    line = Declaration(DESC, "area", merion, abington)
    return declare(county.home, county.pack, "calls", [line], reason=LETTER, who="Li Min")


def crashes(county: County, name: str, known: str | None = None) -> int:
    found = explain(county.home, county.pack, name, "2016-03", known)
    part = next(part for part in found.parts if part.indicator == "traffic_crash")
    return part.count.units


def test_it_counts_where_it_is_said_to_belong_and_as_known_before_it_does_not(
    county: County,
) -> None:
    before = crashes(county, MERION), crashes(county, "ABINGTON")
    assert to_abington(county).number == 2
    assert (crashes(county, MERION), crashes(county, "ABINGTON")) == (before[0] - 1, before[1] + 1)
    assert (crashes(county, MERION, "1"), crashes(county, "ABINGTON", "1")) == before
    withdraw(county.home, county.pack, 2, "Li Min")
    assert (crashes(county, MERION), crashes(county, "ABINGTON")) == before


def test_trace_and_explain_say_who_and_why(county: County) -> None:
    to_abington(county)
    traced = trace_record(county.home, county.pack, DESC)
    step = traced.steps[-1].to_json()
    assert step["kind"] == "correct"
    assert step["who"] == "Li Min"
    entry = {"field": "area", "old": code_of(county, MERION), "new": code_of(county, "ABINGTON")}
    assert step["declared"] == {"reason": LETTER, "entries": [entry]}
    assert "Li Min" in str(step["what"])
    assert traced.area == code_of(county, "ABINGTON")
    for name in (MERION, "ABINGTON"):  # where it was taken away, and where it came to
        (told,) = explain(county.home, county.pack, name, "2016-03").corrections
        assert (told.batch, told.reason, told.field, told.who) == (2, LETTER, "area", "Li Min")
    assert explain(county.home, county.pack, "NORRISTOWN", "2016-03").corrections == ()
    assert explain(county.home, county.pack, MERION, "2016-03", "1").corrections == ()
    assert explain(county.home, county.pack, MERION, "2016-02").corrections == ()


def test_supply_says_when_the_department_has_the_last_word(county: County) -> None:
    to_abington(county)
    (row,) = supply(county.home, county.pack, date(2016, 5, 1))
    assert [one.state for one in row.corrections] == ["in_force"]
    later = [
        *edited(all_kinds(), DESC, twp="NORRISTOWN"),
        *calls(date(2016, 4, 2), date(2016, 4, 3)),
    ]
    number = county.take(later).number
    (row,) = supply(county.home, county.pack, date(2016, 5, 1))
    (lost,) = row.corrections
    assert (lost.state, lost.by) == ("overruled", number)
    assert lost.to_json()["reason"] == LETTER
    assert explain(county.home, county.pack, "ABINGTON", "2016-03").corrections == ()


def test_what_is_refused(county: County) -> None:
    line = Declaration("no such call", "area", "", "")
    with pytest.raises(InputError):
        declare(county.home, county.pack, "calls", [line], reason=LETTER, who="x")
    with pytest.raises(NotFoundError):
        declare(county.home, county.pack, "call", [line], reason=LETTER, who="x")
    with pytest.raises(InputError, match="no field"):  # cut: the address of a house
        declare(
            county.home, county.pack, "calls", [Declaration(DESC, "addr", "", "x")],
            reason=LETTER, who="x",
        )  # fmt: skip
    assert len(county.home.batches()) == 1
