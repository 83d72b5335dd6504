"""A measure reads columns that are there, and asks for values that they can hold."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from qingyu.i18n import T, Text
from qingyu.pack.draft import Draft
from qingyu.pack.faults import did_you_mean, listed
from qingyu.pack.model import Column, Condition, Measure, Source
from qingyu.pack.rules.base import Rule, measures, must_be_known, rule, simple

_DECIMAL = re.compile(r"[-+]?\d+(\.\d+)?", re.ASCII)


def _conditions(draft: Draft) -> None:
    for key, measure in measures(draft):
        source = draft.source(measure.source)
        for name, condition in measure.where.items() if source else ():
            here = f"{key}/where/{name}"
            column = _column(draft, here, source, name)  # type: ignore[arg-type]
            if column is None:
                continue
            test, below, _ = simple(condition)
            _values(draft, f"{here}{below}", column, test)


def _column(draft: Draft, key: str, source: Source, name: str) -> Column | None:
    names = [column.name for column in source.columns]
    if not must_be_known(draft, key, name, names, T("a column of “{id}”", id=source.id)):
        return None
    column = source.column(name)
    if column.personal != "keep":
        draft.fault(
            key,
            T("“{name}”, which is not kept (personal: {how})", name=name, how=column.personal),
            T("a column that is kept in the records"),
            T("Count by another column; what is personal is not counted by."),
        )
        return None
    return column


def _values(draft: Draft, key: str, column: Column, test: Condition) -> None:
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


def _read(text: str, kind: str) -> Decimal | date | None:
    if kind == "number" and _DECIMAL.fullmatch(text):
        return Decimal(text)
    try:
        return date.fromisoformat(text) if kind == "date" and len(text) == 10 else None
    except ValueError:
        return None


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


RULES: tuple[Rule, ...] = (rule(_conditions), rule(_sums))
