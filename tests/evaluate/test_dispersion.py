"""The scatter beyond chance, read off residuals, and the tails that follow from it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from qingyu.evaluate.integrity.dispersion import count_tails, dispersion, share_tails


def test_both_parts_are_found_again() -> None:
    rng = np.random.default_rng(7)
    mean = np.exp(rng.uniform(1, 6, 20_000))
    rate = mean * rng.gamma(1 / 0.04, 0.04, len(mean))  # moods: 4 % of variance
    seen = 2 * rng.poisson(rate / 2)  # all come in pairs
    squares = (seen - mean) ** 2 / mean
    found = dispersion(squares, mean, mean)
    assert found is not None
    assert found.clusters == pytest.approx(2.0, rel=0.1)
    assert found.moods == pytest.approx(0.04, rel=0.1)


def test_never_less_than_chance() -> None:
    found = dispersion(np.full(50, 0.2), np.full(50, 30.0), np.full(50, 30.0))
    assert found is not None
    assert (found.clusters, found.moods) == (1.0, 0.0)


def test_too_few_residuals_say_nothing() -> None:
    assert dispersion(np.ones(5), np.ones(5), np.ones(5)) is None
    assert dispersion(np.ones(50), np.ones(50), np.full(50, 0.01)) is None


def test_tails_are_those_of_the_laws() -> None:
    seen, mean = np.array([3, 3]), np.array([7.0, 7.0])
    low, high = count_tails(seen, mean, np.array([1.0, 2.5]))
    assert low[0] == pytest.approx(stats.poisson.cdf(3, 7))
    assert high[0] == pytest.approx(stats.poisson.sf(2, 7))
    law = stats.nbinom(7 / 1.5, 1 / 2.5)
    assert law.var() == pytest.approx(2.5 * 7)
    assert low[1] == pytest.approx(law.cdf(3))

    of, share = np.array([40, 40]), np.array([0.3, 0.3])
    low, high = share_tails(np.array([5, 5]), of, share, np.array([1.0, 3.0]))
    assert low[0] == pytest.approx(stats.binom.cdf(5, 40, 0.3))
    alike = 2 / 39
    a = 0.3 * (1 - alike) / alike
    wide = stats.betabinom(40, a, a * 0.7 / 0.3)
    assert wide.var() == pytest.approx(3 * 40 * 0.3 * 0.7)
    assert low[1] == pytest.approx(wide.cdf(5))
    assert high[1] == pytest.approx(wide.sf(4))
