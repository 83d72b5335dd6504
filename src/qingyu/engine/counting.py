"""From signed records to changes of measures: one pass for all, as one Ibis expression.

Each measure is `sum(sign * value)` over the rows that its conditions keep; the wide row of an
area, day and batch is then turned into one row per measure that is not zero. Integers only, so
the result depends neither on the order of rows nor on the engine.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import ibis

from qingyu.engine.folding import AT_LEAST, can_fold, foldable, folded
from qingyu.engine.measures import Kept, Measures
from qingyu.errors import PackError
from qingyu.i18n import T
from qingyu.pack.model import Condition, Measure, Within

RECORDS_DAY = ""  # the day that the record itself has
_CELL = ("area", "dated", "batch")
SIGNED = "signed_rows"  # the name under which the rows are read
IBIS_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "int64",
    "UBIGINT": "uint64",
    "INTEGER": "int32",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LARGEST = 2**63 - 1
_PLACES = 9  # decimals to which the text of a text column is read as a number


def expression(stored: Mapping[str, str], measures: Measures) -> ibis.Table:
    """Changes `area, day, batch, measure, value` of one source's rows (`SIGNED`).

    stored: names and DuckDB types of the columns that the rows have. A column that older rows
    lack is empty there. An empty value satisfies no condition (so `not` keeps it), and a row whose
    date is empty is not counted by it.
    """
    rows = ibis.table({name: IBIS_TYPES[kind] for name, kind in stored.items()}, name=SIGNED)
    parts = [
        _changes(few, terms, measures)
        for dated, all_terms in _terms(measures).items()
        if dated == RECORDS_DAY or f"c_{dated}" in rows.columns
        for few, terms in _passes(_dated(rows, dated), all_terms, measures)
    ]
    if not parts:
        return _nothing(rows)
    if len(parts) == 1:
        return parts[0]
    both = ibis.union(*parts)
    if all(measure.stock is None for measure in measures.values()):
        return both  # each measure is in one of the parts only
    summed = both.group_by("area", "day", "batch", "measure").aggregate(value=both.value.sum())
    return summed.filter(summed.value != 0)


def select(stored: Mapping[str, str], measures: Measures) -> str:
    """The expression as DuckDB's SQL, in the cube's column order. Compiling it takes longer than
    counting a small batch, and the next batch of the source asks for the same."""
    asked = _Asked(stored, measures, (*stored.items(), measures.to_json()))
    return _compiled(asked)


@dataclass(frozen=True)
class _Asked:
    """What is compiled, known by `meaning` alone."""

    stored: Mapping[str, str] = field(compare=False)
    measures: Measures = field(compare=False)
    meaning: tuple[object, ...]


@lru_cache(maxsize=64)
def _compiled(asked: _Asked) -> str:
    sql = ibis.to_sql(expression(asked.stored, asked.measures), dialect="duckdb")
    return f'SELECT measure, area, "day", batch, value::BIGINT AS value FROM ({sql})'


Terms = dict[str, tuple[Measure, int]]  # measure's name → it, and the sign it enters with


def _terms(measures: Measures) -> dict[str, Terms]:
    """What is counted on which date of the record: a stock gains on one and loses on another."""
    found: dict[str, Terms] = {}
    for name, measure in measures.items():
        if measure.stock is None:
            found.setdefault(measure.on or RECORDS_DAY, {})[name] = (measure, 1)
        else:
            found.setdefault(measure.opened or RECORDS_DAY, {})[name] = (measure, 1)
            found.setdefault(measure.closed or "", {})[name] = (measure, -1)
    return found


def _dated(rows: ibis.Table, name: str) -> ibis.Table:
    """The rows whose date of this name is known, and that date as `dated`."""
    rows = rows.mutate(dated=_date_of(rows, name or None))
    return rows.filter(rows.dated.notnull())


def _passes(
    rows: ibis.Table, terms: Terms, measures: Measures
) -> Iterator[tuple[ibis.Table, Terms]]:
    """Rows, and the measures to sum over them: the few that folding leaves for those that ask
    only for named texts, all of them for the others."""
    columns = foldable((measure for measure, _ in terms.values()), measures)
    light = {name: term for name, term in terms.items() if can_fold(term[0], columns)}
    if len(light) < AT_LEAST:
        light = {}
    else:
        amounts = {_amount_name(one): _value(rows, one, measures) for one, _ in light.values()}
        yield folded(rows, _CELL, columns, amounts), light
    heavy = {name: term for name, term in terms.items() if name not in light}
    if heavy:
        yield rows, heavy


def _changes(rows: ibis.Table, terms: Terms, measures: Measures) -> ibis.Table:
    """One pass over the rows for all these measures."""
    sums = {name: _sum(rows, one, sign, measures) for name, (one, sign) in terms.items()}
    wide = rows.group_by(*_CELL).aggregate(**sums).rename(day="dated")
    long = wide.pivot_longer(list(sums), names_to="measure", values_to="value")
    long = long.filter(long.value != 0)
    return long.select("area", "day", "batch", "measure", "value")


def _nothing(rows: ibis.Table) -> ibis.Table:
    """No change at all: none of the dates is in these rows yet."""
    empty = rows.select("area", "day", "batch").mutate(measure=ibis.literal(""))
    return empty.mutate(value=ibis.literal(0, type="int64")).filter(ibis.literal(False))


def _sum(rows: ibis.Table, measure: Measure, sign: int, measures: Measures) -> ibis.Value:
    kept = measures.columns.get(measure.source, {})
    folded_into = _amount_name(measure)
    value = (
        rows[folded_into] if folded_into in rows.columns else _value(rows, measure, measures) * sign
    )
    where = satisfying(rows, measure.where, kept)
    if measure.stock is not None:
        where = where & _was_open(rows, measure)
    return value.sum(where=where) if measure.where or measure.stock else value.sum()


def satisfying(
    rows: ibis.Table, conditions: Mapping[str, Condition], kept: Mapping[str, Kept]
) -> ibis.Value:
    """Whether a row satisfies all conditions."""
    where = ibis.literal(True)
    for name, condition in sorted(conditions.items()):
        where = where & _holds(rows, name, condition, kept.get(name, ("text", 0)))
    return where


def _amount_name(measure: Measure) -> str:
    """The column of a folded table in which the measure's values are added up already."""
    return "amount" if measure.of is None else f"amount_{measure.of}_{measure.places}"


