"""A measure reads columns that are there, and asks for values that they can hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from qingyu.i18n import T, Text
from qingyu.pack.draft import Draft
from qingyu.pack.faults import did_you_mean, listed
from qingyu.pack.model import Column, Condition, Measure, Source
from qingyu.pack.rules.base import Rule, columns_of, measures, must_be_known, rule, simple

_DECIMAL = re.compile(r"[-+]?\d+(\.\d+)?", re.ASCII)


def _conditions(draft: Draft) -> None:
    for key, measure in measures(draft):
        source = draft.source(measure.source)
        if source is None:
            continue
        check_conditions(draft, f"{key}/where", source, measure.where)


def check_conditions(
    draft: Draft, key: str, source: Source, where: Mapping[str, Condition]
) -> None:
    """Conditions on a source's records ask columns that are kept for values they can have."""
    for name, condition in where.items():
        here = f"{key}/{name}"
        column = _column(draft, here, source, name)
        if column is None:
            continue
        test, below, _ = simple(condition)
        _values(draft, f"{here}{below}", column, test)
        _other_date(draft, f"{here}{below}", source, column, test)


def _column(draft: Draft, key: str, source: Source, name: str) -> Column | None:
    columns = {column.name: column for column in columns_of(source)}
    if not must_be_known(draft, key, name, columns, T("a column of “{id}”", id=source.id)):
        return None
    column = columns[name]
    if column.personal != "keep":
        draft.fault(
            key,
            T("“{name}”, which is not kept (personal: {how})", name=name, how=column.personal),
            T("a column that is kept in the records"),
            T("Count by another column; what is personal is not counted by."),
        )
        return None
    return column


def _date(draft: Draft, key: str, source: Source, name: str | None) -> None:
    """A column that a measure takes a day from."""
    column = _column(draft, key, source, name) if name is not None else None
    if column is not None:
        _must_be_a_date(draft, key, column)


def _must_be_a_date(draft: Draft, key: str, column: Column) -> None:
    if column.type not in ("date", "timestamp"):
        draft.fault(
            key,
            T("“{name}”, a column of {kind}", name=column.name, kind=column.type),
            T("a column of dates or timestamps"),
            T("Name a date of the record, or one that the contract has computed."),
        )


def _other_date(draft: Draft, key: str, source: Source, column: Column, test: Condition) -> None:
    """Both sides of a comparison of two dates are dates."""
    if test.no_later_than is not None:
        _must_be_a_date(draft, key, column)
        _date(draft, f"{key}/no_later_than", source, test.no_later_than)
    if test.within is not None:
        _must_be_a_date(draft, key, column)
        _date(draft, f"{key}/within/of", source, test.within.of)


def _dates(draft: Draft) -> None:
    for key, measure in measures(draft):
        source = draft.source(measure.source)
        if source is None:
            continue
        for name in ("on", "opened", "closed"):
            _date(draft, f"{key}/{name}", source, getattr(measure, name))


def _values(draft: Draft, key: str, column: Column, test: Condition) -> None:
    if test.beyond is not None:
        _beyond(draft, f"{key}/beyond", column, test.beyond)
    if test.equals is None and test.among is None and test.between is None:
        return
    if test.between is not None:
        _between(draft, f"{key}/between", column, test.between)
        return
    values = [("equals", test.equals)] if test.equals is not None else []
    values += [(f"in/{number}", value) for number, value in enumerate(test.among or ())]
    if column.type in ("decimal", "timestamp"):
        draft.fault(
            f"{key}/{values[0][0].split('/')[0] if values else 'in'}",
            T("“{name}”, a column of {kind}", name=column.name, kind=column.type),
            T("`between` for decimals and timestamps"),
            T("Write `between: [least, most]`; both ends count."),
        )
        return
    if test.among is not None and not test.among:
        draft.fault(
            f"{key}/in", T("an empty list"), T("at least one value"), T("Write the values.")
        )
    seen: set[str] = set()
    for below, value in values:
        if value in seen:
            draft.fault(
                f"{key}/{below}",
                T("“{word}” a second time", word=value),
                T("each value once"),
                T("Take one of the two away."),
            )
        seen.add(str(value))
        if column.among is not None and value not in column.among:
            draft.fault(
                f"{key}/{below}",
                f"“{value}”",
                T("a value of the contract: {words}", words=listed(column.among)),
                did_you_mean(str(value), column.among, T("Mend the value, or the contract.")),
            )


