"""Shares: what is expected, how sure one is, and when nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_shares import ALL, AREAS, PERIODS, shares
from scipy import stats

from qingyu.evaluate.integrity.look import State
from qingyu.evaluate.integrity.shares import share_looks


@pytest.mark.parametrize("high", [False, True])
def test_an_honest_city_is_accused_as_often_as_is_said(high: bool) -> None:
    rng = np.random.default_rng(3)
    p = []
    for _ in range(60):
        looks = share_looks(*shares(rng), ALL, high)
        p += looks.p[looks.state == State.JUDGED].tolist()
    for level in (0.1, 0.01):
        accused = sum(one <= level for one in p)
        # Never much more than said: the upper end of what dice would do.
        assert accused <= stats.binom.ppf(0.999, len(p), level)
    assert np.mean(np.array(p) <= 0.1) > 0.04, "and it is no test that never speaks"


def test_what_is_expected_is_the_own_past_moved_as_the_others_moved() -> None:
    of = np.full((AREAS, PERIODS), 1000)
    seen = np.full((AREAS, PERIODS), 200)
    seen[0] = 500  # has always been otherwise
    seen[:, -1] = 300  # the odds of all go from 0.25 to 3/7: by 12/7
    looks = share_looks(seen, of, ALL, high=False)
    odds = 1.0 * 12 / 7
    assert looks.expected[0] == pytest.approx(1000 * odds / (1 + odds), rel=0.01)
    assert looks.p[0] < 1e-6
    assert looks.expected[1] == pytest.approx(300, rel=0.05)
    assert (looks.p[1:] > 0.1).all()


def test_a_move_of_all_areas_is_no_finding() -> None:
    of = np.full((AREAS, PERIODS), 400)
    seen = np.full((AREAS, PERIODS), 100)
    seen[:, -1] = 40
    assert (share_looks(seen, of, ALL, high=False).p > 0.3).all()


def test_more_scatter_in_the_past_asks_for_more() -> None:
    quiet, loud = (np.random.default_rng(5), np.random.default_rng(5))
    found = []
    for rng, mood in ((quiet, 0.02), (loud, 0.6)):
        seen, of = shares(rng, mood)
        largest = int(of[:, -1].argmax())
        seen[largest, -1] = seen[largest, -1] * 2 // 5
        found.append(share_looks(seen, of, ALL, high=False).p[largest])
    assert found[0] < 1e-6
    assert found[1] > 1e-3


def test_without_a_past_the_peers_are_what_there_is() -> None:
    of, seen = np.full((AREAS, PERIODS), 300), np.zeros((AREAS, PERIODS), np.int64)
    seen[:, -1] = 6
    seen[4, -1] = 60
    usable = np.zeros(PERIODS, np.bool_)
    usable[-1] = True
    looks = share_looks(seen, of, usable, high=True)
    # One out of line makes the others' scatter look larger, and so hides a little.
    assert looks.p[4] < 0.01
    assert (np.delete(looks.p, 4) > 0.2).all()
    few = share_looks(seen[:5], of[:5], usable, high=True)
    assert (few.state == State.NO_PAST).all()


def test_silence_is_not_clean() -> None:
    seen, of = shares(np.random.default_rng(1))
    unseen = ALL.copy()
    unseen[-1] = False
    assert (share_looks(seen, of, unseen, high=True).state == State.UNSEEN).all()
    of[0, -1], seen[0, -1] = 8, 0
    of[1, -1], seen[1, -1] = 0, 0
    looks = share_looks(seen, of, ALL, high=False)
    assert list(looks.state[:2]) == [State.TOO_FEW, State.TOO_FEW]
    assert np.isnan(looks.p[:2]).all()


def test_what_never_happened_needs_five() -> None:
    of, seen = np.full((AREAS, PERIODS), 200), np.zeros((AREAS, PERIODS), np.int64)
    seen[0, -1], seen[1, -1] = 4, 12
    p = share_looks(seen, of, ALL, high=True).p
    assert p[0] == 1.0
    assert p[1] < 1e-3
