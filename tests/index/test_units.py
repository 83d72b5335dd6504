"""What a sum is counted in, from the contract to the sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from index_explained import DEATHS, english, explained
from index_town import dimension, indicator, make_pack, make_panel, source

from qingyu.engine.tables import fingerprint
from qingyu.index.units import unit_of
from qingyu.pack.load import load_pack
from qingyu.pack.model import Column, Measure, Names, Pack

PACKS = Path(__file__).parents[2] / "packs"


@pytest.fixture(scope="module")
def zhuhai() -> Pack:
    return load_pack(PACKS / "zhuhai")


@pytest.mark.parametrize(
    ("measure", "zh", "en"),
    [
        ({"sum": "wages", "of": "workers"}, "人", "workers"),
        ({"sum": "land", "of": "area", "places": 2}, "公顷", "hectares"),
        ({"stock": "land", "of": "area", "closed": "restored", "places": 2},
         "公顷·天", "hectares × days"),
        ({"stock": "disputes", "closed": "settled"}, "件·天", "case-days"),
    ],
)  # fmt: skip
def test_sums_have_their_columns_unit(
    zhuhai: Pack, measure: dict[str, object], zh: str, en: str
) -> None:
    unit = unit_of(zhuhai, Measure.model_validate(measure))
    assert unit is not None
    assert (unit.zh, unit.en) == (zh, en)


def test_counts_and_sums_of_unnamed_things_have_none(zhuhai: Pack) -> None:
    assert unit_of(zhuhai, Measure(count="police_110")) is None
    assert unit_of(zhuhai, Measure(count="incidents")) is None
    assert unit_of(zhuhai, Measure(sum="air", of="aqi")) is None


def test_every_sum_of_zhuhai_but_the_air_has_a_unit(zhuhai: Pack) -> None:
    measures = [one.measure for one in zhuhai.indicators]
    measures += [one.per.measure for one in zhuhai.indicators if one.per.measure is not None]
    measures += [one.measure for dimension in zhuhai.dimensions for one in dimension.deductions]
    bare = {m.source for m in measures if m.of is not None and unit_of(zhuhai, m) is None}
    assert bare == {"air"}


LOSS = {"sum": "calls", "of": "loss", "places": 2}
YUAN = {"zh": "元", "en": "yuan"}


def summed_up(unit: Names | None) -> Pack:
    """The drawn town, whose one indicator sums losses."""
    calls = source()
    column = Column(name="loss", type="decimal", places=2, unit=unit)
    return make_pack(
        sources=(calls.model_copy(update={"columns": (*calls.columns, column)}),),
        indicators=(indicator(measure=LOSS),),
    )


@pytest.mark.parametrize("named", [True, False])
def test_an_explanation_says_it_in_words_and_in_json(named: bool) -> None:
    pack = summed_up(Names(**YUAN) if named else None)
    panel = make_panel(pack, 31, {"A": 500})
    marks = [fingerprint(Measure.model_validate(LOSS))]
    found = explained(pack, replace(panel, counts=panel.counts.assign_coords(measure=marks)))
    (part,) = found.parts
    assert str(part.count) == "155.00"
    assert part.to_json()["measure_unit"] == (YUAN if named else None)
    amount = "155.00 yuan" if named else "155.00"
    # The target is a hundredth of a yuan for each thousand people and day.
    assert f"theft: {amount}, more than 10 times as much; hardly any" in english(found)


def test_a_deduction_says_it_too() -> None:
    off = {**DEATHS, "points": 1, "at_most": 50}
    pack = make_pack(dimensions=(dimension(deductions=[off]),))
    (charge,) = explained(pack, make_panel(pack, 31, {"A": 1})).charges
    assert charge.to_json()["measure_unit"] is None
