"""Silence is not zero: what is known of each cell, before any arithmetic."""

from __future__ import annotations

import numpy as np

from qingyu.index.baseline import Case
from qingyu.index.ingredients import SCORED, Int, Small, State
from qingyu.pack.model import MICRO


def cell_states(case: Case, exposure: Int) -> Small:
    """[A, P] State of each cell of one indicator, in the order of section 4.

    exposure: e [A, P] over each cell's window. Whether any comparison is available is for
    `evaluate` to find.
    """
    scene = case.scene
    found = case.flags(lambda k: _by_cover(case, k)).astype(np.uint8)
    found[case.windows.chosen == 0] = State.NO_DATA
    found[(exposure <= 0) & (found >= SCORED)] = State.NO_DATA
    if scene.daily:
        day = scene.range.last
        silent = case.days.state_on(day, case.days.counted) == 0
        found[:, silent] = _reasons(case)[silent]
    shown = scene.hierarchy.graded_valid[scene.epoch].T
    found[~shown] = State.NOT_SHOWN
    return found


def _by_cover(case: Case, k: int) -> Int:
    """[A or 1, P] the state of cells whose window has width k, from its days alone."""
    days, ranges = case.days, case.windows.widths[k]
    count = case.scene.calendar.count
    span = case.scene.calendar.span(ranges)
    counting, suspect = case.counting(ranges), count(days, days.suspect, ranges)
    settled = count(days, days.settled, ranges)
    found = np.full(span.shape, int(State.OK), np.int64)
    found[settled < span] = State.PROVISIONAL
    found[suspect > 0] = State.SUSPECT_SCORE
    needed = case.indicator.least_covered * span
    late = days.late(case.scene.range.last, case.indicator.missing.after.days)
    short = counting * MICRO < needed
    found[short] = np.where(late, int(State.LATE), int(State.NO_DATA))[
        np.broadcast_to(np.arange(len(late)), short.shape)[short]
    ]
    found[short & ((counting + suspect) * MICRO >= needed)] = State.SUSPECT
    return found


def _reasons(case: Case) -> Small:
    """[P] why a day that does not count does not."""
    day = case.scene.range.last
    found = np.full(len(day), int(State.NO_DATA), np.uint8)
    found[case.days.late(day, case.indicator.missing.after.days)] = State.LATE
    found[case.days.state_on(day, case.days.suspect) > 0] = State.SUSPECT
    return found
