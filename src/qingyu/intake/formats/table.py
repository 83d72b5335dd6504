"""A table with something around it: rows above the header, a header of two rows, totals below.

The rows come from any of the formats with the sender's own numbers; the table goes out as a plain
CSV. A total is believed only if the rows above add up to it, and then left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from pathlib import Path

from qingyu.errors import InputError
from qingyu.i18n import T, Text
from qingyu.intake.formats.cells import LostDigits
from qingyu.intake.formats.delimited import Row
from qingyu.intake.formats.held import PlainCsv
from qingyu.intake.header import header_error, matched
from qingyu.intake.sheet import Sheet
from qingyu.intake.values import amount
from qingyu.pack.model import Column, Source
from qingyu.pack.written import Layout


def open_table(title: str, rows: Iterator[Row], source: Source, *, padded: bool = False) -> Sheet:
    """The table as a sheet of a plain CSV. `padded`: rows have no cells where a sheet has none."""
    layout = source.file
    above = list(islice(rows, layout.skip + layout.header_rows))
    if len(above) < layout.skip + layout.header_rows:
        raise header_error(title, 1, T("{count} rows and no header", count=len(above)), source)
    names = _trimmed(header_names((cells for _, cells in above), layout))
    first_row = above[layout.skip][0]
    if not any(name.strip() for name in names):
        raise header_error(title, first_row, T("an empty header"), source)
    sheet = matched(Path(title), title, "csv", names, source)
    plain = PlainCsv(sheet.columns)
    _write(title, rows, sheet, source, plain, padded=padded)
    if not len(plain.own_rows):
        raise InputError(
            title, T("a header and no row"), T("at least one row"), T("Send it with its rows.")
        )
    held = plain.close()
    return replace(sheet, path=held.path, held=held, own_rows=plain.own_rows)


def header_names(rows: Iterable[Sequence[str]], layout: Layout) -> list[str]:
    """The columns' names from a table's first rows that are not blank."""
    filled = (row for row in rows if any(cell.strip() for cell in row))
    header = list(islice(filled, layout.skip, layout.skip + layout.header_rows))
    if len(header) < layout.header_rows:
        return []
    if layout.header_rows == 1:
        return [cell.strip() for cell in header[0]]
    return _of_two(header[0], header[1], joined=layout.header == "joined")


def _of_two(upper: Sequence[str], lower: Sequence[str], *, joined: bool) -> list[str]:
    """Names from two rows. A cell of the upper row stands over the columns to its right that have
    none there; one without a cell beneath it is a name by itself."""
    width = max(len(upper), len(lower))
    names, group = [], ""
    for at in range(width):
        above = upper[at].strip() if at < len(upper) else ""
        below = lower[at].strip() if at < len(lower) else ""
        if above:
            group = above if below else ""
        if not below:
            names.append(above)
        else:
            names.append(f"{group}_{below}" if joined and group else below)
    return names


def _write(
    title: str,
    rows: Iterator[Row],
    sheet: Sheet,
    source: Source,
    plain: PlainCsv,
    *,
    padded: bool,
) -> None:
    """Copy the rows; what the contract cuts or does not know is not copied."""
    layout = source.file
    under = _Under(title, sheet, source) if layout.totals or layout.footer else None
    wanted = _wanted(sheet, source)
    width = len(sheet.columns)
    lost = LostDigits(sheet, source) if padded else None
    for number, cells in rows:
        if under is not None and under.takes(number, cells):
            continue
        if lost is not None:
            lost.refuse(number, cells)
            shown = _trimmed(cells)
            cells = [*shown, *[""] * (width - len(shown))]
        if len(cells) != width:
            plain.row(number, None)
            continue
        plain.row(number, [cell if keep else "" for cell, keep in zip(cells, wanted, strict=True)])


def _wanted(sheet: Sheet, source: Source) -> list[bool]:
    """Whether a column of the file is read at all."""
    read = {column.name for column in source.columns if column.personal != "cut"}
    positions = {at for name, at in sheet.place.items() if name in read}
    positions |= {at for name in sheet.dated if name in read for at, _ in sheet.dated[name]}
    return [at in positions for at in range(len(sheet.columns))]


def _trimmed(cells: Sequence[str]) -> list[str]:
    """Without the empty cells at the end."""
    last = max((at for at, cell in enumerate(cells) if cell.strip()), default=-1)
    return list(cells[: last + 1])


class _Under:
    """The rows under a table: totals, which are checked, and footers. Sums run as rows pass."""

    def __init__(self, title: str, sheet: Sheet, source: Source) -> None:
        layout = source.file
        self.title = title
        self.totals = re.compile(layout.totals) if layout.totals else None
        self.footer = re.compile(layout.footer) if layout.footer else None
        self.begun = 0  # the row in which the part under the table begins
        self.numeric: list[tuple[int, Column]] = [
            (sheet.place[column.name], column)
            for column in source.columns
            if column.type in ("integer", "decimal")
            and column.personal == "keep"
            and column.name in sheet.place
            and column.name not in sheet.dated
        ]
        self.sums = {column.name: Decimal(0) for _, column in self.numeric}

    def takes(self, number: int, cells: Sequence[str]) -> bool:
        """Whether the row stands under the table; the sums go on if it does not."""
        first = next((cell.strip() for cell in cells if cell.strip()), "")
        if self.totals is not None and self.totals.fullmatch(first):
            self._check(number, cells)
        elif self.footer is None or not self.footer.fullmatch(first):
            if self.begun:
                raise self._refused(
                    number,
                    T("a row under the totals or footer of row {row}", row=self.begun),
                    T("nothing of the table below them"),
                )
            self._add(cells)
            return False
        self.begun = self.begun or number
        return True

    def _add(self, cells: Sequence[str]) -> None:
        for at, column in self.numeric:
            value = amount(column, cells[at]) if at < len(cells) else None
            if value is not None:
                self.sums[column.name] += value

    def _check(self, number: int, cells: Sequence[str]) -> None:
        checked = False
        for at, column in self.numeric:
            cell = cells[at].strip() if at < len(cells) else ""
            if not cell:
                continue
            total, rows = amount(column, cell), self.sums[column.name]
            if total != rows:
                raise self._refused(
                    number,
                    T("a total of {total} in {column}", total=cell, column=column.name),
                    T("{sum}, to which the rows add up", sum=f"{rows:f}"),
                )
            checked = True
        if not checked:
            raise self._refused(
                number,
                T("a total in none of the contract's numbers"),
                T("at least one number that the rows add up to"),
            )

    def _refused(self, number: int, found: Text, expected: Text) -> InputError:
        return InputError(
            T("{file}, row {row}", file=self.title, row=number).render("en"),
            found,
            expected,
            T("Mend the table and send it again: no row of it was taken."),
        )
