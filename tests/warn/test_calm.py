"""Calm cities have the level, the spread and the stray months of the history they learn from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qingyu.warn.calm import against_usual, draw, factors, in_common, learn
from qingyu.warn.calm_share import CalmShare, draw_share, learn_share
from qingyu.warn.calm_weeks import picked
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


def test_without_half_a_year_or_a_case_there_is_no_model() -> None:
    short, none = history(0, 1).upto(170), history(0, 1)
    assert learn(short, 169) is None
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


def test_half_a_year_tells_a_level_and_no_season() -> None:
    model = learn(history(0, 1).upto(7 * 60), 7 * 60 - 1, weeks=100)
    assert model is not None
    assert model.mean.shape == (24, 700)
    assert np.ptp(model.mean, axis=1) == pytest.approx(0)


def test_what_areas_and_counts_have_in_common_is_learnt_apart() -> None:
    """A factor of the whole city, one of each area in all counts, one of each count."""
    wide2, common2, own2, mean = 0.04, 0.02, 0.03, 6.0
    draws = np.random.default_rng(5)
    blocks, areas = 52, 60
    common = factors(common2, (areas, blocks), draws)
    models = []
    for _ in range(6):
        wide = factors(wide2, (1, blocks), draws)
        rate = mean * wide * common * factors(own2, (areas, blocks), draws)
        counts = draws.poisson(np.repeat(rate, 28, axis=1)).astype(float)
        model = learn(Daily(counts, np.ones(counts.shape), np.ones(counts.shape, bool), 0),
                      28 * blocks - 1)  # fmt: skip
        assert model is not None
        models.append(model)
    assert np.mean([one.wide2 for one in models]) == pytest.approx(wide2, rel=0.35)
    assert in_common(models) == pytest.approx(common2, rel=0.25)
    whole = (1 + wide2) * (1 + common2) * (1 + own2) - 1
    assert np.mean([one.tau2 for one in models]) == pytest.approx(whole, rel=0.2)
    one = replace(models[0], wide2=wide2, common2=common2, tau2=whole)
    assert one.own2 == pytest.approx(own2, rel=1e-6)


def test_counts_follow_what_they_are_drawn_from() -> None:
    model = learn(history(0, 1), DAYS - 1)
    assert model is not None
    double = np.full(model.mean.shape, 2.0)
    counts = draw(model, np.random.default_rng(1), exposure=double)
    assert counts.sum() == pytest.approx(2 * model.mean.sum(), rel=0.01)
    usual = against_usual(np.array([[1.0, 3.0, np.nan], [0.0, 0.0, 0.0]]))
    assert usual[0, :2].tolist() == [0.5, 1.5]
    assert np.isnan(usual[1]).all()


@pytest.mark.parametrize("rho", [0.0, 0.02])
def test_shares_keep_their_level_and_spread(rho: float) -> None:
    draws = np.random.default_rng(3)
    model = CalmShare(np.linspace(0.1, 0.9, 30), rho)
    whole = draws.poisson(4.0, (30, 28 * 60)).astype(float)
    part = draw_share(model, whole, draws)
    assert (part <= whole).all()
    found = learn_share(part, whole, np.ones(whole.shape, bool))
    assert found is not None
    assert found.level == pytest.approx(model.level, abs=0.03)
    assert found.rho == pytest.approx(rho, abs=0.003)


def test_a_part_above_its_whole_is_no_share() -> None:
    known = np.ones((1, 28), bool)
    assert learn_share(np.full((1, 28), 2.0), np.ones((1, 28)), known) is None
    assert learn_share(np.zeros((1, 28)), np.zeros((1, 28)), known) is None
    hidden = learn_share(np.full((1, 28), 2.0), np.ones((1, 28)), ~known)
    assert hidden is None


def test_weeks_are_taken_whole_from_the_same_time_of_the_year() -> None:
    known = np.ones(365 * 4, bool)
    known[400:420] = False
    days = 365 * 4 // 28 * 28
    found = picked(known, days, 4, np.random.default_rng(1))
    assert found is not None
    assert known[found].all()
    drawn = np.arange(days)
    assert ((found - drawn) % 7 == 0).all()
    apart = np.abs((found - drawn + 182.62) % 365.2425 - 182.62)
    assert apart.max() <= 28
    runs = np.diff(found).reshape(-1)[np.arange(days - 1) % 28 != 27]
    assert (runs == 1).all()
    assert picked(known[:100], days, 1, np.random.default_rng(1)) is None
