from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qingyu.index.curve import tables

# Knots of two decimals, as people write them, and points of every kind.
knots = st.lists(st.integers(0, 1000), min_size=2, max_size=7, unique=True).map(sorted)


@given(knots, st.data())
def test_tables_read_what_the_fraction_says(hundredths: list[int], data: st.DataObject) -> None:
    xs = [10_000 * x for x in hundredths]
    ys = [data.draw(st.integers(0, 100).map(lambda y: y * 10**6)) for _ in xs]
    inside = st.integers(xs[0] - 3, xs[-1] + 3)
    near = st.sampled_from(xs).flatmap(lambda x: st.integers(x - 1, x + 1))
    at = data.draw(st.lists(st.one_of(inside, near), min_size=1, max_size=20))
    curve = tables(tuple(zip(xs, ys, strict=True)))
    if curve is None:  # the divisor that all pieces share has too many digits
        return

    def read(x: int) -> int:
        if not xs[0] < x < xs[-1]:
            return ys[0] if x <= xs[0] else ys[-1]
        k = max(k for k, knot in enumerate(xs) if knot <= x)
        part = Fraction(ys[k + 1] - ys[k], xs[k + 1] - xs[k]) * (x - xs[k])
        return round(ys[k] + part)

    assert curve.read(np.array(at, np.float64)).tolist() == [read(x) for x in at]


def test_a_usual_curve_has_tables() -> None:
    xs, ys = (0, 0.8, 1, 1.3, 2, 3), (100, 92, 85, 70, 40, 0)
    points = tuple((int(x * 10**6), y * 10**6) for x, y in zip(xs, ys, strict=True))
    curve = tables(points)
    assert curve is not None
    assert curve.under == 7  # of 30 points over 0.7
    assert curve.most == 100 * 10**6


def test_what_float64_cannot_hold_has_none() -> None:
    assert tables(((0, 0), (1_000_003, 10**8), (3_000_017, 0))) is None
    assert tables(tuple((x, x % 2) for x in range(300))) is None
