"""The real calls of Montgomery County, through the whole walk, against plain counts made here."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from flows_county import MONTCO

from qingyu.engine.store import Home
from qingyu.flows.explain import explain
from qingyu.flows.show import show
from qingyu.flows.trace_record import trace_record
from qingyu.index.explanation import Explanation
from qingyu.intake.receive import receive
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack

pytestmark = pytest.mark.shared

MERION = "LOWER MERION"
FILE = ("data", "montco911", "911_2015-12-10_2016-11-30.parquet")


@pytest.fixture(scope="module")
def calls(shared: Path) -> pd.DataFrame:
    """The file as pandas reads it: exact repeats once, local days."""
    frame = pd.read_parquet(shared.joinpath(*FILE)).drop(columns="row_no").drop_duplicates()
    return frame.assign(day=pd.to_datetime(frame["timeStamp"]).dt.date)


@pytest.fixture(scope="module")
def home(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home.create(tmp_path_factory.mktemp("real") / "home", MONTCO)
    receive(made, load_pack(MONTCO), "calls", [shared.joinpath(*FILE)], who="the test")
    return made


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(MONTCO)


def titles(pack: Pack, indicator: str) -> set[str]:
    """The titles an indicator lists; `ems_other`, which lists what it is not, is left out."""
    condition = pack.indicator(indicator).measure.where["title"]
    return set(condition.among or ([condition.equals] if condition.equals else []))


def between(calls: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    return calls[(calls["day"] >= first) & (calls["day"] <= last)]


def counts(found: Explanation) -> dict[str, int]:
    return {part.indicator: part.count.units for part in found.parts}


def test_lower_merion_adds_up(home: Home, pack: Pack) -> None:
    found = explain(home, pack, MERION, "2016-10")
    assert found.score is not None
    parts = sum(part.contribution or 0 for part in found.parts)
    assert parts + sum(charge.amount or 0 for charge in found.charges) == found.score * 1000
    before = explain(home, pack, MERION, "2016-09")
    assert sum(line.amount for line in found.change.lines) == found.score - (before.score or 0)
    assert found.change.before == before.score
    assert found.change.known == 1


@pytest.mark.parametrize("area", [MERION, "MONTGOMERY COUNTY"])
def test_counts_are_those_of_the_file(
    home: Home, pack: Pack, calls: pd.DataFrame, area: str
) -> None:
    october = between(calls, date(2016, 10, 1), date(2016, 10, 31))
    mine = october if area == "MONTGOMERY COUNTY" else october[october["twp"] == area]
    mine = mine[~mine["twp"].fillna("").isin(_neighbours(pack))]
    found = counts(explain(home, pack, area, "2016-10"))
    listed = {name: titles(pack, name) for name in found if titles(pack, name)}
    assert len(listed) == len(found) - 1
    for name, wanted in listed.items():
        assert found[name] == int(mine["title"].isin(wanted).sum()), name
    # Each call counts in exactly one indicator, so what is left over is the last one's.
    assert sum(found.values()) == len(mine)


def _neighbours(pack: Pack) -> set[str]:
    return {area.name for area in pack.areas if area.level == "neighbour"}


def test_baselines_are_those_of_the_file(home: Home, pack: Pack, calls: pd.DataFrame) -> None:
    found = explain(home, pack, MERION, "2016-10")
    part = next(part for part in found.parts if part.indicator == "traffic_crash")
    crashes = calls[calls["title"].isin(titles(pack, "traffic_crash"))]
    for held in part.comparisons:
        ((first, last),) = held.ranges
        mine = between(crashes, first, last)
        if held.kind != "peers":
            assert held.count == int((mine["twp"] == MERION).sum())
        else:
            assert held.count == int(mine["twp"].isin(_class_of(pack, MERION)).sum())


def _class_of(pack: Pack, name: str) -> set[str]:
    """Names of the areas of the same class, or of its parent class where they are fewer than
    five."""
    class_ = next(area.class_ for area in pack.areas if area.name == name)
    towns = [area for area in pack.areas if area.level == "township"]
    mine = {area.name for area in towns if area.class_ == class_}
    assert len(mine) >= 5
    return mine


def test_a_day_with_half_its_records_missing(home: Home, pack: Pack) -> None:
    found = explain(home, pack, "MONTGOMERY COUNTY", "2016-05-01")
    assert found.score is None
    assert str(found.sentence).startswith("No data. 911 calls is known to have failed")


def test_every_township_has_a_month_and_a_sentence(home: Home, pack: Pack) -> None:
    found = show(home, pack, "2016-10", "township")
    assert len(found.rows) == 62
    assert sum(found.counts.values()) == 62
    assert all(row.score is not None for row in found.rows)
    assert all(len(row.sentence.text.render("zh")) <= 40 for row in found.rows)
    assert all(len(row.sentence.text.render("en").split()) <= 25 for row in found.rows)


def test_one_call_from_the_file_to_the_colour(home: Home, pack: Pack, calls: pd.DataFrame) -> None:
    mine = calls[(calls["twp"] == MERION) & (calls["day"] == date(2016, 10, 12))]
    call = mine.sort_values("desc").iloc[0]
    found = trace_record(home, pack, call["desc"])
    assert (found.area_name, found.day, found.stands) == (MERION, date(2016, 10, 12), 1)
    assert found.values["title"] == call["title"]
    (counted,) = [one for one in found.counted if one.indicators]
    month = next(cell for cell in found.cells if cell.period == "2016-10")
    explained = explain(home, pack, MERION, "2016-10")
    part = next(p for p in explained.parts if p.indicator == counted.indicators[0][0])
    assert (month.count, month.points, month.score) == (part.count, part.points, explained.score)
