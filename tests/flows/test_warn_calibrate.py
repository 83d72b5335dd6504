"""What rules cost where nothing happens: over counts and over scores, parts and parents."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from calm_county import FIRST, RULES, SAYS, TOWNS, panel_of, small_pack
from hypothesis import given
from hypothesis import strategies as st

from qingyu.engine.tables import DayState, Panel
from qingyu.errors import NotFoundError
from qingyu.flows.warn_calibrate import Calibration, Rate, calibrate_from
from qingyu.flows.warn_episodes import raised
from qingyu.flows.warn_levers import LOOSEST, STRICTEST, level_of, moved, with_rules
from qingyu.flows.warn_past import hindsight
from qingyu.index.exact_json import dumps
from qingyu.pack.model import MICRO, Pack, Warnings

DAYS = 7 * 120


@pytest.fixture(scope="module")
def pack() -> Pack:
    return small_pack()


@pytest.fixture(scope="module")
def panel(pack: Pack) -> Panel:
    return panel_of(pack, DAYS)


@pytest.fixture(scope="module")
def found(pack: Pack, panel: Panel) -> Calibration:
    return calibrate_from(pack, panel)


def test_every_kind_of_rule_has_its_cost(found: Calibration) -> None:
    assert [one.rule for one in found.rules] == ["leap", "none", "reds", "rise", "fall", "gaps"]
    assert found.town_years == len(TOWNS)
    costs = {one.rule: one.alone.rate.units for one in found.rules}
    assert costs["rise"] > 0
    assert costs["fall"] > 0
    assert found.together.rate.units <= sum(costs.values())
    assert sum(one.first.rate.units for one in found.rules) == pytest.approx(
        found.together.rate.units, abs=len(costs)
    )
    for one in found.rules:
        assert one.alone.low.units <= one.alone.rate.units <= one.alone.high.units


def test_the_levels_it_suggests_keep_the_budget(found: Calibration) -> None:
    assert not found.within  # these rules are far too ready to speak
    assert found.keeps
    for one in found.rules:
        assert (one.suggested == one.level) == (one.alone.rate.units == 0 or one.lever == "below")


def test_a_budget_that_no_level_keeps_is_said(panel: Panel) -> None:
    """Places that are never blue are always `yellow or worse`, however long the run."""
    always = SAYS | {"id": "reds", "of": ("daily",),
                     "reds": {"run": 1, "grade": "yellow", "no_data": "skipped",
                              "leave": "0"}}  # fmt: skip
    budget = RULES["budget"] | {"a_year": "0.1"}
    found = calibrate_from(small_pack(RULES | {"rules": (always,), "budget": budget}), panel)
    assert not found.within
    assert not found.keeps


def test_it_is_the_same_again(panel: Panel) -> None:
    pack = small_pack(RULES | {"rules": RULES["rules"][2:]})
    one, two = (dumps(calibrate_from(pack, panel, cities=2).to_json()) for _ in range(2))
    assert one == two


def test_it_is_told_in_json(found: Calibration) -> None:
    plain = json.loads(dumps(found.to_json()))
    assert plain["rules"][0]["lever"] == "enter"
    assert set(plain["together"]) == {"rate", "low", "high"}


def test_the_rate_is_that_of_other_calm_years(pack: Pack) -> None:
    """Poisson counts learnt from one county cost what fresh ones of the same law cost."""
    rule = SAYS | {"id": "leap", "of": ("traffic_crash", "fire_alarm", "ems_cardiac"),
                   "levels": ("township",),
                   "detect": {"by": "bayes", "enter": "0.01", "leave": "0.05"}}  # fmt: skip
    pack = small_pack(RULES | {"rules": (rule,)})
    cost = calibrate_from(pack, panel_of(pack, 7 * 208), cities=2)
    number = 0
    for seed in range(2, 6):
        fresh = panel_of(pack, 600, seed=seed)
        last = FIRST + timedelta(days=599)
        number += len(raised(pack, hindsight(pack, fresh, last - timedelta(days=363), last)))
    wanted = Rate.of(number, 4 * len(TOWNS))
    assert cost.together.low.units <= wanted.high.units
    assert wanted.low.units <= cost.together.high.units
    assert number > 30


def test_a_county_without_half_a_year_has_no_calm_city(pack: Pack) -> None:
    with pytest.raises(NotFoundError):
        calibrate_from(pack, panel_of(pack, 100))


def test_a_source_that_is_never_full_leaves_its_indicators_out(pack: Pack, panel: Panel) -> None:
    none = panel.coverage.copy(data=np.full(panel.coverage.shape, DayState.NONE, np.uint8))
    with pytest.raises(NotFoundError):
        calibrate_from(pack, replace(panel, coverage=none))


@given(st.integers(0, 400), st.integers(1, 500))
def test_the_interval_holds_the_rate_and_narrows(number: int, years: int) -> None:
    one, many = Rate.of(number, years), Rate.of(number * 10, years * 10)
    assert one.low.units <= one.rate.units <= one.high.units
    assert many.high.units - many.low.units <= one.high.units - one.low.units + 1
    if number == 0:
        assert one.low.units == 0
        assert one.high.units == pytest.approx(299.6 / years, abs=1)  # −ln 0.05


@given(st.integers(LOOSEST, STRICTEST - 1))
def test_each_step_is_stricter(steps: int) -> None:
    for rule in Warnings.model_validate(RULES, strict=False).rules:
        lever, level = level_of(rule)
        one, two = (level_of(moved(rule, n))[1].units for n in (steps, steps + 1))
        assert (two <= one) if lever in ("enter", "below") else (two >= one)
        if steps < 0 and lever != "enter":
            assert one == level.units
        assert moved(rule, 0) == rule


def test_a_level_never_passes_where_it_is_left() -> None:
    pack = small_pack()
    assert pack.warnings is not None
    loose = moved(pack.warnings.rule("leap"), LOOSEST)
    assert loose.detect is not None
    assert loose.detect.enter == loose.detect.leave == MICRO // 20
    assert with_rules(pack, (loose,)).warnings is not None
