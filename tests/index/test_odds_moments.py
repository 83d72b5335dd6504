"""φ and V are found again where they were put in, and where nothing moves nothing is found."""

from __future__ import annotations

import numpy as np
import pytest

from qingyu.index.odds.moments import Fit, fit, two_way

AREAS, BLOCKS = 30, 104


def counts(phi: float, moved: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts of areas of many sizes in blocks with a common season; `moved` is V."""
    rng = np.random.default_rng(seed)
    exposure = np.broadcast_to(np.geomspace(1, 60, AREAS)[:, None], (AREAS, BLOCKS))
    season = np.exp(0.3 * np.sin(np.arange(BLOCKS) / 8))
    mean = exposure * season
    if moved:
        mean = mean * rng.gamma(2 / moved, moved / 2, mean.shape)
    if phi > 1:
        mean = rng.gamma(mean / (phi - 1), phi - 1)
    return rng.poisson(mean).astype(float), exposure, np.ones(exposure.shape, bool)


def fits(phi: float, moved: float) -> list[Fit]:
    found = [fit(*counts(phi, moved, seed), 1, 1.0) for seed in range(12)]
    return [one for one in found if one is not None]


@pytest.mark.parametrize(("phi", "moved"), [(1.0, 0.0), (1.0, 0.06), (2.0, 0.0), (1.6, 0.1)])
def test_both_are_found_again(phi: float, moved: float) -> None:
    several = fits(phi, moved)
    found = np.array([one.moved for one in several])
    error = np.array([one.error for one in several])
    assert abs(found.mean() - moved) < 3 * error.mean() / len(found) ** 0.5 + 0.004
    assert found.std() < 2.5 * error.mean()
    assert np.mean([one.chance for one in several]) == pytest.approx(phi, abs=0.12)


def test_what_moves_all_areas_at_once_is_taken_out() -> None:
    count, exposure, used = counts(1.0, 0.0, 3)
    expected = two_way(count, exposure, used)
    assert expected.sum(axis=0) == pytest.approx(count.sum(axis=0))
    assert expected.sum(axis=1) == pytest.approx(count.sum(axis=1), rel=1e-3)


def test_a_share_that_moves_is_found() -> None:
    rng = np.random.default_rng(5)
    trials = np.broadcast_to(np.geomspace(5, 300, AREAS)[:, None], (AREAS, BLOCKS)).round()
    used = np.ones(trials.shape, bool)
    still = rng.binomial(trials.astype(int), 0.8).astype(float)
    rho = 0.03
    share = rng.beta(0.8 * (1 / rho - 1), 0.2 * (1 / rho - 1), trials.shape)
    moving = rng.binomial(trials.astype(int), share).astype(float)
    calm, rough = (fit(one, trials, used, 1, 1.0, share=True) for one in (still, moving))
    assert calm is not None
    assert rough is not None
    assert abs(calm.moved) < 4 * calm.error
    assert rough.moved == pytest.approx(2 * rho, rel=0.2)


def test_too_little_says_nothing() -> None:
    count, exposure, used = counts(1.0, 0.0, 1)
    assert fit(count[:1, :10], exposure[:1, :10], used[:1, :10], 1, 1.0) is None
    assert fit(count[:, :3], exposure[:, :3], used[:, :3], 5, 1.0) is None
    assert fit(count, exposure, np.zeros_like(used), 1, 1.0) is None
