"""Numbers, and one source beside another."""

from __future__ import annotations

import numpy as np
from drawn_shares import ALL, AREAS, PERIODS, numbers
from scipy import stats

from qingyu.evaluate.integrity.look import State
from qingyu.evaluate.integrity.lows import lows
from qingyu.evaluate.integrity.numbers import number_looks, usual


def test_honest_cities_are_accused_as_often_as_is_said() -> None:
    rng = np.random.default_rng(11)
    high, low = [], []
    for _ in range(40):
        seen, other = numbers(rng)
        high += number_looks(seen, ALL, high=True).p.tolist()
        low += lows(seen, other, ALL).p.tolist()
    for p in (np.array(high), np.array(low)):
        p = p[np.isfinite(p)]
        assert (p <= 0.05).sum() <= stats.binom.ppf(0.999, len(p), 0.05)
        assert (p <= 0.05).mean() > 0.02


def test_usual_is_the_part_of_the_others() -> None:
    seen = np.array([[10, 10, 99], [30, 30, 60], [60, 60, 120]])
    found = usual(seen, 2, np.array([0, 1]))
    # A third of the second and a ninth of the two others, and both doubled.
    assert np.allclose(found[0], (20 + 0.5) / (180 + 0.5) * 180)


def test_low_beside_a_source_that_is_not() -> None:
    seen, other = numbers(np.random.default_rng(2))
    seen[7, -1] //= 4
    looks = lows(seen, other, ALL)
    assert looks.p[7] < 1e-3
    seen[7, -1], other[7, -1] = seen[7, -1], other[7, -1] // 4
    assert lows(seen, other, ALL).p[7] > 0.01, "low in both is calm"


def test_a_source_that_says_nothing_of_the_other_is_not_used() -> None:
    rng = np.random.default_rng(9)
    seen = rng.poisson(80, (AREAS, PERIODS))
    other = rng.poisson(40, (AREAS, PERIODS))
    assert (lows(seen, other, ALL).state == State.UNRELATED).all()


def test_without_a_past_or_the_period_nothing_is_said() -> None:
    seen, other = numbers(np.random.default_rng(4))
    short = np.zeros(PERIODS, np.bool_)
    short[-4:] = True
    assert (number_looks(seen, short, high=True).state == State.NO_PAST).all()
    assert (lows(seen, other, short).state == State.NO_PAST).all()
    assert (lows(seen, other, ~short).state == State.UNSEEN).all()
