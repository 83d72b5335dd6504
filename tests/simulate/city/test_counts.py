"""Counts have the declared mean and variance, and the tables are the distributions themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from qingyu.simulate.city.chance import ONE
from qingyu.simulate.city.counts import (
    UNIT,
    cluster_mean,
    cluster_table,
    counts,
    expected,
    poisson,
    poisson_table,
    running,
    units,
)

CELLS = 200_000
KEYS = np.arange(1, CELLS + 1).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
DAY = np.full(CELLS, 19_000)


@pytest.mark.parametrize("digit", [-20, -7, -1, 0, 3, 7, 11])
def test_a_poisson_table_is_the_distribution_to_the_last_bit(digit: int) -> None:
    table = poisson_table(digit)
    true_ = stats.poisson.cdf(np.arange(len(table)), 2.0**digit) * ONE
    assert np.abs(table.astype(np.float64) - true_).max() < 2.0
    assert ONE - 1 - int(table[-1]) >= 0
    assert stats.poisson.sf(len(table), 2.0**digit) < 2.0**-31


@pytest.mark.parametrize("dispersion", [1.1, 1.5, 3.0])
def test_a_cluster_table_is_the_logarithmic_distribution(dispersion: float) -> None:
    table = cluster_table(dispersion)
    true_ = stats.logser.cdf(np.arange(1, len(table) + 1), 1 - 1 / dispersion) * ONE
    assert np.abs(table.astype(np.float64) - true_).max() < 4.0
    assert cluster_mean(dispersion) == pytest.approx((dispersion - 1) / math.log(dispersion))


@pytest.mark.parametrize(
    ("mean", "dispersion"), [(0.002, 1.0), (0.3, 1.6), (6.7, 1.0), (6.7, 2.5), (120.0, 1.4)]
)
def test_mean_and_dispersion_are_those_declared(mean: float, dispersion: float) -> None:
    cells = CELLS if mean < 50 else CELLS // 20
    rate = units(np.full(cells, mean), dispersion)
    drawn = counts(rate, dispersion, 4, KEYS[:cells], DAY[:cells], 9)
    true_ = float(expected(rate[:1], dispersion)[0])
    assert true_ == pytest.approx(mean, abs=2.0**-UNIT * 3)
    error = math.sqrt(mean * dispersion / cells)
    assert abs(float(drawn.mean()) - true_) < 4 * error
    assert float(drawn.var() / drawn.mean()) == pytest.approx(dispersion, rel=0.06)


def test_a_whole_distribution_fits() -> None:
    drawn = poisson(units(np.full(CELLS, 2.37), 1.0), 8, KEYS, DAY, 3)
    seen = np.bincount(drawn, minlength=10)[:10]
    true_ = stats.poisson.pmf(np.arange(10), 2.37) * CELLS
    assert float(((seen - true_) ** 2 / true_).sum()) < stats.chi2.ppf(0.999, 9)


def test_numbered_things_of_one_cell_differ() -> None:
    rate = units(np.full(1000, 50.0), 1.0)
    key, day = np.full(1000, KEYS[0]), np.full(1000, 19_000)
    drawn = poisson(rate, 8, key, day, 3, 4, np.arange(1000))
    assert float(drawn.var() / drawn.mean()) == pytest.approx(1.0, abs=0.15)


def test_no_rate_no_count_and_too_much_is_refused() -> None:
    assert not counts(np.zeros(5, np.int64), 2.0, 1, KEYS[:5], DAY[:5], 1).any()
    with pytest.raises(OverflowError):
        units(np.array([5000.0]), 1.0)


def test_running_numbers() -> None:
    assert running(np.array([2, 0, 3])).tolist() == [0, 1, 0, 1, 2]
    assert running(np.array([], np.int64)).tolist() == []
