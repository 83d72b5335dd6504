"""Words of the plain rules, day by day."""

from __future__ import annotations

import numpy as np
import pytest

from qingyu.pack.model import Detect, Incomplete, Quiet, RankFall, Reds, Rise, RunGap
from qingyu.warn import rules
from qingyu.warn.verdict import State

_NONE = float("nan")


@pytest.mark.parametrize(
    ("gap", "expected"),
    [("breaks", [1, 2, 0, 1]), ("skipped", [1, 2, 2, 3]), ("counts", [1, 2, 3, 4])],
)
def test_a_run_of_reds_keeps_to_its_rule_for_days_without_data(
    gap: RunGap, expected: list[int]
) -> None:
    red, known = np.array([1, 1, 0, 1], bool), np.array([1, 1, 0, 1], bool)
    assert rules.runs(red, known, gap).tolist() == expected


def test_missing_days_alone_are_no_run() -> None:
    none = np.zeros(5, bool)
    assert rules.runs(none, none, "counts").tolist() == [0] * 5


def test_red_is_left_one_point_above_where_it_is_entered() -> None:
    rule = Reds(run=2, no_data="skipped", leave="1")  # type: ignore[arg-type]
    word = rules.reds(rule, np.array([[69.9, 69.0, 70.5, 71.0, _NONE]]), 70.0)
    assert word.enter.tolist() == [[False, True, False, False, False]]
    assert word.hold.tolist() == [[True, True, True, False, False]]
    assert word.known.tolist() == [[True, True, True, True, False]]


def test_a_detector_speaks_only_where_it_judged_and_enough_came() -> None:
    rule = Detect(by="bayes", enter="0.01", leave="0.1", least=5)  # type: ignore[arg-type]
    tail = np.array([0.001, 0.001, 0.05, 0.001, 0.001])
    counts = np.array([9.0, 4.0, 9.0, 9.0, 9.0])
    state = np.array([State.JUDGED, State.JUDGED, State.JUDGED, State.SHORT, State.FEW], np.int8)
    word = rules.detected(rule, tail, counts, state)
    assert word.enter.tolist() == [True, False, False, False, False]
    assert word.hold.tolist() == [True, False, True, False, False]
    assert word.known.tolist() == [True, True, True, False, True]


def test_silence_needs_something_expected() -> None:
    rule = Quiet(expected="8")  # type: ignore[arg-type]
    state = np.full(3, State.JUDGED, np.int8)
    word = rules.fallen_silent(rule, np.array([0.0, 0.0, 1.0]), np.array([9.0, 7.0, 9.0]), state)
    assert word.enter.tolist() == [True, False, False]


def test_rises_falls_and_gaps() -> None:
    rise = Rise(by="0.5", leave="0.2", least=10)  # type: ignore[arg-type]
    word = rules.risen(rise, np.array([16.0, 15.0, 9.0, _NONE]), np.array([10.0, 10.0, 1.0, 1.0]))
    assert word.enter.tolist() == [True, False, False, False]
    assert word.hold.tolist() == [True, True, False, False]
    fall = rules.fell_in_rank(RankFall(places=5), np.array([9.0, 8.0]), np.array([4.0, 4.0]))
    assert fall.enter.tolist() == [True, False]
    share = rules.left_incomplete(Incomplete(below="0.6"), np.array([0.6, 0.59, _NONE]))  # type: ignore[arg-type]
    assert share.enter.tolist() == [False, True, True]
