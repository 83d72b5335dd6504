"""Lets the tests of this folder import the helpers beside them, and gives a small home."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from intake_town import Desk, still_clock

from qingyu.engine.store import Home
from qingyu.i18n import use_language


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home whose clock stands still."""
    made = Home.create(tmp_path / "home", tmp_path / "pack")
    made.clock = still_clock
    return made


@pytest.fixture
def desk(home: Home, tmp_path: Path) -> Desk:
    """A desk that writes files and receives them into the small home."""
    folder = tmp_path / "post"
    folder.mkdir()
    return Desk(home, folder)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use_language("en")
    yield
    use_language(None)
