"""Reduced readings, against a plain reading of the same ledger."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyu.engine.readings import RAW, Beyond, reduced
from qingyu.pack.model import Reading

DAY = date(2026, 3, 1)
STORED = {
    "area": "VARCHAR", "day": "DATE", "batch": "INTEGER", "sign": "INTEGER",
    "c_station": "VARCHAR", "c_aqi": "BIGINT", "c_pm": "BIGINT",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    area: str
    day: date
    batch: int
    sign: int
    station: str | None
    aqi: int | None
    pm: int | None


def signed(rows: list[Row], reading: Reading, first: int = 1, last: int = 3) -> Counter:
    """(area, day, batch, station, values …) → sum of signs, as the engine says."""
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in STORED.items())
        connection.execute(f"CREATE TABLE {RAW} ({columns})")
        for row in rows:
            connection.execute(
                f"INSERT INTO {RAW} VALUES (?, ?, ?, ?, ?, ?, ?)", list(vars(row).values())
            )
        values = ", ".join(f"c_{name}" for name in reading.reduce)
        sql = reduced(STORED, reading, first, last)
        found = connection.execute(
            f"SELECT area, day, batch, c_station, {values}, sign FROM ({sql})"
        ).fetchall()
    total: Counter = Counter()
    for *key, sign in found:
        total[tuple(key)] += sign
    assert len(total) == len(found)
    return total


def half_even(number: int, by: int) -> int:
    return round(Fraction(number, by))


def plain(rows: list[Row], reading: Reading, known: int) -> dict[tuple, tuple[int, ...]]:
    """(area, day, station) → its values as known after a batch."""
    standing: dict[tuple, Counter] = {}
    for row in rows:
        if row.batch <= known:
            for name in reading.reduce:
                value = getattr(row, name)
                if value is not None:
                    key = (row.area, row.day, row.station)
                    standing.setdefault((key, name), Counter())[value] += row.sign
    found: dict[tuple, dict[str, int]] = {}
    for (key, name), counter in standing.items():
        values = [v for v, times in counter.items() for _ in range(max(times, 0))]
        if len(values) >= reading.least:
            how = reading.reduce[name]
            total = half_even(sum(values), len(values)) if how == "mean" else None
            one = {"mean": total, "sum": sum(values), "max": max(values), "min": min(values)}[how]
            found.setdefault(key, {})[name] = one
    return {
        key: tuple(values[name] for name in reading.reduce)
        for key, values in found.items()
        if len(values) == len(reading.reduce)
    }


@st.composite
def ledgers(draw: st.DrawFn) -> list[Row]:
    """Three batches; each takes some of the readings in force back and brings new ones."""
    rows: list[Row] = []
    standing: list[Row] = []
    for batch in (1, 2, 3):
        gone = [row for row in standing if draw(st.booleans())] if standing else []
        new = draw(
            st.lists(
                st.builds(
                    Row,
                    area=st.sampled_from("ab"),
                    day=st.integers(0, 1).map(lambda n: DAY + timedelta(days=n)),
                    batch=st.just(batch),
                    sign=st.integers(1, 2),
                    station=st.sampled_from(["x", "y", None]),
                    aqi=st.none() | st.integers(-4, 4),
                    pm=st.none() | st.integers(0, 9),
                ),
                max_size=5,
            )
        )
        rows += [Row(**(vars(row) | {"batch": batch, "sign": -row.sign})) for row in gone]
        rows += new
        standing = [row for row in standing if row not in gone] + new
    return rows


READINGS = [
    Reading(entity=("station",), reduce={"aqi": "mean"}),
    Reading(entity=("station",), reduce={"aqi": "max", "pm": "min"}),
    Reading(entity=("station",), reduce={"pm": "sum", "aqi": "mean"}, least=2),
]


@settings(max_examples=25, deadline=None)
@given(ledgers(), st.sampled_from(READINGS))
def test_a_batch_changes_what_an_instruments_day_comes_to(
    rows: list[Row], reading: Reading
) -> None:
    expected: Counter = Counter()
    for batch in (1, 2, 3):
        before, after = plain(rows, reading, batch - 1), plain(rows, reading, batch)
        for key in before.keys() | after.keys():
            if before.get(key) != after.get(key):
                area, day, station = key
                if key in after:
                    expected[area, day, batch, station, *after[key]] += 1
                if key in before:
                    expected[area, day, batch, station, *before[key]] -= 1
    assert signed(rows, reading) == expected
    alone = [signed(rows, reading, batch, batch) for batch in (1, 2, 3)]
    merged: Counter = Counter()
    for part in alone:
        merged.update(part)
    assert merged == expected


def test_a_mean_is_rounded_half_even() -> None:
    reading = READINGS[0]

    def mean(*values: int) -> int:
        rows = [Row("a", DAY, 1, 1, "x", value, None) for value in values]
        ((key, sign),) = signed(rows, reading).items()
        assert sign == 1
        return int(key[4])

    assert [mean(1, 2), mean(2, 3), mean(-1, -2), mean(-2, -3), mean(1, 1, 2), mean(-1, 0)] == [
        2, 2, -2, -2, 1, 0,
    ]  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(ledgers())
def test_how_many_readings_lie_beyond_is_known_of_each_day(rows: list[Row]) -> None:
    """Whatever the day's value comes to: one slip in many hardly moves a mean."""
    reading, odd = READINGS[0], Beyond("aqi", "-2", "3", 0)
    expected: Counter = Counter()
    for known in (1, 2, 3):
        for (area, day, station), count in beyond(rows, known).items():
            expected[area, day, station, known] = count
    found: Counter = Counter()
    for area, day, batch, station, count, sign in counted(rows, reading, odd):
        for known in range(batch, 4):
            found[area, day, station, known] += sign * count
    assert {k: n for k, n in found.items() if n} == {k: n for k, n in expected.items() if n}


def beyond(rows: list[Row], known: int) -> Counter:
    standing: Counter = Counter()
    for row in rows:
        if row.batch <= known and row.aqi is not None:
            standing[row.area, row.day, row.station, row.aqi] += row.sign
    found: Counter = Counter()
    for (area, day, station, value), times in standing.items():
        if not -2 <= value <= 3:
            found[area, day, station] += times
    return found


def counted(rows: list[Row], reading: Reading, odd: Beyond) -> list[tuple]:
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{name}" {kind}' for name, kind in STORED.items())
        connection.execute(f"CREATE TABLE {RAW} ({columns})")
        for row in rows:
            connection.execute(
                f"INSERT INTO {RAW} VALUES (?, ?, ?, ?, ?, ?, ?)", list(vars(row).values())
            )
        sql = reduced(STORED, reading, 1, 3, (odd,))
        return connection.execute(
            f'SELECT area, day, batch, c_station, "{odd.name}", sign FROM ({sql})'
        ).fetchall()
