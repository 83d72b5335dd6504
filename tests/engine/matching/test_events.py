"""Components, kinds and leads of events, on arrays drawn by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from qingyu.engine.matching.events import components, events_of, further_days, lowest_bit
from qingyu.engine.matching.ledger import DAY, MINUTE, NONE, Ledger


def ints(*values: int) -> Any:
    return np.array(values, np.int64)


def ledger(at: Any, source: Any, kinds: Any) -> Ledger:
    size = len(at)
    zeros = np.zeros(size, np.int64)
    return Ledger(
        days=ints(0), areas=["A"], keys=pa.array([str(n) for n in range(size)]), day=zeros, at=at,
        source=source, area=zeros, kinds=kinds, x=zeros, y=zeros, row_record=np.arange(size),
        row_batch=np.ones(size, np.int64), row_sign=np.ones(size, np.int64),
    )  # fmt: skip


@given(
    st.integers(1, 40).flatmap(
        lambda size: st.tuples(
            st.just(size),
            st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=60),
        )
    )
)
def test_components_are_those_of_a_union_find(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    size, edges = drawn
    root = list(range(size))

    def find(place: int) -> int:
        while root[place] != place:
            place = root[place]
        return place

    for one, other in edges:
        low, high = sorted((find(one), find(other)))
        root[high] = low
    ends = [ints(*(edge[side] for edge in edges)) for side in (0, 1)]
    least = [find(place) for place in range(size)]
    order = {name: n for n, name in enumerate(sorted(set(least)))}
    assert components(size, *ends).tolist() == [order[name] for name in least]


def test_a_long_chain_in_the_worst_order_is_one() -> None:
    places = np.random.default_rng(5).permutation(5000)
    assert not components(5000, places[:-1], places[1:]).any()


def test_the_earliest_record_leads_and_ties_go_by_place() -> None:
    given = ledger(ints(9, 3, 3, 3), ints(0, 1, 1, 2), ints(1, 1, 1, 1))
    events = events_of(given, (ints(0, 1), ints(1, 2)), np.arange(4))
    assert events.event.tolist() == [0, 0, 0, 1]
    assert events.lead.tolist() == [1, 3]


def test_the_kind_is_the_first_that_all_may_be() -> None:
    given = ledger(ints(1, 2, 3), ints(2, 0, 1), ints(0b111, 0b110, 0b110))
    one = events_of(given, (ints(0, 0), ints(1, 2)), np.arange(3))
    assert one.kind.tolist() == [1]


def test_without_a_common_kind_the_foremost_source_says_it() -> None:
    given = ledger(ints(1, 2, 3), ints(2, 0, 1), ints(0b011, 0b010, 0b001))
    one = events_of(given, (ints(0, 0), ints(1, 2)), np.arange(3))
    assert one.kind.tolist() == [1]


def test_pairs_of_records_that_do_not_stand_unite_nothing() -> None:
    given = ledger(ints(1, 2, 3), ints(0, 1, 2), ints(1, 1, 1))
    events = events_of(given, (ints(0, 1), ints(1, 2)), ints(0, 2))
    assert events.event.tolist() == [0, 1]
    assert len(events_of(given, (ints(0), ints(1)), ints())) == 0


def test_days_that_a_match_might_reach() -> None:
    given = ledger(ints(DAY - MINUTE, DAY // 2, NONE), ints(0, 1, 2), ints(1, 1, 1))
    events = events_of(given, (ints(), ints()), np.arange(3))
    every = np.ones(3, np.bool_)
    assert further_days(given, events, every, ints(0), 2 * MINUTE).tolist() == [1]
    assert further_days(given, events, every, ints(0), MINUTE).tolist() == [1]
    assert further_days(given, events, every, ints(0), MINUTE - 1).tolist() == []


def test_lowest_bits() -> None:
    assert lowest_bit(ints(1, 6, 1 << 61)).tolist() == [0, 1, 61]
