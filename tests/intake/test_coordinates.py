"""Points of Chinese maps: known pairs, exact returns, and the same digits everywhere."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake_town import Desk, town

from qingyu.intake.coordinates import bd_of_gcj, gcj_of_wgs, to_wgs84

CHINA = st.tuples(st.floats(73, 135), st.floats(3, 54))
ANYWHERE = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


def points(*given_points: tuple[float, float]) -> tuple[Any, Any]:
    x, y = zip(*given_points, strict=True)
    return np.array(x, dtype=float), np.array(y, dtype=float)


def by_the_book(x: float, y: float) -> tuple[float, float]:
    """GCJ-02 of WGS 84 with the processor's own functions, as the published codes write it."""
    east, north = x - 105.0, y - 35.0
    dy = -100.0 + 2.0 * east + 3.0 * north + 0.2 * north**2 + 0.1 * east * north
    dy += 0.2 * math.sqrt(abs(east))
    dx = 300.0 + east + 2.0 * north + 0.1 * east**2 + 0.1 * east * north + 0.1 * abs(east) ** 0.5
    both = (20.0 * math.sin(6.0 * east * math.pi) + 20.0 * math.sin(2.0 * east * math.pi)) * 2 / 3
    dy += both + (20.0 * math.sin(north * math.pi) + 40.0 * math.sin(north / 3 * math.pi)) * 2 / 3
    dy += (160.0 * math.sin(north / 12 * math.pi) + 320 * math.sin(north * math.pi / 30)) * 2 / 3
    dx += both + (20.0 * math.sin(east * math.pi) + 40.0 * math.sin(east / 3 * math.pi)) * 2 / 3
    dx += (150.0 * math.sin(east / 12 * math.pi) + 300 * math.sin(east / 30 * math.pi)) * 2 / 3
    a, e = 6378245.0, 0.00669342162296594323
    lat = y / 180 * math.pi
    flat = 1 - e * math.sin(lat) ** 2
    dy = dy * 180 / ((a * (1 - e)) / (flat * math.sqrt(flat)) * math.pi)
    dx = dx * 180 / (a / math.sqrt(flat) * math.cos(lat) * math.pi)
    return x + dx, y + dy


@given(CHINA)
def test_the_forward_way_is_the_published_one(point: tuple[float, float]) -> None:
    x, y = gcj_of_wgs(*points(point))
    assert (x[0], y[0]) == pytest.approx(by_the_book(*point), abs=1e-11)


@given(CHINA)
def test_there_and_back_is_exact_to_the_last_digit_kept(point: tuple[float, float]) -> None:
    x, y = points((round(point[0], 6), round(point[1], 6)))
    there = gcj_of_wgs(x, y)
    for datum, (u, v) in {"gcj02": there, "bd09": bd_of_gcj(*there)}.items():
        back = to_wgs84(u, v, datum)  # type: ignore[arg-type]
        assert back[0][0] == pytest.approx(x[0], abs=2e-6 if datum == "bd09" else 1e-9)
        assert back[1][0] == pytest.approx(y[0], abs=2e-6 if datum == "bd09" else 1e-9)


@given(ANYWHERE)
def test_points_come_in_millionths(point: tuple[float, float]) -> None:
    for datum in ("gcj02", "bd09"):
        for value in (float(v[0]) for v in to_wgs84(*points(point), datum)):  # type: ignore[arg-type]
            assert value == round(value * 1_000_000) / 1_000_000


def test_known_pairs() -> None:
    """Pairs that public converters (coordtransform) print; theirs are not iterated."""
    x, y = bd_of_gcj(*points((116.39762729119315, 39.90865673957631)))
    assert (x[0], y[0]) == pytest.approx((116.404, 39.915), abs=1e-6)
    x, y = to_wgs84(*points((116.404, 39.915)), "gcj02")
    assert (x[0], y[0]) == pytest.approx((116.39775, 39.91360), abs=2e-5)


