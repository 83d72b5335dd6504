"""Farrington's detectors against R's surveillance: alarms exactly, bounds and means to 1e-4, which
is what R's early stop leaves; and a general solver that stops as R does, to 1e-10."""

from __future__ import annotations

from dataclasses import replace

import glm_twin
import numpy as np
import pytest
from r_results import SERIES, WEEKLY, Case, Read, case, check_alarms, series
from scipy import special, stats

from qingyu.warn.farrington import ORIGINAL, Farrington, Options, farrington
from qingyu.warn.reference import seasons
from qingyu.warn.verdict import State

pytestmark = pytest.mark.shared

FLEXIBLE = [
    (name, which)
    for name in WEEKLY
    for which in ("ff_default", "ff_original_options", "ff_improved", "ff_improved_delta")
] + [("sim_daily_A", "ff_daily_b3_w7"), ("sim_daily_A", "ff_daily_b3_w10_p10")]
PLAIN = [(name, "farrington_b5_w3") for name in WEEKLY]
FILES = [f"surveillance/{name}/{which}.csv" for name, which in FLEXIBLE + PLAIN]
FILES += [f"surveillance/{name}/series.csv" for name in SERIES]
FILES += ["surveillance/calls.csv"]
CLOSE = 1e-4  # as the README of the results says


def options_of(wanted: Case) -> Options:
    """The call's arguments with R's defaults, in our words."""
    half = int(wanted.argument("w", 3))
    return Options(
        years=int(wanted.argument("b", 5)),
        half=half,
        groups=int(wanted.argument("noPeriods", 1)),
        skip=int(wanted.argument("pastWeeksNotIncluded", half)),
        reweigh=wanted.argument("weightsThreshold", 2.58),
        trend_level=wanted.argument("pThresholdTrend", 0.05),
        threshold="plugin" if wanted.arguments.get("thresholdMethod") == "nbPlugin" else "delta",
        level=1 - wanted.argument("alpha", 0.05),
        relative=True,
    )


def judged(golden: Read, name: str, wanted: Case) -> Farrington:
    given = series(golden, name)
    return farrington(given.counts, wanted.at, given.timeline, options_of(wanted))


@pytest.mark.parametrize(("name", "which"), FLEXIBLE)
def test_flexible(golden: Read, name: str, which: str) -> None:
    wanted = case(golden, name, which)
    found = judged(golden, name, wanted)
    check_alarms(found.alarm[0], wanted)
    few = np.isnan(wanted["upperbound"])
    assert np.array_equal(found.state[0] == State.FEW, few)
    assert np.allclose(found.upper[0], wanted["upperbound"], rtol=CLOSE, atol=0, equal_nan=True)
    assert np.allclose(found.expected[0], wanted["expected"], rtol=CLOSE, atol=0, equal_nan=True)
    assert np.array_equal(~np.isnan(found.slope[0]), wanted["trend"] == 1)
    if options_of(wanted).threshold == "plugin":
        assert np.array_equal(found.upper[0][~few], wanted["upperbound"][~few])


