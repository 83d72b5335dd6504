"""Sums between points are the sums of all days, whatever grid they are kept on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_town import CALLS, area, compare, indicator, make_pack, make_panel, people

from qingyu.engine.tables import fingerprint
from qingyu.index import steps
from qingyu.index.days import Range
from qingyu.index.ingredients import Ingredients, Int
from qingyu.index.running import Edges, Grid, Running
from qingyu.periods import parse


def rising(edges: list[int]) -> Edges:
    """All days up to the last edge lie in a range."""
    days = np.array(edges, np.int64)
    return Edges(days.min(keepdims=True), days.max(keepdims=True), days)


def running(values: Int, edges: list[int], kept: bool = False) -> Running:
    grid = Grid.of(100, values.shape[1], rising(edges))
    sums = np.concatenate([np.zeros((len(values), 1), np.int64), values.cumsum(axis=1)], axis=1)
    return Running(sums[:, grid.points], grid, values.shape[1], kept)


@given(st.lists(st.tuples(st.integers(90, 220), st.integers(90, 220)), min_size=1, max_size=4))
def test_ranges_cut_to_the_panel(pairs: list[tuple[int, int]]) -> None:
    values = np.arange(200).reshape(2, 100) % 7
    first, last = (np.array(side, np.int64) for side in zip(*pairs, strict=True))
    found = running(values, [*first.tolist(), *(last + 1).tolist()]).over(Range(first, last))
    plain = [
        [sum(row[max(a - 100, 0) : max(b - 99, 0)].tolist()) for a, b in pairs] for row in values
    ]
    assert found.tolist() == plain


def test_a_range_whose_edge_is_not_on_the_grid_is_a_mistake_of_ours() -> None:
    some = running(np.ones((1, 100), np.int64), [110, 120])
    assert some.over(Range(np.array([110]), np.array([119]))).tolist() == [[10]]
    with pytest.raises(LookupError, match="where no running sum is kept"):
        some.over(Range(np.array([111]), np.array([119])))


def test_many_edges_keep_every_day() -> None:
    assert Grid.of(0, 100, rising(list(range(0, 100, 3)))).whole
    assert not Grid.of(0, 100, rising(list(range(0, 100, 5)))).whole
    days = np.arange(80, 100)
    assert not Grid.of(0, 100, Edges(days - 50, days - 49, days)).whole  # few of them are asked for


spans = st.lists(st.tuples(st.integers(90, 220), st.integers(-3, 9)), min_size=1, max_size=4)


@given(spans, st.integers(0, 9))
def test_only_days_in_a_range_are_read(pairs: list[tuple[int, int]], step: int) -> None:
    """Empty ranges among them, and some outside the panel."""
    begin = np.array([first for first, _ in pairs], np.int64)
    end = begin + np.array([length for _, length in pairs], np.int64)
    grid = Grid.of(100, 100, Edges(begin, end, np.array([100 + 11 * step], np.int64)))
    if grid.asked is None:
        assert grid.whole
        assert grid.read == slice(0, 100)
        return
    asked = {day - 100 for a, b in zip(begin, end, strict=True) for day in range(a, b)}
    read = sorted(asked & set(range(100)))
    assert np.arange(100)[grid.read].tolist() == read
    assert grid.read_before.tolist() == [sum(day < p for day in read) for p in grid.points]


def test_days_that_were_not_read_are_never_taken_for_quiet_ones() -> None:
    days = np.array([110, 150], np.int64)
    grid = Grid.of(100, 100, Edges(days, days + 10, days[:0]))
    some = Running(np.zeros((1, len(grid.points)), np.int64), grid, 100)
    assert some.over(Range(np.array([110, 150]), np.array([119, 159]))).tolist() == [[0, 0]]
    with pytest.raises(LookupError, match="days that were not read"):
        some.over(Range(np.array([110]), np.array([159])))


def test_kept_sums_are_found_again_by_range_and_not_by_value() -> None:
    some = running(np.ones((1, 100), np.int64), [110, 120], kept=True)
    one = Range(np.array([110]), np.array([119]))
    assert some.over(one) is some.over(one)
    other = Range(np.array([110]), np.array([109]))
    assert some.over(other).tolist() == [[0]]


TOWNS = (
    area("C", "city", None), area("A"), area("B"), area("D"), area("E"), area("F"),
    area("G", since="2015-06-10"), area("H", until="2015-11-20"),
)  # fmt: skip
DAILY = {"window": "7 days", "least_expected": "5", "at_most": "28 days"}


@pytest.mark.parametrize("label", ["2016-01-16", "2016-02", "2016-Q1"])
@pytest.mark.parametrize("measure", [CALLS, {"stock": "calls", "closed": "at"}])
def test_a_sparse_grid_changes_no_ingredient(measure: dict[str, str], label: str) -> None:
    """Areas come and go and people move between the points, and the same is gathered."""
    comparisons = [
        compare("own", years=1, at_least=1, window="28 days", weight="0.25"),
        compare("trailing", weeks=4, at_least=1, weight="0.25"),
        compare("peers", weight="0.25"),
        compare("previous", weight="0.25"),
    ]
    before, after = people(dict.fromkeys("ABDEFGH", 1000)), people({"A": 1500}, date(2015, 9, 3))
    moving = before.model_copy(update={"rows": (*before.rows, *after.rows)})
    pack = make_pack(
        areas=TOWNS,
        indicators=(indicator(measure=measure, daily=DAILY, compare=comparisons),),
        exposures=(moving,),
    )
    panel = make_panel(pack, 460, {code: 1 + place % 3 for place, code in enumerate("ABDEFGH")})
    mark = fingerprint(pack.indicators[0].measure)
    panel = replace(panel, counts=panel.counts.assign_coords(measure=[mark]))
    grids: list[Grid] = []

    def gathered(make: Callable[[int, int, Edges], Grid]) -> Ingredients:
        def noted(start: int, size: int, edges: Edges) -> Grid:
            grids.append(make(start, size, edges))
            return grids[-1]

        with patch.object(Grid, "of", noted):
            return steps.gather(pack, panel, [parse(label)])

    sparse = gathered(Grid.of)
    whole = gathered(lambda start, size, _: Grid(start, np.arange(size + 1)))
    assert [grid.whole for grid in grids] == [False, True]
    assert int(sparse.world.count.max()) > (50 if "count" in measure else 10_000)
    for name in ("count", "days", "span", "length", "parent", "deductions"):
        assert (getattr(sparse.world, name) == getattr(whole.world, name)).all()
    assert (sparse.exposure.total == whole.exposure.total).all()
    assert (sparse.availability.state == whole.availability.state).all()
    for slot in sparse.availability.exists:
        one, other = sparse.against(slot), whole.against(slot)
        assert all((getattr(one, n) == getattr(other, n)).all() for n in vars(one))