def test_digits_are_pinned() -> None:
    """The same on every processor: no digit of these may change."""
    x, y = to_wgs84(*points((113.58829789, 22.27334369), (121.51051438, 25.05286853)), "bd09")
    assert [*map(float, x), *map(float, y)] == [113.5767, 121.5, 22.2707, 25.05]


def test_outside_china_the_national_grid_is_the_world_s() -> None:
    x, y = to_wgs84(*points((2.1734, 41.3851), (-71.0589, 42.3601), (0.0, 0.0)), "gcj02")
    assert list(x) == [2.1734, -71.0589, 0.0]
    assert list(y) == [41.3851, 42.3601, 0.0]


def test_no_number_stays_none_and_wgs84_is_untouched() -> None:
    x, y = to_wgs84(*points((math.nan, 1.0), (116.0, math.nan), (1e300, 1e300)), "bd09")
    assert math.isnan(x[0])
    assert math.isnan(y[1])
    same = points((1 / 3, 2 / 3))
    assert to_wgs84(*same, "wgs84") == same


# -- in a send ------------------------------------------------------------------------------------

BOX = (113.57, 22.26, 113.58, 22.28)  # longitude, latitude; longitude, latitude


@pytest.fixture
def boundaries(tmp_path: Path) -> Path:
    west, south, east, north = BOX
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"code": "B"}, "geometry": shape}
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def placed(desk: Desk, boundaries: Path, lon: str, lat: str, **place: Any) -> list[Any]:
    desk.pack = town(place={"by": ["point"], "longitude": "lon", "latitude": "lat"} | place)
    receipt = desk.receive(
        desk.file("id,when,kind,number,amount,place,name,lon,lat,note,person\n"
                  f"1,2020-01-05 10:00:00,fire,1,,,,{lon},{lat},,\n"),
        boundaries=boundaries,
    )  # fmt: skip
    return [*receipt.unplaced_reasons, *(area for area, _ in desk.alive("area"))]


def test_each_datum_is_converted_before_it_is_placed(desk: Desk, boundaries: Path) -> None:
    # 0.0005 degrees inside the box by WGS 84; as it stands, the point of the map lies outside.
    x, y = gcj_of_wgs(*points((113.5797, 22.2707)))
    lon, lat = f"{x[0]:.6f}", f"{y[0]:.6f}"
    assert placed(desk, boundaries, lon, lat) == ["outside", "~unplaced"]


def test_gcj_and_bd_points_find_their_area(desk: Desk, boundaries: Path) -> None:
    there = gcj_of_wgs(*points((113.5797, 22.2707)))
    lon, lat = (f"{v[0]:.6f}" for v in there)
    assert placed(desk, boundaries, lon, lat, datum="gcj02") == ["B"]


def test_bd_points_find_their_area(desk: Desk, boundaries: Path) -> None:
    there = bd_of_gcj(*gcj_of_wgs(*points((113.5797, 22.2707))))
    lon, lat = (f"{v[0]:.6f}" for v in there)
    assert placed(desk, boundaries, lon, lat, datum="bd09") == ["B"]


def test_swapped_columns_are_never_guessed(desk: Desk, boundaries: Path) -> None:
    assert placed(desk, boundaries, "22.27", "113.575") == ["swapped", "~unplaced"]


def test_swapped_columns_are_taken_where_that_is_declared(desk: Desk, boundaries: Path) -> None:
    assert placed(desk, boundaries, "22.27", "113.575", swapped=True) == ["B"]


def test_coordinates_in_declared_forms(desk: Desk, boundaries: Path) -> None:
    columns = [
        {**c, "written": {"decimal": "comma"}} if c["name"] in ("lon", "lat") else c
        for c in town().model_dump()["sources"][0]["columns"]
    ]
    desk.pack = town(
        columns=columns, place={"by": ["point"], "longitude": "lon", "latitude": "lat"}
    )
    text = (
        "id;when;kind;number;amount;place;name;lon;lat;note;person\n"
        "1;2020-01-05 10:00:00;fire;1;;;;113,575;22,27;;\n"
    )
    desk.receive(text, boundaries=boundaries)
    assert desk.alive("area") == [("B", 1)]
