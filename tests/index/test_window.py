from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from index_town import TOWNS, area, compare, dated, day, indicator, make_pack, make_panel, people

from qingyu.index.steps import gather
from qingyu.index.window import _NEVER, _least_exposure
from qingyu.periods import Period, period_of

DAILY = {"window": "7 days", "least_expected": "5", "at_most": "28 days"}


@given(st.integers(1, 10**9), st.integers(1, 10**13), st.integers(1, 10**9))
def test_the_least_exposure_is_the_first_that_reaches(
    count: int, exposure: int, least: int
) -> None:
    found = _least_exposure(count, exposure, least)
    if found == _NEVER:
        return

    def expected(e: int) -> int:
        return round(Fraction(10**6 * count * e, exposure))

    assert expected(found) >= least
    assert found == 0 or expected(found - 1) < least


def test_without_a_rate_no_exposure_is_enough() -> None:
    assert _least_exposure(0, 10, 1) == _NEVER
    assert _least_exposure(10, 0, 1) == _NEVER


def lengths(calls: int, persons: int, days: int = 400, **more: object) -> dict[str, list[int]]:
    """Window lengths of all areas on day 380; town A has `persons`, the others 1000."""
    values = dict.fromkeys(TOWNS, 1000) | {"A": persons}
    pack = make_pack(indicators=(indicator(daily=DAILY, **more),), exposures=(people(values),))
    panel = make_panel(pack, days, dict.fromkeys(TOWNS, calls))
    found = gather(pack, panel, [period_of(day(380), "day")])
    return dict(zip(found.labels.areas, found.world.length[0, :, 1:].tolist(), strict=True))


def test_a_window_widens_until_enough_is_expected() -> None:
    """Six towns with one call each a day and 6000 people: 0.001 a person-day, 7 a week for 1000
    people; 500 people expect 6·0.5/5.5·7 = 3.8 a week and 7.6 in two."""
    assert lengths(1, 1000)["A"] == [7]
    assert lengths(1, 500)["A"] == [14]
    assert lengths(1, 500)["B"] == [7]
    assert lengths(1, 100)["A"] == [0]  # 6/5100·100·28 = 3.3 in four weeks: no window


def test_without_a_trailing_year_there_is_no_window() -> None:
    """F is 1 January 2016, day 365: the year before has 365 days, and 27 if the panel is short."""
    pack = make_pack(indicators=(indicator(daily=DAILY),))
    first = date(2015, 12, 5)  # 27 days before 1 January
    for start, window in ((first, 0), (date(2015, 12, 4), 7)):
        panel = make_panel(pack, 60, dict.fromkeys(TOWNS, 5), first=start)
        found = gather(pack, panel, [period_of(date(2016, 1, 20), "day")])
        assert found.world.length[0, 1:, -1].tolist() == [window] * 6


def test_longer_periods_are_their_own_windows() -> None:
    pack = make_pack()
    found = gather(pack, make_panel(pack, 120), [Period(day(31), day(58), "month")])
    assert found.world.length[0, :, -1].tolist() == [28] * 7
    assert found.labels.lead == 1
    assert [str(p) for p in found.labels.periods] == ["2015-01", "2015-02"]


def test_sums_of_a_window_are_those_of_its_days() -> None:
    """Town A has n calls on day n: days 374 … 380 make 7·377."""
    pack = make_pack(indicators=(indicator(daily=DAILY),))
    panel = make_panel(pack, 400, dict.fromkeys(TOWNS, 5) | {"A": np.arange(400)})  # type: ignore[dict-item]
    found = gather(pack, panel, [period_of(day(380), "day")])
    assert found.world.count[0, 1, -1] == 7 * 377
    assert found.exposure.total[0, 1, -1] == 7 * 1000
    assert found.world.days[0, 1, -1] == found.world.span[0, 1, -1] == 7


def test_an_indicator_without_daily_is_not_in_an_index_of_days() -> None:
    pack = make_pack(
        indicators=(
            indicator(daily=DAILY),
            indicator("fraud", compare=[compare("target", target=[dated(1)])]),
        )
    )
    panel = make_panel(pack, 400, dict.fromkeys(TOWNS, 5))
    found = gather(pack, panel, [period_of(day(380), "day")])
    assert found.labels.member == (True, False)
    assert found.method.weight[:, -1].tolist() == [1_000_000, 0]


def test_a_town_that_comes_has_windows_from_its_first_day() -> None:
    rows = (area("C", "city", None), *(area(c) for c in TOWNS[1:]), area("A", **{"from": day(378)}))
    pack = make_pack(areas=rows, indicators=(indicator(daily=DAILY),))
    panel = make_panel(pack, 400, dict.fromkeys(TOWNS, 5))
    found = gather(pack, panel, [period_of(day(380), "day")])
    place = found.labels.areas.index("A")
    assert found.world.span[0, place, -1] == 3
    assert found.exposure.total[0, place, -1] == 3000
