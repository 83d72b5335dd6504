"""The other empirical Bayes rates and probability maps of R's spdep and DCluster."""

from __future__ import annotations

import numpy as np
import pytest
from r_results import Array, Read, column

from qingyu.warn.neighbours import Weights, weights
from qingyu.warn.smoothing import (
    choynowski,
    gamma_poisson,
    local_rates,
    log_normal,
    moran_of_rates,
    poisson_map,
)

pytestmark = pytest.mark.shared

FOLDERS = ("EB_ncsids_1974", "EB_synthetic_40")
NAMES = ("input", "neighbours", "EBlocal", "EBlocal_parameters", "EBlocal_geoda",
         "EBlocal_geoda_parameters", "gamma_poisson_empbaysmooth", "gamma_poisson_parameters",
         "lognormalEB", "choynowski", "probmap", "EBImoran_statistic")  # fmt: skip
FILES = [f"spdep/{folder}/{name}.csv" for folder in FOLDERS for name in NAMES]


def data(golden: Read, folder: str) -> tuple[Array, Array]:
    rows = golden(f"spdep/{folder}/input.csv")
    return column(rows, "cases"), column(rows, "population")


def expected_of(golden: Read, folder: str) -> tuple[Array, Array]:
    cases, exposure = data(golden, folder)
    return cases, exposure * cases.sum() / exposure.sum()


def links(golden: Read, folder: str, own: bool) -> Weights:
    rows = golden(f"spdep/{folder}/neighbours.csv")
    pairs = [(int(row["i"]) - 1, int(row["j"]) - 1) for row in rows]
    return weights(len(data(golden, folder)[0]), pairs, "B", include_self=own)


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("which", ["EBlocal", "EBlocal_geoda"])
def test_local_rates(golden: Read, folder: str, which: str) -> None:
    own_means = which == "EBlocal"
    found = local_rates(*data(golden, folder), links(golden, folder, own=True), own_means)
    parameters = golden(f"spdep/{folder}/{which}_parameters.csv")
    assert found.between == pytest.approx(column(parameters, "a"), rel=1e-9, abs=1e-18)
    assert found.mean == pytest.approx(column(parameters, "m"), rel=1e-9)
    rows = golden(f"spdep/{folder}/{which}.csv")
    wanted = column(rows, "est")
    empty = np.isnan(wanted)  # no case in the whole neighbourhood: R divides 0 by 0, we say 0
    assert (found.estimate[empty] == 0).all()
    assert (found.mean[empty] == 0).all()
    assert found.estimate[~empty] == pytest.approx(wanted[~empty], rel=1e-9)


@pytest.mark.parametrize("folder", FOLDERS)
def test_gamma_poisson(golden: Read, folder: str) -> None:
    """R stops at steps below 1e-10 of its own; both are at the same fixed point."""
    cases, expected = expected_of(golden, folder)
    found = gamma_poisson(cases, expected)
    rows = golden(f"spdep/{folder}/gamma_poisson_parameters.csv")
    wanted = {row["parameter"]: float(row["value"]) for row in rows}
    assert found.shape == pytest.approx(wanted["nu"], rel=1e-8)
    assert found.rate == pytest.approx(wanted["alpha"], rel=1e-8)
    risks = golden(f"spdep/{folder}/gamma_poisson_empbaysmooth.csv")
    assert expected == pytest.approx(column(risks, "expected"), rel=1e-12)
    assert found.risk == pytest.approx(column(risks, "smoothed_rr"), rel=1e-8)


def test_log_normal_where_the_reference_settled(golden: Read) -> None:
    cases, expected = expected_of(golden, "EB_ncsids_1974")
    wanted = column(golden("spdep/EB_ncsids_1974/lognormalEB.csv"), "log_rr_smoothed")
    assert log_normal(cases, expected) == pytest.approx(wanted, abs=1e-8)


def test_log_normal_where_the_reference_was_stopped_on_its_way(golden: Read) -> None:
    """R was told to stop after 200 steps and had not settled. Our path passes through its point:
    from one starting variance, all forty values after 200 steps are R's to 1e-12; from the
    variance of the crude risks they are within 1e-6. Left to settle, the risks come closer."""
    cases, expected = expected_of(golden, "EB_synthetic_40")
    wanted = column(golden("spdep/EB_synthetic_40/lognormalEB.csv"), "log_rr_smoothed")
    same = log_normal(cases, expected, most=200, start=0.5580761727947693)
    assert same == pytest.approx(wanted, abs=1e-12)
    assert log_normal(cases, expected, most=200) == pytest.approx(wanted, abs=1e-6)
    assert np.ptp(log_normal(cases, expected)) < np.ptp(wanted)


@pytest.mark.parametrize("folder", FOLDERS)
def test_probability_maps(golden: Read, folder: str) -> None:
    cases, expected = expected_of(golden, folder)
    rows = golden(f"spdep/{folder}/probmap.csv")
    assert expected == pytest.approx(column(rows, "expCount"), rel=1e-12)
    assert 100 * cases / expected == pytest.approx(column(rows, "relRisk"), rel=1e-12)
    assert poisson_map(cases, expected) == pytest.approx(column(rows, "pmap"), rel=1e-9)
    tails, low = choynowski(cases, expected)
    wanted = golden(f"spdep/{folder}/choynowski.csv")
    assert tails == pytest.approx(column(wanted, "pmap"), rel=1e-9)
    assert low.tolist() == [row["type"] == "TRUE" for row in wanted]


@pytest.mark.parametrize("folder", FOLDERS)
def test_moran_of_rates(golden: Read, folder: str) -> None:
    (row,) = golden(f"spdep/{folder}/EBImoran_statistic.csv")
    found = moran_of_rates(*data(golden, folder), links(golden, folder, own=False))
    assert found == pytest.approx(float(row["statistic"]), rel=1e-9)
