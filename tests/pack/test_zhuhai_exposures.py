"""Declared figures of towns add up to what is known of districts and the city, at every date."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack

PACK = Path(__file__).parents[2] / "packs" / "zhuhai"
CENSUS, LATER = date(2020, 11, 1), date(2024, 12, 31)
FIRST, LAST = date(2021, 11, 1), date(2026, 10, 31)  # of the simulated city
HENGQIN, BAIJIAO, DOUMEN = "440402104000", "440403106000", "440403103000"


@pytest.fixture(scope="module")
def zhuhai() -> Pack:
    return load_pack(PACK)


def on(pack: Pack, name: str, day: date) -> dict[str, int]:
    """Each town's figure of a day: the last of its rows that has begun."""
    (exposure,) = (e for e in pack.exposures if e.id == name)
    return {row.area: row.value for row in exposure.rows if row.valid_from <= day}


def of(pack: Pack, figures: dict[str, int], *districts: str) -> int:
    """The sum of the towns of these districts."""
    return sum(figures[a.code] for a in pack.areas if a.parent in districts)


def test_every_town_has_a_figure_throughout(zhuhai: Pack) -> None:
    towns = {area.code for area in zhuhai.areas if area.level == "town"}
    for exposure in zhuhai.exposures:
        for day in (CENSUS, FIRST, LAST):
            assert set(on(zhuhai, exposure.id, day)) == towns, exposure.id
        assert all(row.value > 0 and row.known_from >= row.valid_from for row in exposure.rows)


def test_residents_of_2020_add_up_to_the_census(zhuhai: Pack) -> None:
    figures = on(zhuhai, "residents", CENSUS)
    assert sum(figures.values()) == 2_439_585
    assert of(zhuhai, figures, "zh_xiangzhou") == 1_124_126
    assert of(zhuhai, figures, "zh_doumen") == 608_899
    assert of(zhuhai, figures, "zh_jinwan", "zh_gaolangang") == 446_369
    assert of(zhuhai, figures, "zh_hengqin", "zh_gaoxin", "zh_wanshan") == 260_191
    assert (figures[BAIJIAO], figures[DOUMEN], figures[HENGQIN]) == (150_527, 46_549, 43_600)


def test_residents_of_2024_add_up_to_the_published_totals(zhuhai: Pack) -> None:
    figures = on(zhuhai, "residents", LATER)
    assert sum(figures.values()) == 2_518_500
    four = ("zh_xiangzhou", "zh_gaoxin", "zh_wanshan", "zh_hengqin")
    assert of(zhuhai, figures, *four) == 1_431_100
    assert of(zhuhai, figures, "zh_doumen") == 625_900
    assert of(zhuhai, figures, "zh_jinwan", "zh_gaolangang") == 461_500


@pytest.mark.parametrize(
    ("day", "city", "hengqin"),
    [
        (FIRST, 186_800, 60_000),
        (date(2023, 2, 6), 288_100, 120_000),  # the border opens again
        (date(2024, 6, 30), 349_872, 172_522),  # published daily mean of Hengqin
        (LAST, 349_872, 172_522),
    ],
)
def test_who_is_there_is_residents_and_flow(
    zhuhai: Pack, day: date, city: int, hengqin: int
) -> None:
    """The flow (visitors, commuters, transit as whole days) is never negative."""
    residents, actual = (on(zhuhai, name, day) for name in ("residents", "actual_population"))
    flow = {code: actual[code] - residents[code] for code in actual}
    assert min(flow.values()) == 0
    assert flow[HENGQIN] == hengqin
    assert sum(flow.values()) == city


def test_employed_and_land_add_up_to_declared_round_totals(zhuhai: Pack) -> None:
    assert sum(on(zhuhai, "employed", FIRST).values()) == 1_500_000
    assert sum(on(zhuhai, "employed", LAST).values()) == 1_560_000
    assert sum(on(zhuhai, "land_area", FIRST).values()) == 173_600
