"""The pack of the Zhuhai-like city: the facts it takes over, and the promises of its method."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from qingyu.pack.load import load_pack
from qingyu.pack.model import MICRO, Area, Measure, Pack
from qingyu.pack.rules.persons import is_personal

PACK = Path(__file__).parents[2] / "packs" / "zhuhai"

# dimension, indicator, whether it is in the daily index, and how much of it is published:
# P named in print, S seen in the monthly commentary, D declared.
DECLARED = """
social_stability disputes_resolved month D
social_stability petitions_in_time month D
ecological_safety air_quality day S
ecological_safety illegal_land_use month D
work_safety work_accidents month D
work_safety site_hazards_closed month D
shared_building resident_rating month S
shared_building participation month S
public_order crime_calls day P
public_order telecom_fraud day P
civility civility_inspection month D
civility uncivil_traffic month D
urban_management urban_events day S
urban_management urban_closed month D
civic_virtue good_deeds month D
civic_virtue volunteering month D
citizen_requests hotline_in_time day D
citizen_requests hotline_fixed month D
food_drug food_complaints day P
food_drug sampling_failures month D
traffic_safety traffic_accidents day P
traffic_safety fleet_violations month D
fire_safety fire_calls day S
fire_safety fire_hazards_closed month D
consumer consumer_in_time month D
consumer consumer_solved month D
social_security wage_arrears month S
social_security medical_disputes month D
"""
VOICES = {"disputes", "petitions", "hotline_12345", "market_12315"}
SOURCES = {
    *VOICES, "air", "land", "work_safety", "sites", "ratings", "police_110", "civility",
    "police_122", "urban_management", "honours", "sampling", "fleet", "fire_119", "fire_checks",
    "wages", "health",
}  # fmt: skip


@pytest.fixture(scope="module")
def zhuhai() -> Pack:
    return load_pack(PACK)


def of_level(pack: Pack, level: str) -> list[Area]:
    return [area for area in pack.areas if area.level == level]


# -- places ------------------------------------------------------------------------------------


def test_the_city_has_7_districts_31_towns_and_345_villages(zhuhai: Pack) -> None:
    assert Counter(area.level for area in zhuhai.areas) == {
        "city": 1, "district": 7, "town": 31, "village": 345 + 1,
    }  # fmt: skip
    assert Counter(area.class_ for area in of_level(zhuhai, "town")) == {
        "street": 10, "town": 15, "special": 6,
    }  # fmt: skip
    assert Counter(area.class_ for area in of_level(zhuhai, "village")) == {
        "community": 214, "village": 122, "managed": 9 + 1,
    }  # fmt: skip


def test_one_area_has_ended_and_says_that_it_is_invented(zhuhai: Pack) -> None:
    """So that a record can name an area that is no more. No change says what became of it."""
    (gone,) = (area for area in zhuhai.areas if area.until is not None)
    assert (gone.level, gone.class_, gone.rankable) == ("village", "managed", False)
    assert "invented" in gone.name
    assert "虚构" in (gone.name_zh or "")
    assert zhuhai.changes == ()


def test_every_area_has_a_name_in_both_languages(zhuhai: Pack) -> None:
    assert all(area.name.isascii() and area.name_zh for area in zhuhai.areas)


def test_districts_are_those_of_the_index_and_not_of_the_codes(zhuhai: Pack) -> None:
    names = {area.code: area.name_zh for area in zhuhai.areas}
    towns = {area.name_zh: names[str(area.parent)] for area in of_level(zhuhai, "town")}
    assert {name: towns[name] for name in ("唐家湾镇", "横琴镇", "担杆镇", "南水镇", "平沙镇")} == {
        "唐家湾镇": "高新区", "横琴镇": "横琴新区", "担杆镇": "万山区",
        "南水镇": "高栏港区", "平沙镇": "高栏港区",
    }  # fmt: skip
    assert Counter(towns.values())["香洲区"] == 14
    # A record that names only a district of the codes cannot tell which of the index it lies in.
    assert not {"440402000000", "440403000000", "440404000000"} & names.keys()


@pytest.mark.shared
def test_codes_and_names_are_those_of_the_statistics_bureau(zhuhai: Pack, shared: Path) -> None:
    with (shared / "data" / "zhuhai" / "areas.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["level"] in ("town", "village")]
    theirs = {row["code"]: row["name"] for row in rows}
    ours = [area for area in zhuhai.areas if area.level in ("town", "village")]
    (gone,) = (area.code for area in ours if area.until is not None)  # the invented one
    assert gone not in theirs
    assert {area.code: area.name_zh for area in ours if area.code != gone} == theirs
    villages = {row["code"]: row["parent"] for row in rows if row["level"] == "village"}
    found = {area.code: area.parent for area in ours if area.level == "village"}
    assert found == {**villages, gone: found[gone]}


def test_villages_are_counted_and_not_graded(zhuhai: Pack) -> None:
    assert {level.id: level.graded for level in zhuhai.levels} == {
        "city": True, "district": True, "town": True, "village": False,
    }  # fmt: skip


def test_each_town_has_a_tile_of_its_own(zhuhai: Pack) -> None:
    with (PACK / "tiles.csv").open(encoding="utf-8", newline="") as file:
        tiles = list(csv.DictReader(file))
    assert {tile["code"] for tile in tiles} == {area.code for area in of_level(zhuhai, "town")}
    places = {(int(tile["column"]), int(tile["row"])) for tile in tiles}
    assert len(places) == len(tiles) == 31
    assert all(1 <= column <= 7 and 1 <= row <= 7 for column, row in places)


# -- the method --------------------------------------------------------------------------------


def test_the_28_indicators_are_the_declared_ones(zhuhai: Pack) -> None:
    found = {
        (i.dimension, i.id, "day" if i.daily else "month", i.weight[0].reference[0])
        for i in zhuhai.indicators
    }
    assert found == {tuple(line.split()) for line in DECLARED.strip().splitlines()}


def test_every_weight_says_how_much_of_it_is_published(zhuhai: Pack) -> None:
    for indicator in zhuhai.indicators:
        assert all(w.reference.startswith(("P: ", "S: ", "D: ")) for w in indicator.weight)
        for comparison in indicator.compare:
            for entry in comparison.target or ():
                assert entry.reference.startswith(("D: ", "HJ 633"))
    assert all("weight: D" in w.reference for d in zhuhai.dimensions for w in d.weight)


def test_fourteen_dimensions_weigh_one_and_the_daily_seven_are_among_them(zhuhai: Pack) -> None:
    daily, monthly = zhuhai.index_for("day"), zhuhai.index_for("month")
    assert sorted(monthly.dimensions) == sorted(d.id for d in zhuhai.dimensions)
    assert len(monthly.dimensions) == 14
    assert len(daily.dimensions) == 7
    assert set(daily.dimensions) == {i.dimension for i in zhuhai.indicators if i.daily}
    assert sum(d.weight[0].value for d in zhuhai.dimensions) == MICRO
    weights = Counter[str]()
    for indicator in zhuhai.indicators:
        weights[indicator.dimension] += indicator.weight[0].value
    assert set(weights.values()) == {MICRO}


def test_own_history_peers_and_previous_weigh_as_declared_where_harm_is_counted(
    zhuhai: Pack,
) -> None:
    harms = [i for i in zhuhai.indicators if i.nature in ("harm", "effort")]
    harms = [i for i in harms if i.id != "air_quality"]
    assert len(harms) == 14
    for indicator in harms:
        assert [(c.with_, c.weight) for c in indicator.compare] == [
            ("own", 500_000), ("peers", 300_000), ("previous", 200_000),
        ]  # fmt: skip
        assert indicator.compare[0].years == 3


def test_every_indicator_declares_how_small_numbers_are_steadied(zhuhai: Pack) -> None:
    """Estimated from a calm year κ would be so large that the first surge were taken for chance."""
    assert all(i.shrink.kappa is not None for i in zhuhai.indicators)
    assert [i.id for i in zhuhai.indicators if i.shrink.kappa == 0] == ["air_quality"]


def test_every_indicator_has_caveats_and_a_case(zhuhai: Pack) -> None:
    assert all(i.caveat and i.caveat.zh and i.caveat.en for i in zhuhai.indicators)
    cased = {name for case in zhuhai.cases for e in case.expect for name in e.indicators}
    assert cased == {i.id for i in zhuhai.indicators}


def test_deaths_cost_five_points_each_and_at_most_twenty(zhuhai: Pack) -> None:
    deductions = {d.id: d.deductions for d in zhuhai.dimensions if d.deductions}
    assert set(deductions) == {"work_safety", "traffic_safety", "fire_safety"}
    for (deduction,) in deductions.values():
        assert deduction.measure.of == "deaths"
        assert (deduction.points, deduction.at_most) == (5 * MICRO, 20 * MICRO)


def test_a_homicide_caps_at_yellow_and_the_cuts_are_90_80_70(zhuhai: Pack) -> None:
    (cap,) = zhuhai.grades.caps
    assert (cap.grade, cap.measure.where["category"].equals) == ("yellow", "杀人")
    (scale,) = zhuhai.grades.scales
    assert [g.cut // MICRO for g in scale.grades] == [90, 80, 70, 0]


def test_the_pack_says_that_its_figures_are_simulated(zhuhai: Pack) -> None:
    assert zhuhai.simulated
    assert "模拟数据" in zhuhai.name.zh
    assert "simulated data" in zhuhai.name.en


# -- voices ------------------------------------------------------------------------------------


def test_no_voice_is_scored_by_its_volume(zhuhai: Pack) -> None:
    """Of petitions, requests, complaints and disputes only shares of themselves are scored, or
    what an inspection confirmed."""
    for indicator in zhuhai.indicators:
        if indicator.measure.source not in VOICES:
            continue
        if indicator.nature == "harm":
            assert indicator.confirmed_by is not None
            continue
        assert indicator.nature == "voice"
        assert indicator.per.measure is not None
        assert indicator.per.measure.source == indicator.measure.source
        assert indicator.per.measure.on == indicator.measure.on
        assert indicator.better == "higher"


def test_what_residents_report_to_city_management_is_not_counted_against_a_town(
    zhuhai: Pack,
) -> None:
    assert zhuhai.indicator("urban_events").measure.where["found_by"].equals == "巡查"


def test_what_grows_with_patrol_is_held_against_patrol(zhuhai: Pack) -> None:
    efforts = [i for i in zhuhai.indicators if i.nature == "effort"]
    assert {i.id for i in efforts} == {
        "civility_inspection", "uncivil_traffic", "urban_events", "fleet_violations",
    }  # fmt: skip
    for indicator in efforts:
        assert isinstance(indicator.per.measure, Measure)
        assert indicator.per.measure.source == indicator.measure.source


# -- sources -----------------------------------------------------------------------------------


def test_twenty_sources_of_sixteen_departments(zhuhai: Pack) -> None:
    assert {source.id for source in zhuhai.sources} == SOURCES
    assert len({source.department for source in zhuhai.sources}) == 16


def test_the_kinds_of_measure_are_all_there(zhuhai: Pack) -> None:
    measures = [i.measure for i in zhuhai.indicators]
    assert [m.source for m in measures if m.stock] == ["land"]
    assert [i.measure.source for i in zhuhai.indicators if i.nature == "opinion"] == ["ratings"]
    assert [s.id for s in zhuhai.sources if s.reading is not None] == ["air"]
    assert sum(i.per.measure is not None for i in zhuhai.indicators) == 17


def test_what_tells_of_persons_is_cut_in_every_contract(zhuhai: Pack) -> None:
    for source in zhuhai.sources:
        for column in source.columns:
            spellings = [way.name for way in column.spellings]
            if any(is_personal(name) for name in spellings):
                assert column.personal == "cut", (source.id, column.name)
            assert column.name.isascii()
    cut = [c for s in zhuhai.sources for c in s.columns if c.personal == "cut"]
    assert len(cut) >= 25


def test_points_only_help_to_place_a_record(zhuhai: Pack) -> None:
    points = {s.id: s.place.datum for s in zhuhai.sources if "point" in s.place.by}
    assert points == {"police_110": "wgs84", "police_122": "bd09", "fire_119": "gcj02"}
    for name in points:
        source = zhuhai.source(name)
        assert source.place.by[-1] == "point"
        assert all(source.column(c).personal == "use" for c in ("longitude", "latitude"))


def test_names_of_places_are_those_of_towns(zhuhai: Pack) -> None:
    """Names of villages repeat (two 东澳村委会); a village is told by its code alone."""
    assert all(s.place.level == "town" for s in zhuhai.sources if "name" in s.place.by)


def test_files_come_as_departments_write_them(zhuhai: Pack) -> None:
    encodings = {s.id: s.file.encoding[0] for s in zhuhai.sources}
    assert {k: v for k, v in encodings.items() if v != "utf-8"} == {
        "police_110": "gb18030", "market_12315": "utf-16",
    }  # fmt: skip
    assert zhuhai.source("hotline_12345").file.header_rows == 2
    written = {(s.id, c.name): c.written for s in zhuhai.sources for c in s.columns if c.written}
    assert written["land", "area"].unit == ("公顷",)
    assert written["honours", "recognised"].dates == ("chinese",)
