"""Tails and quantiles of counts against SciPy's, over drawn means and sizes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from qingyu.warn.bounds import nb_size
from qingyu.warn.distributions import at_least, below, quantile

MEANS = st.floats(1e-3, 3000)
SIZES = st.one_of(st.just(np.inf), st.floats(0.05, 1e5))


def law(mean: float, size: float) -> object:
    return stats.poisson(mean) if np.isinf(size) else stats.nbinom(size, size / (size + mean))


@given(MEANS, SIZES, st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.999]))
def test_a_quantile_is_the_least_count_that_is_enough(
    mean: float, size: float, level: float
) -> None:
    m, r = np.array([mean]), np.array([size])
    (found,) = quantile(level, m, r)
    given_ = law(mean, size)
    assert given_.cdf(found) >= level * (1 - 1e-12)  # type: ignore[attr-defined]
    assert found == 0 or given_.cdf(found - 1) < level  # type: ignore[attr-defined]


@given(MEANS, SIZES, st.integers(0, 4000))
def test_tails(mean: float, size: float, count: int) -> None:
    y, m, r = np.array([float(count)]), np.array([mean]), np.array([size])
    given_ = law(mean, size)
    low, high = given_.cdf(count), given_.sf(count - 1)  # type: ignore[attr-defined]
    assert below(y, m, r)[0] == pytest.approx(low, rel=1e-8, abs=1e-13)
    assert at_least(y, m, r)[0] == pytest.approx(high, rel=1e-8, abs=1e-13)


def test_edges() -> None:
    none, size = np.zeros(1), np.full(1, np.inf)
    assert quantile(0.99, none, size)[0] == 0
    assert np.isnan(quantile(0.99, np.array([np.nan]), size)[0])
    assert at_least(np.ones(1), none, size)[0] == 0
    assert below(np.array([-1.0]), none, size)[0] == 0
    assert np.isinf(nb_size(np.array([4.0]), np.array([1.0]))[0])
    assert nb_size(np.array([4.0]), np.array([3.0]))[0] == 2
