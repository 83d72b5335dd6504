"""What an episode has come from, and what the next week is expected to bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qingyu.warn.distributions import quantile
from qingyu.warn.verdict import Floats

LOW, HIGH = 0.05, 0.95
_STRENGTH = 4.0  # expected cases that the belief in the usual level is worth


@dataclass(frozen=True)
class Outlook:
    """The next window: usual, what it would bring if all were as usual; expected, least, most:
    with the level of late (nine times in ten between least and most)."""

    usual: float
    expected: float
    least: int
    most: int


def outlook(count: float, expected: float, usual: float, phi: float) -> Outlook | None:
    """count, expected: of the window just past; usual: expected of the next one; phi: variance
    over mean. The level is a gamma variable around the usual one that has seen the count; the next
    count is Poisson of it, spread by φ. None where nothing is expected."""
    if not all(np.isfinite([count, expected, usual, phi])) or usual <= 0 or expected <= 0:
        return None
    phi = max(phi, 1.0)
    shape = count / phi + _STRENGTH
    level = shape / (expected / phi + _STRENGTH)
    mean = usual * level
    spread = (phi - 1) / mean + 1 / shape  # variance = φ·μ + μ²/shape
    size = np.array([1 / spread if spread > 0 else np.inf])
    least, most = (int(quantile(p, np.array([mean]), size)[0]) for p in (LOW, HIGH))
    return Outlook(usual, mean, least, most)


def since(counts: Floats, expected: Floats) -> int | None:
    """The place from which on the counts [day] are likeliest raised, up to the last: the start of
    the largest likelihood ratio of Poisson counts (as in glr.py); None if there is no surplus.
    Days that are not known (NaN) tell nothing."""
    known = np.isfinite(counts) & np.isfinite(expected)
    y = np.cumsum(np.where(known, counts, 0.0)[::-1])[::-1]
    mean = np.cumsum(np.where(known, expected, 0.0)[::-1])[::-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where((y > mean) & (mean > 0), y * np.log(y / mean) - (y - mean), 0.0)
    return int(ratio.argmax()) if len(ratio) and ratio.max() > 0 else None
