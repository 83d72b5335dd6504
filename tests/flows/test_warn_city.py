"""A calm city as the index reads one: each kind of measure is drawn as its past was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from calm_zhuhai import FIRST, PACK, made

from qingyu.engine.tables import DayState, Panel, fingerprint
from qingyu.flows.warn_city import LEAST_WEEKS, CalmCity, Part, Rate, Weeks, learn_city
from qingyu.flows.warn_series import Series
from qingyu.index.steps import compute
from qingyu.pack.model import Indicator
from qingyu.periods import parse


@pytest.fixture(scope="module")
def past() -> Panel:
    return made()


@pytest.fixture(scope="module")
def city(past: Panel) -> CalmCity:
    found = learn_city(PACK, past)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def drawn(city: CalmCity) -> Panel:
    return city.drawn(np.random.Generator(np.random.Philox(1)))


def of(panel: Panel, indicator: Indicator) -> tuple[np.ndarray, np.ndarray]:
    series = Series(PACK, panel)
    rows = np.array(series.levels()) == "town"
    assert indicator.per.measure is not None
    return (series.measured(indicator.measure)[0][rows],
            series.measured(indicator.per.measure)[0][rows])  # fmt: skip


def test_every_indicator_is_drawn_in_its_way(city: CalmCity) -> None:
    assert city.undrawn == ()
    ways = {one.id: city.ways[fingerprint(one.measure)] for one in PACK.indicators}
    assert isinstance(ways["traffic_accidents"], Rate)
    assert isinstance(ways["hotline_in_time"], Part)
    assert isinstance(ways["uncivil_traffic"], Part)  # sums of checks
    assert isinstance(ways["urban_events"], Rate)  # for hours of patrol
    assert ways["urban_events"].exposure is not None
    assert isinstance(ways["air_quality"], Weeks)
    assert isinstance(ways["illegal_land_use"], Weeks)
    assert ways["illegal_land_use"].stock


def test_parts_stay_within_their_wholes_at_their_level(drawn: Panel) -> None:
    for name in ("hotline_in_time", "urban_closed", "consumer_solved"):
        part, whole = of(drawn, PACK.indicator(name))
        assert (part <= whole).all()
        assert part.sum() / whole.sum() == pytest.approx(0.8, abs=0.01)


def test_readings_and_answers_keep_what_they_are_divided_by(past: Panel, drawn: Panel) -> None:
    """Whole weeks of both: every drawn day of the two is a day that was."""
    for name in ("air_quality", "resident_rating"):
        one, two = (np.stack(of(panel, PACK.indicator(name))) for panel in (past, drawn))
        days = {day.tobytes() for day in np.moveaxis(one, 2, 0)}
        assert all(day.tobytes() in days for day in np.moveaxis(two, 2, 0))


def test_what_stands_keeps_its_level(past: Panel, drawn: Panel) -> None:
    measure = PACK.indicator("illegal_land_use").measure
    levels = Series(PACK, drawn).measured(measure)[0]
    rows = np.array(Series(PACK, drawn).levels()) == "town"
    assert levels[rows].min() >= 50
    assert levels[rows].max() < 60


def test_counts_keep_their_level_and_parents_are_sums(past: Panel, drawn: Panel) -> None:
    measure = PACK.indicator("traffic_accidents").measure
    series = Series(PACK, drawn)
    cells = series.measured(measure)[0]
    levels = np.array(series.levels())
    towns, whole = cells[levels == "town"], cells[levels == "city"]
    assert np.array_equal(towns.sum(axis=0), whole[0])
    assert towns[towns.sum(axis=1) > 0].mean() == pytest.approx(3.0, rel=0.03)


def test_the_index_computes_it(drawn: Panel) -> None:
    for label in (f"{drawn.last.isoformat()}", drawn.last.replace(day=1).isoformat()[:7]):
        period = parse(label)
        results = compute(PACK, drawn, [period])
        assert (results.score[:, -1] > 0).sum() >= 30


def test_the_same_draws_are_the_same_city(city: CalmCity, drawn: Panel) -> None:
    again = city.drawn(np.random.Generator(np.random.Philox(1)))
    other = city.drawn(np.random.Generator(np.random.Philox(2)))
    assert np.array_equal(again.counts.values, drawn.counts.values)
    assert not np.array_equal(other.counts.values, drawn.counts.values)


def test_what_has_no_past_is_named_and_stays_missing(past: Panel) -> None:
    states = past.coverage.copy(deep=True)
    states.loc[{"source": "air"}] = DayState.NONE
    found = learn_city(PACK, replace(past, coverage=states))
    assert found is not None
    assert found.undrawn == ("air_quality",)
    drawn = found.drawn(np.random.Generator(np.random.Philox(1)))
    assert (drawn.coverage.sel(source="air").values == DayState.NONE).all()
    assert (drawn.coverage.sel(source="police_110").values == DayState.FULL).all()


def test_a_short_past_is_drawn_on(past: Panel) -> None:
    short = replace(
        past, counts=past.counts.isel(day=slice(0, 300)), coverage=past.coverage.isel(
            day=slice(0, 300))
    )  # fmt: skip
    found = learn_city(PACK, short)
    assert found is not None
    assert (found.first, found.days) == (FIRST + 300 % 7, 7 * LEAST_WEEKS)
