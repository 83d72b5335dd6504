"""Local and global statistics of place against R's spdep, to 1e-9."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from r_results import Array, Read, column

from qingyu.warn.clustering import Clustering, geary, general_g, moran
from qingyu.warn.local import Local, getis_ord, local_geary, local_moran
from qingyu.warn.neighbours import Style, Weights, weights

pytestmark = pytest.mark.shared

SETS: list[tuple[str, Style]] = [
    ("local_ncsids74_rate", "W"),
    ("local_ncsids74_rate", "B"),
    ("local_afcon_totcon", "W"),
]
KINDS = ("localmoran_{}_conditional", "localmoran_{}_total", "localG_{}", "localGstar_{}",
         "localC_{}", "global_tests_{}")  # fmt: skip
FILES = [f"spdep/{folder}/{kind.format(style)}.csv" for folder, style in SETS for kind in KINDS]
FILES += [f"spdep/{folder}/{name}.csv" for folder, _ in SETS for name in ("x", "neighbours")]
SAME = {"rel": 1e-9, "abs": 1e-12}

Global = Callable[[Array, Weights], Clustering]
GLOBAL: dict[str, Global] = {
    "moran_randomisation": moran,
    "moran_normality": lambda x, w: moran(x, w, shuffled=False),
    "geary_randomisation": geary,
    "globalG": general_g,
}


def data(golden: Read, folder: str, style: Style, own: bool = False) -> tuple[Array, Weights]:
    x = column(golden(f"spdep/{folder}/x.csv"), "x")[None]
    rows = golden(f"spdep/{folder}/neighbours.csv")
    pairs = [(int(row["i"]) - 1, int(row["j"]) - 1) for row in rows]
    return x, weights(x.shape[1], pairs, style, include_self=own)


def check(found: Local, rows: list[dict[str, str]], names: tuple[str, ...]) -> None:
    ours = (found.statistic, found.expected, found.variance, found.z, found.p)
    for values, name in zip(ours, names, strict=True):
        assert values[0] == pytest.approx(column(rows, name), **SAME), name


@pytest.mark.parametrize(("folder", "style"), SETS)
@pytest.mark.parametrize("moments", ["conditional", "total"])
def test_local_moran(golden: Read, folder: str, style: Style, moments: str) -> None:
    rows = golden(f"spdep/{folder}/localmoran_{style}_{moments}.csv")
    found = local_moran(*data(golden, folder, style), conditional=moments == "conditional")
    check(found, rows, ("Ii", "E.Ii", "Var.Ii", "Z.Ii", "p_two_sided"))


@pytest.mark.parametrize(("folder", "style"), SETS)
@pytest.mark.parametrize("star", [False, True])
def test_getis_ord(golden: Read, folder: str, style: Style, star: bool) -> None:
    rows = golden(f"spdep/{folder}/localG{'star' if star else ''}_{style}.csv")
    found = getis_ord(*data(golden, folder, style, own=star))
    g = "G*i" if star else "Gi"
    check(found, rows, (g, f"E({g})", f"V({g})", f"Z({g})", f"Pr(z != E({g}))"))
    assert found.z[0] == pytest.approx(column(rows, "z"), **SAME)


@pytest.mark.parametrize(("folder", "style"), SETS)
def test_local_geary(golden: Read, folder: str, style: Style) -> None:
    rows = golden(f"spdep/{folder}/localC_{style}.csv")
    assert local_geary(*data(golden, folder, style))[0] == pytest.approx(column(rows, "Ci"), **SAME)


@pytest.mark.parametrize(("folder", "style"), SETS)
def test_global_statistics(golden: Read, folder: str, style: Style) -> None:
    for row in golden(f"spdep/{folder}/global_tests_{style}.csv"):
        found = GLOBAL[row["test"]](*data(golden, folder, style))
        for ours, name in zip(
            (found.statistic, found.expected, found.variance, found.p),
            ("statistic", "expectation", "variance", "p_one_sided_greater"),
            strict=True,
        ):
            assert ours[0] == pytest.approx(float(row[name]), **SAME), (row["test"], name)


@pytest.mark.parametrize(("folder", "style"), SETS)
def test_many_series_at_once_are_the_single_ones(golden: Read, folder: str, style: Style) -> None:
    x, w = data(golden, folder, style)
    many = np.concatenate([x, x[:, ::-1], x**2])
    for function in (local_moran, getis_ord):
        together = function(many, w)
        for n in range(3):
            alone = function(many[n : n + 1], w)
            assert np.array_equal(together.z[n], alone.z[0])
            assert np.array_equal(together.p[n], alone.p[0])
