"""Readings become one value per instrument and day before they are counted.

A batch of readings changes what an instrument's day comes to; so its signed rows are the day's
value as known before it with −1, and as known after it with +1. They are worked out from the signed
readings of the touched days alone, whatever came earlier or later, so a rebuild gives the same.
Beside it stands how many of the day's readings lie beyond each range that a measure asks for: a
slip of the pen in one of twenty-four readings hardly shows in their mean. Integers only: a mean is
rounded half-even at the column's places, exactly while a day's sum stays below 2^53 (nine
quadrillion of the column's last place).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce as folded

import ibis

from qingyu.engine.connect import file_list
from qingyu.engine.counting import IBIS_TYPES, odd_readings, outside
from qingyu.engine.delta import DataFile, Table, columns_of
from qingyu.engine.measures import Measures
from qingyu.engine.meter import count_read
from qingyu.pack.model import Reading

RAW = "signed_readings"  # the name under which the readings are read

_AFTER, _BEFORE = "after", "before"


@dataclass(frozen=True)
class Beyond:
    """Readings of a column, kept with `places` decimals, that lie beyond two ends."""

    column: str
    low: str
    high: str
    places: int

    @property
    def name(self) -> str:
        return odd_readings(self.column, self.low, self.high)


def beyond_asked(measures: Measures, source: str) -> tuple[Beyond, ...]:
    """The ranges of reduced columns that any of the measures of a source of readings asks for."""
    reduced = measures.readings[source].reduce
    kept = measures.columns.get(source, {})

    def asked() -> Iterator[Beyond]:
        for measure in measures.of(source).values():
            for column, condition in measure.where.items():
                if condition.beyond is not None and column in reduced:
                    kind, places = kept.get(column, ("integer", 0))
                    yield Beyond(column, *condition.beyond, places if kind == "decimal" else 0)

    return tuple(sorted(set(asked()), key=lambda one: one.name))


def reading_rows(
    files: Sequence[DataFile], table: Table, reading: Reading, beyond: Sequence[Beyond] = ()
) -> tuple[str, dict[str, str]]:
    """SQL of the signed rows of the batches in `files`, and the names and types of its columns.
    Of the source's `table` (later batches do no harm) only the files with days that these batches
    touch are read."""
    batches = [file.batches or (file.number, file.number) for file in files]
    first, last = min(low for low, _ in batches), max(high for _, high in batches)
    days = [file.days for file in files if file.days is not None]
    low, high = min(start for start, _ in days), max(end for _, end in days)
    near = table.files(lambda file: _touches(file, last, low, high))
    for file in near:
        if file not in files:
            count_read("records", file.rows, file.size)
    stored = columns_of([file.path for file in near])
    listed = file_list([str(file.path) for file in near])
    raw = (
        f"SELECT * FROM read_parquet({listed}, union_by_name=true)"
        f" WHERE day BETWEEN DATE '{low.isoformat()}' AND DATE '{high.isoformat()}'"
    )
    rows = reduced(stored, reading, first, last, beyond)
    columns = {"area": "VARCHAR", "day": "DATE", "batch": "INTEGER", "sign": "INTEGER"}
    columns |= {f"c_{name}": "VARCHAR" for name in reading.entity}
    columns |= {f"c_{name}": "BIGINT" for name in reading.reduce}
    columns |= {one.name: "BIGINT" for one in beyond}
    return f"WITH {RAW} AS ({raw}) SELECT * FROM ({rows})", columns


def _touches(file: DataFile, last: int, low: date, high: date) -> bool:
    if (file.batches or (file.number, file.number))[0] > last:
        return False
    return file.days is None or (file.days[0] <= high and file.days[1] >= low)


def reduced(
    stored: Mapping[str, str],
    reading: Reading,
    first: int,
    last: int,
    beyond: Sequence[Beyond] = (),
) -> str:
    """SQL: the signed rows (`area, day, batch, sign`, entity and reduced columns, and how many
    readings lie `beyond`) of the batches `first … last`, from all readings (`RAW`) of the days that
    these batches touch.

    stored: names and DuckDB types of the columns that the readings have.
    """
    rows = ibis.table({name: IBIS_TYPES[kind] for name, kind in stored.items()}, name=RAW)
    names = [f"c_{name}" for name in reading.entity]
    rows = rows.mutate(
        **{
            name: ibis.null("string" if name in names else "int64")
            for name in (*names, *(f"c_{value}" for value in reading.reduce))
            if name not in stored
        }
    )
    keys = ["area", "day", *names]
    touched = rows.filter(rows.batch.between(first, last)).select(*keys, "batch").distinct()
    days = [_days(rows, touched, keys, column, reading, beyond) for column in reading.reduce]
    whole = folded(lambda one, other: _beside(one, other, keys), days)
    plus = _signed(whole, keys, list(reading.reduce), beyond, _AFTER, 1)
    minus = _signed(whole, keys, list(reading.reduce), beyond, _BEFORE, -1)
    return str(ibis.to_sql(ibis.union(plus, minus), dialect="duckdb"))


def _days(
    rows: ibis.Table,
    touched: ibis.Table,
    keys: Sequence[str],
    column: str,
    reading: Reading,
    beyond: Sequence[Beyond],
) -> ibis.Table:
    """One column's value of each touched day as known before and after the batch that touched it;
    empty where fewer than the least number of readings stand. And how many lie beyond."""
    named = touched.rename(by="batch")
    alike = [rows[key].identical_to(named[key]) for key in keys]
    joined = named.join(rows, [*alike, rows.batch <= named.by], rname="raw_{name}")
    joined = joined.filter(joined[f"c_{column}"].notnull())
    value = joined[f"c_{column}"].cast("int64")
    spread = joined.group_by(*keys, "by", value=value).aggregate(
        after_n=joined.sign.sum(),
        before_n=joined.sign.sum(where=joined.batch < joined.by).fill_null(0),
    )
    how = reading.reduce[column]
    sums = {
        f"{column}_{side}": _one(spread, spread[f"{side}_n"], how, reading.least)
        for side in (_AFTER, _BEFORE)
    }
    sums |= {
        f"{one.name}_{side}": _how_many(spread, spread[f"{side}_n"], one)
        for one in beyond
        for side in (_AFTER, _BEFORE)
        if one.column == column
    }
    return spread.group_by(*keys, "by").aggregate(**sums)


def _how_many(spread: ibis.Table, times: ibis.Value, beyond: Beyond) -> ibis.Value:
    """Readings that lie beyond, of many values that stand `times` times each."""
    there = (times > 0) & outside(spread.value, beyond.low, beyond.high, beyond.places)
    return times.sum(where=there).fill_null(0).cast("int64")


def _one(spread: ibis.Table, times: ibis.Value, how: str, least: int) -> ibis.Value:
    """Many values, each standing `times` times, as one."""
    there = times > 0
    amount, total = times.sum(where=there), (times * spread.value).sum(where=there)
    if how == "mean":
        found = _half_even(total, amount)
    elif how == "sum":
        found = total
    else:
        found = spread.value.max(where=there) if how == "max" else spread.value.min(where=there)
    return ibis.cases((amount >= least, found.cast("int64")), else_=ibis.null("int64"))


def _half_even(number: ibis.Value, by: ibis.Value) -> ibis.Value:
    """round(number / by) for by > 0, in integers: % keeps the sign of what is divided."""
    number, by = number.cast("decimal(38, 0)"), ibis.greatest(by, 1).cast("decimal(38, 0)")
    rest = ((number % by) + by) % by
    floor = ((number - rest) / by).cast("int64")
    up = (2 * rest > by) | ((2 * rest == by) & (floor % 2 != 0))
    return floor + up.cast("int64")


def _beside(one: ibis.Table, other: ibis.Table, keys: Sequence[str]) -> ibis.Table:
    alike = [one[key].identical_to(other[key]) for key in (*keys, "by")]
    more = [name for name in other.columns if name not in (*keys, "by")]
    return one.join(other, alike).select(*one.columns, *(other[name] for name in more))


def _signed(
    whole: ibis.Table,
    keys: Sequence[str],
    columns: Sequence[str],
    beyond: Sequence[Beyond],
    side: str,
    sign: int,
) -> ibis.Table:
    """The days that have a value on that side and another one on the other."""
    has = folded(lambda a, b: a & b, [whole[f"{c}_{side}"].notnull() for c in columns])
    told = [*columns, *(one.name for one in beyond)]
    same = folded(
        lambda a, b: a & b,
        [whole[f"{c}_{_AFTER}"].identical_to(whole[f"{c}_{_BEFORE}"]) for c in told],
    )
    kept = whole.filter(has & ~same)
    return kept.select(
        *keys,
        batch=kept.by.cast("int32"),
        sign=ibis.literal(sign, "int32"),
        **{f"c_{c}": kept[f"{c}_{side}"] for c in columns},
        **{one.name: kept[f"{one.name}_{side}"] for one in beyond},
    )
