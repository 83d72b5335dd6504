"""Each check finds what it is for, and leaves its honest double alone."""

from __future__ import annotations

import numpy as np
from drawn_shares import ALL, AREAS, PERIODS

from qingyu.evaluate.integrity.cut_off import postponed
from qingyu.evaluate.integrity.effort import moved
from qingyu.evaluate.integrity.flooded import flooded
from qingyu.evaluate.integrity.heaped import heaped
from qingyu.evaluate.integrity.hugging import hugging
from qingyu.evaluate.integrity.ledger import held_back, withdrawn
from qingyu.evaluate.integrity.reclassified import reclassified
from qingyu.evaluate.integrity.repeated import repeated

HERE = 4


def drawn(mean: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (AREAS, PERIODS))


def test_thefts_that_become_something_else_are_found_and_thefts_that_fall_are_not() -> None:
    theft, other, rest = drawn(200, 1), drawn(90, 2), drawn(400, 3)
    gone = theft[HERE, -1] // 2
    theft[HERE, -1] -= gone
    honest = reclassified(theft, other, rest, ALL)
    assert honest.p[HERE] > 0.01, "thefts fell and nothing rose"
    other[HERE, -1] += gone
    found = reclassified(theft, other, rest, ALL)
    assert found.p[HERE] < 1e-6
    assert found.seen[HERE] == theft[HERE, -1]


def test_a_flood_of_good_marks_is_found_and_a_liked_place_is_not() -> None:
    good, bad = drawn(80, 4), drawn(40, 5)
    liked = good.copy()
    liked[HERE, -1], rest = good[HERE, -1] + 32, bad.copy()
    rest[HERE, -1] = bad[HERE, -1] - 32
    assert flooded(liked, liked + rest, ALL).p[HERE] > 0.01
    good[HERE, -1] += 200
    assert flooded(good, good + bad, ALL).p[HERE] < 1e-4


def test_shares_that_are_too_large_or_too_small() -> None:
    many, few = drawn(300, 6), drawn(30, 7)
    few[HERE, -1] = 110
    for check in (heaped, hugging, withdrawn, held_back, repeated):
        looks = check(few, many, ALL)
        assert looks.p[HERE] < 1e-6, check.__name__
        assert np.delete(looks.p, HERE).min() > 1e-4, check.__name__
    last, after = drawn(60, 8), drawn(60, 9)
    last[HERE, -1], after[HERE, -1] = 15, 105
    assert postponed(last, after, ALL).p[HERE] < 1e-6


def test_effort_that_moved_is_a_caveat() -> None:
    effort = np.full((AREAS, PERIODS), 100)
    effort[0, -1], effort[1, -1], effort[2, -1] = 200, 60, 120
    found = moved(effort, ALL, 0.35)
    assert found.moved[:4].tolist() == [True, True, False, False]
    assert found.ratio[0] == 2.0
    effort[3] = 0  # nobody was ever there: no ratio, no caveat
    assert not moved(effort, ALL, 0.35).moved[3]
    short = np.zeros(PERIODS, np.bool_)
    short[-2:] = True
    assert not moved(effort, short, 0.35).moved.any()
