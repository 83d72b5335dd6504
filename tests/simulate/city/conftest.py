"""The Zhuhai-like city, and small ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack
from qingyu.simulate.city.world import World, world_of

PACK = Path(__file__).resolve().parents[3] / "packs" / "zhuhai"
FIRST, LAST = date(2021, 11, 1), date(2026, 10, 31)


@pytest.fixture(scope="session")
def zhuhai() -> Pack:
    return load_pack(PACK)


@pytest.fixture(scope="session")
def city(zhuhai: Pack) -> World:
    return world_of(zhuhai)
