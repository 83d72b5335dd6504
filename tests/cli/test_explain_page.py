"""The arithmetic as `explain` prints it: divisors are what they are called, not their tenths."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from qingyu.cli.explain_page import _divisor_places, _station
from qingyu.index.exact_json import Fixed
from qingyu.pack.load import load_pack

ZHUHAI = Path(__file__).resolve().parents[2] / "packs" / "zhuhai"


def held(exposure: int | Fixed) -> Any:
    words = {"kappa": 0, "expected": 0, "compared": 0, "points": 0, "weight_given": 0}
    return SimpleNamespace(
        kind="own", available=True, count=5, exposure=exposure, pack_line="x.yaml:3", **words
    )


@pytest.mark.parametrize(
    ("indicator", "exposure", "told"),
    [
        ("urban_events", 28_799, "2879.9"),  # hours of patrol, kept in tenths
        ("urban_events", Fixed(287_995, 1), "2879.95"),  # and bridged over a changed boundary
        ("urban_closed", 28_799, "28,799"),
        ("crime_calls", 28_799, "28,799"),
    ],
)
def test_a_divisor_kept_in_tenths_is_printed_whole(
    indicator: str, exposure: int | Fixed, told: str
) -> None:
    part: Any = SimpleNamespace(indicator=indicator)
    places = _divisor_places(load_pack(ZHUHAI), part)
    assert _station(held(exposure), places)[2] == told
