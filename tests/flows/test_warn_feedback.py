"""More patrol finds more, and that is no warning: the street has not changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from calm_zhuhai import DAYS, PACK, made

from qingyu.engine.tables import Panel, fingerprint
from qingyu.flows.warn_judge import DayJudge, watches
from qingyu.flows.warn_series import Series
from qingyu.warn import rules
from qingyu.warn.scan import Scan

TOWN, BEGIN = "440402100000", DAYS - 28
EVENTS = PACK.indicator("urban_events")


@pytest.fixture(scope="module")
def calm() -> Panel:
    return made()


def doubled(calm: Panel, *, hours: bool) -> Panel:
    """Twice the events found in a town in the last four weeks, with twice the patrol or not."""
    counts = calm.counts.copy(deep=True)
    hour = EVENTS.per.measure
    assert hour is not None
    for measure in (EVENTS.measure, *([hour] if hours else [])):
        counts.loc[{"measure": fingerprint(measure), "area": TOWN}][BEGIN:] *= 2
    return replace(calm, counts=counts)


def words(panel: Panel) -> np.ndarray:
    """[day] whether the town enters an episode by `surge`, in the last four weeks."""
    watch = next(w for w in watches(PACK) if w.key == "surge/urban_events")
    series = Series(PACK, panel)
    judge = DayJudge(series, Scan(len(series.areas), frozenset()))
    row = series.areas.index(TOWN)
    assert watch.rule.detect is not None
    found = []
    for column in range(BEGIN, DAYS):
        cells = judge.judge(watch, column)
        word = rules.detected(
            watch.rule.detect, cells["tail"], cells["count"], cells["state"].astype(np.int8)
        )
        assert word.known[row]
        found.append(bool(word.enter[row]))
    return np.array(found)


def test_twice_the_patrol_is_no_warning(calm: Panel) -> None:
    assert not words(doubled(calm, hours=True)).any()


def test_twice_the_events_are_one_within_two_weeks(calm: Panel) -> None:
    assert words(doubled(calm, hours=False))[:14].any()
