"""Random numbers by address: the draw for (seed, area, day, stream, purpose, number) is a function
of these alone, so any day can be made without the days before it, and a new area changes no other.

Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC 2011),
on NumPy's integers, which every processor multiplies alike. Its published test vectors are tests.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]  # each holds 32 bits
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ONE = 1 << 32  # a draw u stands for the chance u / ONE

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_ROUNDS = 10
_BLOCK = 1 << 14  # as much as stays in a processor's near memory

# What a draw is for; numbers below 2**24 follow.
DIGITS, CLUSTERS, RISK, MOOD, TALLY, EVENT = 0, 1, 2, 3, 4, 16


def key_of(code: str) -> int:
    """The 64 bits under which an area's draws are found."""
    return int.from_bytes(blake2b(code.encode(), digest_size=8).digest(), "big")


Four = tuple[Words, Words, Words, Words]


def philox(counter: Four, seed: int) -> Four:
    """Four words for each counter, which is four arrays of one length."""
    a, b, c, d = counter
    size = len(a)
    found = np.empty((4, size), np.uint64)
    for start in range(0, size, _BLOCK):
        part = slice(start, start + _BLOCK)
        found[:, part] = _rounds(a[part], b[part], c[part], d[part], seed)
    return found[0], found[1], found[2], found[3]


def _rounds(a: Words, b: Words, c: Words, d: Words, seed: int) -> Four:
    low, high = seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF
    for _ in range(_ROUNDS):
        one, two = _M0 * a, _M1 * c
        a, b, c, d = (
            (two >> _HALF) ^ b ^ np.uint64(low), two & _LOW,
            (one >> _HALF) ^ d ^ np.uint64(high), one & _LOW,
        )  # fmt: skip
        low, high = (low + _W0) & 0xFFFFFFFF, (high + _W1) & 0xFFFFFFFF
    return a, b, c, d


def draws(
    seed: int, key: Words, day: Ints | int, stream: int, purpose: int, number: Ints | int
) -> Four:
    """Four draws of 32 bits for each of `key` (areas, 64 bits), day (since 1970; any integer of 16
    bits), stream (16 bits) and number (24 bits)."""
    days = np.broadcast_to(np.asarray(day, np.int64), key.shape).astype(np.uint64)
    numbers = np.broadcast_to(np.asarray(number, np.int64), key.shape).astype(np.uint64)
    third = ((days & np.uint64(0xFFFF)) << np.uint64(16)) | np.uint64(stream)
    fourth = numbers | np.uint64(purpose << 24)
    return philox((key & _LOW, key >> _HALF, third, fourth), seed)


def bell(seed: int, key: Words, day: Ints | int, stream: int, purpose: int, number: int) -> Floats:
    """A bell-shaped draw of mean 0 and variance 1 within ±6: twelve uniform numbers of 16 bits
    (Irwin–Hall). Sums of integers, so exact."""
    total = np.zeros(len(key), np.uint64)
    for half in range(2):
        for words in draws(seed, key, day, stream, purpose, 2 * number + half)[:3]:
            total += (words & np.uint64(0xFFFF)) + (words >> np.uint64(16))
    return np.asarray((total.astype(np.float64) + 6.0) / 65536.0 - 6.0)


def chance(share: float | Floats) -> Words:
    """The draws below this number are the given share of all."""
    return np.asarray(np.clip(np.floor(np.asarray(share) * ONE), 0, ONE), np.uint64)


def pick(draw: Words, weights: tuple[int, ...]) -> Ints:
    """Indices by integer weights."""
    edges = np.cumsum(np.array(weights, np.uint64))
    scaled = (draw * edges[-1]) >> _HALF
    return np.asarray(np.searchsorted(edges, scaled, side="right"), np.int64)


def between(draw: Words, first: int, last: int) -> Ints:
    """Integers from `first` to `last`, each as likely."""
    return np.asarray((draw * np.uint64(last - first + 1)) >> _HALF, np.int64) + first


def quantile(draw: Words, knots: tuple[tuple[int, int], ...]) -> Ints:
    """Integers whose distribution rises in straight lines through (share in thousandths, value);
    the knots begin with share 0 and end with 1000."""
    at = np.array([share * ONE // 1000 for share, _ in knots], np.int64)
    values = np.array([value for _, value in knots], np.int64)
    u = draw.astype(np.int64)
    left = np.searchsorted(at, u, side="right") - 1
    width = at[left + 1] - at[left]
    rise = values[left + 1] - values[left]
    # Shifted by eight bits, so that products stay within 63 bits for values below 2**38.
    return np.asarray(values[left] + ((u - at[left]) >> 8) * rise // np.maximum(width >> 8, 1))


def mean_of(knots: tuple[tuple[int, int], ...]) -> float:
    """The mean of `quantile`, before it is cut to integers."""
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2000 for a, b in pairwise(knots))
