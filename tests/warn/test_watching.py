"""CUSUM and GLR: transforms and their inverses, and the ratio against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_counts import series
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from qingyu.warn.cusum import Transform, cusum, least_count, standardised
from qingyu.warn.glr import glr
from qingyu.warn.regression import harmonics, negative_binomial, poisson
from qingyu.warn.verdict import State

TRANSFORMS: tuple[Transform, ...] = (
    "none", "rossi", "anscombe", "anscombe2", "pearson_nb", "anscombe_nb",
)  # fmt: skip


@pytest.mark.parametrize("transform", TRANSFORMS)
@given(st.floats(0.5, 200), st.floats(0.05, 2), st.floats(0, 400))
def test_the_least_count_is_the_inverse(
    transform: Transform, mean: float, alpha: float, count: float
) -> None:
    m, a, y = (np.array([v]) for v in (mean, alpha, count))
    x = standardised(transform, y, m, a)
    assert least_count(transform, x, m, a) == pytest.approx(y, rel=1e-6, abs=1e-6)


def test_anscombe_of_the_negative_binomial_is_its_integral() -> None:
    for y, m, a in ((12.0, 5.0, 0.4), (0.0, 3.0, 1.0), (7.0, 7.0, 0.2), (9.0, 4.0, 1e-9)):
        area = integrate.quad(lambda u: (u + a * u * u) ** (-1 / 3), m, y)[0]  # noqa: B023
        found = standardised("anscombe_nb", *(np.array([v]) for v in (y, m, a)))
        assert found[0] == pytest.approx(area / (m + a * m * m) ** (1 / 6), rel=1e-6, abs=1e-9)


def test_a_reset_begins_anew_and_a_missing_day_keeps_the_sum() -> None:
    counts = np.array([[9.0, 9.0, np.nan, 9.0, 2.0]])
    mean = np.full((1, 5), 4.0)
    plain = cusum(counts, mean, k=0.5, h=2.5, transform="standard")
    assert plain.statistic[0].tolist() == [2.0, 4.0, 4.0, 6.0, 4.5]
    assert plain.alarm[0].tolist() == [False, True, False, True, True]
    assert plain.state[0, 2] == State.MISSING
    anew = cusum(counts, mean, k=0.5, h=2.5, transform="standard", reset=True)
    assert anew.statistic[0].tolist() == [2.0, 4.0, 0.0, 2.0, 0.5]


def test_a_mean_that_is_unknown_or_zero_is_a_state() -> None:
    counts, mean = np.array([[3.0, 3.0, 3.0]]), np.array([[np.nan, 0.0, 2.0]])
    for found in (cusum(counts, mean), glr(counts, mean), glr(counts, mean, alpha=0.5)):
        assert found.state[0].tolist() == [State.UNFITTED, State.FLAT, State.JUDGED]
        assert not found.alarm[0, :2].any()


def _ratio(y: np.ndarray, m: np.ndarray, alpha: float) -> float:
    def less(kappa: float) -> float:
        size = 1 / alpha
        raised = m * np.exp(kappa)
        up = stats.nbinom.logpmf(y, size, size / (size + raised)).sum()
        return float(stats.nbinom.logpmf(y, size, size / (size + m)).sum() - up)

    return max(0.0, -optimize.minimize_scalar(less, bounds=(0, 8), method="bounded",
                                              options={"xatol": 1e-10}).fun)  # fmt: skip


def test_glr_is_the_greatest_ratio_of_all_starts() -> None:
    counts = series(number=4, weeks=14, seed=11)
    mean = np.repeat(counts.mean(axis=1, keepdims=True) + 0.2, 14, axis=1)
    for alpha in (0.3, 1.5):
        found = glr(counts, mean, alpha, threshold=1e9)
        for n in range(4):
            ratios = [_ratio(counts[n, k:], mean[n, k:], alpha) for k in range(14)]
            assert found.statistic[n, -1] == pytest.approx(max(ratios), abs=1e-6)
            if max(ratios) > 1e-3:
                assert found.since[n, -1] == int(np.argmax(ratios))


def test_glr_of_little_dispersion_is_poissons() -> None:
    counts = series(number=6, weeks=30)
    mean = np.repeat(counts.mean(axis=1, keepdims=True) + 0.2, 30, axis=1)
    one, two = glr(counts, mean, 0.0), glr(counts, mean, 1e-9)
    assert two.statistic == pytest.approx(one.statistic, abs=1e-5)
    mixed = glr(counts, mean, np.array([0.0, 0.5, 0.0, 0.5, 0.0, 0.5]))
    assert mixed.statistic[::2] == pytest.approx(one.statistic[::2], abs=1e-9)


def test_a_window_forgets() -> None:
    counts = np.concatenate([np.full((1, 10), 9.0), np.full((1, 30), 4.0)], axis=1)
    mean = np.full((1, 40), 4.0)
    assert glr(counts, mean, threshold=1e9).statistic[0, -1] > 1
    assert glr(counts, mean, threshold=1e9, window=20).statistic[0, -1] < 1e-9


def test_regressions_are_where_the_score_is_zero() -> None:
    counts = series()
    counts[2, 5:40] = np.nan
    columns = harmonics(np.arange(330.0), 52, 1, trend=True)
    for fit in (poisson, negative_binomial):
        found = fit(counts, columns)
        assert found.settled.all()
        mean = found.mean(columns)
        part = (counts - mean) / (1 + found.alpha[:, None] * mean)
        score = np.where(np.isnan(counts), 0, part) @ (columns / np.abs(columns).max(axis=0))
        assert np.abs(score).max() < 1e-6 * np.nansum(counts)


def test_a_regression_of_nothing_has_not_settled() -> None:
    counts = np.full((3, 60), np.nan)
    counts[1], counts[2] = 3.0, 0.0
    columns = harmonics(np.arange(60.0), 52, 1, trend=False)
    found = negative_binomial(counts, columns)
    assert np.isnan(found.coefficients[0]).all()
    assert found.settled.tolist() == [False, True, False]
    assert np.isnan(found.mean(columns)[2]).all()
    assert found.alpha[1] == 0
    assert found.mean(columns)[1] == pytest.approx(np.full(60, 3.0))


def test_a_regression_does_not_depend_on_what_stands_beside() -> None:
    """Bit for bit, though the others take longer to settle or never do."""
    counts = series()
    counts[2, 5:40] = np.nan
    counts[5] = 0.0
    columns = harmonics(np.arange(330.0), 52, 1, trend=True)
    for fit in (poisson, negative_binomial):
        together = fit(counts, columns)
        for n in range(len(counts)):
            alone = fit(counts[[n]], columns)
            assert np.array_equal(alone.alpha, together.alpha[[n]], equal_nan=True)
            same = (alone.coefficients[0], together.coefficients[n])
            assert np.array_equal(*same, equal_nan=True)
