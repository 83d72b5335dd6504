"""Folding rows first changes no sum."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from engine_town import measure_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qingyu.engine import folding
from qingyu.engine.counting import SIGNED, _compiled, select
from qingyu.engine.measures import Measures, fingerprint

STORED = {
    "area": "VARCHAR", "day": "DATE", "batch": "INTEGER", "sign": "INTEGER",
    "c_kind": "VARCHAR", "c_level": "BIGINT", "c_amount": "BIGINT",
}  # fmt: skip
KEPT = {"kind": ("text", 0), "level": ("integer", 0), "amount": ("decimal", 2), "gone": ("code", 0)}
ASKED = [
    {"count": "calls"},
    {"count": "calls", "where": {"kind": {"equals": "fire"}}},
    {"count": "calls", "where": {"kind": {"not": {"in": ["fire", "flood"]}}}},
    {"count": "calls", "where": {"kind": {"in": ["", "theft"]}, "level": {"equals": "2"}}},
    {"count": "calls", "where": {"level": {"not": {"equals": "1"}}}},
    {"count": "calls", "where": {"gone": {"not": {"equals": "x"}}}},
    {"count": "calls", "where": {"kind": {"equals": "fire"}, "level": {"between": ["1", "2"]}}},
    {"sum": "calls", "of": "amount", "places": 2, "where": {"kind": {"equals": "flood"}}},
    {"sum": "calls", "of": "amount", "places": 3},
]
MEASURES = Measures({fingerprint(m): m for m in map(measure_of, ASKED)}, {"calls": KEPT})

drawn_rows = st.lists(
    st.tuples(
        st.sampled_from("AB"),
        st.sampled_from([date(2020, 1, 1), date(2020, 1, 2)]),
        st.sampled_from([1, 2]),
        st.sampled_from([-2, -1, 1, 3]),
        st.sampled_from([None, "", "fire", "flood", "theft", "unnamed", "other"]),
        st.sampled_from([None, 1, 2, 3]),
        st.none() | st.integers(-(10**12), 10**12),
    ),
    max_size=12,
)


def counted(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in STORED.items())
        connection.execute(f"CREATE TABLE {SIGNED} ({columns})")
        for row in rows:
            connection.execute(f"INSERT INTO {SIGNED} VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return sorted(connection.execute(select(STORED, MEASURES)).fetchall())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=drawn_rows)
def test_folded_or_not_the_sums_are_the_same(rows: list[tuple[object, ...]]) -> None:
    assert "ARRAY_POSITION" in select(STORED, MEASURES)
    folded = counted(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qingyu.engine.counting.AT_LEAST", 99)
        _compiled.cache_clear()
        assert "ARRAY_POSITION" not in select(STORED, MEASURES)
        assert counted(rows) == folded
    _compiled.cache_clear()


def test_which_columns_fold() -> None:
    columns = folding.foldable(MEASURES.values(), MEASURES)
    assert columns == {
        "kind": ["", "fire", "flood", "theft"],
        "level": ["1", "2"],
        "gone": ["x"],
    }
    able = [folding.can_fold(measure, columns) for measure in map(measure_of, ASKED)]
    assert able == [True] * 6 + [False, True, True]


def test_a_column_of_very_many_texts_is_not_folded_by() -> None:
    many = [str(n) for n in range(2000)]
    measure = measure_of({"count": "calls", "where": {"kind": {"in": many}}})
    measures = Measures({fingerprint(measure): measure}, {"calls": KEPT})
    assert folding.foldable(measures.values(), measures) == {}
