"""The two scripts of the manual redo a pack with every kind of rule: target, min–max, deduction,
cap, veto."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from data_package import faults
from flows_county import MONTCO, all_kinds, write_calls
from release_office import MONTH, busy

from qingyu.engine.store import Home
from qingyu.flows.release import Office, draft
from qingyu.intake.receive import receive
from qingyu.pack.load import load_pack

DOCS = Path(__file__).resolve().parents[2] / "docs"
CRASHES = "count: calls, where: {title: {equals: 'Traffic: VEHICLE ACCIDENT -'}}"
DEDUCTION = f"""\
  deductions:
    - id: many
      name: {{zh: 多, en: many}}
      measure: {{{CRASHES}}}
      points: 0.01
      at_most: 2
"""
RULES = f"""\
caps:
  - {{id: capped, name: {{zh: 顶, en: cap}}, measure: {{{CRASHES}}}, at_least: 60, grade: red}}
vetoes:
  - {{id: vetoed, name: {{zh: 否, en: veto}}, measure: {{{CRASHES}}}, at_least: 400}}
"""
HELD = """\
  - with: target
    target: [{from: 2015-01-01, value: 0.5, reference: drawn}]
    weight: 0.2
    curve: *ratio
  - with: minmax
    low: [{from: 2015-01-01, value: 0.1, reference: drawn}]
    high: [{from: 2015-01-01, value: 1.5, reference: drawn}]
    weight: 0.1
"""


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contents of a draft."""
    folder = tmp_path_factory.mktemp("stranger")
    pack_folder = Path(shutil.copytree(MONTCO, folder / "pack"))
    change(pack_folder / "indicators" / "traffic_crash.yaml",
           "  - {with: peers, weight: 0.3, curve: *ratio}\n", HELD)  # fmt: skip
    dimensions = pack_folder / "dimensions.yaml"
    dimensions.write_text(dimensions.read_text("utf-8").rstrip("\n") + "\n" + DEDUCTION, "utf-8")
    grades = pack_folder / "grades.yaml"
    grades.write_text(grades.read_text("utf-8") + RULES, "utf-8")
    shutil.rmtree(pack_folder / "cases")
    pack = load_pack(pack_folder)
    home = Home.create(folder / "home", pack_folder)
    home.clock = lambda: datetime(2016, 5, 1, 12, tzinfo=UTC)
    receive(home, pack, "calls", [write_calls(folder / "calls.csv", all_kinds(busy))], who="test")
    return draft(Office(home, pack), MONTH)[0].folder / "content"


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize("script", ["recompute_points.py", "recompute_scores.py"])
def test_every_rule_is_redone(frozen: Path, script: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-I", str(DOCS / script), str(frozen)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout
    assert int(ended.stdout.split()[0]) > 400


def test_the_rules_took_effect(frozen: Path) -> None:
    """Else the scripts were asked too little."""
    charges = (frozen / "charges.csv").read_text("utf-8-sig")
    areas = (frozen / "areas.csv").read_text("utf-8-sig")
    comparisons = (frozen / "comparisons.csv").read_text("utf-8-sig")
    assert all(f",{kind}," in charges for kind in ("deduction", "cap", "veto"))
    assert ",capped," in areas
    assert ",vetoed," in areas
    assert all(f",{kind},true," in comparisons for kind in ("target", "minmax"))


def test_no_record_and_no_person_is_in_an_edition(frozen: Path) -> None:
    """Addresses and keys of the drawn calls, and who received them."""
    whole = b"".join(path.read_bytes() for path in frozen.iterdir() if path.is_file())
    assert b"comparisons" in whole
    for secret in (b"MAIN ST", b"19003", b"VEHICLE ACCIDENT - LOWER", b'"who"'):
        assert secret not in whole


# -- the Data Package -----------------------------------------------------------------------------


def test_the_tables_are_a_data_package(frozen: Path) -> None:
    assert faults(frozen) == []
    package = json.loads((frozen / "datapackage.json").read_text("utf-8"))
    assert {one["name"] for one in package["resources"]} == {
        path.stem for path in frozen.glob("*.csv")
    }
    assert package["licenses"]


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("areas.csv", ",true,", ",maybe,", "rankable: maybe"),
        ("areas.csv", "2016-03,42091,", "2016-03,4209100156,", "a key twice"),
        ("indicators.csv", ",ok,", ",ok,,", "cells"),
        ("charges.csv", "deduction", "Deduction", "another hash"),
        ("comparisons.csv", ",count,", ",counts,", "the header"),
        ("datapackage.json", '"name": "montco', '"name": "Montco', "name Montco"),
    ],
)
def test_a_package_that_does_not_hold_is_found_out(
    frozen: Path, tmp_path: Path, name: str, old: str, new: str, told: str
) -> None:
    """Else the check above would say little."""
    folder = Path(shutil.copytree(frozen, tmp_path / "touched"))
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")
    assert any(told in one for one in faults(folder))
