"""The twin by itself: sections 5 and 6, comparisons and points. See `test_twin_alone.py`."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from scene import Scene, gap, held, indicator, target, towns
from twin_cells import CAP
from twin_days import half_even
from twin_held import read_curve
from twin_periods import holding, label, same_of_earlier_year

DAY = timedelta(days=1)
JUNE = date(2024, 6, 1)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


# -- 5. Comparisons ----


def test_target_with_and_without_shrinkage(scene: Scene) -> None:
    scene.indicators = {"calls": indicator(compare=[target(Decimal("1.5"))])}
    scene.happen("t1", JUNE, JUNE + 29 * DAY, 2)
    (one,) = scene.cell("month", JUNE).held
    # Expected 1.5 per 10,000 a day · 30 days = 45; compared 60 / 45 = 1.333333;
    # points 100 − 50 · 1.333333 = 33.333350.
    assert (one.expected, one.compared, one.points) == (45_000_000, 1_333_333, 33_333_350)
    scene.indicators = {"calls": indicator(compare=[target(Decimal("1.5"))], shrink={"kappa": 15})}
    (one,) = scene.cell("month", JUNE).held
    assert one.compared == 1_250_000  # (60 + 15) / (45 + 15)


def test_trailing_weeks(scene: Scene) -> None:
    compare = [held("trailing", weeks=2, at_least=1)]
    scene.indicators = {"calls": indicator(compare=compare)}
    scene.happen("t1", JUNE - 14 * DAY, JUNE - DAY, 1)
    scene.happen("t1", JUNE, JUNE + 29 * DAY, 1)
    (one,) = scene.cell("month", JUNE).held
    assert (one.expected, one.compared) == (30_000_000, 1_000_000)  # 14 / 14 days · 30 days
    scene.sources = {"calls": {"gaps": [gap(JUNE - 14 * DAY, JUNE - 7 * DAY)]}}
    assert scene.cell("month", JUNE).held == ()  # 6 days are less than a week


def test_the_period_before(scene: Scene) -> None:
    scene.indicators = {"calls": indicator(compare=[held("previous")])}
    scene.happen("t1", date(2024, 5, 1), date(2024, 5, 31), 2)
    scene.happen("t1", JUNE, JUNE + 29 * DAY, 3)
    (one,) = scene.cell("month", JUNE).held
    # May: 62 in 31 days, so 60 in 30; June: 90.
    assert (one.expected, one.compared) == (60_000_000, 1_500_000)


def test_own_earlier_year(scene: Scene) -> None:
    compare = [held("own", years=2, at_least=1, window="34 days")]
    scene.indicators = {"calls": indicator(compare=compare)}
    scene.first = JUNE.replace(year=2023) - 10 * DAY
    scene.happen("t1", date(2023, 5, 30), date(2023, 7, 2), 1)  # 30 May to 2 July: 34 days
    scene.happen("t1", JUNE, JUNE + 29 * DAY, 2)
    (one,) = scene.cell("month", JUNE).held
    # June 2023 widened by 4 days, 2 before and 2 after: 34 in 34 days, so 30; June 2024: 60.
    assert (one.expected, one.compared) == (30_000_000, 2_000_000)
    scene.indicators = {"calls": indicator(compare=[held("own", years=2, at_least=2)])}
    assert scene.cell("month", JUNE).held == ()  # 2022 is not covered


def test_periods_follow_a_moving_festival() -> None:
    festivals = [date(2023, 1, 22), date(2024, 2, 10)]
    # 3 February 2024 lies 7 days before the festival; so does 15 January 2023.
    day = holding(date(2024, 2, 3), "day")
    assert same_of_earlier_year(day, 1, festivals) == (date(2023, 1, 15), date(2023, 1, 15))
    # A quarter keeps its place; April is out of reach; 29 February counts with the 28th.
    quarter = holding(date(2024, 2, 3), "quarter")
    assert same_of_earlier_year(quarter, 1, festivals) == (date(2023, 1, 1), date(2023, 3, 31))
    april = holding(date(2024, 4, 3), "month")
    assert same_of_earlier_year(april, 1, festivals) == (date(2023, 4, 1), date(2023, 4, 30))
    leap = holding(date(2024, 2, 29), "day")
    assert same_of_earlier_year(leap, 1, []) == (date(2023, 2, 28), date(2023, 2, 28))
    week = holding(date(2024, 5, 1), "week")
    assert same_of_earlier_year(week, 1, [])[0] == date(2024, 4, 29) - 364 * DAY


@pytest.mark.parametrize(
    ("kind", "expected", "first", "last"),
    [
        ("day", "2024-02-25", date(2024, 2, 25), date(2024, 2, 25)),
        ("week", "2024-W08", date(2024, 2, 19), date(2024, 2, 25)),
        ("ten_days", "2024-02-X3", date(2024, 2, 21), date(2024, 2, 29)),
        ("month", "2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("quarter", "2024-Q1", date(2024, 1, 1), date(2024, 3, 31)),
        ("year", "2024", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_periods(kind: str, expected: str, first: date, last: date) -> None:
    period = holding(date(2024, 2, 25), kind)
    assert (label(period), *period[1:]) == (expected, first, last)


def test_peers_pool_the_class(scene: Scene) -> None:
    scene.towns = towns(5)
    scene.indicators = {"calls": indicator(compare=[held("peers")])}
    for n in range(1, 6):
        scene.happen(f"t{n}", JUNE, JUNE + 29 * DAY, n)
    (one,) = scene.cell("month", JUNE).held
    # 1 + 2 + 3 + 4 + 5 = 15 a day over five towns: 3 a day each, 90 in June; t1 has 30.
    assert (one.expected, one.compared) == (90_000_000, 333_333)
    scene.towns = towns(4)
    scene.records = {}
    assert scene.cell("month", JUNE).held == ()  # four are too few


def test_a_small_class_takes_its_parent(scene: Scene) -> None:
    scene.towns = (
        *towns(3, "urban"),
        "t4,Town 4,,town,c,rural,,,true,",
        "t5,Town 5,,town,c,all,,,true,",
        "t6,Town 6,,town,c,,,,true,",
    )
    scene.indicators = {"calls": indicator(compare=[held("peers")])}
    scene.happen("t5", JUNE, JUNE + 29 * DAY, 5)
    scene.happen("t6", JUNE, JUNE + 29 * DAY, 90)
    rows = scene.rows("month", JUNE)
    # `urban` has 3 towns; `all` has t1 … t5: 5 a day over 5 towns. t6, of no class, has all six.
    assert rows["t1"].cells["calls"].held[0].expected == 30_000_000
    assert rows["t6"].cells["calls"].held[0].expected == 475_000_000  # 95 / 6 · 30


def test_the_parent_and_two_declared_rates(scene: Scene) -> None:
    bounds = {
        "low": target(Decimal("0.5"))["target"],
        "high": target(Decimal("2.5"))["target"],
    }
    between = {"with": "minmax", "weight": Decimal("0.75"), **bounds}
    scene.indicators = {"calls": indicator(compare=[held("parent", Decimal("0.25")), between])}
    scene.happen("t1", JUNE, JUNE + 29 * DAY, 2)
    cell = scene.cell("month", JUNE)
    # City: 60 for 20,000 people, so 30 for t1, which has 60: ratio 2, 0 points.
    assert (cell.held[0].expected, cell.held[0].compared, cell.held[0].points) == (
        30_000_000, 2_000_000, 0,
    )  # fmt: skip
    # Rate 60 / 300,000 person-days · 10,000 = 2; (2.5 − 2) / (2.5 − 0.5) = 25 points.
    assert (cell.held[1].compared, cell.held[1].points) == (2_000_000, 25_000_000)
    assert cell.score == 18_750_000  # 0.25 · 0 + 0.75 · 25


def test_kappa_of_peers(scene: Scene) -> None:
    scene.towns = towns(5)
    scene.first = date(2023, 1, 1)
    scene.indicators = {"calls": indicator(compare=[held("peers")], shrink=None)}
    for n, each_day in enumerate([1, 1, 1, 1, 6], start=1):
        scene.happen(f"t{n}", JUNE - 365 * DAY, JUNE - DAY, each_day)
    (one,) = scene.cell("month", JUNE).held
    # M = 3650 in a year; each expects 730. χ = 4·(365 − 730)²/730 + (2190 − 730)²/730
    #   = 4·182.5 + 2920 = 3650. κ = M / (χ − n) = 3650 / 3645 = 1.001372 (rounded)
    assert one.kappa == 1_001_372
    # With no more than chance between the towns, all is drawn to one.
    scene.records = {}
    for n in range(1, 6):
        scene.happen(f"t{n}", JUNE - 365 * DAY, JUNE - DAY, 1)
    assert scene.cell("month", JUNE).held[0].kappa == CAP


def test_kappa_of_a_level(scene: Scene) -> None:
    scene.first = date(2023, 1, 1)
    scene.indicators = {"calls": indicator(shrink=None)}
    for block in range(13):  # of 28 days, from the end: 4 a day, 0 a day, 4 a day …
        end = JUNE - 28 * block * DAY - DAY
        scene.happen("t1", end - 27 * DAY, end, 4 if block % 2 == 0 else 0)
    (one,) = scene.cell("month", JUNE).held
    # t1: k = 13, seven blocks of 112 and six of 0: M = 784, E = 784/13 = 60.307692 (station).
    # t2 has no calls and is left out. In micros:
    expected = 60_307_692
    s = 7 * (112_000_000 - expected) ** 2 + 6 * expected**2
    spare = Fraction(s * 13, 12) - 10**6 * 13 * expected
    ratio = 10**6 * 13 * expected**2 / spare
    assert one.kappa == half_even(ratio.numerator, ratio.denominator) == 1_096_503
    # Q = 13·60.31² = 47,281; T = (7·51.69² + 6·60.31²)·13/12 = 43,904; 47,281 / (43,904 − 784).
    # Declared otherwise where the year is too short (five blocks).
    scene.covers = {"calls": [(JUNE - 145 * DAY, scene.last)]}
    assert scene.cell("month", JUNE).held[0].kappa == 25_000_000


# -- 6. Points ----


def test_curves_are_read_between_their_points() -> None:
    curve = [(800_000, 92_000_000), (1_000_000, 85_000_000), (1_300_000, 70_000_000)]
    assert read_curve(curve, 0) == 92_000_000
    assert read_curve(curve, 900_000) == 88_500_000  # halfway between 92 and 85
    assert read_curve(curve, 1_100_000) == 80_000_000  # a third of the way from 85 to 70
    assert read_curve(curve, 9_000_000) == 70_000_000