@pytest.mark.parametrize(("name", "which"), FLEXIBLE)
def test_flexible_tails_and_scores(golden: Read, name: str, which: str) -> None:
    """R's formulas of p-value, score and mu0Vector, applied to R's own mean, φ and bound where
    these have digits of the early stop, give R's columns; ours are the same formulas."""
    wanted = case(golden, name, which)
    found, options = judged(golden, name, wanted), options_of(wanted)
    here = ~np.isnan(wanted["expected"])
    mean, phi, now = wanted["expected"][here], wanted["phiVector"][here], wanted["observed"][here]
    upper, tail = wanted["upperbound"][here], wanted["pvalue"][here]
    if options.threshold == "plugin":
        size = np.where(phi > 1, mean / np.maximum(phi - 1, 1e-300), 1e300)
        exact = np.where(
            phi > 1,
            stats.nbinom.sf(now - 1, size, size / (size + mean)),
            stats.poisson.sf(now - 1, mean),
        )
        score = (now - np.log(mean)) / (upper - np.log(mean))
        assert np.allclose(wanted["mu0Vector"][here], mean, rtol=1e-12)
    else:
        z = special.ndtri(options.level)
        sd = (upper ** (2 / 3) - mean ** (2 / 3)) / z
        exact = special.ndtr((mean ** (2 / 3) - now ** (2 / 3)) / sd)
        score = (now - mean) / (upper - mean)
        with np.errstate(over="ignore"):
            of_mean = np.log(wanted["mu0Vector"][here])
        shown = np.isfinite(of_mean)  # R's exponential of a mean above 709 is infinite
        ours = (mean + z * found.error[0][here])[shown]
        assert np.allclose(ours, of_mean[shown], rtol=CLOSE)
        assert np.allclose(found.score[0][here], wanted["score"][here], rtol=CLOSE, atol=CLOSE)
    assert np.allclose(exact, tail, rtol=1e-9, atol=1e-15)
    assert np.allclose(score, wanted["score"][here], rtol=1e-9, atol=1e-12)
    assert np.allclose(found.tail[0][here], tail, rtol=CLOSE, atol=CLOSE * tail.max())


@pytest.mark.parametrize(("name", "which"), FLEXIBLE)
def test_a_solver_that_stops_as_r_does_says_what_r_says(
    golden: Read, name: str, which: str
) -> None:
    """And the same solver, not stopped, says what we say: R's distance to us is its early stop."""
    given, wanted = series(golden, name), case(golden, name, which)
    found, o = judged(golden, name, wanted), options_of(wanted)
    for n, row in enumerate(wanted.rows):
        base = seasons(given.timeline, wanted.at[n], o.years, o.half, o.groups, o.skip)
        assert base is not None
        for epsilon in (glm_twin.R_EPSILON, glm_twin.EXACT):
            twin = glm_twin.farrington(given.counts[0], base, o.reweigh, o.trend_level, epsilon)
            stopped = epsilon == glm_twin.R_EPSILON
            phi = float(row["phiVector"]) if stopped else found.phi[0, n]
            slope = wanted["trendVector"][n] if stopped else found.slope[0, n]
            rtol = 1e-10 if stopped else 1e-6
            assert twin.phi == pytest.approx(phi, rel=rtol)
            assert twin.slope == pytest.approx(slope, rel=rtol, nan_ok=True)
            if found.state[0, n] == State.JUDGED:
                mean = float(row["expected"]) if stopped else found.expected[0, n]
                assert twin.expected == pytest.approx(mean, rel=rtol)


@pytest.mark.parametrize(("name", "which"), PLAIN)
def test_original(golden: Read, name: str, which: str) -> None:
    """R writes a bound of 0 where there were too few cases; ours is none, with its state."""
    given, wanted = series(golden, name), case(golden, name, which)
    assert (wanted.argument("alpha", 0.05), wanted.argument("w", 3)) == (0.01, 3)
    found = farrington(given.counts, wanted.at, given.timeline, ORIGINAL)
    check_alarms(found.alarm[0], wanted)
    few = found.state[0] == State.FEW
    assert np.array_equal(np.isnan(found.upper[0]), few)
    upper = np.where(few, 0.0, found.upper[0])
    assert np.allclose(upper, wanted["upperbound"], rtol=CLOSE, atol=0)


def test_without_rs_measure_of_uncertainty_bounds_differ(golden: Read) -> None:
    """`relative` is needed to say what R says: the textbook's error gives other bounds."""
    given, wanted = series(golden, "sim_weekly_A"), case(golden, "sim_weekly_A", "ff_default")
    o = options_of(wanted)
    textbook = farrington(given.counts, wanted.at, given.timeline, replace(o, relative=False))
    assert not np.allclose(textbook.upper[0], wanted["upperbound"], rtol=0.01)
