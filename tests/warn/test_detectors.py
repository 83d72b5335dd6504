"""Every detector of the registry keeps to the one protocol, whatever the data are."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from qingyu.pack.model import DetectorName
from qingyu.warn.detectors import detector
from qingyu.warn.judgement import Judgement
from qingyu.warn.reference import Timeline
from qingyu.warn.verdict import SPEAKS

NAMES = sorted(set(get_args(DetectorName)) - {"scan"})
WEEKS = 230
DATES = np.datetime64("2022-01-02", "D") + 7 * np.arange(WEEKS)
TIMELINE = Timeline(52, DATES)


def counts() -> np.ndarray:
    draws = np.random.default_rng(3)
    found = draws.poisson(20.0, (8, WEEKS)).astype(float)
    found[1] = 0  # nothing but zeros
    found[2, :-20] = np.nan  # too little history
    found[3, -1] = 200  # one huge week
    found[4, -1] = np.nan  # not known
    found[5, -40:] *= 3  # a level that shifted
    found[6, ::9] = np.nan  # holes
    found[7] = 0
    found[7, -1] = 9  # the first cases ever
    return found


def judge(name: str, exposure: np.ndarray | None = None) -> Judgement:
    by = detector(name, 3)
    assert by.needs(52) < WEEKS
    return by.judge(counts(), [WEEKS - 1], TIMELINE, 0.99, exposure)


@pytest.mark.parametrize("name", NAMES)
def test_a_clear_state_each_and_never_a_crash(name: str) -> None:
    found = judge(name)
    speaks = np.isin(found.state, SPEAKS)
    assert found.alarm.shape == found.state.shape == (8, 1)
    assert not found.alarm[~speaks].any()
    assert np.isnan(found.tail[~speaks]).all()
    assert np.isfinite(found.tail[speaks]).all()
    assert ((found.tail[speaks] >= 0) & (found.tail[speaks] <= 1)).all()
    assert not speaks[4, 0]


@pytest.mark.parametrize("name", NAMES)
def test_the_huge_week_is_an_alarm_and_the_usual_one_is_not(name: str) -> None:
    found = judge(name)
    assert found.alarm[3, 0]
    assert not found.alarm[1, 0]
    if not name.startswith(("cusum", "glr")):  # these add up weeks: chance may have begun a sum
        assert not found.alarm[0, 0]


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"ears_c3"}))
def test_an_alarm_is_a_tail_at_most_one_less_the_level(name: str) -> None:
    found = judge(name)
    speaks = np.isin(found.state, SPEAKS)
    assert np.array_equal(found.alarm[speaks], found.tail[speaks] <= 0.01 + 1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_twice_the_exposure_of_the_day_doubles_what_is_expected(name: str) -> None:
    exposure = np.ones((8, WEEKS))
    exposure[:, -1] = 2
    plain, doubled = judge(name), judge(name, exposure)
    assert doubled.expected[0, 0] == pytest.approx(2 * plain.expected[0, 0], rel=0.15)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_after_the_day_is_looked_at(name: str) -> None:
    by, given = detector(name, 3), counts()
    changed = given.copy()
    changed[:, 210:] = 1000
    before, after = (by.judge(one, [209], TIMELINE, 0.99).tail for one in (given, changed))
    assert np.array_equal(before, after, equal_nan=True)
