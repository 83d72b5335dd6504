"""What a number in a workbook means under its number format: a date, a padded code, a number.

Serial days count from 1900 (with the 29 February 1900 that never was) or from 1904; see ECMA-376
part 1, 18.17.4 and 18.8.30.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Literal

from qingyu.intake.formats.cells import Number

Kind = Literal["number", "moment", "zeros"]

EXACT_BELOW = 10**15  # a workbook keeps fifteen digits
_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)}
_NO_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DAY = 86_400_000  # milliseconds
_LAST = 2_957_003  # 9999-12-31, counted from 1904


@dataclass(frozen=True)
class Style:
    """How numbers of a cell style are shown; `zeros` is the width of a format such as 00000."""

    kind: Kind
    zeros: int = 0


def style_of(number: int, code: str | None) -> Style:
    """The style of a number format by its number and, for those of the file's own, its code."""
    if code is None:
        return Style("moment") if number in _BUILT_IN_DATES else Style("number")
    if code.lower() == "general":
        return Style("number")
    if re.fullmatch("0{2,}", code):
        return Style("zeros", len(code))
    bare = _NO_CODE.sub("", code.split(";")[0])
    return Style("moment") if re.search("[ymdhs]", bare, re.IGNORECASE) else Style("number")


def shown(value: str, style: Style, *, since_1904: bool) -> str:
    """A stored number as text: ISO for dates, padded for codes, else plain digits."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return Number(value)
    if not number.is_finite() or abs(number.adjusted()) > 300:
        return Number(value)
    if style.kind == "moment" and 0 <= number < _LAST:
        return _moment(number, since_1904=since_1904)
    text = _digits(number, value)
    if style.kind == "zeros" and text.isdigit():
        return text.zfill(style.zeros)
    return Number(text)


def _digits(number: Decimal, value: str) -> str:
    """The fifteen digits that a workbook shows; longer ones keep their exponent, as a mark that
    digits are lost."""
    if value.isdigit() and number < EXACT_BELOW:
        return str(int(value))
    if abs(number) >= EXACT_BELOW:
        return f"{number:.14E}"
    rounded = Decimal(f"{float(number):.15g}")
    return f"{rounded:f}"


def _moment(number: Decimal, *, since_1904: bool) -> str:
    total = int((number * _DAY).to_integral_value(ROUND_HALF_EVEN))
    days, rest = divmod(total, _DAY)
    clock = _clock(rest)
    if days == 0 and not since_1904:
        return clock  # a time of day without a day
    day = _day(days, since_1904=since_1904)
    return f"{day} {clock}" if rest else day


def _day(days: int, *, since_1904: bool) -> str:
    if since_1904:
        return (date(1904, 1, 1) + timedelta(days=days)).isoformat()
    if days == 60:
        return "1900-02-29"  # the day that never was: no reader of dates takes it
    first = date(1899, 12, 30) if days > 60 else date(1899, 12, 31)
    return (first + timedelta(days=days)).isoformat()


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    fraction = f".{rest:03d}" if rest else ""
    return f"{hour:02d}:{minute:02d}:{second:02d}{fraction}"
