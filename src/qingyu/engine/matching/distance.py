"""How far two points lie apart, in integers: the same on every processor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_MICROMETRES = 111_195  # in a millionth of a degree of a great circle (radius 6,371.0 km)
_STEP = 100_000  # millionths of a degree of latitude between two entries of the table
_SCALE = 1_000_000
_PI = 3_141_592_653_589_793_238  # times 10^18
_ONE = 10**18
_TERMS = 24


def _cosine(millionths: int) -> int:
    """The cosine of an angle in millionths of a degree, in millionths: the series, in integers."""
    angle = millionths * _PI // (180 * _SCALE)
    square, term, total = angle * angle // _ONE, _ONE, 0
    for place in range(_TERMS):
        total += term if place % 2 == 0 else -term
        term = term * square // _ONE // ((2 * place + 1) * (2 * place + 2))
    return (total * _SCALE + _ONE // 2) // _ONE


# By tenths of a degree from the equator, each at the middle of its tenth.
_COSINES = np.array([_cosine(n * _STEP + _STEP // 2) for n in range(901)], np.int64)


def within(x1: Ints, y1: Ints, x2: Ints, y2: Ints, metres: int) -> NDArray[np.bool_]:
    """Whether points (longitude x, latitude y, millionths of a degree) lie at most `metres`
    apart, on a plane that touches between them (good to a few thousandths below the polar
    circles)."""
    most = metres * 1000
    up = np.abs(y1 - y2) * _MICROMETRES // 1000
    middle = np.minimum(np.abs((y1 + y2) // 2) // _STEP, len(_COSINES) - 1)
    along = np.abs(x1 - x2) * _MICROMETRES // 1000 * _COSINES[middle] // _SCALE
    near = (up <= most) & (along <= most)
    up, along = np.where(near, up, 0), np.where(near, along, 0)  # squares stay below 2^63
    found: NDArray[np.bool_] = near & (up * up + along * along <= most * most)
    return found
