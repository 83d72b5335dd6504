"""A day delivered a hundred times over: counted, shown, provisional, until somebody confirms it."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_commands import holds

from qingyu.cli import shapes
from qingyu.cli.options import pack_folder

DAY = date(2016, 10, 12)
TIMES = 100


@pytest.fixture
def office(qingyu: Any, made: Path, tmp_path: Path) -> Path:
    """A home of a copy of the county's pack, with a file in which one day slipped."""
    pack, home, file = tmp_path / "pack", tmp_path / "home", tmp_path / "calls.csv"
    shutil.copytree(pack_folder("montco"), pack)
    with (made / "calls.csv").open(encoding="utf-8", newline="") as told:
        header, *rows = csv.reader(told)
    at, text = header.index("timeStamp"), header.index("desc")
    with file.open("w", encoding="utf-8", newline="") as spoilt:
        writer = csv.writer(spoilt)
        writer.writerow(header)
        for row in rows:
            for copy in range(TIMES if row[at].startswith(DAY.isoformat()) else 1):
                again = list(row)
                again[text] += f" {copy}" if copy else ""
                writer.writerow(again)
    assert qingyu("init", home, "--pack", pack).code == 0
    assert qingyu("receive", "calls", file, "--home", home).code == 0
    return home


def test_it_is_flagged_and_provisional_and_not_dropped_until_confirmed(
    qingyu: Any, office: Path, tmp_path: Path
) -> None:
    (row,) = qingyu("supply", "--home", office, "--json").json
    holds(shapes.SUPPLY, [row])
    (one,) = row["outlying"]
    assert (one["day"], row["suspect"]) == (DAY.isoformat(), [])
    assert one["total"] > 20 * one["usual"]
    assert any(span["first"] <= one["day"] <= span["last"] for span in row["full"])
    told = f"911 calls: {one['total']} records on {DAY}, {one['usual']} are usual"
    assert told in qingyu("supply", "--home", office).out

    shown = qingyu("show", "--period", "2016-10", "--home", office)
    assert told in shown.out
    answer = qingyu("show", "--period", "2016-10", "--home", office, "--json").json
    holds(shapes.SHOW, answer)
    scored = [area for area in answer if area["score"] is not None]
    assert {area["state"] for area in scored} == {"provisional"}
    assert scored[0]["doubts"][0]["total"] == one["total"]

    words = "LOWER MERION", "--period", "2016-10", "--home", office
    assert told in qingyu("explain", *words).out
    explained = qingyu("explain", *words, "--json").json
    holds(shapes.EXPLAIN, explained)
    assert explained["state"] == "provisional"
    slipped = [area["score"] for area in scored]

    daily = qingyu("daily", "--home", office, "--date", "2016-12-02")
    assert told in daily.out

    contract = tmp_path / "pack" / "sources" / "calls.yaml"
    before = contract.read_text("utf-8")
    (line,) = [text for text in before.splitlines() if text.lstrip().startswith("confirmed:")]
    contract.write_text(before.replace(line, line.replace("]", f", {DAY}]")), "utf-8")
    assert qingyu("supply", "--home", office, "--json").json[0]["outlying"] == []
    answer = qingyu("show", "--period", "2016-10", "--home", office, "--json").json
    scored = [area for area in answer if area["score"] is not None]
    assert {area["state"] for area in scored} == {"ok"}
    assert [area["score"] for area in scored] == slipped  # it counted all the while