def _value(rows: ibis.Table, measure: Measure, measures: Measures) -> ibis.Value:
    """What each row adds to the measure if it is counted, with its sign."""
    if measure.of is None:
        return rows.sign
    kept = measures.columns.get(measure.source, {}).get(measure.of, ("integer", 0))
    return rows.sign * _amount(rows, measure, kept)


def _was_open(rows: ibis.Table, measure: Measure) -> ibis.Value:
    """A case enters a stock only with a day of opening, and leaves it on that day at the
    earliest: one that closed before it opened was never open."""
    opened = _date_of(rows, measure.opened)
    closed = _date_of(rows, measure.closed)
    return opened.notnull() & (closed.isnull() | (closed >= opened))


def _date_of(rows: ibis.Table, name: str | None) -> ibis.Value:
    if name is None:
        return rows.day
    column = f"c_{name}"
    return rows[column].cast("date") if column in rows.columns else ibis.null("date")


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
        return ibis.literal(condition.given is False)
    value = rows[column]
    if condition.beyond is not None:
        return _beyond(rows, name, *condition.beyond, kept)
    if condition.given is not None:
        return value.notnull() if condition.given else value.isnull()
    if condition.equals is not None:
        answer = _is_one_of(value, (condition.equals,), kept)
    elif condition.among is not None:
        answer = _is_one_of(value, condition.among, kept)
    elif condition.no_later_than is not None:
        answer = value.cast("date") <= _date_of(rows, condition.no_later_than)
    elif condition.within is not None:
        answer = _within(value, rows, condition.within)
    else:
        assert condition.between is not None
        answer = _lies_between(value, *condition.between, kept)
    return answer.fill_null(False)


def _within(value: ibis.Value, rows: ibis.Table, within: Within) -> ibis.Value:
    start = _date_of(rows, within.of)
    return value.cast("date") <= start + ibis.interval(days=within.days)


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


def _beyond(rows: ibis.Table, name: str, low: str, high: str, kept: Kept) -> ibis.Value:
    """Of readings, whether one of the instrument's day is: of them only the reduced value stays."""
    day = odd_readings(name, low, high)
    if day in rows.columns:
        return rows[day] > 0
    return outside(rows[f"c_{name}"], low, high, kept[1] if kept[0] == "decimal" else 0)


def odd_readings(name: str, low: str, high: str) -> str:
    """The column that has how many of a day's readings lie beyond these ends."""
    return f"c_{name}~{low}~{high}"


def outside(value: ibis.Value, low: str, high: str, places: int) -> ibis.Value:
    """Whether a number kept in units of its last place lies below or above; False without one."""
    least, most = (Decimal(end).scaleb(places) for end in (low, high))
    inside = value.between(max(math.ceil(least), -_LARGEST), min(math.floor(most), _LARGEST))
    return (~inside).fill_null(False)


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
