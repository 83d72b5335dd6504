"""`qingyu match check`, and what `trace` says of a record that is one event with others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from qingyu.cli import shapes
from qingyu.cli.main import run

Qingyu = Any  # the fixture of conftest.py
SOURCES = ("police_110", "police_122", "fire_119")


@pytest.fixture(scope="module")
def incidents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`city`, three simulated days, and `home`, which has three departments' files of them."""
    folder = tmp_path_factory.mktemp("incidents")
    city, home = folder / "city", folder / "home"
    days = ("--from", "2026-10-01", "--to", "2026-10-03", "--faults", "none", "--seed", 5)
    given: list[tuple[object, ...]] = [
        ("simulate", "zhuhai", city, *days),
        ("init", home, "--pack", "zhuhai"),
    ]
    for words in given:
        assert run([str(word) for word in words]) == 0
    sent = json.loads((city / "deliveries.json").read_text(encoding="utf-8"))["deliveries"]
    for name in SOURCES:
        last = [one for one in sent if one["source"] == name][-1]
        covers, version = "..".join(last["covers"]), last["version"]
        words = ("receive", name, city / last["file"], "--covers", covers, "--version", version)
        assert run([str(word) for word in (*words, "--home", home)]) == 0
    return folder


def test_the_judgement_in_words_and_in_json(incidents: Path, qingyu: Qingyu) -> None:
    labels, home = incidents / "city" / "truth" / "seen.parquet", incidents / "home"
    said = qingyu("match", "check", labels, "--home", home, "--json")
    assert said.code == 0
    assert set(said.json) == set(shapes.MATCH_CHECK.fields)
    assert said.json["right"] <= min(said.json["true"], said.json["found"])
    page = qingyu("match", "check", labels, "--home", home, "--union", "incidents")
    assert "Incidents: " in page.out
    assert "Precision" in page.out
    assert f"{said.json['true_events']:,}" in page.out
    assert qingyu("match", "check", labels, "--home", home, "--union", "x").code == 9
    assert qingyu("match", "check", incidents / "none", "--home", home).code == 9


def test_trace_tells_with_whom(incidents: Path, qingyu: Qingyu) -> None:
    rows = pq.read_table(incidents / "city" / "truth" / "seen.parquet").to_pylist()
    seen: dict[str, list[str]] = {}
    for row in rows:
        seen.setdefault(row["event"], []).append(row["record"])
    records = next(found for found in seen.values() if len(found) == 3)
    for record in records:
        said = qingyu("trace", record, "--home", incidents / "home")
        assert said.code == 0
        assert "In “Incidents” it is one event with others" in said.out
        assert all(other in said.out for other in records)
    said = qingyu("trace", records[0], "--home", incidents / "home", "--json")
    (one,) = said.json["united"]
    assert set(one) == {"union", "lead", "kind", "day", "area", "records"}
    assert {record["key"] for record in one["records"]} == set(records)


def test_a_pack_without_unions_says_so(home: Path, qingyu: Qingyu, tmp_path: Path) -> None:
    said = qingyu("match", "check", tmp_path / "none", "--home", home)
    assert said.code == 9
    assert "a pack with matching.yaml" in said.err
