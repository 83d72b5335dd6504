"""Lets the tests of this folder import the helpers beside them, and gives a small home."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from engine_town import still_clock

from qingyu.engine import keyindex
from qingyu.engine.store import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home whose clock stands still."""
    made = Home.create(tmp_path / "home", tmp_path / "pack")
    made.clock = still_clock
    return made


@pytest.fixture(autouse=True)
def _a_run_for_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key index on disk reaches every batch, however small."""
    monkeypatch.setattr(keyindex, "MOST_FILES", 1)
