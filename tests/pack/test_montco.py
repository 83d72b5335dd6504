"""The pack of the example county: its facts, its promises, and the real titles."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest

from qingyu.pack.load import load_pack
from qingyu.pack.model import MICRO, Condition, Pack
from qingyu.pack.names import folded

PACK = Path(__file__).parents[2] / "packs" / "montco"
RELEASES = (
    "911_2015-12-10_2016-11-30.parquet",
    "earlier_release_2015-12-10_2016-08-24.parquet",
)


@pytest.fixture(scope="module")
def montco() -> Pack:
    return load_pack(PACK)


def holds(condition: Condition, value: str) -> bool:
    """Whether a text fulfils a condition, read as plainly as can be."""
    if condition.negated is not None:
        return not holds(condition.negated, value)
    if condition.equals is not None:
        return value == condition.equals
    assert condition.among is not None
    return value in condition.among


def counting(pack: Pack, title: str) -> list[str]:
    return [i.id for i in pack.indicators if holds(i.measure.where["title"], title)]


def test_the_county_has_62_municipalities_and_six_neighbours(montco: Pack) -> None:
    assert Counter(area.level for area in montco.areas) == {
        "county": 1,
        "township": 62,
        "neighbour": 6,
    }
    assert Counter(area.class_ for area in montco.areas if area.level == "township") == {
        "borough": 24,
        "first_class_township": 14,
        "second_class_township": 24,
    }
    assert all(len(a.code) == 10 for a in montco.areas if a.level == "township")
    assert len({area.code for area in montco.areas}) == 69
    assert all(area.name_zh for area in montco.areas)


def test_residents_add_up_to_the_counts_of_the_county(montco: Pack) -> None:
    (residents,) = montco.exposures
    sums = Counter[tuple[date, date]]()
    for row in residents.rows:
        sums[row.valid_from, row.known_from] += row.value
    assert sums == {
        (date(2010, 4, 1), date(2011, 3, 9)): 799_874,
        (date(2020, 4, 1), date(2021, 8, 12)): 856_553,
    }


def test_hatfield_is_two_places_and_neither_alone(montco: Pack) -> None:
    named = {folded(n): a.code for a in montco.areas for n in (a.name, *a.aliases)}
    assert named["hatfield boro"] == "4209133112"
    assert named["hatfield township"] == "4209133120"
    assert "hatfield" not in named


def test_nothing_is_held_against_years_the_file_does_not_have(montco: Pack) -> None:
    kinds = {c.with_ for i in montco.indicators for c in i.compare}
    assert kinds == {"trailing", "peers", "previous"}


def test_what_tells_of_persons_is_not_kept(montco: Pack) -> None:
    source = montco.source("calls")
    assert {c.name: c.personal for c in source.columns if c.personal != "keep"} == {
        "lat": "use",
        "lng": "use",
        "desc": "digest",
        "addr": "cut",
        "row_no": "cut",
    }
    assert source.key == ("desc",)
    assert (source.version.by, source.delivery, source.repeats) == ("newest", "snapshot", "once")


def test_indicators_are_named_for_their_dimension_and_carry_a_caveat(montco: Pack) -> None:
    for indicator in montco.indicators:
        assert indicator.id.startswith(f"{indicator.dimension}_")
        assert indicator.caveat is not None
        assert indicator.nature == "harm"


def test_a_title_nobody_has_seen_counts_once(montco: Pack) -> None:
    assert counting(montco, "EMS: STRUCK BY A METEOR") == ["ems_other"]
    assert counting(montco, "Traffic: VEHICLE ACCIDENT") == ["ems_other"]  # without its " -"


def test_no_title_is_listed_in_vain(montco: Pack) -> None:
    """The remainder excludes exactly what the others list."""
    listed = [t for i in montco.indicators for t in i.measure.where["title"].among or ()]
    negated = montco.indicator("ems_other").measure.where["title"].negated
    assert len(set(listed)) == len(listed)
    assert negated is not None
    assert sorted(negated.among or ()) == sorted(listed)


def test_a_calm_place_is_good_but_not_the_best(montco: Pack) -> None:
    """As ever and as everywhere is 85 points: yellow. Blue must be earned, red is far away."""
    for comparison in (c for i in montco.indicators for c in i.compare):
        assert (MICRO, 85 * MICRO) in comparison.curve


@pytest.mark.shared
@pytest.mark.parametrize("release", RELEASES)
def test_each_call_of_the_real_files_counts_in_exactly_one_indicator(
    shared: Path, montco: Pack, release: str
) -> None:
    path = shared / "data" / "montco911" / release
    titles = duckdb.connect().execute(
        "SELECT title, count(*) FROM read_parquet(?) GROUP BY title", [str(path)]
    )
    for title, count in titles.fetchall():
        (indicator,) = counting(montco, title)
        prefix = title.split(":")[0].lower()
        assert indicator.startswith(f"{prefix}_"), (title, count)


@pytest.mark.shared
@pytest.mark.parametrize("release", RELEASES)
def test_each_printed_township_of_the_real_files_is_an_area(
    shared: Path, montco: Pack, release: str
) -> None:
    path = shared / "data" / "montco911" / release
    places = duckdb.connect().execute(
        "SELECT DISTINCT twp FROM read_parquet(?) WHERE twp IS NOT NULL", [str(path)]
    )
    names = {area.name for area in montco.areas if area.level != "county"}
    assert {twp for (twp,) in places.fetchall()} == names


@pytest.mark.shared
def test_codes_are_those_of_the_boundaries(shared: Path, montco: Pack) -> None:
    path = shared / "data" / "montco911" / "townships_2018.geojson"
    rows = duckdb.connect().execute(
        "SELECT unnest(features).properties.GEOID FROM read_json(?, maximum_object_size=100000000)",
        [str(path)],
    )
    codes = {area.code for area in montco.areas if area.level == "township"}
    assert {str(code) for (code,) in rows.fetchall()} == codes
