"""The same digits by float64 as by integers, and integers where float64 could not be sure."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from index_town import compare, indicator

from qingyu.index import score
from qingyu.index.cells import Block
from qingyu.index.ingredients import Against, Bool, Int
from qingyu.index.results import Stations

COMPARE = [
    compare("own", years=3, at_least=1, weight="0.5"),
    compare("peers", weight="0.3"),
    compare("previous", weight="0.2"),
]
sizes = st.sampled_from([0, 4, 10, 20, 30, 40, 45])
numbers = sizes.flatmap(lambda bits: st.integers(0, 2**bits))


def cells_of(data: st.DataObject) -> score._Cells:
    shape = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 6))

    def drawn(numbers: st.SearchStrategy[int]) -> Int:
        flat = st.lists(numbers, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1])
        return np.array(data.draw(flat), np.int64).reshape(shape)

    def flags() -> Bool:
        return drawn(st.sampled_from([0, 1, 1, 1, 1])) > 0

    counts = st.integers(-3, 10 ** data.draw(st.integers(1, 9)))
    against = [
        Against(drawn(counts), drawn(numbers), drawn(st.integers(0, 10**12))) for _ in COMPARE
    ]
    every = data.draw(st.booleans())
    exists = [np.ones(shape, bool) if every else flags() for _ in COMPARE]
    scorable = np.ones(shape, bool) if every else flags()
    ind = indicator(compare=COMPARE)
    return score._Cells(ind, drawn(counts), drawn(numbers), scorable, against, exists)


def outcome(cells: score._Cells, *, by_floats: bool) -> list[object]:
    """Everything that is written, or that it does not fit 64 bits."""
    shape = cells.count.shape
    into: list[Stations] = [score._empty(shape) for _ in COMPARE]
    value, present = np.empty(shape, np.int64), np.empty(shape, bool)
    try:
        if by_floats:
            cells.score(into, value, present)
        else:
            cells._by_integers(into, value, present)
    except OverflowError:
        return ["too large"]
    parts = [part.tolist() for one in into for part in vars(one).values()]
    return [*parts, value.tolist(), present.tolist()]


@given(st.data())
def test_floats_and_integers_write_the_same(data: st.DataObject) -> None:
    cells = cells_of(data)
    assert outcome(cells, by_floats=True) == outcome(cells, by_floats=False)


def usual(count: int, kappa: int = 10**9) -> score._Cells:
    shape = (3, 5)

    def cell(value: int) -> Int:
        return np.full(shape, value, np.int64)

    return score._Cells(
        indicator(compare=COMPARE), cell(count), cell(420_000), cell(1) > 0,
        [Against(cell(4 * count), cell(1_680_000), cell(kappa)) for _ in COMPARE],
        [cell(1) > 0 for _ in COMPARE],
    )  # fmt: skip


def test_usual_cells_never_reach_the_integers() -> None:
    with patch.object(score._Cells, "_by_integers", side_effect=AssertionError):
        outcome(usual(10), by_floats=True)
        outcome(usual(100_000), by_floats=True)  # one station by integers, the rest by floats


def test_a_count_beyond_float64_is_left_to_the_integers() -> None:
    cells = usual(2**33)
    assert Block.of(cells.count, cells.exposure) is None
    assert outcome(cells, by_floats=True) == outcome(cells, by_floats=False)
