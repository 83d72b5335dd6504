"""What of a record may be declared wrong, and how a declared value is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from qingyu.i18n import T, Text
from qingyu.intake.contract import printed, sql_type
from qingyu.intake.sheet import identifier
from qingyu.pack.lineage import Lineage
from qingyu.pack.model import MICRO, Column, Pack, Source

Complaint = Callable[[str | None, date], Text | None]


@dataclass(frozen=True)
class Field:
    """A field of a source's records. printed: SQL of its value as text. assigned: column → SQL of
    the new value, from the declared text as its one parameter. complaint: what a declared value
    should be, for a record of this day; None if it is."""

    printed: str
    assigned: dict[str, str]
    complaint: Complaint
    types: Mapping[str, str] = field(default_factory=dict)  # of columns that may be new


def fields_of(pack: Pack, source: Source) -> dict[str, Field]:
    """`area` and `day`, and every kept column that no identity, version, place, time or computed
    date hangs on, and that is not personal."""
    place = source.place
    bound = {*source.key, source.time, source.version.column}
    bound |= {place.code, place.name, place.longitude, place.latitude}
    bound |= {one.after for one in source.computed}
    bound |= set(source.reading.entity) if source.reading is not None else set()
    free = [c for c in source.columns if c.personal == "keep" and c.name not in bound]
    own = {"area": _area(pack), "day": _day(source)}
    return {column.name: _column(column) for column in free if column.name not in own} | own


def _area(pack: Pack) -> Field:
    lineage = Lineage(pack.areas, ())
    codes = {area.code for area in pack.areas}

    def complaint(text: str | None, day: date) -> Text | None:
        if text in codes and lineage.valid(text, day):
            return None
        return T("the code of an area that is valid on {day}", day=day.isoformat())

    return Field("area", {"area": "?"}, complaint)


def _day(source: Source) -> Field:
    def complaint(text: str | None, _: date) -> Text | None:
        found = _parsed(text, date.fromisoformat)
        if found is None or text != found.isoformat():
            return T("a date such as 2026-10-31")
        if source.earliest is not None and found < source.earliest:
            return T("a day from {day} on", day=source.earliest.isoformat())
        return None

    moved = "CAST(? AS DATE)"
    column = source.column(source.time)
    assigned = {'"at"': f'{moved} + CAST("at" AS TIME)', "day": moved}
    if column.personal == "keep":
        kept = identifier(f"c_{column.name}")
        whole = f"{moved} + CAST({kept} AS TIME)" if column.type == "timestamp" else moved
        assigned = {kept: whole, **assigned}
    return Field("CAST(day AS VARCHAR)", assigned, complaint)


def _column(column: Column) -> Field:
    name = identifier(f"c_{column.name}")
    value = f"CAST(? AS {sql_type(column)})"
    if column.type == "decimal":
        value = f"CAST(CAST(? AS DECIMAL(38, 6)) * {10**column.places} AS BIGINT)"
    shown = f"CASE WHEN {name} IS NOT NULL THEN {printed(column, name)} END"
    return Field(
        shown, {name: value}, lambda text, _: _complaint(column, text), {name: sql_type(column)}
    )


def _complaint(column: Column, text: str | None) -> Text | None:
    """What the contract asks of the column, if the text is not that."""
    if text is None:
        return T("a value: the contract requires one") if column.required else None
    match column.type:
        case "integer" | "decimal":
            return _of_number(column, text)
        case "date":
            found = _parsed(text, date.fromisoformat)
            return None if found and found.isoformat() == text else T("a date such as 2026-10-31")
        case "timestamp":
            fits = _parsed(text, datetime.fromisoformat) and len(text) == len("2026-10-31 08:15:00")
            return None if fits else T("a time such as 2026-10-31 08:15:00")
    if column.among is not None and text not in column.among:
        return T("one of {words}", words=", ".join(column.among))
    if column.pattern is not None and not re.fullmatch(column.pattern, text):
        return T("text of the form {pattern}", pattern=column.pattern)
    return None if "\0" not in text else T("text without NUL characters")


def _of_number(column: Column, text: str) -> Text | None:
    places = column.places if column.type == "decimal" else 0
    plain = re.fullmatch(r"-?\d{1,15}" + (rf"(\.\d{{1,{places}}})?" if places else ""), text)
    if plain is None:
        return T("a number of at most {places} decimals, in plain digits", places=places)
    try:
        micros = Decimal(text) * MICRO
    except InvalidOperation:
        micros = Decimal("NaN")
    if column.least is not None and micros < column.least:
        return T("a number of at least {least}", least=Decimal(column.least) / MICRO)
    if column.most is not None and micros > column.most:
        return T("a number of at most {most}", most=Decimal(column.most) / MICRO)
    return None


def _parsed(text: str | None, read: Callable[[str], date]) -> date | None:
    try:
        return None if text is None else read(text)
    except ValueError:
        return None
