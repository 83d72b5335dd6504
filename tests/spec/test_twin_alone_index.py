"""The twin by itself: sections 7 and 8, dimension, index, grade, rank. See `test_twin_alone.py`."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from scene import Scene, gap, indicator, target, towns
from twin_methods import combine, copeland

DAY = timedelta(days=1)
JUNE = date(2024, 6, 1)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


# -- 7. Dimension, index ----


def test_missing_weight_moves_until_too_little_is_left(scene: Scene) -> None:
    scene.sources = {"calls": {}, "checks": {"gaps": [gap(JUNE, JUNE + 29 * DAY)]}}
    weights = {"calls": Decimal("0.6"), "checks": Decimal("0.4")}
    scene.indicators = {
        name: indicator(measure={"count": name}, weight=target(value)["target"])
        for name, value in weights.items()
    }
    scene.happen("t1", JUNE, JUNE + 29 * DAY, 1)
    row = scene.rows("month", JUNE)["t1"]
    # `calls` alone: 50 points; 0.6 of the weight is just enough.
    assert (row.score, row.completeness, row.state) == (50_000, 600_000, "ok")
    scene.index = {"least_share": Decimal("0.600001")}
    row = scene.rows("month", JUNE)["t1"]
    assert (row.score, row.grade, row.state) == (None, None, "no_data")


def test_deductions_caps_and_vetoes(scene: Scene) -> None:
    killed = {"count": "calls", "where": {"kind": {"equals": "killed"}}}
    scene.indicators = {"calls": indicator(compare=[target(100)])}
    scene.dimensions = (
        {
            "id": "order",
            "deductions": [
                {"id": "dead", "name": {"zh": "x", "en": "x"}, "measure": killed, "points": 2,
                 "at_most": 5}
            ],
        },
    )  # fmt: skip
    scene.happen("t1", JUNE, JUNE + DAY, 1, kind="killed")
    # 2 calls of 3,000 expected: compared 0.000667, points 99.966650; less 2 · 2.
    assert scene.rows("month", JUNE)["t1"].score == 95_967  # 95.96665 is a half: to the even
    scene.happen("t1", JUNE + 2 * DAY, JUNE + 2 * DAY, 1, kind="killed")
    # 3 calls: compared 0.001, points 99.95; less 5 at most instead of 6.
    assert scene.rows("month", JUNE)["t1"].score == 94_950
    named = {"id": "killed", "name": {"zh": "x", "en": "x"}, "measure": killed, "at_least": 3}
    scene.grades = {"caps": [{**named, "grade": "orange"}]}
    row = scene.rows("month", JUNE)["t1"]
    assert (row.score, row.grade, row.rank) == (79_999, "orange", 2)  # yellow begins at 80
    scene.grades = {"vetoes": [named]}
    row = scene.rows("month", JUNE)["t1"]
    assert (row.score, row.grade, row.rank, row.of) == (69_999, "red", None, 1)


VALUES = [(40_000_000, 1), (90_000_000, 3)]  # 40 points with weight 1, 90 with weight 3


@pytest.mark.parametrize(
    ("method", "exponent", "expected"),
    [
        ("arithmetic", None, 77_500_000),  # (40 + 270) / 4
        ("harmonic", None, 68_571_429),  # 4 / (1/40 + 3/90) = 68.5714286
        ("geometric", None, 73_484_692),  # (40 · 90³)^(1/4) = 73.4846923
        ("generalised", 2_000_000, 80_467_385),  # √((1600 + 3·8100) / 4) = √6475
        ("generalised", -1_000_000, 68_571_429),  # the harmonic mean
        ("median", None, 90_000_000),
        ("mazziotta_pareto", None, 71_451_613),  # 77.5 − (37.5² + 3·12.5²)/4/77.5 = 77.5 − 6.048387
    ],
)
def test_methods(method: str, exponent: int | None, expected: int) -> None:
    assert combine(method, VALUES, Fraction(1), exponent) == expected


def test_methods_at_their_edges() -> None:
    half = [(40_000_000, 1), (90_000_000, 1)]
    assert combine("median", half, Fraction(1)) == 65_000_000  # split in half: the mean of both
    nothing = [(0, 1), (90_000_000, 1)]
    assert combine("harmonic", nothing, Fraction(1)) == 0
    assert combine("geometric", nothing, Fraction(1)) == 0
    assert combine("generalised", nothing, Fraction(1), -2_000_000) == 0
    # 45 − 45²/45 = 0; with one in ten: 9 − 27²/9 is below 0, and 0 is the least.
    assert combine("mazziotta_pareto", nothing, Fraction(1)) == 0
    assert combine("mazziotta_pareto", [(0, 9), (90_000_000, 1)], Fraction(1)) == 0
    # A geometric mean that is exactly half a unit goes to the even one: √(1·225)/10 → 1.5 → 2.
    assert combine("geometric", [(1, 1), (225, 1)], Fraction(1, 10)) == 2
    assert combine("geometric", [(25, 1), (25, 1)], Fraction(1, 10)) == 2


def test_copeland() -> None:
    rows = {
        "a": {"x": (90, 2), "y": (10, 1)},  # beats b by 2 to 1, beats c by 2 to 1
        "b": {"x": (50, 2), "y": (50, 1)},  # beats c by 2 to 1
        "c": {"x": (40, 2), "y": (60, 1)},
    }
    assert copeland(rows, 1000) == {"a": 100_000, "b": 50_000, "c": 0}
    assert copeland({"a": rows["a"]}, 1000) == {"a": 50_000}


# -- 8. Grade and rank ----


def test_grades_ranks_and_changes(scene: Scene) -> None:
    scene.towns = (*towns(4), "t5,Town 5,,town,c,,,,false,")
    scene.indicators = {"calls": indicator(compare=[target(10)])}
    for n, each_day in enumerate([1, 2, 2, 4, 0], start=1):
        scene.happen(f"t{n}", JUNE, JUNE + 29 * DAY, each_day)
    scene.happen("t1", date(2024, 5, 1), date(2024, 5, 31), 3)
    rows = scene.rows("month", JUNE)
    # Points 100 − 50 · calls / 10: 95, 90, 90, 80 and 100; t5 is not rankable.
    assert {code: (row.score, row.grade, row.rank, row.of) for code, row in rows.items()} == {
        "c": (91_000, "blue", None, 0),  # 9 a day for 50,000 people: 1.8 per 10,000
        "t1": (95_000, "blue", 1, 4),
        "t2": (90_000, "blue", 2, 4),
        "t3": (90_000, "blue", 2, 4),
        "t4": (80_000, "yellow", 4, 4),
        "t5": (100_000, "blue", None, 4),
    }
    assert rows["t1"].change == 10_000  # May: 3 a day, 85 points
    assert rows["t4"].change == -20_000
