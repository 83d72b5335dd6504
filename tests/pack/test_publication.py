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


WARNING = """\
address: https://index.example/shelf/
alerts: {grades: [red, orange], periods: [month], why: "made up"}
"""


def test_warnings_can_be_declared(small: Any) -> None:
    assert faults(small, GOOD + WARNING) == []
    public = load_pack(small.folder).publication
    assert public is not None
    assert public.alerts is not None
    assert public.alerts.grades == ("red", "orange")


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("address: https://index.example/shelf/\n", "", 1, "publication"),
        ("https://index.example/shelf/", "index.example", 6, "index.example"),
        ("https://index.example/shelf/", "https://index.example/a b/", 6, ""),
        ("[red, orange]", "[purple]", 7, ""),
        ("periods: [month]", "periods: [day]", 7, "“day”"),
    ],
)
def test_a_slip_in_warnings_is_told(small: Any, old: str, new: str, line: int, told: str) -> None:
    found = faults(small, GOOD + WARNING.replace(old, new))
    assert any(one.startswith(f"publication.yaml:{line}") and told in one for one in found), found


def test_editors_have_a_schema() -> None:
    made: Any = schema()["publication.yaml"]
    wanted = {"approved_by", "indices", "protection", "address", "alerts"}
    assert wanted <= set(made["properties"])


def test_what_is_told_must_exist(small: Any) -> None:
    text = GOOD + 'told:\n  - {rule: nothing, why: "in the papers"}\n'
    found = faults(small, text)
    assert any("publication.yaml:7" in one and "nothing" in one for one in found), found


def test_a_single_protected_event_that_a_colour_tells_of_is_named(small: Any) -> None:
    """The cap `murder`, which one record sets off, needs a word of its own."""
    guarded = GOOD.replace("level: open", "level: small_counts")
    assert any("of protected records" in one for one in faults(small, guarded))
    told = guarded + 'told:\n  - {rule: murder, why: "in the papers"}\n'
    assert not any("of protected records" in one for one in faults(small, told))
    assert not any("of protected records" in one for one in faults(small, GOOD))
