"""Integers that round where the method says so, and nowhere else.

A *station* is `round(n / d)`, half-even, of exact integers. Arrays are int64 and every product's
bound is known before it is relied on. Three ways lead to the same digits:

1. *float*: the whole numerator is below 2⁵² and the divisor below 2⁵³. Then float64 holds both
   exactly, and `rint(n / d)` is the station itself: what the quotient rounds to is either exactly
   a half, when n/d is one, or on the same side of every half as n/d. (A half h is a float64; n/d
   differs from it by nothing or by at least 1/2d = |n/d| / 2|n| > 2⁻⁵³·|n/d|, which is as far as
   rounding can move it.)
2. *residue*: quotient and divisor are moderate. A float only guesses the quotient; the residue
   `n − q·d`, taken modulo 2⁶⁴ where wrapping is exact, proves or mends it;
3. *long*: Python integers, for the few cells beyond.

Irrational methods estimate in float64; where the estimate lies so near a tie that its error
could decide, the cell is computed again exactly or with 40 digits (`settle`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

import mpmath
import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]
Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

LIMIT = 2**63
DIGITS = 40  # of irrational cells near a tie
GUARD = 1e-11  # of the largest value; the float64 estimates are good to about 1e-13

_BLOCK = 1 << 15  # cells worked at once, so that temporaries stay in the processor's cache
MOST_NUMERATOR = 2.0**52  # see the module: below this, `rint(n / d)` in float64 is exact
_MOST_QUOTIENT = 2.0**49  # a float64 guess below this is off by less than one
_MOST_DIVISOR_FLOAT = 2**53
_MOST_DIVISOR = 2**60  # so that four divisors fit int64
_SURE = Fraction(1, 10**25)  # 40 digits cannot tell less from a tie, so a tie it is

Key = TypeVar("Key")


def round_half_even(n: int, d: int) -> int:
    """`round(n / d)` of Python integers of any size, `d > 0`."""
    q, r = divmod(n, d)
    return q + (2 * r > d or (2 * r == d and q % 2 == 1))


def largest(array: Int) -> int:
    """The largest magnitude in `array` as a Python integer; 0 for an empty one."""
    if array.size == 0:
        return 0
    return max(int(array.max()), -int(array.min()))


def divide(n: Int, d: Int | int) -> Int:
    """`round(n / d)` cell by cell; `d > 0`, broadcast against `n`."""
    return multiply_divide(n, 1, d)


def multiply_divide(a: Int, b: Int | int, d: Int | int, factor: int = 1) -> Int:
    """`round(factor · a · b / d)` cell by cell, int64; `d > 0`, any signs of `a` and `b`.

    Shapes broadcast. OverflowError if a result itself does not fit int64.
    """
    left, right, under = np.asarray(a), np.asarray(b, np.int64), np.asarray(d, np.int64)
    shape = np.broadcast_shapes(left.shape, right.shape, under.shape)
    out = np.empty(shape, np.int64)
    if out.size == 0:
        return out
    if int(under.min()) <= 0:
        raise ZeroDivisionError("a station divides by a positive number")
    small = int(under.max()) < _MOST_DIVISOR_FLOAT
    if out.size <= _BLOCK:
        if not (small and _float(left, right, under, factor, out)):
            _beyond(left, right, under, factor, out)
        return out
    for block in blocks(shape):
        x, y, z = (_piece(part, shape, block) for part in (left, right, under))
        if not (small and _float(x, y, z, factor, out[block])):
            _beyond(x, y, z, factor, out[block])
    return out


def blocks(shape: tuple[int, ...]) -> list[tuple[slice, ...]]:
    """Slices that cut `shape` into pieces of about `_BLOCK` cells."""
    if not shape:
        return [()]
    if len(shape) == 1:
        return [(slice(i, i + _BLOCK),) for i in range(0, shape[0], _BLOCK)]
    rest = int(np.prod(shape[1:]))
    if rest <= _BLOCK:
        step = max(_BLOCK // max(rest, 1), 1)
        return [(slice(i, i + step),) for i in range(0, shape[0], step)]
    return [(slice(i, i + 1), *inner) for i in range(shape[0]) for inner in blocks(shape[1:])]


def _piece(array: Int, shape: tuple[int, ...], block: tuple[slice, ...]) -> Int:
    return array if array.ndim == 0 else np.broadcast_to(array, shape)[block]


def _float(a: Int, b: Int, d: Int, factor: int, out: Int) -> bool:
    """The exact quotient by float64 alone; False, and nothing written, if it might not be.

    If the product as float64 is below 2⁵², so is the true one, and every step to it was exact (or
    one factor is 0)."""
    product = np.multiply(a, b, dtype=np.float64)
    if factor != 1:
        product = product * float(factor)
    if not within(product, MOST_NUMERATOR):
        return False
    quotient = np.divide(product, d)
    np.copyto(out, np.rint(quotient), casting="unsafe")
    return True


def within(array: Float, most: float) -> bool:
    """Whether all magnitudes are below `most` (a NaN is not)."""
    return array.size == 0 or bool(array.max() < most and array.min() > -most)


def _beyond(a: Int, b: Int, d: Int, factor: int, out: Int) -> None:
    """Residue where quotient and divisor allow it, Python integers in the other cells."""
    a, b, d = (np.broadcast_to(part, out.shape) for part in (a, b, d))
    guess = a.astype(np.float64) * b * float(factor) / d
    easy = (np.abs(guess) < _MOST_QUOTIENT) & (d < _MOST_DIVISOR)
    if easy.all():
        _residue(a, b, d, factor, guess, out)
        return
    if easy.any():
        found = np.empty(int(easy.sum()), np.int64)
        _residue(a[easy], b[easy], d[easy], factor, guess[easy], found)
        out[easy] = found
    cells = zip(a[~easy].tolist(), b[~easy].tolist(), d[~easy].tolist(), strict=True)
    out[~easy] = [_fitting(round_half_even(x * y * factor, z)) for x, y, z in cells]


def _fitting(value: int) -> int:
    if not -LIMIT <= value < LIMIT:
        raise OverflowError("a station's value does not fit 64 bits")
    return value


def _residue(a: Int, b: Int, d: Int, factor: int, guess: Float, out: Int) -> None:
    """The guess is within 1.5 of n/d, so the residue lies within ±2d and is exact modulo 2⁶⁴."""
    np.rint(guess, out=guess)
    out[...] = guess
    wide = [part.astype(np.uint64) for part in (a, b, out, d)]
    rest = (wide[0] * wide[1] * np.uint64(factor % 2**64) - wide[2] * wide[3]).view(np.int64)
    for _ in range(2):
        up, down = 2 * rest > d, 2 * rest < -d
        if not (up.any() or down.any()):
            break
        out += up
        out -= down
        rest -= d * up
        rest += d * down
    ties = np.abs(2 * rest) == d
    if ties.any():
        ties &= out & 1 == 1
        out[ties] += np.sign(rest[ties])


def weighted_sums(
    values: Sequence[Int],
    weights: Sequence[Int | int],
    present: Sequence[Bool] | None = None,
    most: int | None = None,
) -> tuple[Int, Int]:
    """(Σ w·v, Σ w) over the present cells; arrays broadcast. `most`: a bound on |v| the caller
    knows. OverflowError before any sum could pass 2⁶²."""
    bound = 0
    for value, weight in zip(values, weights, strict=True):
        bound += largest(np.asarray(weight)) * (largest(value) if most is None else most)
    if 2 * bound >= LIMIT:
        raise OverflowError("weights and values are too large for 64 bits")
    total: Int = np.zeros((), np.int64)
    whole: Int = np.zeros((), np.int64)
    for place, (value, weight) in enumerate(zip(values, weights, strict=True)):
        used = np.asarray(weight) if present is None else weight * present[place]
        total = total + value * used
        whole = whole + used
    return total, whole


def sum_of_squares(values: Int) -> list[int]:
    """Σ v² along the last axis of a two-dimensional array, exactly, as Python integers.

    v = h·2ˢ + l with s half the bits of the largest |v|; Σh², Σhl and Σl² each fit int64, or
    the rows are summed as Python integers.
    """
    bits = largest(values).bit_length()
    if 2 * bits + values.shape[-1].bit_length() < 63:
        return np.einsum("ij,ij->i", values, values).tolist()  # type: ignore[no-any-return]
    shift = (bits + 1) // 2
    if 2 * shift + values.shape[-1].bit_length() >= 63:
        return [sum(v * v for v in row) for row in values.tolist()]
    size = np.abs(values)
    high, low = size >> shift, size & ((1 << shift) - 1)
    pairs = ((high, high), (high, low), (low, low))
    limbs = [(x * y).sum(axis=-1).tolist() for x, y in pairs]
    return [(h << 2 * shift) + (m << shift + 1) + s for h, m, s in zip(*limbs, strict=True)]


def largest_remainder(
    shares: Mapping[Key, Fraction], target: int, order: Callable[[Key], object]
) -> dict[Key, int]:
    """Integers near `shares` that add up to `target`.

    Each share is rounded down; the units left over go to the largest remainders first, ties by
    `order` (smaller first). More units than shares are spread evenly in the same order.
    """
    floors = {key: share.numerator // share.denominator for key, share in shares.items()}
    if not floors:
        return {}
    each, more = divmod(target - sum(floors.values()), len(floors))
    ranked = sorted(floors, key=lambda key: (floors[key] - shares[key], order(key)))
    lucky = set(ranked[:more])
    return {key: floor + each + (key in lucky) for key, floor in floors.items()}


def settle(estimate: Float, exactly: Callable[[int], int], tolerance: float) -> Int:
    """Integers nearest to float estimates, decided by `exactly(flat position)` where the
    estimate lies within `tolerance` of a tie (or is not finite)."""
    flat = np.ascontiguousarray(estimate).ravel()
    unsure = ~np.isfinite(flat)
    if unsure.any():
        flat = np.where(unsure, 0.0, flat)
    rounded = np.rint(flat)
    unsure |= 0.5 - np.abs(flat - rounded) <= tolerance
    found = rounded.astype(np.int64)
    for cell in np.flatnonzero(unsure).tolist():
        found[cell] = exactly(cell)
    return found.reshape(estimate.shape)


def nearest_of(value: mpmath.mpf, context: mpmath.ctx_mp.MPContext) -> int:
    """A 40-digit positive number rounded half-even; what no digit tells from a tie is one."""
    floor = int(context.floor(value))
    part = value - floor
    half = context.mpf(1) / 2
    if abs(part - half) <= context.mpf(float(_SURE)) * max(1, abs(value)):
        return floor + floor % 2
    return floor + int(part > half)
