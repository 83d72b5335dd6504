"""The imitation has the layout and the defects it says it has, and is the same every time."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack
from qingyu.simulate.montco import COLUMNS, LOST_DAY, RISE_FROM, STORM_DAY, write_calls

PACK = Path(__file__).resolve().parents[2] / "packs" / "montco"
Row = dict[str, str]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(PACK)


@pytest.fixture(scope="module")
def rows(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    path = tmp_path_factory.mktemp("simulated") / "calls.csv"
    written = write_calls(pack, path)
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert len(found) == written.rows
    return found


def test_same_seed_same_bytes(pack: Pack, tmp_path: Path) -> None:
    one, two, other = (tmp_path / name for name in ("one.csv", "two.csv", "other.csv"))
    write_calls(pack, one, rows=500)
    write_calls(pack, two, rows=500)
    write_calls(pack, other, rows=500, seed=912)
    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes() != other.read_bytes()


def test_layout_is_that_of_the_public_file(rows: list[Row]) -> None:
    assert list(rows[0]) == list(COLUMNS)
    assert 40_000 <= len(rows) <= 40_100
    assert {row["e"] for row in rows} == {"1"}
    for row in rows:
        trailing = row["title"].endswith(" -")
        assert trailing == row["title"].startswith("Traffic: ")
        if row["twp"]:
            assert row["addr"] in row["desc"]
            assert row["twp"] in row["desc"]


def test_every_township_is_one_the_pack_knows(rows: list[Row], pack: Pack) -> None:
    names = {area.name for area in pack.areas}
    assert {row["twp"] for row in rows} - {""} <= names
    graded = {area.name for area in pack.areas if area.level == "township"}
    assert len({row["twp"] for row in rows} & graded) == len(graded)


def test_defects_are_there(rows: list[Row]) -> None:
    whole = Counter(tuple(row.values()) for row in rows)
    assert sum(count - 1 for count in whole.values()) == 11
    kinds = {}
    for row in rows:
        kinds.setdefault(row["desc"], set()).add(row["title"])
    assert sum(len(titles) > 1 for titles in kinds.values()) == 6
    assert sum(row["twp"] == "" for row in rows) in range(10, 16)
    assert 0.11 < sum(row["zip"] == "" for row in rows) / len(rows) < 0.14
    assert 0.01 < sum(row["twp"].endswith(" COUNTY") for row in rows) / len(rows) < 0.03
    assert sum(float(row["lat"]) < 35 for row in rows) in range(5, 8)
    stamps = [row["timeStamp"] for row in rows]
    assert stamps != sorted(stamps)
    assert (min(stamps), max(stamps)) == ("2015-12-10 14:39:21", "2016-11-30 23:57:35")


def test_lost_half_day_storm_and_rise(rows: list[Row]) -> None:
    by_day = Counter(row["timeStamp"][:10] for row in rows)
    usual = len(rows) / 357
    assert by_day[STORM_DAY.isoformat()] > 1.7 * usual
    lost = [row["timeStamp"] for row in rows if row["timeStamp"].startswith(LOST_DAY.isoformat())]
    assert lost
    assert max(lost) < f"{LOST_DAY.isoformat()} 13"

    towns = Counter(row["twp"] for row in rows)
    busiest = towns.most_common(1)[0][0]
    crashes = [
        r for r in rows if r["twp"] == busiest and r["title"] == "Traffic: VEHICLE ACCIDENT -"
    ]
    late = [r for r in crashes if r["timeStamp"][:10] >= RISE_FROM.isoformat()]
    before, after = (len(crashes) - len(late)) / 336, len(late) / 21
    assert after > 1.6 * before
