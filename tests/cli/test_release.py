"""`qingyu release`: from a draft to an edition that is checked, at the keyboard."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from qingyu.cli import shapes_release as shapes
from qingyu.cli.shape import Shape
from qingyu.errors import DamageError, ReleaseError


def holds(shape: Shape, answer: Any) -> None:
    documented = {name.split("[")[0].split(".")[0] for name in shape.fields}
    for one in answer if isinstance(answer, list) else [answer]:
        assert set(one) == documented


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "home", tmp_path / "home"))


def test_from_draft_to_edition(qingyu: Any, home: Path, tmp_path: Path) -> None:
    shelf, at = tmp_path / "shelf", ("--home", home)
    assert qingyu("release", "key", "new", "--shelf", shelf, *at).code == 0
    for name, role in (("ann", "analyst"), ("bob", "editor")):
        assert qingyu("release", "key", "make", tmp_path / name).code == 0
        assert (tmp_path / f"{name}.key").stat().st_mode & 0o077 == 0
        trust = ("trust", tmp_path / f"{name}.pub", "--person", name, "--role", role)
        assert qingyu("release", "key", *trust, *at).code == 0
    drafted = qingyu("release", "draft", "--json", *at)
    assert drafted.code == 0, drafted.err
    holds(shapes.RELEASE_DRAFT, drafted.json)
    name = drafted.json["draft"]
    assert qingyu("release", "publish", name, *at).code == ReleaseError.exit_code
    approved = qingyu("release", "approve", name, "--key", tmp_path / "ann.key", *at)
    assert "ann approved" in approved.out
    twice = qingyu("release", "approve", name, "--key", tmp_path / "ann.key", *at)
    assert twice.code == ReleaseError.exit_code
    assert qingyu("release", "approve", name, "--key", tmp_path / "bob.key", *at).code == 0
    published = qingyu("release", "publish", name, "--json", *at)
    assert published.code == 0, published.err
    holds(shapes.RELEASE_PUBLISH, published.json)
    edition = shelf / "editions" / "1"
    assert "is whole" in qingyu("release", "verify", edition).out
    checked = qingyu("release", "verify", shelf, "--chain", "--json")
    holds(shapes.RELEASE_VERIFY, checked.json)
    computed = qingyu("release", "recheck", edition, "--json", *at)
    assert computed.code == 0, computed.err
    holds(shapes.RELEASE_RECHECK, computed.json)
    assert name.split("-")[0] in qingyu("release", "list", "--json", *at).out
    assert "Shelf" in qingyu("release", "list", *at).out
    (edition / "areas.csv").write_text("")
    touched = qingyu("release", "verify", shelf, "--chain")
    assert touched.code == DamageError.exit_code
    assert "editions/1/areas.csv" in touched.err


@pytest.mark.parametrize("command", ["draft", "approve", "publish", "withdraw", "list", "verify",
                                     "recheck"])  # fmt: skip
@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_has_an_example(qingyu: Any, command: str, language: str) -> None:
    said = qingyu("release", command, "--help", "--lang", language)
    assert f"qingyu release {command} " in said.out


def test_what_is_no_shelf_is_told_so(qingyu: Any, tmp_path: Path) -> None:
    (tmp_path / "editions" / "1").mkdir(parents=True)
    said = qingyu("release", "verify", str(tmp_path / "editions" / "1"), "--lang", "en")
    assert said.code == 11
    assert "expected a shelf: keys.json beside editions/" in said.err
    assert "shelf/editions/7" in said.err
