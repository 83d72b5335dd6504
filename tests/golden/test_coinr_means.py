"""Means of COINr (the ASEM example, a panel, a synthetic set): arithmetic, geometric, median,
Copeland. Before stations to 1e-9 relative; through them within a micro for each one passed."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from composite import (
    Table,
    Tree,
    before_stations,
    copeland_level,
    through_stations,
    weights_of,
)

from qingyu.pack.model import MICRO, Method

pytestmark = pytest.mark.shared
Read = Callable[[str], Table]

ASEM = "COINr/asem/aggregate/"
A: Method = "arithmetic"
G: Method = "geometric"
PILLARS = ["Physical", "ConEcFin", "Political", "Instit", "P2P", "Environ", "Social", "SusEcFin"]
AGGREGATES = [*PILLARS, "Conn", "Sust", "Index"]
SYNTHETIC = [f"g{n:02d}" for n in range(1, 15)] + [f"d{n}" for n in range(1, 5)] + ["idx"]
MEANS = [
    ("amean_original_weights.csv", "original", (A, A, A)),
    ("amean_equal_weights.csv", "equal", (A, A, A)),
    ("amean_alt_weights.csv", "alt", (A, A, A)),
    ("gmean_original_weights.csv", "original", (G, G, G)),
    ("gmean_alt_weights.csv", "alt", (G, G, G)),
    ("by_level_amean_gmean_amean.csv", "alt", (A, G, A)),
    ("median_unweighted.csv", "equal", ("median", "median", "median")),
]


def asem_tree(golden: Read) -> Tree:
    return Tree.of(golden("COINr/asem/inputs/iMeta.csv"))


def asem_weights(golden: Read, which: str) -> dict[str, int]:
    if which == "alt":
        return weights_of(golden(ASEM + "weights_alt.csv"))
    given = weights_of(golden("COINr/asem/pipeline_example/weights_original.csv"))
    return given if which == "original" else dict.fromkeys(given, MICRO)


def assert_before(tree: Tree, rows: Table, wanted: Table, weights: dict[str, int],
                  methods: tuple[Method, Method, Method], names: list[str]) -> None:  # fmt: skip
    for row, want in zip(rows, wanted, strict=True):
        got = before_stations(tree, row, weights, methods)
        for name in names:
            truth = Fraction(float(want[name]))
            assert abs(got[name] - truth) <= abs(truth) / 10**9 + Fraction(2, 10**12), name


def assert_through(got: list[dict[str, int | None]], wanted: Table, names: list[str]) -> None:
    """Within a micro for each level passed."""
    for mine, want in zip(got, wanted, strict=True):
        for name in names:
            value = mine[name]
            if want[name] == "NA":
                assert value is None, name
                continue
            assert value is not None, name
            assert abs(value - float(want[name]) * MICRO) <= _levels(name), (mine, name)


def _levels(name: str) -> int:
    """Stations passed: one for a pillar, three for the index."""
    if name in ("Index", "idx"):
        return 3
    return 2 if name in ("Conn", "Sust", "d1", "d2", "d3", "d4") else 1


@pytest.mark.parametrize(("file", "which", "methods"), MEANS, ids=[m[0] for m in MEANS])
def test_means_of_complete_data(
    golden: Read, file: str, which: str, methods: tuple[Method, Method, Method]
) -> None:
    tree, weights = asem_tree(golden), asem_weights(golden, which)
    rows, wanted = golden(ASEM + "input_N1_100.csv"), golden(ASEM + file)
    assert [row["uCode"] for row in rows] == [want["uCode"] for want in wanted]
    assert_before(tree, rows, wanted, weights, methods, AGGREGATES)
    assert_through(through_stations(tree, rows, weights, methods), wanted, AGGREGATES)


@pytest.mark.parametrize(
    ("file", "least"),
    [("missing_amean_no_threshold.csv", 0), ("missing_amean_threshold_0.8.csv", 800_000)],
)
def test_missing_values_move_their_weight_or_withhold_the_mean(
    golden: Read, file: str, least: int
) -> None:
    tree, weights = asem_tree(golden), asem_weights(golden, "original")
    rows, wanted = golden(ASEM + "input_NR_with_missing.csv"), golden(ASEM + file)
    got = through_stations(tree, rows, weights, (A, A, A), least)
    assert_through(got, wanted, AGGREGATES)
    assert ("NA" in {want["Physical"] for want in wanted}) == any(
        g["Physical"] is None for g in got
    )


def test_the_geometric_mean_loses_no_digit_to_the_order_of_levels(golden: Read) -> None:
    """by_level: arithmetic pillars and index are those of the arithmetic file where they meet."""
    by_level = golden(ASEM + "by_level_amean_gmean_amean.csv")
    plain = golden(ASEM + "amean_alt_weights.csv")
    for one, other in zip(by_level, plain, strict=True):
        assert one["Physical"] == other["Physical"]
        assert float(one["Conn"]) <= float(other["Conn"])


@pytest.mark.parametrize("normalised", ["minmax_1_100", "zscore", "borda", "prank"])
def test_synthetic_arithmetic_means(golden: Read, normalised: str) -> None:
    folder = "COINr/synthetic_24x28/"
    meta = golden(folder + "iMeta.csv")
    tree, weights = Tree.of(meta), weights_of(meta)
    rows, wanted = (
        golden(f"{folder}norm_{normalised}.csv"),
        golden(f"{folder}agg_{normalised}__amean.csv"),
    )
    assert_before(tree, rows, wanted, weights, (A, A, A), SYNTHETIC)
    assert_through(through_stations(tree, rows, weights, (A, A, A)), wanted, SYNTHETIC)


def test_synthetic_geometric_means(golden: Read) -> None:
    folder = "COINr/synthetic_24x28/"
    meta = golden(folder + "iMeta.csv")
    tree, weights = Tree.of(meta), weights_of(meta)
    rows = golden(folder + "norm_minmax_1_100.csv")
    wanted = golden(folder + "agg_minmax_1_100__gmean.csv")
    assert_before(tree, rows, wanted, weights, (G, G, G), SYNTHETIC)
    assert_through(through_stations(tree, rows, weights, (G, G, G)), wanted, SYNTHETIC)


def test_panel_means(golden: Read) -> None:
    """Five periods of the panel, aggregated from the normalised values of the same file set."""
    tree, weights = asem_tree(golden), asem_weights(golden, "original")
    rows = golden("COINr/asem_panel/global_minmax_amean/Normalised.csv")
    wanted = golden("COINr/asem_panel/global_minmax_amean/Aggregated.csv")
    assert [(r["Time"], r["uCode"]) for r in rows] == [(w["Time"], w["uCode"]) for w in wanted]
    assert_before(tree, rows, wanted, weights, (A, A, A), AGGREGATES)
    assert_through(through_stations(tree, rows, weights, (A, A, A)), wanted, AGGREGATES)


def test_means_and_ranks_of_the_whole_example(golden: Read) -> None:
    """COINr's own pipeline from its normalised values on, to the order of the countries."""
    folder = "COINr/asem/pipeline_example/"
    tree, weights = asem_tree(golden), asem_weights(golden, "original")
    rows, wanted = golden(folder + "Normalised.csv"), golden(folder + "Aggregated.csv")
    assert [row["uCode"] for row in rows] == [want["uCode"] for want in wanted]
    assert_before(tree, rows, wanted, weights, (A, A, A), AGGREGATES)
    got = through_stations(tree, rows, weights, (A, A, A))
    assert_through(got, wanted, AGGREGATES)
    scores = np.array([unit["Index"] for unit in got], dtype=np.int64)
    ranks = {row["uCode"]: int(row["Index"]) for row in golden(folder + "results_ranks.csv")}
    assert [1 + int((scores > score).sum()) for score in scores] == [
        ranks[row["uCode"]] for row in rows
    ]


