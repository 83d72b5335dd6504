"""Points of WGS 84 as Chinese maps show them: GCJ-02 and BD-09, by the published approximations.

Written apart from `intake.coordinates`, which goes the other way, so that each checks the other.
Sines are Taylor's series, the same on every processor; results are rounded to 0.000001 degrees.
"""

from __future__ import annotations

from math import factorial, pi
from typing import Literal

import numpy as np

from qingyu.simulate.city.chance import Floats, Ints

Datum = Literal["wgs84", "gcj02", "bd09"]

_AXIS, _SQUARE = 6378245.0, 0.00669342162296594323
_TERMS = [(-1.0) ** k / factorial(2 * k + 1) for k in range(14)]


def shown(x: Ints, y: Ints, datum: Datum) -> tuple[Ints, Ints]:
    """Millionths of a degree of WGS 84 as millionths of a degree of `datum`."""
    if datum == "wgs84":
        return x, y
    lon, lat = _gcj(x / 1e6, y / 1e6)
    if datum == "bd09":
        lon, lat = _bd(lon, lat)
    return np.rint(lon * 1e6).astype(np.int64), np.rint(lat * 1e6).astype(np.int64)


def _sin(radians: Floats) -> Floats:
    rest = radians - np.rint(radians / (2.0 * pi)) * (2.0 * pi)
    square, total = rest * rest, np.zeros_like(rest)
    for term in reversed(_TERMS):
        total = total * square + term
    return total * rest


def _gcj(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    both = (20.0 * _sin(6.0 * x * pi) + 20.0 * _sin(2.0 * x * pi)) * 2.0 / 3.0
    up = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both
    up = up + (20.0 * _sin(y * pi) + 40.0 * _sin(y / 3.0 * pi)) * 2.0 / 3.0
    up = up + (160.0 * _sin(y / 12.0 * pi) + 320.0 * _sin(y / 30.0 * pi)) * 2.0 / 3.0
    along = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both
    along = along + (20.0 * _sin(x * pi) + 40.0 * _sin(x / 3.0 * pi)) * 2.0 / 3.0
    along = along + (150.0 * _sin(x / 12.0 * pi) + 300.0 * _sin(x / 30.0 * pi)) * 2.0 / 3.0
    angle = lat / 180.0 * pi
    flat = 1.0 - _SQUARE * _sin(angle) * _sin(angle)
    root = np.sqrt(flat)
    up = up * 180.0 / ((_AXIS * (1.0 - _SQUARE)) / (flat * root) * pi)
    along = along * 180.0 / (_AXIS / root * _sin(angle + pi / 2.0) * pi)
    return lon + along, lat + up


def _bd(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """The point moved out a little and turned a little about the origin. The turn is so small that
    two terms of its sine and cosine are exact to the rounding."""
    radius = np.sqrt(lon * lon + lat * lat)
    out = 0.00002 * _sin(lat * pi * 3000.0 / 180.0)
    turn = 0.000003 * _sin(lon * pi * 3000.0 / 180.0 + pi / 2.0)
    cosine, sine = 1.0 - turn * turn / 2.0, turn - turn * turn * turn / 6.0
    scale = (radius + out) / radius
    return (lon * cosine - lat * sine) * scale + 0.0065, (lat * cosine + lon * sine) * scale + 0.006
