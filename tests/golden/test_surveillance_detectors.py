"""EARS, CUSUM, GLR, Bayes and RKI against R's surveillance: the same alarms, bounds to 1e-9."""

from __future__ import annotations

import numpy as np
import pytest
from r_results import SERIES, WEEKLY, Case, Read, case, check_alarms, series

from qingyu.warn.bayes import bayes
from qingyu.warn.cusum import Transform, cusum
from qingyu.warn.ears import ears
from qingyu.warn.glr import glr
from qingyu.warn.regression import Regression, harmonics, negative_binomial, poisson
from qingyu.warn.rki import CROW_GARDNER, rki

pytestmark = pytest.mark.shared

EARS = [(name, which) for name in SERIES for which in ("ears_C1", "ears_C2", "ears_C3")]
EARS += [(name, "ears_C1_b14_minSigma1") for name in WEEKLY] + [("sim_daily_A", "ears_C2_b28")]
CUSUM = [(name, "cusum_standard") for name in SERIES]
CUSUM += [(name, "cusum_rossi_glm") for name in WEEKLY]
GLR = [(name, "glrpois_value") for name in WEEKLY]
GLR += [(name, "glrnb_value") for name in SERIES if name != "influenza"]
GLR += [(name, "glrnb_theta_value") for name in WEEKLY if name != "influenza"]
BAYES = [(name, "bayes_b0_w6") for name in SERIES] + [("sim_daily_A", "bayes_b0_w28")]
BAYES += [(name, "bayes_b2_w4") for name in WEEKLY]
RKI = [(name, "rki_b2_w4") for name in WEEKLY]
FILES = [f"surveillance/{name}/{which}.csv" for name, which in EARS + CUSUM + GLR + BAYES + RKI]
SAME = {"rtol": 1e-9, "atol": 1e-9, "equal_nan": True}


def whole(wanted: Case, name: str, default: float) -> int:
    return int(wanted.argument(name, default))


@pytest.mark.parametrize(("name", "which"), EARS)
def test_ears(golden: Read, name: str, which: str) -> None:
    given, wanted = series(golden, name), case(golden, name, which)
    method = wanted.arguments["method"]
    assert method in ("C1", "C2", "C3")
    found = ears(
        given.counts,
        wanted.at,
        method,  # type: ignore[arg-type]
        baseline=whole(wanted, "baseline", 7),
        level=1 - wanted.argument("alpha", 0.025 if method == "C3" else 0.001),
        least_sd=wanted.argument("minSigma", 0),
        lagged_only=True,
    )
    check_alarms(found.alarm[0], wanted)
    assert np.allclose(found.upper[0], wanted["upperbound"], **SAME)


def training(
    golden: Read, name: str, wanted: Case, trend: bool, nb: bool
) -> tuple[Regression, np.ndarray]:
    """The mean model of what lies before the monitored days, and its columns for these."""
    given = series(golden, name)
    time = np.arange(given.counts.shape[1]) + given.start
    columns = harmonics(time.astype(float), given.timeline.frequency, 1, trend)
    first = wanted.at[0]
    fit = negative_binomial if nb else poisson
    found = fit(given.counts[:, :first], columns[:first])
    assert found.settled.all()
    return found, columns[wanted.at]


@pytest.mark.parametrize(("name", "which"), CUSUM)
def test_cusum(golden: Read, name: str, which: str) -> None:
    given, wanted = series(golden, name), case(golden, name, which)
    counts = given.counts[:, wanted.at]
    if wanted.arguments["m"] == "NULL":
        mean = np.full(counts.shape, given.counts[0, : wanted.at[0]].mean())
    else:
        model, columns = training(golden, name, wanted, trend=False, nb=False)
        mean = model.mean(columns)
    assert np.allclose(mean[0], wanted["m"], rtol=1e-8)
    transform: Transform = "rossi" if wanted.arguments["trans"] == "rossi" else "standard"
    k, h = wanted.argument("k", 0), wanted.argument("h", 0)
    found = cusum(counts, wanted["m"][None], k, h, transform)
    check_alarms(found.alarm[0], wanted)
    assert np.allclose(found.statistic[0], wanted["cusum"], **SAME)
    assert np.allclose(found.upper[0], _least_counts(wanted, found.statistic[0], k + h), **SAME)


def _least_counts(wanted: Case, statistic: np.ndarray, reach: float) -> np.ndarray:
    """R's bounds. Where even a count of 0 would be too many, Rossi's formula has no solution: its
    root √y is negative, and R prints its square. Zero is the bound that means something."""
    bounds = wanted["upperbound"].copy()
    if wanted.arguments["trans"] != "rossi":
        return bounds
    m, before = wanted["m"], np.concatenate([[0.0], statistic[:-1]])
    square = 4 * m + 2 * (reach - before) * np.sqrt(m)
    root = np.sqrt(np.maximum(square, 0)) - np.sqrt(m)
    odd = (root < 0) & (square >= 0)
    assert np.allclose(bounds[odd], root[odd] ** 2, rtol=1e-6)
    bounds[odd] = 0.0
    return bounds


@pytest.mark.parametrize(("name", "which"), GLR)
def test_glr(golden: Read, name: str, which: str) -> None:
    given, wanted = series(golden, name), case(golden, name, which)
    nb = wanted.arguments["alpha"] == "NULL"
    trend = "trend=TRUE" in wanted.arguments["mu0"]
    model, columns = training(golden, name, wanted, trend, nb)
    assert np.allclose(model.mean(columns)[0], wanted["mu0"], rtol=1e-6)
    assert wanted["alpha_used"] == pytest.approx(float(model.alpha[0]), rel=1e-6)
    kappa = wanted.argument("theta", np.nan)
    found = glr(
        given.counts[:, wanted.at],
        wanted["mu0"][None],
        wanted["alpha_used"][:1],
        threshold=wanted.argument("c.ARL", 5),
        kappa=None if np.isnan(kappa) else kappa,
    )
    check_alarms(found.alarm[0], wanted)
    assert np.allclose(found.statistic[0], wanted["upperbound"], **SAME)


@pytest.mark.parametrize(("name", "which"), BAYES)
def test_bayes(golden: Read, name: str, which: str) -> None:
    given, wanted = series(golden, name), case(golden, name, which)
    found = bayes(
        given.counts,
        wanted.at,
        given.timeline.frequency,
        whole(wanted, "b", 0),
        whole(wanted, "w", 6),
        wanted.arguments["actY"] == "TRUE",
        1 - wanted.argument("alpha", 0.05),
    )
    check_alarms(found.alarm[0], wanted)
    assert np.array_equal(found.upper[0], wanted["upperbound"])


@pytest.mark.parametrize(("name", "which"), RKI)
def test_rki(golden: Read, name: str, which: str) -> None:
    given, wanted = series(golden, name), case(golden, name, which)
    found = rki(
        given.counts,
        wanted.at,
        given.timeline.frequency,
        whole(wanted, "b", 2),
        whole(wanted, "w", 4),
        wanted.arguments["actY"] == "TRUE",
    )
    check_alarms(found.alarm[0], wanted)
    assert np.allclose(found.upper[0], wanted["upperbound"], **SAME)


def test_the_limits_of_crow_and_gardner_are_those_of_the_reference(golden: Read) -> None:
    seen = {
        value
        for name, which in RKI
        for value in case(golden, name, which)["upperbound"]
        if value < CROW_GARDNER[19] + 1e-9
    }
    assert seen <= set(CROW_GARDNER.tolist())
    assert len(seen) >= 19