def copeland_points(net: int, areas: int) -> int:
    """Where COINr's wins less losses stand on the scale to 100, in micros."""
    return round(Fraction(50 * MICRO * (net + areas - 1), areas - 1))


def assert_copeland(tree: Tree, rows: Table, wanted: Table, weights: dict[str, int],
                    names: list[str]) -> None:  # fmt: skip
    """Each level from COINr's own level below. Equal, save one step for each exact tie: there
    COINr's sum of floats falls to either side of one half."""
    inputs = [row | want for row, want in zip(rows, wanted, strict=True)]
    for name in names:
        scores, ties = copeland_level(tree, name, inputs, weights)
        for score, tied, want in zip(scores, ties, wanted, strict=True):
            net = int(want[name])
            low, high = (copeland_points(net + by, len(rows)) for by in (-tied, tied))
            assert low <= score <= high, (name, want["uCode"])


def test_copeland_of_the_asem_example(golden: Read) -> None:
    tree, weights = asem_tree(golden), asem_weights(golden, "original")
    rows = golden(ASEM + "input_N1_100.csv")
    wanted = golden(ASEM + "copeland_original_weights.csv")
    assert_copeland(tree, rows, wanted, weights, AGGREGATES)


@pytest.mark.parametrize("normalised", ["minmax_1_100", "zscore", "borda", "prank"])
def test_synthetic_copeland(golden: Read, normalised: str) -> None:
    folder = "COINr/synthetic_24x28/"
    meta = golden(folder + "iMeta.csv")
    rows = golden(f"{folder}norm_{normalised}.csv")
    wanted = golden(f"{folder}agg_{normalised}__copeland.csv")
    assert_copeland(Tree.of(meta), rows, wanted, weights_of(meta), SYNTHETIC)
