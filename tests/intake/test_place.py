"""How a record finds its area, and the bucket of those that do not."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from intake_town import AREAS, Desk, row, source, town

from qingyu.errors import InputError
from qingyu.intake import boundaries as boundaries_module
from qingyu.intake.boundaries import FAR_OUTSIDE, OUTSIDE, SWAPPED, read_boundaries
from qingyu.pack.model import Area, Change

PLACED = [
    ({"place": "00012"}, "00012"),
    ({"place": "B"}, "B"),
    ({"place": "", "name": "Birch Hill"}, "B"),
    ({"place": "", "name": "BIRCH HILL"}, "B"),
    ({"place": "", "name": "  birch \t hill "}, "B"),
    ({"place": "", "name": "birch\u3000hill"}, "B"),
    ({"place": "", "name": "ＢＩＲＣＨ　ＨＩＬＬ"}, "B"),
    ({"place": "", "name": "birch"}, "B"),
    ({"place": "", "name": "桤木"}, "00012"),
    ({"place": "nowhere else", "name": "Alder"}, "00012"),
    ({"place": "B", "name": "Alder"}, "B"),
]
UNPLACED = [
    ({"place": "", "name": ""}, "nowhere"),
    ({"place": "12"}, "unknown"),
    ({"place": "b"}, "unknown"),
    ({"place": "440400"}, "unknown"),
    ({"place": "", "name": "Another City"}, "unknown"),
    ({"place": "", "name": "Hatfield"}, "ambiguous"),
    ({"place": "OLD", "when": "2020-07-01 00:00:00"}, "retired"),
    ({"place": "", "name": "old quay", "when": "2021-01-01 00:00:00"}, "retired"),
    ({"place": "NEW", "when": "2020-06-30 23:59:59"}, "not_yet"),
]


@pytest.mark.parametrize(("cells", "area"), PLACED)
def test_records_find_their_area(desk: Desk, cells: dict[str, str], area: str) -> None:
    receipt = desk.send([row("1", **cells)])
    assert desk.alive("area") == [(area, 1)]
    assert receipt.unplaced == 0


@pytest.mark.parametrize(("cells", "kind"), UNPLACED)
def test_records_without_a_place_stand_in_the_bucket(
    desk: Desk, cells: dict[str, str], kind: str
) -> None:
    receipt = desk.send([row("1", **cells), row("2")])
    assert desk.alive("area") == [("B", 1), ("~unplaced", 1)]
    assert (receipt.unplaced, receipt.unplaced_reasons) == (1, {kind: 1})
    assert (receipt.refused, receipt.new) == (0, 2)  # the whole is still the whole


@pytest.mark.parametrize(("cells", "kind"), UNPLACED)
def test_or_are_refused_where_the_contract_says_so(
    desk: Desk, cells: dict[str, str], kind: str
) -> None:
    desk.pack = town(place=source()["place"] | {"unplaced": "refuse"})
    receipt = desk.send([row("1", **cells), row("2")])
    assert receipt.reasons == {f"place_{kind}": 1}
    assert (receipt.new, receipt.refused, receipt.rows) == (1, 1, 2)


def test_areas_are_those_of_the_records_day(desk: Desk) -> None:
    desk.send(
        [
            row("1", "2020-06-30 23:59:59", place="OLD"),
            row("2", "2020-07-01 00:00:00", place="", name="QUAY"),
            row("3", "2020-06-30 23:59:59", place="", name="Quay"),
        ]
    )
    assert desk.alive("key, area") == [("1", "OLD", 1), ("2", "NEW", 1), ("3", "~unplaced", 1)]


def test_names_may_be_looked_up_in_one_level(desk: Desk) -> None:
    desk.pack = town(place=source()["place"] | {"level": "town"})
    desk.send([row("1", place="", name="town"), row("2", place="", name="Alder")])
    assert desk.alive("key, area") == [("1", "T", 1), ("2", "~unplaced", 1)]


# -- points ---------------------------------------------------------------------------------------


def square(code: str, x: float, y: float, size: float = 0.1) -> dict[str, object]:
    ring = [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]
    return {
        "type": "Feature",
        "properties": {"code": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def geojson(path: Path, *features: dict[str, object]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
    return path


@pytest.fixture
def boundaries(tmp_path: Path) -> Path:
    """Alder west of Birch Hill, a common border at 113.6, and a place of another city beyond."""
    return geojson(
        tmp_path / "b.geojson",
        square("B", 113.6, 22.2),
        square("00012", 113.5, 22.2),
        square("other", 113.7, 22.2),
    )


@pytest.mark.parametrize(
    ("lon", "lat", "area", "kind"),
    [
        ("113.55", "22.25", "00012", None),
        ("113.65", "22.25", "B", None),
        ("113.6", "22.25", "00012", None),  # on the border: the first code
        ("113.75", "22.25", "~unplaced", "unknown"),
        ("113.55", "22.35", "~unplaced", "outside"),
        ("0", "0", "~unplaced", "outside"),
        ("22.25", "113.55", "~unplaced", "swapped"),
        ("NaN", "22.25", "~unplaced", "not_a_point"),
        ("1e2", "22.25", "~unplaced", "not_a_point"),
        ("113.55", "", "~unplaced", "nowhere"),
    ],
)
def test_points_find_the_polygon_they_lie_in(
    desk: Desk, boundaries: Path, lon: str, lat: str, area: str, kind: str | None
) -> None:
    receipt = desk.send([row("1", place="", lon=lon, lat=lat)], boundaries=boundaries)
    assert desk.alive("area") == [(area, 1)]
    assert receipt.unplaced_reasons == ({kind: 1} if kind else {})


def test_a_code_or_a_name_goes_before_the_point(desk: Desk, boundaries: Path) -> None:
    inside = {"lon": "113.65", "lat": "22.25"}
    desk.send(
        [row("1", place="00012", **inside), row("2", place="", name="Alder", **inside)],
        boundaries=boundaries,
    )
    assert desk.alive("area") == [("00012", 2)]


def test_without_boundaries_points_are_not_asked(desk: Desk) -> None:
    receipt = desk.send([row("1", place="", lon="113.55", lat="22.25")])
    assert receipt.unplaced_reasons == {"nowhere": 1}


def test_coordinates_are_used_and_dropped(desk: Desk, boundaries: Path) -> None:
    desk.send([row("1", place="", lon="113.551234", lat="22.251234")], boundaries=boundaries)
    for path in desk.home.folder.rglob("*"):
        if path.is_file():
            assert b"113.551234" not in path.read_bytes(), path


@pytest.mark.parametrize("raster_from", [0, 10**9], ids=["raster", "polygons"])
def test_the_raster_agrees_with_the_polygons_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raster_from: int
) -> None:
    """Irregular shapes: the quick way and plain geometry give the same polygon for each point."""
    monkeypatch.setattr(boundaries_module, "_RASTER_FROM", raster_from)
    rng = np.random.default_rng(7)
    centres = rng.uniform(0, 1, (12, 2))
    cells = shapely.voronoi_polygons(
        shapely.multipoints(centres), extend_to=shapely.box(0, 0, 1, 1)
    )
    shapes = [shapely.intersection(cell, shapely.box(0.05, 0.1, 0.9, 0.95)) for cell in cells.geoms]
    features = [
        {"properties": {"GEOID": f"{n:02d}"}, "geometry": json.loads(shapely.to_geojson(shape))}
        for n, shape in enumerate(shapes)
    ]
    found = read_boundaries(geojson(tmp_path / "v.geojson", *features))
    x, y = rng.uniform(-0.2, 1.2, (2, 20_000))
    located = found.locate(x, y)
    for code, shape in enumerate(shapes):
        np.testing.assert_array_equal(shapely.intersects_xy(shape, x, y), located == code)
    assert (located < 0).sum() > 1000
    assert set(np.unique(located[located < 0])) <= {OUTSIDE, FAR_OUTSIDE, SWAPPED}


@pytest.mark.parametrize(
    "text",
    ["", "{}", '{"features": []}', '{"features": [{"properties": {}, "geometry": null}]}', "\xff"],
)
def test_what_is_no_boundaries_file(desk: Desk, text: str) -> None:
    path = desk.file(text.encode("latin-1"), "b.geojson")
    with pytest.raises(InputError):
        desk.send([row("1")], boundaries=path)


def test_boundaries_in_metres_are_refused(desk: Desk) -> None:
    path = geojson(desk.folder / "m.geojson", square("B", 500_000, 4_000_000, 1000))
    with pytest.raises(InputError, match="no degrees"):
        desk.send([row("1")], boundaries=path)


CHANGES = [
    {"date": date(2020, 7, 1), "kind": "rename", "from": "OLD", "to": "NEW"},
    {"date": date(2020, 9, 1), "kind": "split", "from": "NEW", "to": "W", "share": 600_000},
    {"date": date(2020, 9, 1), "kind": "split", "from": "NEW", "to": "E", "share": 400_000},
]
LATER = [
    {"code": "W", "name": "West Quay", "level": "village", "parent": "T", "from": date(2020, 9, 1)},
    {"code": "E", "name": "East Quay", "level": "village", "parent": "T", "from": date(2020, 9, 1)},
]
BY_DAY = [
    ({"place": "OLD", "when": "2020-07-01 00:00:00"}, "NEW"),  # an old code, after the rename
    ({"place": "", "name": "old quay", "when": "2020-08-31 00:00:00"}, "NEW"),
    ({"place": "NEW", "when": "2020-06-30 23:59:59"}, "OLD"),  # the new one, for a day before
    ({"place": "E", "when": "2020-08-31 00:00:00"}, "NEW"),
    ({"place": "W", "when": "2020-01-01 00:00:00"}, "OLD"),
    ({"place": "OLD", "when": "2020-09-01 00:00:00"}, "~unplaced"),  # which of the two?
    ({"place": "NEW", "when": "2020-09-02 00:00:00"}, "~unplaced"),
]


@pytest.mark.parametrize(("cells", "area"), BY_DAY)
def test_old_and_new_words_mean_the_area_of_the_records_day(
    desk: Desk, cells: dict[str, str], area: str
) -> None:
    given: list[dict[str, Any]] = [dict(area) for area in AREAS]  # type: ignore[call-overload]
    ended = [one | {"to": date(2020, 8, 31)} if one["code"] == "NEW" else one for one in given]
    desk.pack = desk.pack.model_copy(
        update={
            "areas": tuple(Area.model_validate(area) for area in [*ended, *LATER]),
            "changes": tuple(Change.model_validate(change) for change in CHANGES),
        }
    )
    desk.send([row("1", **cells)])
    assert desk.alive("area") == [(area, 1)]
