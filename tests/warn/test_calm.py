"""Calm cities have the level, the spread and the stray months of the history they learn from."""

from __future__ import annotations

import numpy as np
import pytest

from qingyu.warn.calm import draw, learn
from qingyu.warn.points import Daily, Summed

DAYS = 7 * 52 * 4


def history(tau2: float, phi: float, seed: int = 1) -> Daily:
    draws = np.random.default_rng(seed)
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(DAYS) / 364)
    mean = np.array([[2.0], [5.0], [9.0]]).repeat(8, axis=0) * season
    if tau2:
        months = draws.gamma(1 / tau2, tau2, (len(mean), DAYS // 28))
        mean = mean * np.repeat(months, 28, axis=1)
    if phi > 1:
        mean = draws.gamma(mean / (phi - 1), phi - 1)
    counts = draws.poisson(mean).astype(float)
    return Daily(counts, np.ones(counts.shape), np.ones(counts.shape, bool), 18_000)


@pytest.mark.parametrize(("tau2", "phi"), [(0.0, 1.0), (0.0, 2.0), (0.03, 1.5)])
def test_the_spread_is_learnt_and_drawn_again(tau2: float, phi: float) -> None:
    model = learn(history(tau2, phi), DAYS - 1)
    assert model is not None
    assert model.phi == pytest.approx(phi, rel=0.15)
    assert model.tau2 == pytest.approx(tau2, abs=0.01)
    again = draw(model, np.random.default_rng(2))
    daily = Daily(again, np.ones(again.shape), np.ones(again.shape, bool), 18_000)
    twice = learn(daily, DAYS - 1)
    assert twice is not None
    assert twice.phi == pytest.approx(model.phi, rel=0.15)
    assert twice.mean.mean() == pytest.approx(model.mean.mean(), rel=0.05)


def test_without_two_years_or_a_case_there_is_no_model() -> None:
    short, none = history(0, 1).upto(500), history(0, 1)
    assert learn(short, 499) is None
    zeros = Daily(none.counts * 0, none.exposure, none.known, none.first)
    assert learn(zeros, DAYS - 1) is None


def test_a_window_with_a_hole_is_held_against_what_is_known() -> None:
    counts = np.full((1, 70), 2.0)
    known = np.ones((1, 70), bool)
    known[0, 65:67] = False
    known[0, 50:60] = False
    daily = Daily(counts, np.ones((1, 70)), known, 0)
    points = Summed(daily).points(69, 7, 10)
    assert points.counts[0, -1] == 10  # five of seven days
    assert points.exposure[0, -1] == 5
    assert np.isnan(points.counts[0, -3])  # none of its days
    assert np.isnan(Summed(daily).points(66, 7, 3).counts[0, -1])  # the day itself is not known
