"""Min–max of COINr as the comparison `minmax` with frozen bounds: within a micro."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from qingyu.index.ingredients import MISSING, Against
from qingyu.index.score import stations
from qingyu.pack.model import MICRO, Comparison, Indicator

pytestmark = pytest.mark.shared
Table = list[dict[str, str]]
Read = Callable[[str], Table]


def indicator(better: str, unit: int) -> tuple[Indicator, Comparison]:
    names = {"zh": "x", "en": "x"}
    dated = [{"from": "2000-01-01", "value": "1", "reference": "drawn"}]
    bounds = {"low": dated, "high": dated}
    found = Indicator.model_validate(
        {
            "id": "x", "name": names, "dimension": "d", "nature": "harm",
            "measure": {"count": "calls"}, "per": {"exposure": "people", "unit": unit},
            "better": better, "weight": dated,
            "compare": [{"with": "minmax", "weight": "1", **bounds}],
        }
    )  # fmt: skip
    return found, found.compare[0]


def points_of(column: list[str], direction: int) -> list[float | None]:
    """0 to 100 of one column whose own least and largest value are the bounds.

    The unit is chosen as a pack would: so that six decimals of the rate are fine enough.
    """
    values = [Fraction(float(text)) for text in column if text not in ("NA", "NaN")]
    low, high = min(values), max(values)
    unit = 1
    most = max(abs(low), abs(high))
    while high > low and (high - low) * unit < 1000 and most * unit < 10**11:
        unit *= 10
    better, comparison = indicator("higher" if direction > 0 else "lower", unit)
    # A rate of count over exposure: as many decimals of the value as the digits allow.
    scale = 10**12 if most < 10**5 else 10**6
    counts = np.array([round(v * scale) for v in values])[None, :]
    bounds = [np.full_like(counts, round(bound * unit * MICRO)) for bound in (low, high)]
    against = Against(bounds[0], bounds[1], np.zeros_like(counts))
    exposure = np.full_like(counts, scale)
    found = stations(comparison, better, counts, exposure, against, bounds[1] > bounds[0])
    points = iter(found.points[0].tolist())
    given = [None if text in ("NA", "NaN") else next(points) for text in column]
    return [None if p is None or p == MISSING else p / MICRO for p in given]


def agree(got: float | None, want: str, within: float = 1e-6) -> bool:
    return (
        got is None
        if want in ("NA", "NaN")
        else got is not None and abs(got - float(want)) <= within
    )


def directions(meta: Table) -> dict[str, int]:
    return {r["iCode"]: int(r["Direction"]) for r in meta if r["Level"] == "1"}


def test_asem_raw_values(golden: Read) -> None:
    raw = golden("COINr/asem/inputs/iData.csv")
    wanted = golden("COINr/asem/normalise/minmax_0_100.csv")
    signs = directions(golden("COINr/asem/inputs/iMeta.csv"))
    for name, sign in signs.items():
        got = points_of([row[name] for row in raw], sign)
        assert all(agree(g, w[name]) for g, w in zip(got, wanted, strict=True)), name


def test_synthetic_values(golden: Read) -> None:
    """On COINr's scale from 1 to 100: 1 + 0.99 · points."""
    raw = golden("COINr/synthetic_24x28/Treated.csv")
    wanted = golden("COINr/synthetic_24x28/norm_minmax_1_100.csv")
    for name, sign in directions(golden("COINr/synthetic_24x28/iMeta.csv")).items():
        got = [None if p is None else 1 + 0.99 * p for p in points_of([r[name] for r in raw], sign)]
        assert all(agree(g, w[name]) for g, w in zip(got, wanted, strict=True)), name


def test_panel_values_between_bounds_of_all_periods(golden: Read) -> None:
    """Frozen bounds serve all five periods alike."""
    folder = "COINr/asem_panel/global_minmax_amean/"
    raw, wanted = golden(folder + "Treated.csv"), golden(folder + "Normalised.csv")
    for name, sign in directions(golden("COINr/asem/inputs/iMeta.csv")).items():
        got = points_of([row[name] for row in raw], sign)
        assert all(agree(g, w[name]) for g, w in zip(got, wanted, strict=True)), name


def test_values_of_the_whole_example(golden: Read) -> None:
    """Those of COINr's own pipeline: denominated, imputed, screened and treated before."""
    folder = "COINr/asem/pipeline_example/"
    raw, wanted = golden(folder + "Treated.csv"), golden(folder + "Normalised.csv")
    assert [row["uCode"] for row in raw] == [want["uCode"] for want in wanted]
    for name, sign in directions(golden("COINr/asem/inputs/iMeta.csv")).items():
        got = points_of([row[name] for row in raw], sign)
        assert all(agree(g, w[name]) for g, w in zip(got, wanted, strict=True)), name


def test_edges(golden: Read) -> None:
    """Ties, two values, negative and missing ones, outliers; a constant has no score at all."""
    cases: dict[str, Table] = defaultdict(list)
    for row in golden("COINr/edge_vectors/vectors.csv"):
        cases[row["case"]].append(row)
    for name, rows in cases.items():
        got = points_of([row["x"] for row in rows], 1)
        assert all(agree(g, r["minmax"]) for g, r in zip(got, rows, strict=True)), name
    assert {"constant", "ties", "huge"} <= set(cases)
