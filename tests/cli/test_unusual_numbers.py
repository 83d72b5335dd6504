"""One number typed a hundred times too large: taken, named, and provisional where it counts."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_commands import holds

from qingyu.cli import shapes
from qingyu.cli.options import pack_folder

DAY = date(2026, 3, 9)
TOWNS = ("翠香街道", "梅华街道", "前山街道", "吉大街道", "拱北街道", "香湾街道", "狮山街道")
SLIPPED, OTHER = TOWNS[0], TOWNS[1]
COVERS = "2026-01-01..2026-03-31"
Send = Callable[[int, int], Any]


def write(path: Path, slip: int) -> Path:
    """A check of fifty vehicles in each town every third day, six of them with a violation."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["检查编号", "检查日期", "车辆类别", "检查车辆数", "违规车辆数", "镇街"])
        for at in range(0, 90, 3):
            day = date(2026, 1, 2) + timedelta(days=at)
            for number, town in enumerate(TOWNS):
                found = slip if (day, town) == (DAY, SLIPPED) else 6
                rows.writerow([f"{day:%m%d}{number}", day, "客运", 50, found, town])
    return path


@pytest.fixture
def send(qingyu: Any, tmp_path: Path) -> Send:
    """Sends the checks, with that many violations at one of them, as a version."""
    pack, home = tmp_path / "pack", tmp_path / "home"
    shutil.copytree(pack_folder("zhuhai"), pack)
    assert qingyu("init", home, "--pack", pack).code == 0

    def sent(version: int, slip: int) -> Any:
        file = write(tmp_path / f"checks-{version}.csv", slip)
        told = "--covers", COVERS, "--version", version, "--home", home
        return qingyu("receive", "fleet", file, *told)

    return sent


def part(qingyu: Any, home: Path, town: str) -> Any:
    said = qingyu("explain", town, "--period", "2026-03", "--home", home, "--json")
    found = said.json if said.code == 0 else pytest.fail(said.err)
    holds(shapes.EXPLAIN, found)
    (one,) = [one for one in found["parts"] if one["indicator"] == "fleet_violations"]
    return one


def test_from_the_receipt_to_the_confirmation(qingyu: Any, send: Send, tmp_path: Path) -> None:
    home = tmp_path / "home"
    taken = send(1, 600)
    assert taken.code == 0
    assert "One row was taken with an unusual “violations” (usually at most 200)." in taken.out
    assert "checks-1.csv, row 156: violations 600" in taken.out

    (row,) = [r for r in qingyu("supply", "--home", home, "--json").json if r["source"] == "fleet"]
    holds(shapes.SUPPLY, [row])
    assert row["odd"] == [{"day": DAY.isoformat(), "column": "violations", "total": 1}]
    told = "one record of 2026-03-09 with an unusual “violations” (usually at most 200)"
    assert told in qingyu("supply", "--home", home).out

    slipped, other = part(qingyu, home, SLIPPED), part(qingyu, home, OTHER)
    assert (slipped["state"], other["state"]) == ("provisional", "ok")
    assert slipped["count"] == 600 + 9 * 6  # it counts
    assert told in slipped["doubts"][0]["sentence"]["en"]
    assert told in qingyu("explain", SLIPPED, "--period", "2026-03", "--home", home).out
    assert told in qingyu("daily", "--home", home, "--date", "2026-04-02").out

    contract = tmp_path / "pack" / "sources" / "fleet.yaml"
    text = contract.read_text("utf-8")
    contract.write_text(
        text.replace("edges: full", f"confirmed: [{DAY}]\n      edges: full"), "utf-8"
    )
    assert part(qingyu, home, SLIPPED)["state"] == "ok"
    assert part(qingyu, home, SLIPPED)["count"] == slipped["count"]
    contract.write_text(text, "utf-8")

    assert "unusual" not in send(2, 6).out
    mended = part(qingyu, home, SLIPPED)
    assert (mended["state"], mended["count"], mended["doubts"]) == ("ok", 10 * 6, [])
