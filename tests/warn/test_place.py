"""Statistics of place: what is like its neighbours, and what cannot be told."""

from __future__ import annotations

import numpy as np
import pytest

from qingyu.warn.clustering import geary, general_g, moran
from qingyu.warn.local import getis_ord, local_geary, local_moran
from qingyu.warn.neighbours import Style, weights
from qingyu.warn.smoothing import gamma_poisson, local_rates, log_normal, moran_of_rates

SIDE = 6
GRID = [
    (SIDE * r + c, SIDE * (r + down) + c + right)
    for r in range(SIDE)
    for c in range(SIDE)
    for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0))
    if 0 <= r + down < SIDE and 0 <= c + right < SIDE
]
AREAS = SIDE * SIDE
HALVES = np.where(np.arange(AREAS) < AREAS // 2, 1.0, 9.0)
BOARD = np.where((np.arange(AREAS) // SIDE + np.arange(AREAS)) % 2 == 0, 1.0, 9.0)


@pytest.mark.parametrize("style", ["B", "W", "S"])
def test_halves_are_clustered_and_a_chessboard_is_the_opposite(style: Style) -> None:
    links = weights(AREAS, GRID, style)
    values = np.stack([HALVES, BOARD])
    for function in (moran, geary):
        found = function(values, links)
        assert found.p[0] < 1e-6
        assert found.p[1] > 1 - 1e-6
    local = local_moran(values, links).statistic
    assert local[0].mean() > 0
    assert (local[1] < 0).all()
    assert (getis_ord(values[:1], links).z[0][[0, -1]] * [-1, 1] > 0).all()
    assert local_geary(values, links)[0, 0] == 0


def test_weights_of_each_style() -> None:
    for style, whole in (("B", len(GRID)), ("W", AREAS), ("S", AREAS)):
        links = weights(AREAS, GRID, style)  # type: ignore[arg-type]
        assert links.weight.sum() == pytest.approx(whole)
    middle, corner = SIDE + 1, 0
    stable = weights(AREAS, GRID, "S").sums()
    assert 1 < stable[middle] / stable[corner] < 2
    assert (weights(AREAS, GRID, "B", include_self=True).sums() - 1 == weights(
        AREAS, GRID, "B").sums()).all()  # fmt: skip


def test_what_does_not_vary_or_has_no_neighbour_is_not_told() -> None:
    links = weights(AREAS + 1, GRID, "W")
    flat = np.full((1, AREAS + 1), 3.0)
    assert np.isnan(local_moran(flat, links).z).all()
    assert np.isnan(local_moran(flat, links, conditional=False).z).all()
    assert np.isnan(local_geary(flat, links)).all()
    for function in (moran, geary, general_g):
        assert np.isnan(function(flat, links).p).all()
    lonely = np.append(HALVES, 5.0)[None]
    for found in (local_moran(lonely, links), getis_ord(lonely, links)):
        assert np.isnan(found.p[0, -1])
        assert np.isfinite(found.p[0, :-1]).all()


def test_rates_of_places_without_a_case() -> None:
    none, exposure = np.zeros(AREAS), np.full(AREAS, 1000.0)
    around = weights(AREAS, GRID, "B", include_self=True)
    assert (local_rates(none, exposure, around).estimate == 0).all()
    assert np.isfinite(gamma_poisson(none, exposure / 100).risk).all()
    assert np.isfinite(log_normal(none, exposure / 100)).all()


def test_smoothing_draws_small_places_further() -> None:
    cases, exposure = np.array([3.0, 300.0, 40.0, 4.0]), np.array([1e3, 1e5, 4e4, 1e4])
    expected = exposure * cases.sum() / exposure.sum()
    found = gamma_poisson(cases, expected).risk
    raw = cases / expected
    assert abs(found[0] - raw[0]) > abs(found[1] - raw[1])


def test_clustered_rates() -> None:
    exposure = np.full(AREAS, 1e4)
    links = weights(AREAS, GRID, "W")
    assert moran_of_rates(HALVES * 10, exposure, links) > 0.7
    assert moran_of_rates(BOARD * 10, exposure, links) < -0.7
