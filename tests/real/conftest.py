"""Homes of the real cities for the tests beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from real_city import PACKS, City

from qingyu.engine.store import Home
from qingyu.i18n import use_language
from qingyu.pack.load import load_pack


@pytest.fixture
def city(tmp_path: Path, shared: Path) -> Callable[[str, str], City]:
    """A city's home by its pack's name and its file below ../shared/data."""

    def made(name: str, file: str) -> City:
        pack = load_pack(PACKS / name)
        home = Home.create(tmp_path / "home", PACKS / name)
        folder = tmp_path / "post"
        folder.mkdir()
        return City(home, pack, shared / "data" / file, folder)

    return made


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    use_language("en")
    yield
    use_language(None)
