"""Points before shares twice: files whose records keep their points through intake, outlines, cube
and index, and by the twin, which asks every point of every outline."""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import agree
import pytest
from draw_pack import contract
from scene import NEVER, Scene, held, indicator, target
from twin_bridge import BridgedDays
from twin_days import Days, Record
from twin_periods import holding, label
from twin_read import read_pack

from qingyu.engine.store import Home
from qingyu.flows.opening import Known
from qingyu.flows.publish import panel_of
from qingyu.index.steps import compute
from qingyu.intake.receive import receive
from qingyu.pack.check import check_pack
from qingyu.pack.load import load_pack
from qingyu.periods import parse

FIRST, CUT, LATER, LAST = date(2024, 1, 1), date(2024, 2, 20), date(2024, 3, 5), date(2024, 3, 31)
SHARES = [  # x2 is a corner of the town on the map, and a third of it by its share
    (CUT, "split", "t1", "x1", "0.6"), (CUT, "split", "t1", "x2", "0.4"),
    (CUT, "split", "t2", "t2", "0.7"), (CUT, "split", "t2", "x3", "0.3"),
    (LATER, "split", "x1", "x4", "0.35"), (LATER, "split", "x1", "x5", "0.65"),
]  # fmt: skip
HEIRS = [("x1", CUT, 6400), ("x2", CUT, 3700), ("x3", CUT, 3200), ("x4", LATER, 2100),
         ("x5", LATER, 4500)]  # fmt: skip
# Each town's ground is a square of the map; of t1 and t2 the heirs' parts are drawn, an edge askew.
OUTLINES = {
    "x1": [(100, 20), (100.04, 20), (100.06, 20.1), (100, 20.1)],
    "x2": [(100.04, 20), (100.1, 20), (100.1, 20.1), (100.06, 20.1)],
    "t2": [(100.1, 20), (100.2, 20), (100.2, 20.07), (100.1, 20.07)],
    "x3": [(100.1, 20.07), (100.2, 20.07), (100.2, 20.1), (100.1, 20.1)],
}
ASKED = [("month", date(2024, 3, 1)), ("week", date(2024, 2, 26)), ("day", date(2024, 3, 20)),
         ("month", date(2024, 2, 1))]  # fmt: skip


@dataclass
class Drawn(Scene):
    def files(self) -> dict[str, str]:
        found = super().files()
        rows = [",".join(map(str, row)) + "," for row in SHARES]
        found["changes.csv"] = "\n".join(["date,kind,from,to,share,reference", *rows]) + "\n"
        found["sources/calls.yaml"] = contract("calls", {"edges": "full", **NEVER}, points=True)
        features = [
            {"type": "Feature", "properties": {"code": code},
             "geometry": {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}}
            for code, corners in OUTLINES.items()
        ]  # fmt: skip
        outlines = {"type": "FeatureCollection", "features": features}
        found[f"boundaries/{CUT}.geojson"] = json.dumps(outlines)
        return found


def scene(folder: Path) -> Drawn:
    """Seven towns; two are split by outlines, of which one keeps its code, and one part again."""
    ends = {"t1": ("", CUT), "x1": (CUT, LATER), "x2": (CUT, None), "x3": (CUT, None),
            "x4": (LATER, None), "x5": (LATER, None)}  # fmt: skip
    towns = []
    for code in ["t1", "t2", "t3", "t4", "t5", "t6", "x1", "x2", "x3", "x4", "x5"]:
        since, until = ends.get(code, ("", None))
        end = "" if until is None else until - timedelta(days=1)
        towns.append(f"{code},Town {code},,town,c,,{since},{end},true,")
    half = Decimal("0.5")
    daily = {"window": "7 days", "least_expected": 1, "at_most": "28 days"}
    compare = [held("previous", half), held("peers", half)]
    return Drawn(
        folder,
        towns=towns,
        exposure_rows=[
            *(f"t{n},2020-01-01,2020-01-01,{9000 + 1000 * n}" for n in range(1, 7)),
            f"t2,{CUT},{CUT},7900",
            *(f"{code},{day},{day},{people}" for code, day, people in HEIRS),
        ],
        indicators={
            "calls": indicator(compare=compare, daily=daily, weight=target(half)["target"]),
            "share": indicator(
                nature="handling", weight=target(half)["target"], compare=[target(half)],
                measure={"count": "calls", "where": {"kind": {"equals": "theft"}}},
                per={"measure": {"count": "calls"}, "unit": 1},
            ),
        },
    )  # fmt: skip


