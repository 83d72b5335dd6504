"""The values a pack is made of: exact numbers, names in two languages, dated entries, spans."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from qingyu.i18n import T

MICRO = 1_000_000

Nature = Literal["harm", "handling", "voice", "effort", "opinion"]
PeriodKind = Literal["day", "week", "ten_days", "month", "quarter", "year"]
Method = Literal[
    "arithmetic",
    "geometric",
    "harmonic",
    "generalised",
    "median",
    "copeland",
    "mazziotta_pareto",
]


def to_micro(value: Any) -> int:
    """A decimal of at most six places as integer millionths; anything else is a ValueError that
    says what was expected."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal | float):
        raise ValueError(T("a number"))
    # A YAML scalar such as 0.7 arrives as the shortest text of its float or as ruamel's
    # ScalarFloat: both print the digits that were written, so the text is what is parsed.
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(T("a number")) from None
    if not number.is_finite():
        raise ValueError(T("a finite number"))
    # Bounds before arithmetic: 1e999999 is a short text and a very long integer.
    if number and number.adjusted() >= 12:
        raise ValueError(T("a number below a million million"))
    exponent = number.as_tuple().exponent
    scaled = Fraction(number) * MICRO if int(exponent) > -60 else Fraction(1, 2)
    if scaled.denominator != 1:
        raise ValueError(T("at most six decimal places"))
    return int(scaled)


def decimal(micros: int) -> str:
    """Micros as a person writes them: 850000 as 0.85."""
    whole, rest = divmod(abs(micros), MICRO)
    text = f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
    return f"-{text}" if micros < 0 else text


def to_text(value: Any) -> Any:
    """A number or date of a condition as the text that was written; others as they are."""
    if isinstance(value, date) or (
        isinstance(value, int | Decimal) and not isinstance(value, bool)
    ):
        return str(value)
    return value


Micro = Annotated[int, BeforeValidator(to_micro)]
Plain = Annotated[str, BeforeValidator(to_text)]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Names(Model):
    """A printed name in both languages."""

    zh: str
    en: str


class Dated(Model):
    """One entry of a dated value: `{from: 2026-01-01, value: 0.6, reference: …, why: …}`."""

    since: date = Field(alias="from")
    value: Micro
    reference: str
    why: str | None = None


class Span(Model):
    """Days or weeks as written in a pack: `7 days`, `8 weeks`; kept in days."""

    days: int = Field(ge=1)

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            amount, _, unit = value.strip().partition(" ")
            factor = {"day": 1, "days": 1, "week": 7, "weeks": 7}.get(unit)
            if factor is None or not amount.isdigit():
                raise ValueError(T("a span such as '7 days' or '8 weeks'"))
            return {"days": int(amount) * factor}
        return value


def in_force(values: tuple[Dated, ...], day: date) -> Dated | None:
    """The entry that holds on `day`: the last one that has begun."""
    begun = [value for value in values if value.since <= day]
    return max(begun, key=lambda value: value.since) if begun else None
