"""The twin by itself, section by section: small tables, and the arithmetic in the comments.

Wherever a whole scene is computed, `Scene.rows` also asks the product and insists that it agrees.
Towns have 10,000 residents and curves fall from 100 points at 0 to 0 points at 2, unless said.
"""

from __future__ import annotations

import ast
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from scene import Scene, gap, held, indicator, target
from twin_days import FULL, GAP, NONE, PARTIAL, SUSPECT, day_states, half_even, holds, judged_days
from twin_pack import MICRO, Source
from twin_periods import days_of

DAY = timedelta(days=1)
JAN = date(2024, 1, 1)
JUNE = date(2024, 6, 1)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_the_twin_shares_nothing_with_the_product() -> None:
    for path in sorted(Path(__file__).parent.glob("twin*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else []
            modules += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            assert not [m for m in modules if m and m.split(".")[0] == "qingyu"], path.name


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


def test_conditions() -> None:
    assert holds(("equals", "theft"), "theft")
    assert not holds(("in", ("theft", "fire")), "crash")
    assert holds(("between", ("1.5", "8")), "1.50")  # numbers, both ends included
    assert not holds(("between", ("1.5", "8")), "10")
    assert holds(("between", ("2024-06-01", "2024-06-30")), "2024-06-30")
    assert holds(("not", ("equals", "fire")), "theft")
    assert not holds(("equals", "theft"), None)


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


def above(counts: list[int], **changes: object) -> list[int]:
    """Which Mondays are outlying."""
    days = days_of(JAN, JAN + 7 * len(counts) * DAY)
    totals = {JAN + 7 * n * DAY: count for n, count in enumerate(counts)}
    of = source(edges="full", usual_above=4 * MICRO, **changes)
    found = judged_days(of, [(days[0], days[-1])], totals, days)[1]
    return [(day - JAN).days // 7 for day in found]


def test_a_day_far_above_its_weekday_is_outlying_and_no_witness() -> None:
    assert above([100, 90, 110, 400]) == []  # four times the median of 100 is not above it
    assert above([100, 90, 110, 401, 401, 401, 401, 100]) == [3, 4, 5, 6]
    assert above([100, 90, 401]) == []  # two are too few
    assert above([1, 1, 1, 80, 81]) == [4]  # the least of 20 stands for a median of 1
    assert above([100, 90, 110, 401], confirmed=(JAN + 21 * DAY,)) == []


def test_days_of_a_kind_are_held_against_each_other() -> None:
    # 1 January 2024 is a Monday: 6 and 7, 13 are the weekend days before the fourteenth.
    days = days_of(JAN, JAN + 13 * DAY)
    totals = {day: 0 if day == days[-1] else 30 for day in days}
    of = source(edges="full", usual_by="working")
    states = day_states(of, [(JAN, days[-1])], totals, days, lambda day: day.isoweekday() <= 5)
    assert states[days[-1]] == SUSPECT
    assert states[days[-2]] == FULL


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


def test_what_rests_on_an_outlying_day_is_provisional(scene: Scene) -> None:
    usual = {"usual": {"above": 4, "weeks": 8, "least": 1}}
    scene.sources = {"calls": usual}
    held_against = [target(1, Decimal("0.5")), held("previous", Decimal("0.5"))]
    scene.indicators = {"calls": indicator(compare=held_against)}
    scene.happen("t1", JAN, date(2024, 8, 31), 10)
    scene.happen("t1", date(2024, 6, 10), date(2024, 6, 10), 90)  # 100 where 10 are usual
    states = {month: scene.cell("month", date(2024, month, 1)).state for month in (5, 6, 7, 8)}
    assert states == {5: "ok", 6: "provisional", 7: "provisional", 8: "ok"}
    cell = scene.cell("month", JUNE)
    assert (cell.sums.days, cell.sums.m) == (30, 390)  # it counts
    scene.sources = {"calls": {**usual, "confirmed": [date(2024, 6, 10)]}}
    assert scene.cell("month", JUNE).state == "ok"


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
