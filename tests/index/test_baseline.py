"""Each comparison on a drawn table: its mb and eb by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from index_town import (
    TOWNS,
    area,
    compare,
    dated,
    day,
    indicator,
    make_pack,
    make_panel,
    people,
)

from qingyu.engine.tables import DayState
from qingyu.index.ingredients import Ingredients
from qingyu.index.steps import gather
from qingyu.periods import parse, period_of

DAILY = {"window": "7 days", "least_expected": "5", "at_most": "28 days"}
SLOT = ("theft", 0)


def gathered(
    comparison: dict[str, Any], period: str, counts: dict[str, Any], days: int = 900, **more: Any
) -> Ingredients:
    cover = more.pop("cover", None)
    areas = more.pop("areas", None)
    pack = make_pack(
        indicators=(indicator(compare=[comparison], **more),),
        **({"areas": areas} if areas else {}),
    )
    return gather(pack, make_panel(pack, days, counts, cover=cover), [parse(period)])


def of(found: Ingredients, code: str) -> tuple[int, int, bool]:
    row = found.labels.areas.index(code)
    against = found.against(SLOT)
    return (
        int(against.count[row, -1]),
        int(against.exposure[row, -1]),
        bool(found.availability.exists[SLOT][row, -1]),
    )


RISING = np.arange(900)  # n calls on day n (day 0 is 1 January 2015)
FLAT = dict.fromkeys(TOWNS, 5)


def test_own_sums_the_same_month_of_earlier_years() -> None:
    """February 2017 against 2016 (29 days from day 396) and 2015 (28 days from day 31)."""
    found = gathered(compare("own", years=3, at_least=2), "2017-02", {"A": RISING})
    assert of(found, "A") == (sum(range(396, 425)) + sum(range(31, 59)), 57_000, True)
    assert not of(gathered(compare("own", years=3, at_least=3), "2017-02", {}), "A")[2]


def test_own_leaves_out_a_year_that_is_not_covered() -> None:
    silent = {day(n): DayState.NONE for n in range(31, 40)}  # nine days of February 2015
    found = gathered(compare("own", years=2, at_least=1), "2017-02", {"A": RISING}, cover=silent)
    assert of(found, "A") == (sum(range(396, 425)), 29_000, True)


def test_own_of_a_day_has_the_windows_length_and_widens() -> None:
    """Day 750 is 2017-01-20; a year earlier is day 384. Seven days end there; widened to 28, ten
    and a half on each side: the extra 21 are 11 before and 10 after."""
    counts = FLAT | {"A": RISING}
    plain = gathered(compare("own", years=1, at_least=1), "2017-01-20", counts, daily=DAILY)
    assert day(750) == date(2017, 1, 20)
    assert day(384) == date(2016, 1, 20)
    assert of(plain, "A") == (sum(range(378, 385)), 7_000, True)
    wide = gathered(
        compare("own", years=1, at_least=1, window="28 days"), "2017-01-20", counts, daily=DAILY
    )
    assert of(wide, "A") == (sum(range(367, 395)), 28_000, True)


def test_trailing_is_the_weeks_before_the_window() -> None:
    found = gathered(
        compare("trailing", weeks=8, at_least=4), "2017-01-20", FLAT | {"A": RISING}, daily=DAILY
    )
    assert of(found, "A") == (sum(range(744 - 56, 744)), 56_000, True)


def test_trailing_needs_its_weeks_covered() -> None:
    """February's eight weeks reach back before the panel: January is 31 days, four weeks are 28."""
    four = gathered(compare("trailing", weeks=8, at_least=4), "2015-02", {"A": RISING})
    assert of(four, "A") == (sum(range(31)), 31_000, True)
    assert not of(gathered(compare("trailing", weeks=8, at_least=5), "2015-02", {}), "A")[2]


def test_previous_is_the_month_before_or_the_days_before_the_window() -> None:
    month = gathered(compare("previous"), "2015-02", {"A": RISING})
    assert of(month, "A") == (sum(range(31)), 31_000, True)
    one = gathered(compare("previous"), "2017-01-20", FLAT | {"A": RISING}, daily=DAILY)
    assert of(one, "A") == (sum(range(737, 744)), 7_000, True)
    assert not of(gathered(compare("previous"), "2015-01", {}), "A")[2]


def test_parent_has_the_parents_sums_in_the_areas_window() -> None:
    found = gathered(compare("parent"), "2015-02", {"A": 3, "B": 4})
    assert of(found, "A") == (28 * 7, 28 * 6000, True)
    assert not of(found, "C")[2]  # the city has no parent


def test_peers_are_the_members_of_the_class() -> None:
    found = gathered(compare("peers"), "2015-02", {"A": 3, "B": 4})
    assert of(found, "A") == of(found, "G") == (28 * 7, 28 * 6000, True)
    assert not of(found, "C")[2]  # one city is no class


def test_peers_need_five_with_an_exposure() -> None:
    pack = make_pack(
        indicators=(indicator(compare=[compare("peers")]),),
        exposures=(people(dict.fromkeys("ABDE", 1000)),),
    )
    found = gather(pack, make_panel(pack, 90), [parse("2015-02")])
    assert not found.availability.exists[SLOT][1, -1]


def test_peers_in_the_areas_own_window() -> None:
    """A has a tenth of the people and a window of 28 days: so have the sums it is held against."""
    values = dict.fromkeys(TOWNS, 1000) | {"A": 100}
    pack = make_pack(
        indicators=(indicator(compare=[compare("peers")], daily=DAILY),),
        exposures=(people(values),),
    )
    panel = make_panel(pack, 400, dict.fromkeys(TOWNS, 2))
    found = gather(pack, panel, [period_of(day(380), "day")])
    assert found.world.length[0, :3, -1].tolist() == [7, 28, 7]
    assert found.against(SLOT).count[1:3, -1].tolist() == [12 * 28, 12 * 7]
    assert found.against(SLOT).exposure[1:3, -1].tolist() == [5100 * 28, 5100 * 7]


def test_target_is_the_entry_in_force() -> None:
    entries = [dated("1.5"), dated("2", date(2015, 2, 15))]
    found = gathered(compare("target", target=entries), "2015-02", {})
    assert of(found, "A") == (2_000_000, 1000 * 10**6, True)
    january = found.between(0, 1, 0)
    assert of(january, "A")[0] == 1_500_000
    late = gathered(compare("target", target=[dated(1, date(2020, 1, 1))]), "2015-02", {})
    assert not of(late, "A")[2]


def test_minmax_bounds_are_the_entries_in_force() -> None:
    bounds = {"low": [dated("0.5")], "high": [dated(2)]}
    assert of(gathered(compare("minmax", **bounds), "2015-02", {}), "A") == (
        500_000,
        2_000_000,
        True,
    )
    equal = {"low": [dated(2)], "high": [dated(2)]}
    assert not of(gathered(compare("minmax", **equal), "2015-02", {}), "A")[2]


def test_a_town_that_moves_is_held_against_its_parent_of_the_day() -> None:
    rows = [
        area("C", "city", None),
        area("P", "town"),
        area("Q", "town"),
        area("A", "town", "P", to=date(2015, 2, 15)),
        area("A", "town", "Q", **{"from": date(2015, 2, 16)}),
    ]
    found = gathered(compare("parent"), "2015-02", {"Q": 9}, areas=rows)
    row = found.labels.areas.index("A")
    assert found.world.parent[row].tolist() == [1, 2]
    assert found.against(SLOT).count[row, -1] == 28 * 9
