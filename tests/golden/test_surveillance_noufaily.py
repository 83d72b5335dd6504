"""The 28 scenarios of Noufaily et al. (2013): nine detectors on 280 series, 49 weeks each, by R's
surveillance; every alarm the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from evaluation.scenarios import scenarios
from evaluation.worlds import negative_binomial
from r_results import Array, Read, Table, column, series

from qingyu.warn.bayes import bayes
from qingyu.warn.cusum import cusum
from qingyu.warn.ears import ears
from qingyu.warn.farrington import NOUFAILY, Options, farrington
from qingyu.warn.reference import Timeline
from qingyu.warn.regression import harmonics, poisson
from qingyu.warn.rki import rki
from qingyu.warn.verdict import State, Verdict

pytestmark = pytest.mark.shared

FOLDER = "surveillance/noufaily28/"
NAMES = (
    "alarms", "fpr_by_scenario", "outbreaks", "scenarios", "series_baseline", "series_observed",
    "summary", "upper_ff_improved", "upper_ff_original_options",
)  # fmt: skip
FILES = [f"{FOLDER}{name}.csv" for name in NAMES]
FILES += ["surveillance/noufaily_scenarios.md", "surveillance/README.md"]
FILES += [f"surveillance/{name}/outbreaks.csv" for name in ("sim_weekly_A", "sim_daily_A")]
AT = list(range(576 - 313, 625 - 313))
OPTIONS = Options(reweigh=1.0, level=0.99, relative=True)

Detector = Callable[[Array], Verdict]
WEEKS = Timeline(52)
DETECTORS: dict[str, Detector] = {
    "ff_improved": lambda y: farrington(y, AT, WEEKS, NOUFAILY),
    "ff_original_options": lambda y: farrington(y, AT, WEEKS, OPTIONS),
    "ears_C1": partial(ears, at=AT, method="C1"),
    "ears_C2": partial(ears, at=AT, method="C2"),
    "ears_C3": partial(ears, at=AT, method="C3", lagged_only=True),
    "bayes1": partial(bayes, at=AT, frequency=52, years=0, half=6),
    "bayes2": partial(bayes, at=AT, frequency=52, years=1, half=6),
    "bayes3": partial(bayes, at=AT, frequency=52, years=2, half=4, this_year=False),
    "rki3": partial(rki, at=AT, frequency=52, years=2, half=4, this_year=False),
}


def counts_of(golden: Read, kind: str) -> tuple[list[tuple[str, str]], Array]:
    rows = golden(f"{FOLDER}series_{kind}.csv")
    keys = [(row["scenario"], row["rep"]) for row in rows]
    return keys, np.array([[float(row[f"t{t}"]) for t in range(313, 625)] for row in rows])


def weeks_of(rows: Table, keys: list[tuple[str, str]], kind: str, method: str | None) -> Array:
    """[series, week] in the order of `keys`; NaN where the file has no row."""
    found = np.full((len(keys), len(AT)), np.nan)
    for row in rows:
        if row["kind"] == kind and (method is None or row["method"] == method):
            values = [row[f"t{t}"] for t in range(576, 625)]
            found[keys.index((row["scenario"], row["rep"]))] = [
                np.nan if v in ("NA", "NaN") else float(v) for v in values
            ]
    return found


@pytest.mark.parametrize("kind", ["baseline", "observed"])
@pytest.mark.parametrize("method", DETECTORS)
def test_every_alarm(golden: Read, kind: str, method: str) -> None:
    keys, counts = counts_of(golden, kind)
    found = DETECTORS[method](counts)
    wanted = weeks_of(golden(f"{FOLDER}alarms.csv"), keys, kind, method)
    assert np.array_equal(found.alarm, np.nan_to_num(wanted).astype(bool))
    unknown = np.isnan(wanted)
    assert not unknown.any() or method == "ears_C3"
    assert (found.state[unknown] == State.FLAT).all()


@pytest.mark.parametrize("method", ["ff_improved", "ff_original_options"])
def test_bounds(golden: Read, method: str) -> None:
    keys, counts = counts_of(golden, "observed")
    found = DETECTORS[method](counts)
    rows = golden(f"{FOLDER}upper_{method}.csv")
    wanted = weeks_of(rows, keys, "observed", None)
    here = np.array([int(replicate) <= 2 for _, replicate in keys])
    assert len(rows) == here.sum() == 56
    got = np.where(found.state[here] == State.EMPTY, 0.0, found.upper[here])
    assert np.allclose(got, wanted[here], rtol=1e-4, atol=1e-4, equal_nan=True)


def test_summary_is_the_mean_of_the_scenarios(golden: Read) -> None:
    """Ten replicates there, five of them here: ours must lie within three standard errors. CUSUM is
    left out: its alarms are not among the files, nor weeks 1 to 312, which its mean was fitted to
    as well (see the next test)."""
    keys, calm = counts_of(golden, "baseline")
    by_scenario = golden(f"{FOLDER}fpr_by_scenario.csv")
    for row in golden(f"{FOLDER}summary.csv"):
        rates = [float(r["FPR"]) for r in by_scenario if r["method"] == row["method"]]
        assert len(rates) == 28
        if int(row["weeks"]) == 28 * 10 * 49:
            assert np.mean(rates) == pytest.approx(float(row["FPR"]), rel=1e-9)
        if row["method"] in DETECTORS:
            found = DETECTORS[row["method"]](calm)
            judged = found.state != State.FLAT
            mine = [found.alarm[n][judged[n]].mean() for n in range(len(keys)) if judged[n].any()]
            error = np.std(mine) / np.sqrt(len(mine))
            assert abs(np.mean(mine) - float(row["FPR"])) < 3 * error


def test_cusum_has_rs_rates_on_series_of_our_own(golden: Read) -> None:
    """R fitted its mean to weeks 1 to 575, of which the files have the later half: weeks 313 to 575
    alone give a rate of 0.27 where R has 0.39. On series drawn anew, with all weeks, each
    scenario has R's rate: trends, which that mean does not know, make most of it."""
    rng, weeks = np.random.default_rng(5595), np.arange(1.0, 625.0)
    columns = harmonics(weeks, 52, 1, trend=False)
    rates = []
    for scenario in scenarios():
        mean = np.tile(scenario.mean(weeks), (40, 1))
        counts = negative_binomial(rng, mean, scenario.phi)
        fitted = poisson(counts[:, :575], columns[:575]).mean(columns)[:, 575:]
        rates.append(float(cusum(counts[:, 575:], fitted, transform="rossi").alarm.mean()))
    rows = golden(f"{FOLDER}fpr_by_scenario.csv")
    wanted = [float(row["FPR"]) for row in rows if row["method"] == "cusum_rossi_glm"]
    assert np.mean(rates) == pytest.approx(np.mean(wanted), abs=0.03)
    assert np.allclose(rates, wanted, atol=0.15)


