from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_town import compare, dated, indicator, make_pack, make_panel

from qingyu.errors import PackError
from qingyu.index.ingredients import MISSING, Against
from qingyu.index.score import curve_points, stations
from qingyu.index.steps import compute
from qingyu.pack.model import MICRO, Comparison
from qingyu.periods import parse

RATIO = Comparison.model_validate(compare("own", years=3, at_least=1))


def one(
    comparison: Comparison, m: int, e: int, mb: int, eb: int, kappa: int = 0, **more: object
) -> list[int]:
    """expected, compared, points of one cell."""
    ind = indicator(**more)

    def cell(value: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        return np.array([[value]], np.int64)

    found = stations(
        comparison,
        ind,
        cell(m),
        cell(e),
        Against(cell(mb), cell(eb), cell(kappa)),
        np.array([[True]]),
    )
    return [int(array[0, 0]) for array in (found.expected, found.compared, found.points)]


def test_three_against_two_expected() -> None:
    """E = 20·100/1000 = 2; x = 3/2; 1.5 lies 2/7 of the way from (1.3, 70) to (2, 40)."""
    points = round(70 * MICRO - Fraction(2, 7) * 30 * MICRO)
    assert one(RATIO, 3, 100, 20, 1000) == [2 * MICRO, 1_500_000, points]


def test_kappa_draws_to_one() -> None:
    """(3 + 4)/(2 + 4) = 1.166667."""
    assert one(RATIO, 3, 100, 20, 1000, 4 * MICRO)[1] == 1_166_667
    assert one(RATIO, 0, 100, 0, 1000, 4 * MICRO)[1:] == [MICRO, 85 * MICRO]


def test_nothing_expected_and_no_kappa_is_not_available() -> None:
    assert one(RATIO, 3, 100, 0, 1000) == [MISSING] * 3
    assert one(RATIO, 3, 0, 20, 1000) == [MISSING] * 3
    assert one(RATIO, 3, 100, 20, 0) == [MISSING] * 3


naturals = st.integers(0, 10**6)


@given(naturals, st.integers(1, 10**12), naturals, st.integers(1, 10**12), st.integers(0, 10**12))
def test_stations_in_fractions(m: int, e: int, mb: int, eb: int, kappa: int) -> None:
    expected = round(Fraction(MICRO * mb * e, eb))
    if expected + kappa == 0 or expected >= 2**62:
        return
    want = round(Fraction(MICRO * (MICRO * m + kappa), expected + kappa))
    assert one(RATIO, m, e, mb, eb, kappa)[:2] == [expected, want]


knots = st.lists(st.integers(0, 10**7), min_size=2, max_size=7, unique=True).map(sorted)


@given(knots, st.data())
def test_curves_in_fractions(xs: list[int], data: st.DataObject) -> None:
    ys = [data.draw(st.integers(0, 10**8)) for _ in xs]
    at = data.draw(st.integers(-5, 10**7 + 5))

    def read() -> int:
        if at <= xs[0]:
            return ys[0]
        for k in range(len(xs) - 1):
            if at <= xs[k + 1]:
                high, low = at - xs[k], xs[k + 1] - at
                return round(Fraction(ys[k] * low + ys[k + 1] * high, xs[k + 1] - xs[k]))
        return ys[-1]

    curve = tuple(zip(xs, ys, strict=True))
    assert curve_points(np.array([[at]]), curve).tolist() == [[read()]]


MINMAX = Comparison.model_validate(compare("minmax", low=[dated("0.5")], high=[dated("2.5")]))


def test_minmax_is_the_place_between_two_rates() -> None:
    """3 in 2000 person-days are 1.5 a thousand: half way from 0.5 to 2.5."""
    bounds = (500_000, 2_500_000)
    assert one(MINMAX, 3, 2000, *bounds) == [MISSING, 1_500_000, 50 * MICRO]
    assert one(MINMAX, 2, 2000, *bounds)[1:] == [MICRO, 75 * MICRO]
    assert one(MINMAX, 2, 2000, *bounds, better="higher")[1:] == [MICRO, 25 * MICRO]
    assert one(MINMAX, 0, 2000, *bounds)[2] == 100 * MICRO
    assert one(MINMAX, 9, 2000, *bounds)[2] == 0


def test_minmax_reaches_from_a_pack_to_a_score() -> None:
    bounds = {"low": [dated(0)], "high": [dated(4)]}
    pack = make_pack(indicators=(indicator(compare=[compare("minmax", **bounds)]),))
    found = compute(pack, make_panel(pack, 90, {"A": 1}), [parse("2015-02")])
    assert found.score[:3, 0].tolist() == [95_833, 75_000, 100_000]  # the city: 1/6 a thousand


def test_comparisons_that_cannot_be_had_give_their_weight_to_the_others() -> None:
    """January has nothing before it: only the target's 85; in February both."""
    both = [compare("target", "0.25", target=[dated(1)]), compare("previous", "0.75")]
    pack = make_pack(indicators=(indicator(compare=both),))
    calls = np.concatenate([np.full(31, 1), np.full(59, 2)])
    found = compute(pack, make_panel(pack, 90, {"A": calls}), [parse("2015-01"), parse("2015-02")])
    assert found.indicator[0, 1].tolist() == [85 * MICRO, 40 * MICRO]  # twice as many: 40 by both
    assert found.comparisons["theft", 1].available[1].tolist() == [False, True]


def test_a_sum_too_large_for_its_decimals_is_said_so() -> None:
    pack = make_pack()
    with pytest.raises(PackError, match="places"):
        compute(pack, make_panel(pack, 90, {"A": 10**12}), [parse("2015-02")])
