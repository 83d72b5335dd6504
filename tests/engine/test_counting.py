"""Changes of measures, against a plain reading of the same rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from qingyu.engine.counting import SIGNED, select
from qingyu.engine.measures import Measures
from qingyu.pack.model import Measure

DAY = date(2026, 3, 1)
COLUMNS = {"due": ("date", 0), "closed": ("date", 0), "kind": ("text", 0), "size": ("integer", 0)}
STORED = {
    "area": "VARCHAR", "day": "DATE", "batch": "INTEGER", "sign": "INTEGER",
    "c_due": "DATE", "c_closed": "DATE", "c_kind": "VARCHAR", "c_size": "BIGINT",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    area: str
    day: date
    batch: int
    sign: int
    due: date | None
    closed: date | None
    kind: str | None
    size: int | None


def changes(rows: list[Row], **asked: Measure) -> dict[tuple[str, str, date, int], int]:
    """What the engine says the rows change: (measure, area, day, batch) → value."""
    measures = Measures(asked, {"cases": COLUMNS})
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in STORED.items())
        connection.execute(f"CREATE TABLE {SIGNED} ({columns})")
        for row in rows:
            values = list(vars(row).values())
            connection.execute(f"INSERT INTO {SIGNED} VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        found = connection.execute(select(STORED, measures)).fetchall()
    assert len({tuple(row[:4]) for row in found}) == len(found)
    return {tuple(row[:4]): row[4] for row in found}


near = st.integers(-3, 9).map(lambda offset: DAY + timedelta(days=offset))
drawn_rows = st.lists(
    st.builds(
        Row,
        area=st.sampled_from("ab"),
        day=near,
        batch=st.sampled_from([1, 2]),
        sign=st.sampled_from([-1, 1, 2]),
        due=st.none() | near,
        closed=st.none() | near,
        kind=st.sampled_from(["theft", "fraud", None]),
        size=st.none() | st.integers(-5, 5),
    ),
    max_size=12,
)


@given(drawn_rows)
def test_a_count_on_another_date_counts_there(rows: list[Row]) -> None:
    expected: Counter[tuple[str, str, date, int]] = Counter()
    for row in rows:
        if row.due is not None:
            expected["m", row.area, row.due, row.batch] += row.sign
    measure = Measure.model_validate({"count": "cases", "on": "due"})
    assert changes(rows, m=measure) == {key: n for key, n in expected.items() if n}


@given(drawn_rows)
def test_in_time_is_decided_by_two_dates_of_the_record(rows: list[Row]) -> None:
    in_time: Counter[tuple[str, str, date, int]] = Counter()
    soon: Counter[tuple[str, str, date, int]] = Counter()
    for row in rows:
        if row.due and row.closed and row.closed <= row.due:
            in_time["in_time", row.area, row.due, row.batch] += row.sign
        if not (row.closed and row.due and row.closed <= row.due + timedelta(days=2)):
            soon["late", row.area, row.day, row.batch] += row.sign
    found = changes(
        rows,
        in_time=Measure.model_validate(
            {"count": "cases", "on": "due", "where": {"closed": {"no_later_than": "due"}}}
        ),
        late=Measure.model_validate(
            {
                "count": "cases",
                "where": {"closed": {"not": {"within": {"of": "due", "days": 2}}}},
            }
        ),
    )
    assert found == {key: n for key, n in (in_time + Counter()).items() if n} | {
        key: n for key, n in in_time.items() if n < 0
    } | {key: n for key, n in soon.items() if n}


@given(drawn_rows)
def test_a_stock_gains_when_a_case_opens_and_loses_when_it_closes(rows: list[Row]) -> None:
    expected: Counter[tuple[str, str, date, int]] = Counter()
    for row in rows:
        if row.kind is None or (row.closed is not None and row.closed < row.day):
            continue
        amount = row.sign * (row.size or 0)
        expected["m", row.area, row.day, row.batch] += amount
        if row.closed is not None:
            expected["m", row.area, row.closed, row.batch] -= amount
    measure = Measure.model_validate(
        {"stock": "cases", "of": "size", "closed": "closed", "where": {"kind": {"given": True}}}
    )
    assert changes(rows, m=measure) == {key: n for key, n in expected.items() if n}


def test_a_case_closed_before_it_opened_was_never_open() -> None:
    rows = [Row("a", DAY, 1, 1, None, DAY - timedelta(days=1), None, None)]
    assert changes(rows, m=Measure(stock="cases", closed="closed")) == {}


def test_a_date_that_no_record_has_yet_changes_nothing() -> None:
    stored = {name: kind for name, kind in STORED.items() if name != "c_due"}
    measures = Measures({"m": Measure(count="cases", on="due")}, {"cases": COLUMNS})
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in stored.items())
        connection.execute(f"CREATE TABLE {SIGNED} ({columns})")
        assert connection.execute(select(stored, measures)).fetchall() == []


@given(drawn_rows)
def test_beyond_a_range_lies_a_number_below_or_above_it(rows: list[Row]) -> None:
    expected: Counter[tuple[str, str, date, int]] = Counter()
    for row in rows:
        if row.size is not None and not -2 <= row.size <= 3:
            expected["odd", row.area, row.day, row.batch] += row.sign
    asked = Measure.model_validate({"count": "cases", "where": {"size": {"beyond": [-2, 3]}}})
    assert changes(rows, odd=asked) == {key: n for key, n in expected.items() if n}


def test_the_ends_of_a_range_are_inside_and_an_end_may_be_far_away() -> None:
    rows = [Row("a", DAY, 1, 1, None, None, None, size) for size in (-2, 0, 3, 4, 10**17)]
    low, far = "-1000000000000000000", "1000000000000000000"
    for ends, odd in (((-2, 3), 2), ((low, 3), 2), ((0, far), 1), ((low, far), 0)):
        where = {"size": {"beyond": list(ends)}}
        asked = Measure.model_validate({"count": "cases", "where": where})
        assert sum(changes(rows, odd=asked).values()) == odd, ends
