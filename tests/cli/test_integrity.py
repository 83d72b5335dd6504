"""`qingyu integrity`: the page for the auditor, in both languages and as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qingyu.cli import integrity_page, shapes
from qingyu.cli.integrity_page import sentence
from qingyu.flows.integrity_checks import KINDS
from qingyu.flows.integrity_found import Finding
from qingyu.pack.model import Names

Qingyu = Any  # the fixture of conftest.py


def test_the_page_says_what_was_looked_at_and_how_far_to_believe_it(
    made: Path, qingyu: Qingyu
) -> None:
    said = qingyu("integrity", "--home", made / "home")
    assert said.code == 0
    assert "For the auditor only" in said.out
    assert "The pack has no integrity.yaml" in said.out
    assert "False: clean" in said.out
    said = qingyu("integrity", "--home", made / "home", "--lang", "zh")
    assert "仅供审计员" in said.out
    assert "不能判断不等于没有问题" in said.out


def test_the_names_of_its_json(made: Path, qingyu: Qingyu) -> None:
    said = qingyu("integrity", "--home", made / "home", "--json").json
    named = set(shapes.INTEGRITY.fields)
    assert set(said) == {n.removesuffix("[]") for n in named if "." not in n}
    for part in ("checks", "rates"):
        inside = {n.partition("[].")[2] for n in named if n.startswith(f"{part}[].")}
        assert set(said[part][0]) == inside
    inside = {n.partition("[].")[2] for n in named if n.startswith("findings[].")}
    assert set(Finding.__dataclass_fields__) == inside


def test_every_kind_has_a_sentence_of_its_own() -> None:
    said = set()
    for kind in (*KINDS, "aimed"):
        one = Finding(kind, "x", Names(zh="甲", en="x"), "s", "1", 12, 1234, 3.25, 1e-6, 1e-4)
        for language in ("en", "zh"):
            text = sentence(one).render(language)  # type: ignore[arg-type]
            assert "12" in text
            assert "1,234" in text
            assert "3.2" in text
            said.add(text)
    assert len(said) == 2 * (len(KINDS) + 1)


def test_periods_and_moments_that_are_not_are_told(made: Path, qingyu: Qingyu) -> None:
    assert qingyu("integrity", "--home", made / "home", "--period", "nonsense").code == 2
    assert qingyu("integrity", "--home", made / "home", "--as-known", "99").code == 9


def test_numbers_claim_no_more_than_is_known() -> None:
    assert integrity_page._chance(3e-27) == "<0.000001"
    assert integrity_page._chance(0.0123) == "0.0123"
    assert [integrity_page._number(n) for n in (0.01, 3.25, 1234.4)] == ["<0.1", "3.2", "1,234"]
