"""The generators against their formulas."""

from __future__ import annotations

import numpy as np
import pytest
from evaluation.misspecified import NAMES, world
from evaluation.scenarios import CURRENT, FIRST, LAST, noufaily, scenarios, series
from evaluation.seeds import generator, parsed
from evaluation.worlds import Spread, World, negative_binomial, outbreak

WEEKS = np.arange(FIRST, LAST + 1)


def test_the_table_of_scenarios() -> None:
    """Numbers as published: 1–4 of the first cluster, and so on; a few means by hand."""
    found = scenarios()
    assert [one.number for one in found] == list(range(1, 29))
    assert [(one.theta, one.phi) for one in found[4:8]] == [(-2.0, 2.0)] * 4
    assert [one.beta for one in found[4:8]] == [0.0, 0.0, 0.005, 0.005]
    assert [one.gamma1 for one in found[4:8]] == [0.0, 0.1, 0.0, 0.1]
    assert found[4].mean(np.array([600.0]))[0] == pytest.approx(0.1353353, rel=1e-6)
    assert found[6].mean(np.array([600.0]))[0] == pytest.approx(np.exp(1.0), rel=1e-9)
    week = 52 * 7.25  # a quarter of the year: the sine alone
    assert found[1].mean(np.array([week]))[0] == pytest.approx(np.exp(0.1 + 0.6), rel=1e-9)


@pytest.fixture(scope="module")
def drawn() -> World:
    return noufaily("test", "moments", 60)


def test_counts_have_the_mean_and_variance_asked_for(drawn: World) -> None:
    for scenario in scenarios():
        calm = drawn.calm[drawn.group == scenario.number]
        mean = scenario.mean(WEEKS.astype(float))
        distance = (calm - mean) / np.sqrt(scenario.phi * mean)
        assert abs(distance.mean()) < 5 / np.sqrt(distance.size)
        assert distance.var() == pytest.approx(1, rel=0.12)


def test_outbreaks_have_the_size_and_spread_asked_for(drawn: World) -> None:
    now = CURRENT - FIRST
    extra = drawn.observed - drawn.calm
    assert extra.min() == 0
    sizes, wanted = [], []
    for scenario in scenarios():
        sd = np.sqrt(scenario.phi * scenario.mean(WEEKS.astype(float)))
        rows = np.flatnonzero((drawn.group == scenario.number) & (drawn.first < 305))
        sizes += extra[rows, now:].sum(axis=1).tolist()
        wanted += (drawn.strength[rows] * sd[drawn.first[rows]]).tolist()
    assert np.sum(sizes) == pytest.approx(np.sum(wanted), rel=0.01)
    chance = (np.array(sizes) - wanted) / np.sqrt(wanted)
    assert chance.var() == pytest.approx(1, abs=0.15)


def test_cases_come_in_three_weeks() -> None:
    """About 50 %, 42 % and 7 % in weeks 0, 1 and 2."""
    counts = np.zeros(60)
    outbreak(np.random.default_rng(1), counts, 20, 100_000.0, Spread(), 60)
    share = counts / counts.sum()
    assert share[20:23].tolist() == pytest.approx([0.5, 0.417, 0.069], abs=0.006)


def test_the_window_holds_every_case_of_now(drawn: World) -> None:
    now = CURRENT - FIRST
    extra = (drawn.observed - drawn.calm)[:, now:]
    points = np.arange(now, drawn.calm.shape[1])
    outside = (points < drawn.first[:, None]) | (points > drawn.last[:, None])
    assert extra[outside].sum() == 0
    last = extra[np.arange(len(drawn)), drawn.last - now]
    assert ((last > 0) | (drawn.last == drawn.first)).all()
    assert drawn.current == range(now, drawn.calm.shape[1])


def test_every_strength_as_often_in_each_scenario(drawn: World) -> None:
    for number in range(1, 29):
        _, times = np.unique(drawn.strength[drawn.group == number], return_counts=True)
        assert times.tolist() == [6] * 10


def test_parts_and_places_have_their_own_draws() -> None:
    scenario = scenarios()[0]
    one = series(scenario, 0, "test", "calm")
    assert np.array_equal(one.calm, series(scenario, 0, "test", "calm").calm)
    for other in (("test", "judged", 0), ("other", "calm", 0), ("test", "calm", 1)):
        seed, part, replicate = other
        assert not np.array_equal(one.calm, series(scenario, replicate, seed, part).calm)
    assert generator("a", "b", 1).random() != generator("a", "b1").random()


def test_only_what_runs_decides_the_seed() -> None:
    plain = parsed("def f(x):\n    return x + 1\n")
    assert parsed('def f(x):\n    """Says."""\n    # why\n    return (x + 1)\n') == plain
    assert parsed("def f(x):\n    return x + 2\n") != plain


@pytest.mark.parametrize("phi", [1.0, 1.2, 5.0])
def test_variance_is_phi_times_the_mean(phi: float) -> None:
    counts = negative_binomial(np.random.default_rng(2), np.full(200_000, 3.0), phi)
    assert counts.mean() == pytest.approx(3.0, rel=0.02)
    assert counts.var() == pytest.approx(3.0 * phi, rel=0.03)


@pytest.mark.parametrize("name", NAMES)
def test_misspecified_worlds_keep_their_levels(name: str) -> None:
    found = world(name, "test", "moments", 40)
    points = 1 if name == "days" else 7
    now = found.calm[:, found.current.start :]
    for group in np.unique(found.group):
        rows = found.group == group
        mean = now[rows].mean() / points
        error = now[rows].mean(axis=1).std() / points / np.sqrt(rows.sum())
        assert abs(mean - found.level[rows].mean()) < 5 * error
    assert (found.observed >= found.calm).all()


def test_a_quarter_of_the_weeks_is_empty() -> None:
    found = world("zeros", "test", "moments", 40)
    high = found.calm[found.group == 4]
    assert (high == 0).mean() == pytest.approx(0.25, abs=0.02)
