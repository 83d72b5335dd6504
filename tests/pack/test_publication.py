"""`publication.yaml`: what is public is there, and no source is left unthought of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qingyu.i18n import render
from qingyu.pack.check import check_pack
from qingyu.pack.load import load_pack
from qingyu.pack.schema import schema

GOOD = """\
approved_by: [office, director]
indices:
  - {index: monthly, periods: [month], after: 5, at: "09:30"}
protection:
  - {source: calls, level: open, why: "made up"}
"""


def faults(small: Any, text: str) -> list[str]:
    (small.folder / "publication.yaml").write_text(text, "utf-8")
    return [f"{one.where}: {render(one.found, 'en')}" for one in check_pack(small.folder)]


def test_a_good_one_is_read_and_moves_no_digest(small: Any) -> None:
    before = load_pack(small.folder)
    assert faults(small, GOOD) == []
    after = load_pack(small.folder)
    assert before.publication is None
    assert after.publication is not None
    assert after.publication.of("monthly", "month") == after.publication.indices[0]
    assert after.publication.of("monthly", "week") is None
    assert after.digest == before.digest


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("[office, director]", "[office, office]", 1, ""),
        ("[office, director]", "[office]", 1, ""),
        ("[office, director]", "[office, The director]", 1, "“The director”"),
        ("index: monthly", "index: yearly", 3, "“yearly”"),
        ("[month]", "[quarter]", 3, "“quarter”"),
        ("[month]", "[month, month]", 3, "a second time"),
        ('"09:30"', '"25:30"', 3, ""),
        ("after: 5", "after: 0", 3, ""),
        ("after: 5", "areas: [outside], after: 5", 3, "“outside”"),
        ("source: calls", "source: cols", 5, "“cols”"),
        ("level: open", "level: secret", 5, ""),
        ('why: "made up"', 'why: ""', 5, ""),
    ],
)
def test_a_slip_is_told_with_its_line(small: Any, old: str, new: str, line: int, told: str) -> None:
    found = faults(small, GOOD.replace(old, new))
    assert any(one.startswith(f"publication.yaml:{line}") and told in one for one in found), found


def test_a_source_that_nobody_thought_of_is_told(small: Any) -> None:
    found = faults(small, GOOD.replace("source: calls", "source: cols"))
    assert any("nothing about the source “calls”" in one for one in found)


@pytest.mark.parametrize("name", ["montco", "zhuhai"])
def test_the_packs_say_a_level_and_a_reason_for_every_source(root: Path, name: str) -> None:
    pack = load_pack(root / "packs" / name)
    assert pack.publication is not None
    assert {one.source for one in pack.publication.protection} == {s.id for s in pack.sources}
    assert all(len(one.why) > 40 for one in pack.publication.protection)


def test_editors_have_a_schema() -> None:
    made: Any = schema()["publication.yaml"]
    assert set(made["properties"]) == {"approved_by", "indices", "protection"}
