"""Each mean by hand, and arrays against the plain definition."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyu.index.methods import combine, combine_arrays
from qingyu.pack.model import MICRO, Method

METHODS: tuple[Method, ...] = (
    "arithmetic", "geometric", "harmonic", "generalised", "median", "mazziotta_pareto",
)  # fmt: skip


def test_by_hand() -> None:
    """40 and 90, the second three times as heavy."""
    values, weights = [40 * MICRO, 90 * MICRO], [1, 3]
    assert combine("arithmetic", values, weights) == 77_500_000  # (40 + 270)/4
    assert combine("harmonic", values, weights) == round(
        Fraction(4 * MICRO) / (Fraction(1, 40) + Fraction(3, 90))
    )
    assert combine("geometric", [50 * MICRO, 2 * MICRO], [1, 1]) == 10 * MICRO  # √(50·2)
    assert (
        combine("generalised", [30 * MICRO, 40 * MICRO], [1, 1], 2 * MICRO) == 35_355_339
    )  # √1250
    assert combine("generalised", values, weights, MICRO) == 77_500_000
    assert combine("generalised", values, weights, 0) == combine("geometric", values, weights)
    assert combine("generalised", values, weights, -MICRO) == combine("harmonic", values, weights)
    # mean 65, variance 625: 65 − 625/65
    assert combine("mazziotta_pareto", values, [1, 1]) == round(MICRO * (65 - Fraction(625, 65)))


def test_the_median_is_the_first_to_reach_half_the_weight() -> None:
    assert combine("median", [90, 10, 50], [1, 1, 1]) == 50
    assert combine("median", [10, 20, 30], [1, 1, 4]) == 30
    assert combine("median", [10, 20, 31], [2, 2, 4]) == 26  # half: (20 + 31)/2 = 25.5, to even


def test_a_zero_is_fatal_where_it_must_be() -> None:
    for method in ("geometric", "harmonic"):
        assert combine(method, [0, 90 * MICRO], [1, 1]) == 0  # type: ignore[arg-type]
    assert combine("generalised", [0, 90 * MICRO], [1, 1], -2 * MICRO) == 0
    assert combine("generalised", [0, 90 * MICRO], [1, 1], 2 * MICRO) == 63_639_610
    assert combine("mazziotta_pareto", [0, 0], [1, 1]) == 0
    assert combine("mazziotta_pareto", [0, 0, 90], [1, 1, 1]) == 0  # never below


def test_ties_of_irrational_means_are_seen() -> None:
    """All values alike at half a milli-point: half-even, though the road is irrational."""
    for method in ("geometric", "generalised", "harmonic"):
        assert combine(method, [85_000_500] * 3, [1, 2, 3], 2 * MICRO, 1000) == 85_000  # type: ignore[arg-type]
        assert combine(method, [85_001_500] * 3, [1, 2, 3], 2 * MICRO, 1000) == 85_002  # type: ignore[arg-type]


def test_copeland_is_no_mean() -> None:
    with pytest.raises(ValueError, match="Copeland"):
        combine("copeland", [1, 2], [1, 1])


points = st.one_of(st.integers(0, 10**8), st.sampled_from([0, 1, 10**8, 50_000_500]))
cells = st.lists(st.tuples(points, st.integers(1, 10**6), st.booleans()), min_size=1, max_size=6)


@given(st.sampled_from(METHODS), cells, st.sampled_from([1, 1000]), st.sampled_from([-3, 1, 5, 40]))
def test_arrays_do_what_the_plain_definition_does(
    method: Method, rows: list[tuple[int, int, bool]], unit: int, tenths: int
) -> None:
    exponent = tenths * 100_000
    values, weights, present = (np.array(column) for column in zip(*rows, strict=True))
    got = combine_arrays(
        method,
        (values * present)[:, None, None],
        weights[:, None, None],
        present[:, None, None],
        np.zeros(1, np.int64),
        exponent,
        unit,
    )
    used = [(v, w) for v, w, here in rows if here]
    want = 0
    if used:
        want = combine(method, [v for v, _ in used], [w for _, w in used], exponent, unit)
    assert got.tolist() == [[want]]


def copeland(
    values: list[list[int]], weights: list[int], present: list[list[bool]], level: list[int]
) -> list[int]:
    found = combine_arrays(
        "copeland",
        (np.array(values) * np.array(present))[..., None],
        np.array(weights)[:, None, None],
        np.array(present)[..., None],
        np.array(level),
    )
    return [int(v) for v in found[:, 0]]


def test_copeland_counts_wins_less_losses() -> None:
    """Two criteria, the first heavier: a beats b and c, b beats c; d is of another level."""
    got = copeland([[9, 8, 7, 1], [1, 2, 3, 1]], [2, 1], [[True] * 4] * 2, [1, 1, 1, 0])
    assert got == [100 * MICRO, 50 * MICRO, 0, 50 * MICRO]


def test_copeland_compares_what_both_have() -> None:
    """b lacks the first criterion and beats a by the second; c has nothing and is no rival."""
    here = [[True, False, False], [True, True, False]]
    assert copeland([[9, 0, 0], [1, 2, 0]], [2, 1], here, [0, 0, 0]) == [0, 100 * MICRO, 0]
