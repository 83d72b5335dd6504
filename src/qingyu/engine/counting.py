"""From signed records to changes of measures: one pass for all, as one Ibis expression.

Each measure is `sum(sign * value)` over the rows that its conditions keep; the wide row of an
area, day and batch is then turned into one row per measure that is not zero. Integers only, so
the result depends neither on the order of rows nor on the engine.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import ibis

from qingyu.engine.measures import Kept, Measures
from qingyu.errors import PackError
from qingyu.i18n import T
from qingyu.pack.model import Condition, Measure

SIGNED = "signed_rows"  # the name under which the rows are read
_IBIS_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "int64",
    "UBIGINT": "uint64",
    "INTEGER": "int32",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PLACES = 9  # decimals to which the text of a text column is read as a number


def expression(stored: Mapping[str, str], measures: Measures) -> ibis.Table:
    """Changes `area, day, batch, measure, value` of one source's rows (`SIGNED`).

    stored: names and DuckDB types of the columns that the rows have. A column that older rows
    lack is empty there. An empty value satisfies no condition (so `not` keeps it).
    """
    rows = ibis.table({name: _IBIS_TYPES[kind] for name, kind in stored.items()}, name=SIGNED)
    sums = {name: _sum(rows, measure, measures) for name, measure in measures.items()}
    wide = rows.group_by("area", "day", "batch").aggregate(**sums)
    long = wide.pivot_longer(list(sums), names_to="measure", values_to="value")
    return long.filter(long.value != 0)


def select(stored: Mapping[str, str], measures: Measures) -> str:
    """The expression as DuckDB's SQL, in the cube's column order."""
    sql = ibis.to_sql(expression(stored, measures), dialect="duckdb")
    return f'SELECT measure, area, "day", batch, value::BIGINT AS value FROM ({sql})'


def _sum(rows: ibis.Table, measure: Measure, measures: Measures) -> ibis.Value:
    kept = measures.columns.get(measure.source, {})
    value = rows.sign
    if measure.of is not None:
        value = rows.sign * _amount(rows, measure, kept.get(measure.of, ("integer", 0)))
    where = ibis.literal(True)
    for name, condition in sorted(measure.where.items()):
        where = where & _holds(rows, name, condition, kept.get(name, ("text", 0)))
    return value.sum(where=where) if measure.where else value.sum()


def _amount(rows: ibis.Table, measure: Measure, kept: Kept) -> ibis.Value:
    """The field as an integer with the measure's decimals; empty counts as nothing."""
    stored_places = kept[1] if kept[0] == "decimal" else 0
    if stored_places > measure.places:
        raise PackError(
            f"sources/{measure.source}, {measure.of}",
            T("a sum with {places} decimals", places=measure.places),
            T("at least the {kept} decimals that the contract keeps", kept=stored_places),
            T("Raise `places` of the measure."),
        )
    column = f"c_{measure.of}"
    if column not in rows.columns:
        return ibis.literal(0, type="int64")
    factor: int = 10 ** (measure.places - stored_places)
    return rows[column].fill_null(0).cast("int64") * factor


def _holds(rows: ibis.Table, name: str, condition: Condition, kept: Kept) -> ibis.Value:
    if condition.negated is not None:
        return ~_holds(rows, name, condition.negated, kept)
    column = f"c_{name}"
    if column not in rows.columns:
        return ibis.literal(False)
    value = rows[column]
    if condition.equals is not None:
        answer = _is_one_of(value, (condition.equals,), kept)
    elif condition.among is not None:
        answer = _is_one_of(value, condition.among, kept)
    else:
        assert condition.between is not None
        answer = _lies_between(value, *condition.between, kept)
    return answer.fill_null(False)


def _is_one_of(value: ibis.Value, texts: tuple[str, ...], kept: Kept) -> ibis.Value:
    """As text of the stored value; of a decimal, the numbers that the texts write."""
    if kept[0] != "decimal":
        return value.cast("string").isin(sorted(set(texts)))
    scaled = {_number(text) * 10 ** kept[1] for text in texts if _number(text) is not None}
    whole = sorted(int(number) for number in scaled if number == number.to_integral_value())
    return value.isin(whole) if whole else ibis.literal(False)


def _lies_between(value: ibis.Value, low: str, high: str, kept: Kept) -> ibis.Value:
    if kept[0] in ("date", "timestamp"):
        return _in_time(value, low, high)
    least, most = _number(low), _number(high)
    if least is not None and most is not None:
        if kept[0] in ("integer", "decimal"):
            factor = 10 ** (kept[1] if kept[0] == "decimal" else 0)
            return value.between(math.ceil(least * factor), math.floor(most * factor))
        number = value.try_cast(f"decimal(38, {_PLACES})")
        return number.between(_exactly(least), _exactly(most))
    return value.cast("string").between(low, high)  # ISO dates in a text column sort as text


def _in_time(value: ibis.Value, low: str, high: str) -> ibis.Value:
    """Both ends included; an end without a time is the whole day."""
    if _DAY.fullmatch(low) and _DAY.fullmatch(high):
        days = value.cast("date")
        return days.between(
            ibis.literal(date.fromisoformat(low)), ibis.literal(date.fromisoformat(high))
        )
    start, end = datetime.fromisoformat(low), datetime.fromisoformat(high)
    return value.cast("timestamp").between(ibis.literal(start), ibis.literal(end))


def _number(text: str) -> Any:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _exactly(number: Decimal) -> ibis.Value:
    return ibis.literal(number.quantize(Decimal(1).scaleb(-_PLACES)), f"decimal(38, {_PLACES})")
