"""The twin by itself, section by section: small tables, and the arithmetic in the comments.

Wherever a whole scene is computed, `Scene.rows` also asks the product and insists that it agrees.
Towns have 10,000 residents and curves fall from 100 points at 0 to 0 points at 2, unless said.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from scene import Scene, held, indicator, target
from twin_cells import CAP, read_curve
from twin_days import FULL, GAP, NONE, PARTIAL, SUSPECT, day_states, half_even
from twin_methods import combine, copeland
from twin_pack import Source
from twin_periods import days_of, holding, label, same_of_earlier_year

DAY = timedelta(days=1)
JAN = date(2024, 1, 1)
JUNE = date(2024, 6, 1)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


# -- 1. Numbers ----


@pytest.mark.parametrize(
    ("n", "d", "expected"),
    [(5, 2, 2), (7, 2, 4), (-5, 2, -2), (-7, 2, -4), (1, 3, 0), (2, 3, 1), (-2, 3, -1), (6, 3, 2)],
)
def test_halves_go_to_the_even_neighbour(n: int, d: int, expected: int) -> None:
    assert half_even(n, d) == expected


# -- 2. Days ----


def source(**changes: object) -> Source:
    given = {
        "id": "calls",
        "edges": "partial",
        "gaps": (),
        "confirmed": (),
        "usual_below": 400_000,
        "usual_weeks": 8,
        "usual_least": 20,
    }
    return Source(**(given | changes))  # type: ignore[arg-type]


def test_edges_are_partial_until_another_batch_covers_them() -> None:
    days = days_of(JAN, JAN + 6 * DAY)
    covers = [(JAN, JAN + 2 * DAY), (JAN + 1 * DAY, JAN + 4 * DAY)]
    states = day_states(source(), covers, {}, days)
    # day       1        2     3     4     5        6     7
    # batch 1   edge     full  edge
    # batch 2            edge  full  full  edge
    assert list(states.values()) == [PARTIAL, FULL, FULL, FULL, PARTIAL, NONE, NONE]
    whole = day_states(source(edges="full"), covers, {}, days)
    assert list(whole.values()) == [FULL] * 5 + [NONE] * 2


def test_a_declared_gap_is_a_gap_whatever_came() -> None:
    days = days_of(JAN, JAN + 3 * DAY)
    gap = source(edges="full", gaps=((JAN + DAY, JAN + 2 * DAY),))
    assert list(day_states(gap, [(JAN, JAN + 2 * DAY)], {}, days).values()) == [
        FULL, GAP, GAP, NONE,
    ]  # fmt: skip


def mondays(counts: list[int], **changes: object) -> list[int]:
    """The states of Mondays with these totals; no other day has records."""
    days = days_of(JAN, JAN + 7 * len(counts) * DAY)
    totals = {JAN + 7 * n * DAY: count for n, count in enumerate(counts)}
    states = day_states(source(edges="full", **changes), [(days[0], days[-1])], totals, days)
    return [states[JAN + 7 * n * DAY] for n in range(len(counts))]


def test_a_day_far_below_its_weekday_is_suspect() -> None:
    # Fourth Monday: median of 100, 90, 110 is 100; 39 < 0.4 × 100, and 40 is not.
    assert mondays([100, 90, 110, 39]) == [FULL, FULL, FULL, SUSPECT]
    assert mondays([100, 90, 110, 40]) == [FULL] * 4
    # Only two Mondays before it: not asked.
    assert mondays([100, 90, 1]) == [FULL] * 3
    # The median of 10, 10, 10 is below the least of 20: not asked.
    assert mondays([10, 10, 10, 0]) == [FULL] * 4


def test_suspect_days_are_left_out_of_later_medians() -> None:
    # The fifth is held against 100, 100, 100 (the fourth is suspect): 39 < 40.
    assert mondays([100, 100, 100, 0, 39]) == [FULL, FULL, FULL, SUSPECT, SUSPECT]
    # Confirmed, the fourth counts: the median of 0, 100, 100, 100 is (100 + 100) / 2 = 100.
    # Of 0, 0, 100, 100 it would be (0 + 100) / 2 = 50, and 20 is not below 0.4 × 50 = 20.
    sure = (JAN + 14 * DAY, JAN + 21 * DAY)
    assert mondays([100, 100, 0, 0, 20], confirmed=sure)[4] == FULL
    assert mondays([100, 100, 0, 0, 19], confirmed=sure)[4] == SUSPECT


def test_the_median_looks_back_no_further_than_its_weeks() -> None:
    # Weeks 3: against 10, 10, 10 (below the least), not against the 100s before them.
    assert mondays([100, 100, 100, 50, 50, 50, 19], usual_weeks=3)[6] == SUSPECT  # 0.4 × 50 = 20
    assert mondays([100, 100, 100, 50, 50, 50, 20], usual_weeks=3)[6] == FULL


def test_what_happened_counts_for_whoever_held_the_place_on_that_day(scene: Scene) -> None:
    scene.towns = (
        "d1,North,,district,c,,,,true,",
        "d2,South,,district,c,,,,true,",
        "t1,Town 1,,town,d1,,,2024-06-10,true,",
        "t1,Town 1,,town,d2,,2024-06-11,,true,",
        "t2,Town 2,,town,d1,,,,true,",
        "t3,Town 3,,town,d2,,,2024-06-20,true,",
    )
    scene.happen("t1", JUNE, JUNE + 29 * DAY, 1)
    scene.happen("t3", JUNE, JUNE + 29 * DAY, 1)
    scene.happen("~unplaced", JUNE, JUNE, 5)
    rows = scene.rows("month", JUNE)
    counts = {code: row.cells["calls"].sums.m for code, row in rows.items()}
    # t1 belonged to d1 for 10 days and to d2 for 20. t3 ended after 20 days; its later 10 records
    # and the 5 unplaced ones belong to the city alone: 30 + 30 + 5 = 65.
    assert counts == {"c": 65, "d1": 10, "d2": 20 + 20, "t1": 30, "t2": 0}
    # Person-days: d1 has t1 and t2 for 10 days, then t2 for 20: (10·2 + 20·1) · 10,000.
    assert rows["d1"].cells["calls"].sums.e == 400_000


def test_exposures_step_by_date_and_by_what_was_known(scene: Scene) -> None:
    scene.exposure_rows = (
        "t1,2024-06-11,2024-06-01,2000",
        "t1,2024-06-21,2024-06-01,3000",
        "t1,2024-06-21,2024-09-01,3001",
        "t2,2020-01-01,2020-01-01,7",
    )
    # Before the first date its figure holds: 20 days of 2,000, then 10 of the newest vintage.
    assert scene.cell("month", JUNE).sums.e == 20 * 2000 + 10 * 3001
    scene.known_on = date(2024, 8, 31)
    assert scene.cell("month", JUNE).sums.e == 20 * 2000 + 10 * 3000
    assert scene.cell("month", JUNE, "c").sums.e == 20 * 2000 + 10 * 3000 + 30 * 7


# -- 3. The window ----


def test_the_window_widens_until_enough_is_expected(scene: Scene) -> None:
    scene.residents = {"t1": 1000, "t2": 9000}
    scene.indicators = {
        "calls": indicator(daily={"window": "2 days", "least_expected": 2, "at_most": "6 days"})
    }
    # January to May: 5 a day for 10,000 people, that is 0.5 a day for the 1,000 of t1.
    scene.happen("t2", JAN, date(2024, 5, 31), 5)
    # 2 days expect 0.5·2 = 1, 4 days expect 2: enough.
    assert scene.cell("day", JUNE).window == (JUNE - 3 * DAY, JUNE)
    # t2 expects 4.5 a day: its shortest window will do.
    assert scene.cell("day", JUNE, "t2").window == (JUNE - DAY, JUNE)


def test_no_window_is_no_data(scene: Scene) -> None:
    daily = {"window": "2 days", "least_expected": 4, "at_most": "6 days"}
    scene.residents = {"t1": 1000, "t2": 9000}
    scene.indicators = {"calls": indicator(daily=daily)}
    scene.happen("t2", JAN, date(2024, 5, 31), 5)
    cell = scene.cell("day", JUNE)  # 6 days expect 3
    assert (cell.window, cell.state, cell.score) == (None, "no_data", None)
    scene.covers = {"calls": [(date(2024, 5, 5), date(2024, 12, 31))]}  # 27 days before June
    assert scene.cell("day", JUNE, "t2").window is None


# -- 4. States ----


def test_missing_days_late_days_and_calm_days_differ(scene: Scene) -> None:
    scene.covers = {"calls": [(JAN, date(2024, 6, 15))]}
    scene.indicators = {"calls": indicator(missing={"after": "15 days"})}
    # June: 15 of 30 days, under 80 %; its last day is 15 days after the last full one: still late.
    assert scene.cell("month", JUNE).state == "late"
    scene.indicators = {"calls": indicator(missing={"after": "14 days"})}
    assert scene.cell("month", JUNE).state == "no_data"
    # May: all days, no call: a score of 100.
    assert scene.cell("month", date(2024, 5, 1)).score == 100_000_000
    # Half of the days suffice if the indicator says so; the window is not whole, so provisional.
    scene.indicators = {"calls": indicator(least_covered=Decimal("0.5"))}
    assert scene.cell("month", JUNE).state == "provisional"


def test_a_suspect_day_in_the_window_says_so(scene: Scene) -> None:
    scene.sources = {"calls": {"usual": {"below": Decimal("0.4"), "weeks": 8, "least": 1}}}
    scene.happen("t1", JAN, date(2024, 6, 9), 10)
    scene.happen("t1", date(2024, 6, 11), date(2024, 6, 30), 10)
    cell = scene.cell("month", JUNE)  # 10 June: 0 < 0.4 × 10
    assert (cell.state, cell.sums.days, cell.sums.m) == ("suspect", 29, 290)
    scene.indicators = {"calls": indicator(least_covered=1)}
    cell = scene.cell("month", JUNE)  # 29 of 30 is not all; with the suspect day it would be
    assert (cell.state, cell.score) == ("suspect", None)


def test_what_fills_a_cell_without_data(scene: Scene) -> None:
    scene.sources = {"calls": {"gaps": [gap(date(2024, 6, 1), date(2024, 8, 31))]}}
    scene.happen("t1", JAN, date(2024, 5, 31), 1)
    scene.indicators = {"calls": indicator(missing={"after": "2 days", "then": "carry"})}
    # May: 31 calls for an expected 31 (one a day): ratio 1, 50 points; August carries it.
    row = scene.rows("month", date(2024, 8, 1))["t1"]
    cell = row.cells["calls"]
    assert (cell.state, cell.score, cell.filled) == ("no_data", None, "carried")
    assert (cell.filled_score, row.score) == (50_000_000, 50_000)
    assert row.completeness == 0  # present, but none of the days are covered


def gap(first: date, last: date) -> dict[str, object]:
    return {"from": first, "to": last, "reason": "a power cut"}


def test_a_parent_lends_its_score(scene: Scene) -> None:
    """t2 has no checks, so a share of checks is no data there; the city's share stands in."""
    spec = indicator(
        nature="handling",
        measure={"count": "calls", "where": {"kind": {"equals": "bad"}}},
        per={"measure": {"count": "calls"}, "unit": 1},
        compare=[target(Decimal("0.25"))],
        missing={"after": "2 days", "then": "parent"},
    )
    scene.indicators = {"calls": spec}
    scene.happen("t1", JUNE, JUNE + 29 * DAY, 1, kind="bad")
    scene.happen("t1", JUNE, JUNE + 29 * DAY, 3, kind="good")
    rows = scene.rows("month", JUNE)
    # City: 30 bad of 120, expected 0.25·120 = 30: ratio 1, 50 points.
    assert rows["t2"].cells["calls"].filled == "from_parent"
    assert rows["t2"].score == rows["c"].score == 50_000


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


def towns(count: int, class_: str = "") -> tuple[str, ...]:
    return tuple(f"t{n},Town {n},,town,c,{class_},,,true," for n in range(1, count + 1))


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