def rows(chance: random.Random) -> list[dict[str, str]]:
    """Calls in every area of their day; in the split towns most have a point, some of them one
    that lies in the neighbour's ground, or nowhere."""
    found: list[dict[str, str]] = []
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        for code in _valid(day):
            for _ in range(chance.choice([1, 2, 2, 3, 5])):
                x = 100 + chance.randrange(1, 250_000, 2) / 10**6
                y = 20 + chance.randrange(1, 100_000, 2) / 10**6
                if code[0] == "t" and chance.random() < 0.7:
                    x = (100 if code == "t1" else 100.1) + chance.randrange(1, 10**5, 2) / 10**6
                point = {"x": f"{x:.6f}", "y": f"{y:.6f}"} if chance.random() < 0.8 else {}
                kind = chance.choice(["theft", "fire"])
                at = f"{day} {chance.randrange(24):02d}:00:00"
                found.append({"id": str(len(found)), "at": at, "area": code, "kind": kind,
                              "amount": "1", **point})  # fmt: skip
    return found


def _valid(day: date) -> list[str]:
    if day < CUT:
        return [f"t{n}" for n in range(1, 7)]
    new = ["x1"] if day < LATER else ["x4", "x5"]
    return [*(f"t{n}" for n in range(2, 7)), "x2", "x3", *new]


def received(made: Drawn, folder: Path, told: Sequence[Mapping[str, str]]) -> Home:
    path = folder / "calls.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["id", "at", "area", "kind", "amount", "x", "y"])
        writer.writeheader()
        writer.writerows(told)
    home = Home.create(folder / "home", folder / "pack")
    receipt = receive(home, load_pack(folder / "pack"), "calls", [path], version=1, who="the walk")
    assert (receipt.refused, receipt.unplaced) == (0, 0)
    made.records["calls"] = [
        Record(date.fromisoformat(row["at"][:10]), row["area"], row) for row in told
    ]
    made.first, made.last = FIRST, LAST
    return home


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_the_product_and_the_twin_place_the_same_records(seed: int, tmp_path: Path) -> None:
    made = scene(tmp_path)
    folder = made.drawn("month", FIRST).write(tmp_path)
    assert [str(fault.sentence()) for fault in check_pack(folder)] == []
    home = received(made, tmp_path, rows(random.Random(seed)))
    pack = load_pack(folder)
    panel = panel_of(home, pack, Known(1, None))
    met: Counter[object] = Counter()
    for kind, day in ASKED:
        mine = agree.twin_rows(made.drawn(kind, day), folder)
        period = parse(label(holding(day, kind)))
        theirs = agree.product_rows(pack, panel, compute(pack, panel, [period]))
        assert agree.differences(mine, theirs) == []
        met.update(key[-1] for key in mine if str(key[1]).startswith("x"))
    assert met["compared"] >= 10
    assert met["score"] >= 5
    _points_matter(made, folder)


def _points_matter(made: Drawn, folder: Path) -> None:
    """Shares alone would say something else: the comparison is one of points."""
    drawn = made.drawn("month", FIRST)
    pack = read_pack(folder)
    real = Days(pack, drawn.records, drawn.covers, made.first, made.last)
    view = BridgedDays(real, LATER)
    measure = pack.indicators[0].measure
    day = CUT - timedelta(days=3)
    heirs = {code: view.heard(measure, code, day) for code in ("x2", "x4", "x5")}
    town = real.counted(measure)["t1", day]
    assert sum(heirs.values()) == town
    assert any(
        view.heard(measure, "x2", day - timedelta(days=n)) * 10
        != 4 * real.counted(measure)["t1", day - timedelta(days=n)]
        for n in range(5)
    )
