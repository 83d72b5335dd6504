"""What the twin and the product once read differently, each as the smallest scene that shows it.

`Scene.rows` computes both ways and insists that they agree; the assertions here say on what.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from scene import Scene, held, indicator, target

from qingyu.errors import PackError

DAY = timedelta(days=1)
JUNE = date(2024, 6, 1)
LAST = date(2024, 6, 30)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_records_of_an_area_that_has_ended_stay_in_the_whole(scene: Scene) -> None:
    scene.towns = ("t1,Town 1,,town,c,,,2024-06-10,true,", "t2,Town 2,,town,c,,,,true,")
    scene.happen("t1", JUNE, LAST, 1)
    rows = scene.rows("month", JUNE)
    assert rows["c"].cells["calls"].sums.m == 30  # 10 of t1, and 20 that nobody else can own
    assert "t1" not in rows


def test_a_class_holds_the_areas_of_its_subclasses(scene: Scene) -> None:
    scene.towns = (
        "t1,Town 1,,town,c,all,,,true,",
        *(f"t{n},Town {n},,town,c,urban,,,true," for n in range(2, 6)),
        *(f"t{n},Town {n},,town,c,,,,true," for n in range(6, 11)),
    )
    scene.indicators = {"calls": indicator(compare=[held("peers")])}
    scene.happen("t2", JUNE, LAST, 5)
    scene.happen("t9", JUNE, LAST, 100)  # of no class: no peer of t1
    cell = scene.cell("month", JUNE)
    assert cell.held[0].expected == 30_000_000  # 5 a day over t1 … t5


def test_a_month_that_nothing_covers_is_late_before_it_is_empty(scene: Scene) -> None:
    scene.covers = {"calls": [(scene.first, date(2024, 5, 31))]}
    scene.indicators = {"calls": indicator(missing={"after": "30 days"})}
    assert scene.cell("month", JUNE).state == "late"  # although no person-day was counted


def test_days_before_an_area_was_are_not_missing(scene: Scene) -> None:
    scene.towns = ("t1,Town 1,,town,c,,2024-06-11,,true,", "t2,Town 2,,town,c,,,,true,")
    scene.covers = {"calls": [(date(2024, 6, 5), scene.last)]}
    scene.indicators = {"calls": indicator(least_covered=Decimal("0.5"))}
    rows = scene.rows("month", JUNE)
    assert rows["t1"].state == "ok"
    assert rows["t2"].state == "provisional"  # 1 to 4 June have not come


def test_no_cell_is_too_large_that_nobody_sees(scene: Scene) -> None:
    """Big sums held against a parent whose people were all counted later: no comparison there,
    and no overflow over the divisor that stands in for it."""
    summed = {"sum": "calls", "of": "amount", "places": 2}
    compare = [held("parent", Decimal("0.5")), target(40, Decimal("0.5"))]
    scene.indicators = {"calls": indicator(measure=summed, compare=compare)}
    scene.exposure_rows = (
        "t1,2020-01-01,2020-01-01,10000",
        "t2,2020-01-01,2020-01-01,10000",
        "c,2020-01-01,2020-01-01,0",
    )
    scene.happen("t1", JUNE, LAST, 1000, amount="9999.99")
    cell = scene.cell("month", JUNE)
    # 30 · 1000 · 999,999 hundredths, where 40 a day are expected.
    assert [(one.number, one.compared) for one in cell.held] == [
        (1, 10**6 * 30 * 1000 * 999_999 // 1200)
    ]


def test_a_station_that_does_not_fit_is_refused(scene: Scene) -> None:
    scene.indicators = {"calls": indicator(compare=[target(Decimal("0.000001"))])}
    scene.residents = {"t1": 1000, "t2": 1000}
    scene.happen("t1", JUNE, LAST, 400_000)
    # 12,000,000 calls where 0.000003 are expected: 4 · 10¹² times as many, in micros 4 · 10¹⁸.
    assert scene.cell("month", JUNE).held[0].compared == 4 * 10**18
    scene.happen("t1", JUNE, LAST, 600_000)
    with pytest.raises(PackError, match="calls"):
        scene.cell("month", JUNE)  # 10¹⁹ is beyond 2⁶³


def two_sources(scene: Scene) -> None:
    """A share of calls in checks; on 10 June there are far fewer calls than on other Mondays."""
    usual = {"usual": {"below": Decimal("0.4"), "weeks": 8, "least": 1}}
    scene.sources = {"calls": usual, "checks": {}}
    share = {"measure": {"count": "checks"}, "unit": 1}
    scene.indicators = {
        "calls": indicator(nature="handling", per=share, compare=[target(Decimal("0.5"))])
    }
    scene.happen("t1", date(2024, 4, 1), date(2024, 6, 9), 10)
    scene.happen("t1", date(2024, 6, 11), LAST, 10)
    scene.happen("t1", date(2024, 4, 1), LAST, 20, source="checks")


def test_a_day_is_suspect_only_where_the_other_source_has_it(scene: Scene) -> None:
    two_sources(scene)
    assert scene.cell("month", JUNE).state == "suspect"
    # The checks of that day have not come: it would not count either way.
    scene.covers = {"checks": [(scene.first, date(2024, 6, 9)), (date(2024, 6, 11), LAST)]}
    assert scene.cell("month", JUNE).state == "provisional"
    # They never will: a declared gap is no reason to wait.
    scene.covers = {}
    scene.sources = {
        **scene.sources,
        "checks": {"gaps": [{"from": date(2024, 6, 10), "to": date(2024, 6, 10), "reason": "x"}]},
    }
    assert scene.cell("month", JUNE).state == "ok"
