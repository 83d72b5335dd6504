"""`qingyu simulate`: cities and nations in a folder, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from qingyu.cli.shapes_simulate import SIMULATE_CITY, SIMULATE_NATION

SPAN = ("--from", "2026-10-01", "--to", "2026-10-03", "--scale", "0.2", "--recent", "1")
Qingyu = Callable[..., Any]


def test_a_city(qingyu: Qingyu, tmp_path: Path) -> None:
    said = qingyu("simulate", "zhuhai", tmp_path / "city", *SPAN, "--seed", "3")
    assert said.code == 0
    assert "SIMULATED" in said.out
    assert (tmp_path / "city" / "deliveries.json").is_file()
    assert qingyu("simulate", "zhuhai", tmp_path / "city", *SPAN).code == 2


def test_a_city_for_programs_and_in_chinese(qingyu: Qingyu, tmp_path: Path) -> None:
    said = qingyu("simulate", "zhuhai", tmp_path / "one", *SPAN, "--json", "--faults", "none")
    assert set(said.json) == set(SIMULATE_CITY.fields)
    assert said.json["simulated"] is True
    assert said.json["files"] > 20
    assert said.json["departments"] == 16
    assert said.json["faults"] == {}
    assert (said.json["first"], said.json["last"]) == ("2026-10-01", "2026-10-03")
    chinese = qingyu("simulate", "zhuhai", tmp_path / "two", *SPAN, "--lang", "zh")
    assert "模拟数据" in chinese.out


def test_a_nation(qingyu: Qingyu, tmp_path: Path) -> None:
    words = ("--towns", "20", "--events", "20000", "--files", "2")
    said = qingyu("simulate", "nation", tmp_path / "n", *words, "--json")
    assert said.code == 0
    assert set(said.json) == set(SIMULATE_NATION.fields)
    assert said.json["files"] == 2
    assert 17_000 < said.json["rows"] < 23_000
    home = tmp_path / "home"
    assert qingyu("init", home, "--pack", tmp_path / "n" / "pack").code == 0
    before = next((tmp_path / "n" / "history").iterdir())
    assert qingyu("receive", "events", before, "--home", home).code == 0
    files = sorted((tmp_path / "n" / "files").iterdir())
    received = qingyu("receive", "events", *files, "--home", home, "--json").json
    assert (received["rows"], received["refused"]) == (said.json["rows"], 0)
    shown = qingyu("show", "--period", "2026-10-31", "--home", home, "--json").json
    assert sum(row["level"] == "town" and row["grade"] is not None for row in shown) == 20


def test_a_city_of_a_county_still_by_its_file_alone(qingyu: Qingyu, tmp_path: Path) -> None:
    assert qingyu("simulate", tmp_path / "calls.csv", "--rows", "200").code == 0
    assert qingyu("simulate", "montco", tmp_path / "calls.csv").code == 2
    assert qingyu("simulate", "nowhere", tmp_path).code == 2


def test_wrong_words_are_told(qingyu: Qingyu, tmp_path: Path) -> None:
    assert qingyu("simulate", "zhuhai", tmp_path / "a", "--from", "yesterday").code == 2
    assert (
        qingyu(
            "simulate", "zhuhai", tmp_path / "a", "--from", "2026-10-02", "--to", "2026-10-01"
        ).code
        == 2
    )
    assert qingyu("simulate", "nation", tmp_path / "a", "--towns", "2", "--files", "3").code == 2
    assert not (tmp_path / "a").exists()