def test_detected_outbreaks_are_about_as_many(golden: Read) -> None:
    keys, counts = counts_of(golden, "observed")
    ends = {
        (row["scenario"], row["rep"]): (int(row["start"]) - 576, int(row["end"]) - 576)
        for row in golden(f"{FOLDER}outbreaks.csv")
        if int(row["start"]) >= 576
    }
    for row in golden(f"{FOLDER}summary.csv"):
        if row["method"] in DETECTORS:
            alarm = DETECTORS[row["method"]](counts).alarm
            hits = [
                alarm[n, ends[key][0] : ends[key][1] + 1].any()
                for n, key in enumerate(keys)
                if key in ends
            ]
            error = np.sqrt(0.25 / len(hits))
            assert abs(np.mean(hits) - float(row["POD"])) < 3 * error


def test_the_description_and_the_table_of_scenarios_agree(golden: Read, shared: Path) -> None:
    text = (shared / "golden" / "surveillance/noufaily_scenarios.md").read_text(encoding="utf-8")
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    clusters = [[cell.strip() for cell in cells] for cells in lines if len(cells) == 8][:8]
    scenarios = golden(f"{FOLDER}scenarios.csv")
    assert len(clusters) == 8
    for n, row in enumerate(scenarios):
        _, theta, phi, beta, gamma1, gamma2, *_ = clusters[1 + n // 4]
        assert (float(row["theta"]), float(row["phi"])) == (float(theta), float(phi))
        assert float(row["beta"]) == (float(beta) if n % 4 >= 2 else 0)
        waves = (float(gamma1), float(gamma2)) if n % 2 else (0, 0)
        assert (float(row["gamma1"]), float(row["gamma2"])) == waves
    rows = {line[0].strip(): line for line in lines if len(line) == 7}
    for row in golden(f"{FOLDER}summary.csv"):
        printed = float(rows[row["method"]][2])
        assert printed == pytest.approx(float(row["FPR"]), abs=6e-5)


@pytest.mark.parametrize("name", ["sim_weekly_A", "sim_daily_A"])
def test_outbreaks_of_the_simulated_series(golden: Read, name: str) -> None:
    """Their sizes add up to the outbreak cases of the series, and these to what was observed."""
    rows = golden(f"surveillance/{name}/series.csv")
    extra = column(rows, "outbreak_cases")
    assert np.array_equal(column(rows, "baseline") + extra, column(rows, "observed"))
    inside = np.zeros(len(rows), bool)
    for row in golden(f"surveillance/{name}/outbreaks.csv"):
        inside[int(row["start"]) - 1 : int(row["end"])] = True
    assert extra[~inside].sum() == 0
    assert extra.sum() == sum(
        int(row["size"]) for row in golden(f"surveillance/{name}/outbreaks.csv")
    )


def test_the_readme_says_what_these_tests_hold(golden: Read, shared: Path) -> None:
    text = (shared / "golden" / "surveillance/README.md").read_text(encoding="utf-8")
    assert "Compare with rtol 1e-4" in text
    for name, length in (("salmNewport_total", 528), ("salmonella_agona", 312),
                         ("sim_weekly_A", 624), ("sim_daily_A", 1826)):  # fmt: skip
        assert f"{name} ({length} " in text
        assert series(golden, name).counts.shape == (1, length)
