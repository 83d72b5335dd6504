"""All days and periods at once, or one by one: the same answers, to the bit."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from calm_county import FIRST, RULES, SAYS, panel_of, small_pack

from qingyu.flows.opening import Known
from qingyu.flows.warn_judge import DayJudge, day_of, judge_period, watches
from qingyu.flows.warn_live import Found, neighbours
from qingyu.flows.warn_past import hindsight
from qingyu.flows.warn_series import Series
from qingyu.pack.model import Pack
from qingyu.periods import period_of
from qingyu.warn.scan import Scan

DAYS = 800
LAST = FIRST + timedelta(days=DAYS - 1)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return small_pack()


@pytest.fixture(scope="module")
def series(pack: Pack) -> Series:
    return Series(pack, panel_of(pack, DAYS))


@pytest.fixture(scope="module")
def found(pack: Pack, series: Series) -> Found:
    return hindsight(pack, series.panel, LAST - timedelta(days=70), LAST)


def test_periods_together_are_periods_alone(pack: Pack, series: Series, found: Found) -> None:
    looked = 0
    for watch in watches(pack):
        if watch.daily:
            continue
        sheet = found.sheets[watch.key]
        for day, cells in list(zip(sheet.days, sheet.cells, strict=True))[::9]:
            period = period_of(day_of(day), watch.rule.period)
            alone = judge_period(series, Known(1, None), period, [watch])[watch.key]
            assert np.array_equal(cells, np.stack(list(alone.values())), equal_nan=True)
            looked += int(np.isfinite(cells[0]).any())
    assert looked > 20


@pytest.mark.parametrize("by", ["default", "farrington_flexible", "predictive_tail", "scan"])
def test_subjects_judged_together_are_subjects_alone(by: str) -> None:
    rule = SAYS | {"id": "x", "of": ("traffic_crash", "fire_alarm", "ems_cardiac"),
                   "detect": {"by": by, "enter": "0.001", "leave": "0.05", "years": 1}}  # fmt: skip
    pack = small_pack(RULES | {"rules": (rule,)})
    series = Series(pack, panel_of(pack, DAYS))
    zones = Scan.between(series.areas, neighbours(pack, series.areas))
    every = watches(pack)
    together = DayJudge(series, zones, every)
    for column in (DAYS - 1, DAYS - 9):
        for watch in every:
            one = together.judge(watch, column)
            alone = DayJudge(series, zones).judge(watch, column)
            for name, values in alone.items():
                assert np.array_equal(one[name], values, equal_nan=True)
            assert np.isfinite(alone["tail"]).any()


def test_days_of_which_nothing_is_known_are_not_looked_back_on(pack: Pack, series: Series) -> None:
    seen = hindsight(pack, series.panel, LAST - timedelta(days=3), date(2030, 1, 1))
    assert {max(one.days) for one in seen.sheets.values() if one.days} <= {
        (LAST - date(1970, 1, 1)).days, (LAST.replace(day=1) - date(1970, 1, 1)).days - 1,
    }  # fmt: skip
