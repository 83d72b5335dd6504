"""Empirical Bayes rates of `spdep::EBest`: the float moments to 1e-9, and the integer path of
κ, expected and compared within the rounding of the stations it passes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from qingyu import exact
from qingyu.index.marshall import binomial_rates, moments, poisson_rates
from qingyu.index.shrink import from_peers
from qingyu.pack.model import MICRO

pytestmark = pytest.mark.shared
Table = list[dict[str, str]]
Read = Callable[[str], Table]
FOLDERS = ("EB_ncsids_1974", "EB_synthetic_40")
NAMES = ("input", "EBest_poisson", "EBest_poisson_parameters", "EBest_binomial",
         "EBest_binomial_parameters")  # fmt: skip
FILES = [f"spdep/{folder}/{name}.csv" for folder in FOLDERS for name in NAMES] + ["spdep/README.md"]


def data(golden: Read, folder: str) -> tuple[list[int], list[int]]:
    rows = golden(f"spdep/{folder}/input.csv")
    return [int(r["cases"]) for r in rows], [int(r["population"]) for r in rows]


def parameters(golden: Read, folder: str, family: str) -> dict[str, float]:
    rows = golden(f"spdep/{folder}/EBest_{family}_parameters.csv")
    return {row["parameter"]: float(row["value"]) for row in rows}


@pytest.mark.parametrize("folder", FOLDERS)
def test_poisson_moments_and_rates(golden: Read, folder: str) -> None:
    counts, exposures = data(golden, folder)
    want = parameters(golden, folder, "poisson")
    found = moments(counts, exposures)
    assert found.between == pytest.approx(want["a"], rel=1e-9)
    assert found.b == pytest.approx(want["b"], rel=1e-9)
    wanted = [float(row["estmm"]) for row in golden(f"spdep/{folder}/EBest_poisson.csv")]
    assert poisson_rates(counts, exposures) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("folder", FOLDERS)
def test_binomial_moments_and_rates(golden: Read, folder: str) -> None:
    counts, exposures = data(golden, folder)
    want = parameters(golden, folder, "binomial")
    found = moments(counts, exposures)
    assert found.spread == pytest.approx(want["a"], rel=1e-9)  # spdep's `a` of this family
    assert found.b == pytest.approx(want["b"], rel=1e-9)
    wanted = [float(row["estmm"]) for row in golden(f"spdep/{folder}/EBest_binomial.csv")]
    assert binomial_rates(counts, exposures) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("phi", [MICRO, 1_500_000])
def test_the_integer_kappa_is_marshalls(golden: Read, folder: str, phi: int) -> None:
    """κ = φ·b²/a with φ times the Poisson variance taken off, within what the stations round.

    χ adds n terms, each rounded by half a micro and made from an expected count E rounded by
    half a micro: |dχ/dE| ≤ 1 + (m/E)² in the same unit.
    """
    counts, exposures = data(golden, folder)
    (kappa,) = from_peers(phi, np.array([counts]).T, np.array([exposures]).T)
    found = moments(counts, exposures)
    share = phi / MICRO
    between = found.spread - share * found.b * len(counts) / sum(exposures)
    if between <= 0:
        assert kappa == 10**12
        return
    want = share * found.b**2 / between
    b = found.b
    off = sum(0.5e-6 * (2 + (n / (b * x)) ** 2) for n, x in zip(counts, exposures, strict=True))
    chi_beyond = share * sum(counts) / want
    assert kappa is not None
    assert abs(kappa / MICRO - want) <= want * off / (chi_beyond - off) + 1e-6


@pytest.mark.parametrize("folder", FOLDERS)
def test_rates_through_the_stations(golden: Read, folder: str) -> None:
    """b·compared is EBest's rate: three stations (κ, expected, compared), a micro each."""
    counts, exposures = data(golden, folder)
    m, e = np.array(counts), np.array(exposures)
    (kappa,) = from_peers(MICRO, m[:, None], e[:, None])
    assert kappa is not None
    expected = exact.multiply_divide(e, int(m.sum()), int(e.sum()), MICRO)
    compared = exact.multiply_divide(m * MICRO + kappa, MICRO, expected + kappa)
    b = Fraction(sum(counts), sum(exposures))
    wanted = [float(row["estmm"]) for row in golden(f"spdep/{folder}/EBest_poisson.csv")]
    for x, want in zip(compared.tolist(), wanted, strict=True):
        assert abs(float(Fraction(x, MICRO) * b) - want) <= 3e-6 * float(b)


def test_the_readme_names_the_two_families(shared: Path) -> None:
    text = (shared / "golden" / "spdep/README.md").read_text(encoding="utf-8")
    assert 'family="poisson"|"binomial"' in text
