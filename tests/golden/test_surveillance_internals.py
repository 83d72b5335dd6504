"""Two days of R's farringtonFlexible opened up: baseline, residuals, weights, both fits."""

from __future__ import annotations

import glm_twin
import numpy as np
import pytest
from r_results import Read, column, number, series
from scipy import stats

from qingyu.warn import quasipoisson as qp
from qingyu.warn.design import Design
from qingyu.warn.farrington import Options, farrington
from qingyu.warn.reference import Baseline, seasons

pytestmark = pytest.mark.shared

DAYS = {
    "salmNewport_total_k456": Options(
        groups=10, skip=26, trend_level=1.0, threshold="plugin", level=0.99, relative=True
    ),
    "salmNewport_total_k470": Options(reweigh=1.0, level=0.99, relative=True),
}
NAMES = ("baseline_and_weights", "scalars", "second_fit_coefficients", "result")
FILES = [f"surveillance/internals/{day}/{name}.csv" for day in DAYS for name in NAMES]
CLOSE = 1e-4


def opened(golden: Read, day: str) -> tuple[np.ndarray, Baseline, Options]:
    given, options, at = series(golden, "salmNewport_total"), DAYS[day], int(day[-3:]) - 1
    base = seasons(given.timeline, at, options.years, options.half, options.groups, options.skip)
    assert base is not None
    return given.counts[0], base, options


@pytest.mark.parametrize("day", DAYS)
def test_baseline(golden: Read, day: str) -> None:
    counts, base, _ = opened(golden, day)
    rows = golden(f"surveillance/internals/{day}/baseline_and_weights.csv")
    order = np.argsort(base.rows)
    group = np.repeat(np.arange(1, len(base.starts) + 1), base.sizes)[order]
    assert base.rows[order].tolist() == [int(row["time_index"]) - 1 for row in rows]
    assert base.time[order].tolist() == column(rows, "wtime").tolist()
    assert group.tolist() == [int(row["seasgroups"]) for row in rows]
    assert counts[base.rows[order]].tolist() == column(rows, "response").tolist()


@pytest.mark.parametrize("day", DAYS)
def test_residuals_weights_and_fits(golden: Read, day: str) -> None:
    counts, base, options = opened(golden, day)
    rows = golden(f"surveillance/internals/{day}/baseline_and_weights.csv")
    scalars = {
        row["quantity"]: float(row["value"])
        for row in golden(f"surveillance/internals/{day}/scalars.csv")
    }
    assert (scalars["w"], scalars["b"]) == (options.half, options.years)
    assert scalars["weightsThreshold"] == options.reweigh
    assert (scalars["noPeriods"], scalars["pastWeeksNotIncluded"]) == (options.groups, options.skip)
    assert (scalars["pThresholdTrend"], 1 - scalars["alpha"]) == (
        options.trend_level, options.level,
    )  # fmt: skip
    order = np.argsort(base.rows)
    design, past = Design(base), counts[base.rows][:, None]
    known = np.ones_like(past)
    first = qp.fit(design, past, known, trend=True)
    phi = np.fmax(first.dispersion, 1.0)
    residuals = qp.anscombe(first, qp.two_thirds(past), known, phi)
    weights = qp.downweighted(residuals, known, options.reweigh)
    second = qp.fit(design, past, weights, trend=True)
    assert first.dispersion[0] == pytest.approx(scalars["phi_first"], rel=CLOSE)
    assert second.dispersion[0] == pytest.approx(scalars["phi_second"], rel=CLOSE)
    for name, ours in (("fitted_first", first.mean), ("fitted_second", second.mean),
                       ("weight", weights)):  # fmt: skip
        assert ours[order, 0] == pytest.approx(column(rows, name), rel=CLOSE)
    assert residuals[order, 0] == pytest.approx(column(rows, "anscombe"), abs=CLOSE)


@pytest.mark.parametrize("day", DAYS)
def test_the_solver_that_stops_as_r_does_agrees_in_every_digit(golden: Read, day: str) -> None:
    counts, base, options = opened(golden, day)
    rows = golden(f"surveillance/internals/{day}/baseline_and_weights.csv")
    order = np.argsort(base.rows)
    twin = glm_twin.farrington(
        counts, base, options.reweigh, options.trend_level, glm_twin.R_EPSILON
    )
    for name, ours in (("fitted_first", twin.first.mean), ("fitted_second", twin.second.mean),
                       ("weight", twin.weights), ("anscombe", twin.residuals)):  # fmt: skip
        assert ours[order] == pytest.approx(column(rows, name), rel=1e-9)


@pytest.mark.parametrize("day", DAYS)
def test_coefficients_and_result(golden: Read, day: str) -> None:
    counts, base, options = opened(golden, day)
    given = series(golden, "salmNewport_total")
    found = farrington(given.counts, [int(day[-3:]) - 1], given.timeline, options)
    (result,) = golden(f"surveillance/internals/{day}/result.csv")
    assert found.phi[0, 0] == pytest.approx(float(result["phi"]), rel=CLOSE)
    assert found.slope[0, 0] == pytest.approx(float(result["trendcoef"]), rel=CLOSE)
    assert found.tail[0, 0] == pytest.approx(float(result["pvalue"]), rel=CLOSE)
    wanted = np.array([number(result[name]) for name in ("upperbound", "expected", "observed")])
    ours = np.array([found.upper[0, 0], found.expected[0, 0], given.counts[0, int(day[-3:]) - 1]])
    assert np.allclose(ours, wanted, rtol=CLOSE, atol=0, equal_nan=True)
    assert bool(found.alarm[0, 0]) == (result["alarm"] not in ("0", "FALSE"))
    terms = golden(f"surveillance/internals/{day}/second_fit_coefficients.csv")
    twin = glm_twin.farrington(
        counts, base, options.reweigh, options.trend_level, glm_twin.R_EPSILON
    ).second
    beta, groups = twin.beta, len(base.starts)
    wanted = column(terms, "estimate")  # intercept, trend, then each group less the first
    apart = [beta[0], beta[-1], *(beta[1:groups] - beta[0])]
    assert np.asarray(apart) == pytest.approx(wanted, rel=1e-8)
    # R's coefficients are those of the first group, the trend and each group's distance from it
    turn = np.zeros((len(beta), len(beta)))
    turn[:, 0], turn[0, 0] = -1.0, 1.0
    turn[1, [0, -1]] = 0.0, 1.0
    turn[2:, 1:groups] = np.eye(groups - 1)
    assert turn @ beta == pytest.approx(wanted, rel=1e-8)
    spread = np.sqrt(np.diag(turn @ twin.covariance @ turn.T))
    errors = column(terms, "std_error")
    (scatter,) = {
        one for one in (twin.dispersion, twin.scatter(twin.prior))
        if one**0.5 * spread == pytest.approx(errors, rel=1e-8)
    }  # fmt: skip
    tails = 2 * stats.t.sf(np.abs(turn @ beta) / (scatter**0.5 * spread), twin.freedom)
    assert tails == pytest.approx(column(terms, "p_value"), rel=1e-6)
