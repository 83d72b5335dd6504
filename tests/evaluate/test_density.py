"""Bunching above a cut."""

from __future__ import annotations

import numpy as np
from scipy import stats

from qingyu.evaluate.integrity.density import bunching


def scores(rng: np.random.Generator, many: int = 400) -> np.ndarray:
    return rng.normal(83.0, 5.0, many)


def test_a_smooth_density_is_accused_as_often_as_is_said() -> None:
    rng = np.random.default_rng(21)
    p = [found.p for _ in range(600) if (found := bunching(scores(rng), 80.0, 1.0))]
    assert len(p) > 550
    # The curve is itself an estimate: a little more than said is what that costs.
    assert sum(one <= 0.05 for one in p) <= stats.binom.ppf(0.999, len(p), 0.08)


def test_scores_lifted_over_the_cut_are_found() -> None:
    rng = np.random.default_rng(22)
    found = []
    for _ in range(50):
        values = scores(rng)
        short = (values >= 79.0) & (values < 80.0)
        values[short] += 1.0
        near = bunching(values, 80.0, 1.0)
        assert near is not None
        assert near.below == 0
        found.append(near.p)
    assert np.mean(np.array(found) < 0.001) > 0.9


def test_few_values_say_nothing() -> None:
    assert bunching(np.linspace(76, 84, 40), 80.0, 1.0) is None
    assert bunching(np.full(500, 50.0), 80.0, 1.0) is None
