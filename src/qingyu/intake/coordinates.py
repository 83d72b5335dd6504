"""Points of Chinese maps (GCJ-02, BD-09) as WGS 84, the same to the last digit on every machine.

The published approximations of the two offsets are used (as in the widely copied `eviltransform`
and `coordtransform`); the inverse of GCJ-02 is iterated, not approximated. Only addition,
multiplication, division and square root are used, which IEEE 754 fixes exactly; a sine from the
processor's own library would not be. Results are rounded to millionths of a degree (0.1 m).
"""

from __future__ import annotations

from math import factorial, pi
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Datum = Literal["wgs84", "gcj02", "bd09"]

MICRODEGREES = 1_000_000

_AXIS = 6378245.0  # Krasovsky 1940, metres
_ECCENTRICITY = 0.00669342162296594323  # squared
_CHINA = (72.004, 137.8347, 0.8293, 55.8271)  # west, east, south, north: GCJ-02 applies inside
_ROUNDS = 10  # each brings the inverse of GCJ-02 some three digits nearer

_SINE = [(-1.0) ** k * pi ** (2 * k + 1) / factorial(2 * k + 1) for k in range(12)]


def to_wgs84(longitude: Floats, latitude: Floats, datum: Datum) -> tuple[Floats, Floats]:
    """Longitudes and latitudes in degrees of WGS 84; those that are it already stay untouched."""
    if datum == "wgs84":
        return longitude, latitude
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        x, y = (longitude, latitude) if datum == "gcj02" else _gcj_of_bd(longitude, latitude)
        x, y = _wgs_of_gcj(x, y)
        return _rounded(x), _rounded(y)


def gcj_of_wgs(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The forward way, GCJ-02 of WGS 84; identity outside China."""
    west, east, south, north = _CHINA
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    dx, dy = _offset(x, y)
    return np.where(inside, x + dx, x), np.where(inside, y + dy, y)


def bd_of_gcj(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The forward way, BD-09 of GCJ-02."""
    turned = 0.000003 * _cosine(x * (3000.0 / 180.0))
    wider = 0.00002 * _sine(y * (3000.0 / 180.0))
    u, v = _rotated(x, y, turned, wider)
    return u + 0.0065, v + 0.006


def _gcj_of_bd(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    x, y = longitude - 0.0065, latitude - 0.006
    turned = -0.000003 * _cosine(x * (3000.0 / 180.0))
    wider = -0.00002 * _sine(y * (3000.0 / 180.0))
    return _rotated(x, y, turned, wider)


def _rotated(x: Floats, y: Floats, angle: Floats, wider: Floats) -> tuple[Floats, Floats]:
    """The point turned by a tiny angle (radians) about the origin and moved out by `wider`."""
    radius = np.sqrt(x * x + y * y)
    sine = angle - angle * angle * angle / 6.0
    cosine = 1.0 - angle * angle / 2.0
    scale = (radius + wider) / np.where(radius == 0.0, 1.0, radius)
    return (x * cosine - y * sine) * scale, (y * cosine + x * sine) * scale


def _wgs_of_gcj(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """The point whose GCJ-02 image is (x, y), by a fixed number of corrections."""
    u, v = x, y
    for _ in range(_ROUNDS):
        there_x, there_y = gcj_of_wgs(u, v)
        u, v = u - (there_x - x), v - (there_y - y)
    return u, v


def _offset(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """What GCJ-02 adds to a point, in degrees."""
    east, north = x - 105.0, y - 35.0
    root = np.sqrt(np.abs(east))
    common = (20.0 * _sine(6.0 * east) + 20.0 * _sine(2.0 * east)) * 2.0 / 3.0
    dy = -100.0 + 2.0 * east + 3.0 * north + 0.2 * north * north + 0.1 * east * north + 0.2 * root
    dy = dy + common + _waves(north, 160.0, 320.0)
    dx = 300.0 + east + 2.0 * north + 0.1 * east * east + 0.1 * east * north + 0.1 * root
    dx = dx + common + _waves(east, 150.0, 300.0)
    sine = _sine(y / 180.0)
    flat = 1.0 - _ECCENTRICITY * sine * sine
    root_flat = np.sqrt(flat)
    along = _AXIS * (1.0 - _ECCENTRICITY) / (flat * root_flat) * pi
    across = _AXIS / root_flat * _cosine(y / 180.0) * pi
    return dx * 180.0 / across, dy * 180.0 / along


def _waves(t: Floats, twelfth: float, thirtieth: float) -> Floats:
    near = (20.0 * _sine(t) + 40.0 * _sine(t / 3.0)) * 2.0 / 3.0
    far = (twelfth * _sine(t / 12.0) + thirtieth * _sine(t / 30.0)) * 2.0 / 3.0
    return np.asarray(near + far)


def _sine(turns: Floats) -> Floats:
    """The sine of `turns` times pi, by reduction to half a turn and Taylor's series."""
    whole = np.rint(turns)
    part = turns - whole
    square = part * part
    total = np.full_like(part, _SINE[-1])
    for factor in reversed(_SINE[:-1]):
        total = total * square + factor
    odd = np.abs(whole - 2.0 * np.floor(whole / 2.0)) == 1.0
    return np.where(odd, -(total * part), total * part)


def _cosine(turns: Floats) -> Floats:
    return _sine(turns + 0.5)


def _rounded(degrees: Floats) -> Floats:
    return np.asarray(np.rint(degrees * MICRODEGREES) / MICRODEGREES)
