"""Records that kept their points tell what the parts of a split township had before."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flows_county import MONTCO, County, write_calls

from qingyu.engine.store import Home
from qingyu.errors import PackError
from qingyu.flows.explain import explain
from qingyu.flows.opening import Known
from qingyu.flows.publish import panel_of
from qingyu.flows.show import show
from qingyu.intake.receive import receive
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack

CUT = date(2016, 3, 10)
EAST, WEST = "E1", "W1"
HEADER = "code,name,name_zh,level,parent,class,from,to,rankable,aliases"


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Montgomery with Abington split at 75° W, and points that are kept."""
    folder = tmp_path / "pack"
    shutil.copytree(MONTCO, folder)
    shutil.rmtree(folder / "cases")
    contract = folder / "sources" / "calls.yaml"
    given = contract.read_text().replace("{personal: use}", "{places: 6}")
    contract.write_text(given)
    with (folder / "areas.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    abington = next(line for line in lines if line["name"] == "ABINGTON")
    for code, name in ((EAST, "EAST ABINGTON"), (WEST, "WEST ABINGTON")):
        lines.append(abington | {"code": code, "name": name, "from": CUT.isoformat(),
                                 "aliases": "", "name_zh": ""})  # fmt: skip
    abington["to"] = (CUT - timedelta(days=1)).isoformat()
    with (folder / "areas.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER.split(","))
        writer.writeheader()
        writer.writerows(lines)
    with (folder / "exposures" / "residents.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{code},{CUT},{CUT},30000\n" for code in (EAST, WEST))
    old = abington["code"]
    (folder / "changes.csv").write_text(
        "date,kind,from,to,share,reference\n"
        f"{CUT},split,{old},{EAST},0.5,drawn\n{CUT},split,{old},{WEST},0.5,drawn\n"
    )
    (folder / "boundaries").mkdir()
    features = [_square(EAST, -75.0, -74.9), _square(WEST, -75.1, -75.0)]
    outlines = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "boundaries" / f"{CUT}.geojson").write_text(outlines)
    return load_pack(folder)


def _square(code: str, west: float, east: float) -> dict[str, object]:
    corners = [[west, 40.0], [east, 40.0], [east, 40.2], [west, 40.2], [west, 40.0]]
    shape = {"type": "Polygon", "coordinates": [corners]}
    return {"type": "Feature", "properties": {"code": code}, "geometry": shape}


def send(home: Home, pack: Pack, path: Path) -> None:
    """Four crashes a day: before the split three in the east and one without a point, after it
    three in the east and one in the west."""
    rows = []
    for n in range(91):
        at = datetime(2016, 1, 1, 12) + timedelta(days=n)  # noqa: DTZ001
        for k in range(4):
            split = at.date() >= CUT
            name = "ABINGTON" if not split else "WEST ABINGTON" if k == 3 else "EAST ABINGTON"
            point = ("", "") if k == 3 else ("40.1", "-74.95")
            minute = f"{at + timedelta(minutes=k):%Y-%m-%d %H:%M:%S}"
            title = "Traffic: VEHICLE ACCIDENT -"
            rows.append((*point, f"call {n} {k}", "19001", title, minute, name, "X", "1"))
    write_calls(path, [])
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    receive(home, pack, "calls", [path], who="the test")


def test_points_go_before_shares_and_add_up(pack: Pack, tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home", Path(pack.folder))
    send(home, pack, tmp_path / "calls.csv")
    panel = panel_of(home, pack, Known(1, None))
    assert panel.moved is not None
    east = panel.moved.sel(pair=f"{CUT} {_old(pack)}>{EAST}").values.sum(axis=1).max()
    west = panel.moved.sel(pair=f"{CUT} {_old(pack)}>{WEST}").values.sum()
    before = (CUT - date(2016, 1, 1)).days
    assert (int(east), int(west)) == (3 * before, 0)
    counts = {}
    for name in (EAST, WEST):
        found = explain(home, pack, name, "2016-03")
        part = next(part for part in found.parts if part.indicator == "traffic_crash")
        counts[name] = part.count.fraction
        assert part.bridged_since == found.bridged_since == CUT
        assert (
            str(found.bridges[0])
            == "Before 2016-03-10: counts of ABINGTON by their points, of others 50 %."
        )
    own, bridged = 21, 9  # days of March from the 10th to the last but one (an edge), and before
    assert counts[EAST] == 3 * own + 3 * bridged + bridged / 2
    assert counts[WEST] == 1 * own + bridged / 2
    rows = {row.area: row for row in show(home, pack, "2016-03").rows}
    assert rows[EAST].bridged_since == CUT
    assert rows[EAST].to_json()["bridged_since"] == CUT
    assert _old(pack) not in rows
    assert {row.bridged_since for row in show(home, pack, "2016-02").rows} == {None}


def _old(pack: Pack) -> str:
    return next(area.code for area in pack.areas if area.name == "ABINGTON")


def test_a_pack_without_changes_has_nothing_placed_anew(tmp_path: Path) -> None:
    county = County(tmp_path)
    assert panel_of(county.home, county.pack, Known(0, None)).moved is None


def test_outlines_of_a_day_without_change_are_a_fault(pack: Pack) -> None:
    folder = Path(pack.folder) / "boundaries"
    (folder / f"{CUT}.geojson").rename(folder / "2016-03-11.geojson")
    with pytest.raises(PackError, match=r"boundaries/2016-03-11\.geojson"):
        load_pack(Path(pack.folder))
