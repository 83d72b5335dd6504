"""Seasons, weeks, festivals and effects are as declared."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from qingyu.simulate.city import shapes
from qingyu.simulate.city.chance import RISK, bell
from qingyu.simulate.city.shapes import days_between, number_of

FESTIVAL = date(2026, 2, 17)


def days(first: date, last: date) -> shapes.Days:
    return days_between(
        number_of(first), number_of(last), (FESTIVAL,), (date(2026, 1, 1),), (date(2026, 1, 4),)
    )


def test_tables_have_the_mean_of_one() -> None:
    assert {sum(table) for table in shapes.SEASONS.values()} == {12_000}
    assert {sum(table[:7]) for table in shapes.WEEKS.values()} == {7000}
    assert {len(table) for table in shapes.WEEKS.values()} == {8}
    for knots in shapes.FESTIVALS.values():
        assert knots[0][1] == knots[-1][1] == 1000
        assert [at for at, _ in knots] == sorted({at for at, _ in knots})


def test_the_calendar_of_days() -> None:
    found = days(date(2026, 1, 1), date(2026, 1, 5))
    assert found.week.tolist() == [shapes.HOLIDAY, 4, 5, 0, 0]  # a make-up Sunday is a Monday
    assert found.festival.tolist() == [-47, -46, -45, -44, -43]
    assert found.first == date(2026, 1, 1)


def test_a_season_goes_through_the_fifteenths() -> None:
    table = shapes.SEASONS["fire"]
    for month in (1, 6, 12):
        day = date(2026, month, 15)
        assert float(shapes.season(days(day, day), "fire")[0]) == table[month - 1] / 1000
    between = float(shapes.season(days(date(2026, 1, 31), date(2026, 1, 31)), "fire")[0])
    assert table[1] / 1000 < between < table[0] / 1000


def test_a_festival_is_aligned_by_its_own_day() -> None:
    span = days(date(2026, 2, 1), date(2026, 3, 20))
    factor = shapes.festival(span, "empty")
    at = {int(o): float(f) for o, f in zip(span.festival, factor, strict=True)}
    assert at[0] == 0.45
    assert at[6] == 0.5
    assert at[3] == pytest.approx(0.475)
    assert at[-16] == 1.0
    assert at[25] == 1.0


def test_powers_of_e() -> None:
    x = np.linspace(-11.9, 11.9, 2001)
    assert np.abs(shapes.exp(x) / np.array([math.exp(v) for v in x]) - 1).max() < 1e-14


@pytest.mark.parametrize("spread", [0.0, 0.1, 0.35, 0.8])
def test_effects_have_mean_one_and_the_variance_told(spread: float) -> None:
    key = np.arange(1, 200_001).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    found = shapes.effect(spread, bell(1, key, 0, 0, RISK, 0))
    true_ = shapes.effect_variance(spread)
    assert float(found.mean()) == pytest.approx(1.0, abs=0.008)
    assert float(found.var()) == pytest.approx(true_, rel=0.05, abs=1e-12)
    assert true_ == pytest.approx(math.exp(spread**2) - 1, rel=0.06, abs=1e-12)
