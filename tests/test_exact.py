"""Stations against `fractions.Fraction`, up to and beyond the edge of 64 bits."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath.ctx_mp import MPContext

from qingyu import exact

EDGE = 2**63
# Numbers of every size, and many right at the edges where a product just fits or does not.
bits = st.sampled_from([1, 3, 8, 20, 31, 32, 42, 53, 54, 60, 62])
naturals = bits.flatmap(
    lambda b: st.one_of(st.integers(0, 2**b), st.integers(max(0, 2**b - 3), 2**b))
)
positives = naturals.map(lambda n: max(n, 1))
integers = st.tuples(naturals, st.booleans()).map(lambda p: -p[0] if p[1] else p[0])
factors = st.sampled_from([1, 2, 1000, 10**6])


@given(integers, positives)
def test_one_quotient(n: int, d: int) -> None:
    assert exact.round_half_even(n, d) == round(Fraction(n, d))


def test_halves_go_to_the_even_neighbour() -> None:
    assert [exact.round_half_even(n, 2) for n in (1, 3, 5, -1, -3)] == [0, 2, 2, 0, -2]
    assert exact.divide(np.array([1, 3, 5, -1, -3]), 2).tolist() == [0, 2, 2, 0, -2]


@given(st.lists(st.tuples(integers, naturals, positives), min_size=1, max_size=12), factors)
def test_products_over_a_divisor(cells: list[tuple[int, int, int]], factor: int) -> None:
    a, b, d = (np.array(column, np.int64) for column in zip(*cells, strict=True))
    wanted = [round(Fraction(x * y * factor, z)) for x, y, z in cells]
    if all(-EDGE <= want < EDGE for want in wanted):
        assert exact.multiply_divide(a, b, d, factor).tolist() == wanted
    else:
        with pytest.raises(OverflowError):
            exact.multiply_divide(a, b, d, factor)


@given(st.integers(2**31 - 40, 2**31 + 40), st.integers(2**31 - 40, 2**31 + 40), positives)
def test_the_edge_itself(a: int, b: int, d: int) -> None:
    """2·a·b·… around 2⁶³: on one side the plain way, on the other the residue; the same digits."""
    got = exact.multiply_divide(np.array([a]), np.array([b]), np.array([d]))
    assert got.tolist() == [round(Fraction(a * b, d))]


def test_ties_beyond_64_bits() -> None:
    """(10¹²+1)·10⁹ / (2·10⁹) is exactly a half, whichever way it is reached."""
    a = np.array([10**12 + 1, 10**12 + 3, -(10**12 + 1)])
    assert exact.multiply_divide(a, 10**9, 2 * 10**9).tolist() == [
        5 * 10**11,
        5 * 10**11 + 2,
        -5 * 10**11,
    ]


def test_shapes_broadcast_and_long_arrays_go_in_blocks() -> None:
    a = np.arange(3 * 20_000).reshape(3, 20_000)
    d = np.array([[3], [7], [2]])
    wanted = [
        [round(Fraction(int(x), int(k))) for x in row[:50]]
        for row, k in zip(a, d[:, 0], strict=True)
    ]
    assert exact.divide(a, d)[:, :50].tolist() == wanted
    assert exact.divide(a, d).shape == (3, 20_000)
    assert exact.divide(np.zeros((0, 4), np.int64), 3).shape == (0, 4)


def test_a_divisor_of_nothing_is_refused() -> None:
    with pytest.raises(ZeroDivisionError):
        exact.divide(np.array([1, 2]), np.array([1, 0]))


values = st.integers(0, 10**8)
weights = st.integers(1, 10**6)


@given(st.lists(st.tuples(values, weights, st.booleans()), min_size=1, max_size=9))
def test_weighted_sums(rows: list[tuple[int, int, bool]]) -> None:
    total, whole = exact.weighted_sums(
        [np.array([v if p else 0]) for v, _, p in rows],
        [w for _, w, _ in rows],
        [np.array([p]) for _, _, p in rows],
    )
    assert total.tolist() == [sum(v * w for v, w, p in rows if p)]
    assert whole.tolist() == [sum(w for _, w, p in rows if p)]


def test_weighted_sums_that_cannot_fit_are_refused_before_they_are_formed() -> None:
    with pytest.raises(OverflowError):
        exact.weighted_sums([np.array([2**40])], [2**23])


@given(st.lists(integers, min_size=1, max_size=20))
def test_sum_of_squares(row: list[int]) -> None:
    assert exact.sum_of_squares(np.array([row], np.int64)) == [sum(v * v for v in row)]


@given(
    st.dictionaries(st.text(max_size=3), st.fractions(-1000, 1000), min_size=1, max_size=8),
    st.integers(-20, 20),
)
def test_largest_remainder_adds_up(shares: dict[str, Fraction], off: int) -> None:
    target = round(sum(shares.values())) + off
    parts = exact.largest_remainder(shares, target, lambda key: key)
    assert sum(parts.values()) == target
    if off == 0:
        assert all(abs(parts[key] - share) <= 1 for key, share in shares.items())


def test_ties_of_remainders_go_by_the_given_order() -> None:
    shares = dict.fromkeys("abc", Fraction(1, 3))
    assert exact.largest_remainder(shares, 1, lambda key: key) == {"a": 1, "b": 0, "c": 0}
    assert exact.largest_remainder(shares, 2, lambda key: -ord(key)) == {"a": 0, "b": 1, "c": 1}


def test_estimates_near_a_tie_are_computed_again() -> None:
    asked: list[int] = []

    def exactly(cell: int) -> int:
        asked.append(cell)
        return 7

    estimates = np.array([[1.2, 2.5 - 1e-12], [3.5001, np.nan]])
    assert exact.settle(estimates, exactly, 1e-9).tolist() == [[1, 7], [4, 7]]
    assert asked == [1, 3]


def test_what_forty_digits_cannot_tell_from_a_tie_is_one() -> None:
    context = MPContext()
    context.dps = exact.DIGITS
    half = context.mpf("2.5")
    assert exact.nearest_of(half + context.mpf(10) ** -35, context) == 2
    assert exact.nearest_of(half + context.mpf(10) ** -15, context) == 3
    assert exact.nearest_of(context.mpf("3.5"), context) == 4