def _between(draft: Draft, key: str, column: Column, ends: tuple[str, str]) -> None:
    kinds: dict[str, tuple[Text, str]] = {
        "integer": (T("two numbers, the smaller first"), "number"),
        "decimal": (T("two numbers, the smaller first"), "number"),
        "date": (T("two dates, the earlier first"), "date"),
        "timestamp": (T("two dates, the earlier first"), "date"),
    }
    expected, kind = kinds.get(column.type, (T("`equals` or `in` for text and codes"), ""))
    low, high = (_read(end, kind) for end in ends)
    if low is None or high is None or low > high:  # type: ignore[operator]
        draft.fault(
            key,
            T("{low} to {high}", low=ends[0], high=ends[1]),
            expected,
            T("Mend the two ends; both count."),
        )


def _beyond(draft: Draft, key: str, column: Column, ends: tuple[str, str]) -> None:
    low, high = (_read(end, "number") for end in ends)
    number = column.type in ("integer", "decimal")
    if not number or low is None or high is None or low > high:  # type: ignore[operator]
        draft.fault(
            key,
            T("{low} to {high}", low=ends[0], high=ends[1]),
            T("two numbers, the smaller first, and a column of numbers"),
            T("Mend the two ends: what lies beyond them is asked for."),
        )


def _read(text: str, kind: str) -> Decimal | date | None:
    if kind == "number" and _DECIMAL.fullmatch(text):
        return Decimal(text)
    try:
        return date.fromisoformat(text) if kind == "date" and len(text) == 10 else None
    except ValueError:
        return None


def _readings(draft: Draft) -> None:
    """Of readings there are only reduced values of an instrument's day: nothing else to count by,
    to sum, or to be dated by."""
    for key, measure in measures(draft):
        source = draft.source(measure.source)
        if source is None or source.reading is None:
            continue
        entity = source.reading.entity
        for name in (name for name in measure.where if name not in entity):
            must_be_known(draft, f"{key}/where/{name}", name, entity, T("what names an instrument"))
        if measure.of is not None:
            reduced = list(source.reading.reduce)
            must_be_known(draft, f"{key}/of", measure.of, reduced, T("a reduced column"))
        if measure.stock is not None or measure.on is not None:
            draft.fault(
                f"{key}/{'stock' if measure.stock else 'on'}",
                T("a stock or another date of readings"),
                T("`count` (instrument-days) or `sum` of a reduced column"),
                T("Readings have the day on which they were taken."),
            )


def _sums(draft: Draft) -> None:
    for key, measure in measures(draft):
        source = draft.source(measure.source)
        if source is None or measure.of is None:
            continue
        column = _column(draft, f"{key}/of", source, measure.of)
        if column is not None:
            _sum(draft, key, measure, column)


def _sum(draft: Draft, key: str, measure: Measure, column: Column) -> None:
    if column.type not in ("integer", "decimal"):
        draft.fault(
            f"{key}/of",
            T("“{name}”, a column of {kind}", name=column.name, kind=column.type),
            T("a column of whole numbers or decimals"),
            T("Sum a number, or count records instead."),
        )
    elif measure.places != column.places:
        draft.fault(
            f"{key}/places",
            T("{count} decimal places", count=measure.places),
            T("the {count} of the column “{name}”", count=column.places, name=column.name),
            T("Write `places: {count}`.", count=column.places),
        )


RULES: tuple[Rule, ...] = (rule(_conditions), rule(_sums), rule(_dates), rule(_readings))
