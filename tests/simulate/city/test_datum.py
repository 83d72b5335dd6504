"""Our way to the Chinese maps and the intake's way back are two pieces of work that agree."""

from __future__ import annotations

import numpy as np
import pytest

from qingyu.intake.coordinates import Datum, to_wgs84
from qingyu.simulate.city.datum import shown

X, Y = np.meshgrid(
    np.arange(113_000_000, 114_300_000, 97_531), np.arange(21_800_000, 22_600_000, 83_421)
)


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_there_and_back(datum: Datum) -> None:
    x, y = X.ravel(), Y.ravel()
    there = shown(x, y, datum)
    back = to_wgs84(there[0] / 1e6, there[1] / 1e6, datum)
    # Two roundings to millionths; BD-09's own inverse is an approximation of some centimetres.
    assert np.abs(back[0] * 1e6 - x).max() < 3.0
    assert np.abs(back[1] * 1e6 - y).max() < 3.0
    if datum != "wgs84":
        assert (np.abs(there[0] - x) > 1000).all()
