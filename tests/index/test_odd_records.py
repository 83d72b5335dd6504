"""Records with an unusual number count, and what rests on them is provisional."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
import xarray as xr
from index_explained import explained
from index_town import (
    START,
    TOWNS,
    area,
    compare,
    dimension,
    indicator,
    make_pack,
    names,
    people,
    source,
)

from qingyu.engine.measures import measures_of
from qingyu.engine.odd import odd_days
from qingyu.engine.tables import UNPLACED, DayState, Panel, fingerprint
from qingyu.index.doubts import odd_doubts
from qingyu.index.ingredients import State
from qingyu.index.results import Results
from qingyu.index.steps import compute
from qingyu.pack.model import Measure, Pack, Source
from qingyu.pack.usually import odd_in
from qingyu.periods import parse

AMOUNT = {
    "name": "amount",
    "type": "decimal",
    "places": 2,
    "usually": {"least": 0, "most": "500.5"},
}
SUM = {"sum": "calls", "of": "amount", "places": 2}
ON = date(2016, 3, 9)
Given = tuple[str, date, int]  # area, day, odd records


PLAIN = [{"name": "at", "type": "timestamp"}, {"name": "twp", "type": "text"}]


def calls(**more: Any) -> Source:
    given = source().model_dump(by_alias=True, exclude_defaults=True)
    return Source.model_validate({**given, "columns": [*PLAIN, AMOUNT], **more})


def town(measure: dict[str, Any] = SUM, **more: Any) -> Pack:
    confirmed = more.pop("confirmed", ())
    given = {"compare": [compare("previous", "0.5"), compare("target", "0.5", target=[ONE])]}
    one = indicator(measure=measure, **(given | more.pop("indicator", {})))
    return make_pack(sources=(calls(confirmed=confirmed),), indicators=(one,), **more)


ONE: dict[str, Any] = {"from": date(2000, 1, 1), "value": "1", "reference": "drawn"}


def panel(pack: Pack, *odd: Given) -> Panel:
    """A record a day of ten in each town from 2015 on; `odd` ones among them."""
    size = 500
    axis = np.datetime64(START) + np.arange(size)
    measures = measures_of(pack)
    codes = [*dict.fromkeys(one.code for one in pack.areas), UNPLACED]
    counts = np.zeros((len(measures), len(codes), size), np.int64)
    for row, measure in enumerate(measures.values()):
        if any(one.beyond for one in measure.where.values()):
            for code, on, records in odd:
                counts[row, codes.index(code), (on - START).days] += records
        else:
            counts[row, 1:-1] = 1000 if measure.of else 1

    def totals(rows: Sequence[int]) -> np.ndarray:
        return np.asarray(counts[list(rows)].sum(axis=1))

    return Panel(
        xr.DataArray(
            counts, {"measure": list(measures), "area": codes, "day": axis},
            ("measure", "area", "day"),
        ),
        xr.DataArray(
            np.full((1, size), int(DayState.FULL), np.uint8),
            {"source": ["calls"], "day": axis}, ("source", "day"),
        ),
        1,
        odd=odd_days(pack, list(measures), totals, START),
    )  # fmt: skip


def words(pack: Pack, *odd: Given) -> dict[str, list[str]]:
    """February to April 2016."""
    months = [parse(f"2016-{month:02d}") for month in (2, 3, 4)]
    found = compute(pack, panel(pack, *odd), months)
    plain = compute(pack, panel(pack), months)
    assert found.score.tolist() == plain.score.tolist()  # an odd record counts like any other
    return states(found)


def states(found: Results) -> dict[str, list[str]]:
    return {
        code: [State(value).word[:4] for value in found.state[0, place].tolist()]
        for place, code in enumerate(found.labels.areas)
    }


def test_only_its_area_and_those_above_are_provisional() -> None:
    found = words(town(), ("A", ON, 1))
    assert found["A"] == found["C"] == ["ok", "prov", "prov"]  # April is held against March
    assert {tuple(found[code]) for code in TOWNS if code != "A"} == {("ok", "ok", "ok")}


def test_without_a_place_it_is_the_cities() -> None:
    found = words(town(), ("~unplaced", ON, 1))
    assert found["C"] == ["ok", "prov", "prov"]
    assert found["A"] == ["ok", "ok", "ok"]


def test_a_measure_that_does_not_read_the_column_is_not_in_doubt() -> None:
    assert words(town({"count": "calls"}), ("A", ON, 1))["A"] == ["ok", "ok", "ok"]
    asked = {"count": "calls", "where": {"amount": {"between": [0, 10]}}}
    assert words(town(asked), ("A", ON, 1))["A"] == ["ok", "prov", "prov"]


def test_a_second_measure_is_asked_too() -> None:
    pack = town({"count": "calls"}, indicator={"per": {"measure": SUM, "unit": 1}})
    assert words(pack, ("A", ON, 1))["A"] == ["ok", "prov", "prov"]


def test_a_confirmed_day_is_not_in_doubt() -> None:
    assert words(town(confirmed=(ON,)), ("A", ON, 1))["A"] == ["ok", "ok", "ok"]


def test_before_a_split_it_is_in_the_histories_of_both_heirs() -> None:
    split = date(2016, 3, 20)
    rows = (
        area("C", "city", None), area("O", to=date(2016, 3, 19)), area("B"),
        area("N", **{"from": split}), area("S", **{"from": split}),
    )  # fmt: skip
    changes = [
        {"date": split, "kind": "split", "from": "O", "to": heir, "share": share, "reference": ""}
        for heir, share in (("N", 250_000), ("S", 750_000))
    ]
    pack = town(areas=rows, changes=changes, exposures=(people({"O": 10, "N": 3, "S": 7, "B": 9}),))
    given = panel(pack, ("O", ON, 1))
    found = compute(pack, given, [parse("2016-03"), parse("2016-04")])
    assert states(found)["N"] == states(found)["S"] == states(found)["C"] == ["prov", "prov"]
    assert states(found)["B"] == ["ok", "ok"]
    told = explained(pack, given, "N", "2016-04")
    assert [(one.day, one.total) for one in told.doubts] == [(ON, 1)]


def test_what_is_said_of_them() -> None:
    pack = town()
    given = panel(pack, ("A", ON, 2), ("B", ON, 1))
    here = explained(pack, given, "A", "2016-03")
    (one,) = here.doubts
    assert (one.total, one.column, one.usual) == (2, "amount", None)
    assert one.sentence.text.render("en") == (
        "calls: 2 records of 2016-03-09 with an unusual “amount” (usually 0 to 500.5); counted, to "
        "be confirmed."
    )
    assert one.sentence.text.render("zh") == (
        "calls2016-03-09有2条记录的“amount”不寻常（通常在0到500.5之间）；计入，待核实。"
    )
    assert [one.total for one in explained(pack, given, "C", "2016-03").doubts] == [3]
    assert explained(pack, given, "D", "2016-03").doubts == ()
    assert [one.total for one in odd_doubts(pack, given.odd)] == [3]


def test_a_stocks_day_is_odd_while_the_case_is_open() -> None:
    """Opened on the ninth with an odd amount, closed on the twelfth."""
    columns = [*PLAIN, AMOUNT, {"name": "done", "type": "date"}]
    stock = {"stock": "calls", "of": "amount", "places": 2, "closed": "done"}
    one = indicator(measure=stock)
    pack = make_pack(sources=(calls(columns=columns),), indicators=(one,))
    given = panel(pack, ("A", ON, 1), ("A", date(2016, 3, 12), -1))
    (measure,) = odd_in(pack, one.measure)
    days = [odd.day.day for odd in given.odd if odd.measure == fingerprint(measure)]
    assert days == [9, 10, 11]
    assert [one.day.day for one in explained(pack, given, "A", "2016-03").doubts] == [9, 10, 11]
    assert explained(pack, given, "A", "2016-03").doubts[0].total == 1


@pytest.mark.parametrize(
    ("usually", "words"),
    [({"most": 9}, "usually at most 9"), ({"least": "-0.5"}, "usually at least -0.5")],
)
def test_one_end_is_enough(usually: dict[str, Any], words: str) -> None:
    pack = make_pack(sources=(calls(columns=[*PLAIN, AMOUNT | {"usually": usually}]),))
    (said,) = odd_doubts(pack, panel(pack, ("A", ON, 1)).odd)
    assert f"one record of 2016-03-09 with an unusual “amount” ({words})" in (
        said.sentence.text.render("en")
    )


def test_conditions_on_such_columns_fall_away_and_others_stay() -> None:
    asked = {"sum": "calls", "of": "amount", "places": 2, "on": "at",
             "where": {"twp": {"equals": "x"}, "amount": {"between": [1, 2]}}}  # fmt: skip
    pack = town(asked)
    (found,) = odd_in(pack, Measure.model_validate(asked))
    beyond = {"beyond": ["0", "500.5"]}
    assert found == Measure.model_validate(
        {"count": "calls", "on": "at", "where": {"twp": {"equals": "x"}, "amount": beyond}}
    )


def test_a_deduction_that_reads_it_makes_the_area_provisional() -> None:
    """Ten deaths where one was: the indicator does not read them, the dimension's charge does."""
    charge = {"id": "loss", "name": names("loss"), "measure": SUM, "points": "0.01", "at_most": 9}
    pack = town({"count": "calls"}, dimensions=(dimension(deductions=[charge]),))
    given = panel(pack, ("A", ON, 1))
    months = [parse("2016-03"), parse("2016-04")]
    found = compute(pack, given, months)
    assert states(found)["A"] == ["ok", "ok"]
    whole = [State(value).word for value in found.area_state[1].tolist()]
    assert whole == ["provisional", "ok"]
    assert [one.total for one in explained(pack, given, "A", "2016-03").doubts] == [1]
    assert explained(pack, given, "A", "2016-04").doubts == ()
