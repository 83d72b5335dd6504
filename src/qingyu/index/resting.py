"""Which numbers rest on a bridge: sums that reach across a split or a merge of areas."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from qingyu.index.baseline import Case, Ranges, ranges_of
from qingyu.index.bridge import Bridge
from qingyu.index.days import Range
from qingyu.index.ingredients import NOT_BRIDGED, Int
from qingyu.index.peers import Groups, classes_of
from qingyu.pack.model import Comparison


def of_window(case: Case, bridge: Bridge) -> Int:
    """[A, P] of the sums over each cell's own window: day numbers as in `Bridged`."""
    return _picked(case, lambda k: _touched(case, bridge, case.windows.widths[k]))


def of_comparison(
    case: Case, bridge: Bridge, comparison: Comparison, groups: dict[int, Groups]
) -> Int:
    """[A, P] of the sums that a comparison holds the window against."""
    match comparison.with_:
        case "own":
            years = ranges_of(case.scene, case.windows.widths, comparison)
            return _picked(case, lambda k: _of_years(case, bridge, years, k))
        case "trailing" | "previous":
            (ranges,) = ranges_of(case.scene, case.windows.widths, comparison)
            return _picked(case, lambda k: _touched(case, bridge, ranges[k]))
        case "parent":
            return _picked(case, lambda k: _of_parents(case, bridge, k))
        case "peers":
            return _picked(case, lambda k: _of_members(case, bridge, groups, k))
        case _:
            return np.full(case.windows.chosen.shape, NOT_BRIDGED, np.int64)


def _touched(case: Case, bridge: Bridge, ranges: Range) -> Int:
    return case.scene.once(("touched", id(ranges)), lambda: (bridge.touched(ranges), ranges))[0]


def _picked(case: Case, found: Callable[[int], Int]) -> Int:
    windows = case.windows
    days = windows.pick(lambda k, rows: found(k)[rows])
    return np.where(windows.chosen > 0, days, NOT_BRIDGED)


def _of_years(case: Case, bridge: Bridge, years: list[Ranges], k: int) -> Int:
    """Of the years that are covered: the others do not enter the sums."""
    days = [
        np.where(case.covered(ranges[k]), _touched(case, bridge, ranges[k]), NOT_BRIDGED)
        for ranges in years
    ]
    found: Int = np.maximum.reduce(days)
    return found


def _of_parents(case: Case, bridge: Bridge, k: int) -> Int:
    own = _touched(case, bridge, case.windows.widths[k])
    above = case.scene.hierarchy.graded_parent[case.scene.epoch].T
    found = np.take_along_axis(own, np.maximum(above, 0), axis=0)
    return np.where(above >= 0, found, NOT_BRIDGED)


def _of_members(case: Case, bridge: Bridge, groups: dict[int, Groups], k: int) -> Int:
    own = _touched(case, bridge, case.windows.widths[k])
    found = np.full(own.shape, NOT_BRIDGED, np.int64)
    tree = case.scene.hierarchy
    for epoch in np.unique(case.scene.epoch).tolist():
        columns = case.scene.epoch == epoch
        of = groups[epoch].of(tree.graded_level, classes_of(tree, epoch))
        for group, members in enumerate(groups[epoch].members):
            latest = own[members][:, columns].max(axis=0)
            found[np.ix_(of == group, columns)] = latest
    return found
