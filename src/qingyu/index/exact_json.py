"""JSON whose numbers are exactly the integers they were made from.

`json.dumps` prints floats; a published 87.345 must be the text `87.345` on every machine, made
from the integer 87,345 thousandths. So numbers with decimals travel as `Fixed` until printed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from qingyu.i18n import Message

_INDENT = 2
_MARK = "\ue000"  # of no script: nobody writes with it
_FLOAT = re.compile(
    r"(?:^|[\[,:] ?)-?\d+[.eE]"
)  # before the marks are gone, none of `Fixed` looks so


@dataclass(frozen=True)
class Fixed:
    """`units` × 10^−`places`, printed with all its places: `Fixed(87345, 3)` is 87.345."""

    units: int
    places: int

    def __str__(self) -> str:
        if self.places == 0:
            return str(self.units)
        whole, part = divmod(abs(self.units), 10**self.places)
        sign = "-" if self.units < 0 else ""
        return f"{sign}{whole}.{part:0{self.places}d}"

    @property
    def fraction(self) -> Fraction:
        return Fraction(self.units, 10**self.places)


def milli(value: int | None) -> Fixed | None:
    """An index score in thousandths; None stays None."""
    return None if value is None else Fixed(int(value), 3)


def micro(value: int | None) -> Fixed | None:
    """A number in millionths; None stays None."""
    return None if value is None else Fixed(int(value), 6)


def nearest(value: Fraction, places: int) -> Fixed:
    """An exact fraction rounded half-even to `places` decimals, for print only."""
    return Fixed(round(value * 10**places), places)


def dumps(value: object, *, indent: bool = True) -> str:
    """`value` (dicts, lists, text, integers, `Fixed`, dates, messages) as JSON text.

    A float is a TypeError: nothing published may hold one.
    """
    if not indent:
        found = _quickly(value)
        if found is not None:
            return found
    return "".join(_pieces(value, 0 if indent else None))


def _quickly(value: object) -> str | None:
    """On one line, by the standard library's encoder in C; None where that cannot be trusted to
    print what `_pieces` does: where a text holds our mark, or looks as if a float had been printed.
    """
    printed = 0

    def plain(item: object) -> object:
        nonlocal printed
        if isinstance(item, Fixed):
            printed += 1
            return f"{_MARK}{item}{_MARK}"  # a text for now; the marks and quotes go below
        if isinstance(item, Message):
            return str(item)
        if isinstance(item, date):
            return item.isoformat()
        if isinstance(item, Mapping):
            return dict(item)
        if isinstance(item, Sequence):
            return list(item)
        raise TypeError(f"{type(item).__name__} has no exact JSON form")

    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=plain)
    except ValueError:  # not a number, or no end to it
        return None
    if text.count(_MARK) != 2 * printed or _FLOAT.search(text):
        return None
    return text.replace(f'"{_MARK}', "").replace(f'{_MARK}"', "")


def _pieces(value: object, depth: int | None) -> Iterator[str]:
    if isinstance(value, Mapping):
        named = [(json.dumps(str(key), ensure_ascii=False), item) for key, item in value.items()]
        yield from _members("{", "}", [(f"{key}: ", item) for key, item in named], depth)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        yield from _members("[", "]", [("", item) for item in value], depth)
    else:
        yield _scalar(value)


def _members(
    opening: str, closing: str, members: list[tuple[str, object]], depth: int | None
) -> Iterator[str]:
    if not members:
        yield opening + closing
        return
    inner = None if depth is None else depth + 1
    yield opening
    for number, (lead, item) in enumerate(members):
        yield ("," if number else "") + _line_break(inner, spaced=bool(number)) + lead
        yield from _pieces(item, inner)
    yield _line_break(depth, spaced=False) + closing


def _line_break(depth: int | None, *, spaced: bool) -> str:
    if depth is None:
        return " " if spaced else ""
    return "\n" + " " * (_INDENT * depth)


def _scalar(value: object) -> str:
    if value is None or isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, Fixed):
        return str(value)
    if isinstance(value, str | Message):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, date):
        return json.dumps(value.isoformat())
    raise TypeError(f"{type(value).__name__} has no exact JSON form")
