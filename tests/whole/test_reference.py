"""The manual's reference pages are what the code would write today."""

from __future__ import annotations

from pathlib import Path

import pytest

from qingyu.cli.reference import pages
from qingyu.errors import QingyuError
from qingyu.pack import model

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", ["commands.md", "pack.md", "json.md", "exit-codes.md"])
def test_pages_are_up_to_date(name: str) -> None:
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert written == pages()[name], "run `make reference`"


def test_no_other_page_pretends_to_be_made() -> None:
    assert {path.name for path in FOLDER.glob("*.md")} == set(pages())


def test_every_model_and_branch_is_in_the_manual() -> None:
    text = pages()
    for name, kind in vars(model).items():
        if isinstance(kind, type) and issubclass(kind, model.Model) and name not in (
            "Model", "Span"
        ):  # fmt: skip
            assert f"## {name}\n" in text["pack.md"]
    branches = [QingyuError]
    for branch in branches:
        branches.extend(branch.__subclasses__())
        drawn = next(one for one in branch.__mro__ if one.__module__ == QingyuError.__module__)
        assert drawn.__name__ in text["exit-codes.md"]
        assert (branch.name, branch.exit_code) == (drawn.name, drawn.exit_code)
