"""Cells that were stored as numbers, as text: what they still say, and what they have lost."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qingyu.errors import InputError
from qingyu.i18n import T, Text
from qingyu.intake.sheet import Sheet
from qingyu.pack.model import Source

_PLAIN = re.compile("-?[0-9]+([.][0-9]+)?", re.ASCII)


class Number(str):
    """The text of a cell that the file stores as a number."""

    __slots__ = ()


class LostDigits:
    """Refuses codes stored as numbers (their leading zeros are gone) and numbers that stand for
    texts and are not even whole (NaN, or long ones cut to fifteen digits)."""

    def __init__(self, sheet: Sheet, source: Source) -> None:
        self.title = sheet.name
        self.codes: list[tuple[int, str]] = []
        self.texts: list[tuple[int, str]] = []
        for column in source.columns:
            at = sheet.place.get(column.name)
            if at is None or column.personal == "cut" or column.type not in ("code", "text"):
                continue
            padded = column.written is not None and column.written.pad is not None
            kind = self.texts if padded or column.type == "text" else self.codes
            kind.append((at, column.name))

    def refuse(self, number: int, cells: Sequence[str]) -> None:
        for at, name in self.codes:
            if at < len(cells) and isinstance(cells[at], Number):
                raise self._refused(number, name, T("a code stored as a number"))
        for at, name in self.texts:
            cell = cells[at] if at < len(cells) else ""
            if isinstance(cell, Number) and not _PLAIN.fullmatch(cell):
                raise self._refused(number, name, T("a number that has lost digits, or is none"))

    def _refused(self, number: int, name: str, found: Text) -> InputError:
        return InputError(
            T("{file}, row {row}, column {column}", file=self.title, row=number, column=name)
            .render("en"),
            found,
            T("text, so that leading zeros and all digits are kept"),
            T("Write this column as text and send the file again, or declare `written: pad:`."),
        )  # fmt: skip
