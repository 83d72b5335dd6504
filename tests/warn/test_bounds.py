"""Bounds by their definition: the probability to stay below them, as far as each promises it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from qingyu.warn.bounds import Power, bound
from qingyu.warn.quasipoisson import Forecast

MEAN, VARIANCE, PHI = np.array([20.0, 3.0]), np.array([0.002, 0.01]), np.array([1.8, 1.0])
NOW = np.array([31.0, 2.0])
AHEAD = Forecast(MEAN, VARIANCE)


@pytest.mark.parametrize(("power", "exponent"), [("2/3", 2 / 3), ("1/2", 0.5), ("none", 1.0)])
def test_delta_is_normal_on_the_scale_of_its_power(power: Power, exponent: float) -> None:
    found = bound("delta", AHEAD, PHI, PHI, NOW, 0.99, power)
    tau = PHI + PHI * VARIANCE * MEAN
    sd = exponent * MEAN ** (exponent - 0.5) * np.sqrt(tau)
    assert special.ndtr((found.upper**exponent - MEAN**exponent) / sd) == pytest.approx(0.99)
    assert found.tail == pytest.approx(stats.norm.sf(NOW**exponent, MEAN**exponent, sd))
    assert found.error == pytest.approx(MEAN * np.sqrt(PHI * VARIANCE))


def test_plugin_and_upper_mean_are_quantiles() -> None:
    plugin = bound("plugin", AHEAD, PHI, PHI, NOW, 0.99)
    size = MEAN[0] / (PHI[0] - 1)
    assert plugin.upper[0] == stats.nbinom.ppf(0.99, size, size / (size + MEAN[0]))
    assert plugin.upper[1] == stats.poisson.ppf(0.99, MEAN[1])
    upper = bound("upper_mean", AHEAD, PHI, PHI, NOW, 0.99)
    raised = MEAN * np.exp(special.ndtri(0.99) * np.sqrt(PHI * VARIANCE))
    assert upper.upper[1] == stats.poisson.ppf(0.99, raised[1])
    assert (upper.upper >= plugin.upper).all()
    assert (upper.tail > plugin.tail).all()


def test_a_mean_of_zero_has_a_bound_of_zero() -> None:
    none = Forecast(np.zeros(1), np.full(1, np.inf))
    for method in ("delta", "plugin", "upper_mean"):
        found = bound(method, none, np.ones(1), np.zeros(1), np.array([2.0]), 0.99)  # type: ignore[arg-type]
        assert (found.upper[0], found.tail[0]) == (0, 0)
