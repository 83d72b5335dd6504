"""The closed-form fit against a general maximiser, and its parts against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_counts import Floats, series
from hypothesis import given
from hypothesis import strategies as st

from qingyu.warn import quasipoisson as qp
from qingyu.warn.design import Design, total
from qingyu.warn.reference import Baseline, Timeline, seasons


def drawn(groups: int = 4) -> tuple[Design, Floats, Floats]:
    base = seasons(Timeline(52), 329, years=5, half=3, groups=groups, skip=26)
    assert base is not None
    past = series()[:, base.rows].T.copy()
    weights = np.linspace(0.2, 1.7, past.size).reshape(past.shape)
    weights[::9] = 0.0
    return Design(base), past, weights


def columns_of(design: Design, trend: bool) -> Floats:
    base = design.baseline
    group = np.repeat(np.arange(len(base.starts)), base.sizes)
    columns = np.eye(len(base.starts))[group]
    return np.column_stack([columns, design.time]) if trend else columns


@pytest.mark.parametrize("trend", [False, True])
@pytest.mark.parametrize("groups", [1, 4, 10])
def test_the_score_is_zero_at_the_fit(trend: bool, groups: int) -> None:
    """The likelihood of a log-linear model is concave: a flat point is the maximum."""
    design, past, weights = drawn(groups)
    found = qp.fit(design, past, weights, trend)
    columns = columns_of(design, trend)
    score = columns.T @ (weights * (past - found.mean))
    assert np.abs(score).max() < 1e-8 * (weights * past).sum()


@pytest.mark.parametrize("trend", [False, True])
def test_leverage_and_forecast_are_those_of_the_matrix(trend: bool) -> None:
    design, past, weights = drawn()
    found = qp.fit(design, past, weights, trend)
    columns = columns_of(design, trend)
    base = design.baseline
    at = np.append(np.eye(len(base.starts))[base.group], [design.now] * trend)
    leverage, ahead = qp.leverage(found, weights), qp.forecast(found)
    for n in range(past.shape[1]):
        working = weights[:, n] * found.mean[:, n]
        inverse = np.linalg.inv(columns.T @ (working[:, None] * columns))
        hat = working * np.einsum("ij,jk,ik->i", columns, inverse, columns)
        assert leverage[:, n] == pytest.approx(hat, abs=1e-10)
        assert ahead.variance[n] == pytest.approx(at @ inverse @ at, rel=1e-8)
    assert found.freedom == pytest.approx((weights > 0).sum(axis=0) - columns.shape[1])


def test_two_thirds_looked_up_and_computed_are_the_same() -> None:
    counts = np.arange(300.0).reshape(30, 10)
    assert np.array_equal(qp.two_thirds(counts), np.cbrt(counts) ** 2)
    assert np.array_equal(qp.two_thirds(counts + 0.5), np.cbrt(counts + 0.5) ** 2)
    assert np.array_equal(qp.two_thirds(counts * 1e6), np.cbrt(counts * 1e6) ** 2)


def test_weights_add_up_to_the_known_rows() -> None:
    residuals = np.array([[3.0, 0.0], [1.0, 4.0], [-5.0, 9.0]])
    known = np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 0.0]])
    weights = qp.downweighted(residuals, known, 2.0)
    assert weights.sum(axis=0) == pytest.approx([3, 2])
    assert weights[2, 1] == 0
    assert weights[0, 0] / weights[1, 0] == pytest.approx(1 / 9)


def test_cases_at_one_end_only_have_no_finite_trend_or_a_steep_one() -> None:
    design, past, _ = drawn(groups=1)
    past = np.zeros_like(past)
    past[-1] = 40
    found = qp.fit(design, past, np.ones_like(past), trend=True)
    assert np.isfinite(found.mean).all()
    assert (found.slope > 0).all()


@given(st.integers(1, 6), st.integers(2, 40))
def test_sums_do_not_depend_on_what_stands_beside(number: int, rows: int) -> None:
    values = np.random.default_rng(rows).normal(size=(rows, number)) * 1e6
    for n in range(number):
        assert total(values)[n] == total(values[:, n : n + 1].copy())[0]


def test_powers_of_the_trend_are_exponentials() -> None:
    design, *_ = drawn()
    slope = np.array([-3.0, 0.0, 1.5])
    assert design.raised(slope) == pytest.approx(np.exp(design.time * slope), rel=1e-14)


def test_a_baseline_has_the_groups_it_names() -> None:
    base = seasons(Timeline(52), 329, years=5, half=3, groups=10, skip=26)
    assert isinstance(base, Baseline)
    assert base.sizes.tolist()[-1] == 35
    assert sorted(base.rows.tolist()) == list(range(329 - 260 - 3, 329 - 26))
