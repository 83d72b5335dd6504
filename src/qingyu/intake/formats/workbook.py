"""A workbook (XLSX) as rows of text, read as a stream.

A workbook shows a person more than it stores and stores more than it shows. What could mislead is
refused: a formula without its value or with one from another workbook, cells merged among the rows,
rows or sheets that are hidden (unless the contract takes them), codes whose zeros are gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from qingyu.errors import InputError
from qingyu.i18n import T, Text
from qingyu.intake.formats.book import Book, SheetEntry, read_book, unescaped
from qingyu.intake.formats.delimited import Row
from qingyu.intake.formats.serials import Style, shown
from qingyu.intake.formats.table import open_table
from qingyu.intake.formats.xml import XmlReader
from qingyu.intake.formats.zipped import Archive
from qingyu.intake.sheet import Sheet
from qingyu.pack.model import Source
from qingyu.pack.written import Layout

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # of a sheet, by the standard
# Empty cells that a sheet leaves out in front of its cells, where a few bytes stand for thousands:
MOST_BLANKS = 200_000_000  # of all rows,
MOST_BLANKS_AT_ONCE = 10_000_000  # and of those that are held at once
_REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_OTHER_BOOK = re.compile(r"\[[^\]]*\][^!]*!")
_PLAIN_NUMBER = Style("number")


def open_workbook(path: Path, source: Source) -> Sheet:
    """The declared sheet of the workbook, or its only one, as a sheet of a plain CSV."""
    with Archive(path) as archive:
        book = read_book(archive)
        entry = _chosen(archive, book, source.file)
        reader = _Reader(archive, book, entry, source.file)
        sheet = open_table(path.name, reader.rows(), source, padded=True)
        _refuse_merged(sheet, reader)
    found = T("{file}: sheet {sheet} of a workbook", file=path.name, sheet=entry.name)
    return replace(sheet, workbook=True, found=(found,))


def _chosen(archive: Archive, book: Book, layout: Layout) -> SheetEntry:
    listed = ", ".join(s.name + (" (hidden)" if s.hidden else "") for s in book.sheets)
    if layout.sheet is not None:
        named = [sheet for sheet in book.sheets if sheet.name == layout.sheet]
    else:
        named = [sheet for sheet in book.sheets if layout.hidden == "take" or not sheet.hidden]
    if len(named) == 1 and (layout.hidden == "take" or not named[0].hidden):
        return named[0]
    if layout.sheet is not None:
        expected: Text = T("the sheet {sheet} of the contract, not hidden", sheet=layout.sheet)
    else:
        expected = T("exactly one sheet that is not hidden, or the sheet's name in the contract")
    raise InputError(
        archive.title,
        T("the sheets {names}", names=listed or "—"),
        expected,
        T("Send the table in a workbook of its own, or declare `file: sheet:`."),
    )


def _refuse_merged(sheet: Sheet, reader: _Reader) -> None:
    """Cells merged among the rows leave nothing in all but the first of them."""
    assert sheet.own_rows is not None
    first, last = sheet.own_rows.of(0), sheet.own_rows.of(len(sheet.own_rows) - 1)
    for reference in reader.merged:
        rows = [int(row) for _, row in _REFERENCE.findall(reference)]
        if rows and min(rows) <= last and max(rows) >= first:
            raise reader.refused(
                min(rows), T("merged cells {cells}", cells=reference), T("a value in each cell")
            )


@dataclass
class _Cell:
    at: int = 0
    kind: str = "n"
    style: int = 0
    value: str | None = None
    formula: str | None = None


class _Reader:
    """The rows of one sheet. `merged` is complete once all rows have been taken."""

    def __init__(self, archive: Archive, book: Book, entry: SheetEntry, layout: Layout) -> None:
        self.archive, self.book, self.entry, self.layout = archive, book, entry, layout
        self.merged: list[str] = []
        self._ready: list[Row] = []
        self._row = 0
        self._hidden = False
        self._cells: list[str] = []
        self._cell: _Cell | None = None
        self._collected: list[str] | None = None
        self._aid = False
        self._heading = layout.skip + layout.header_rows  # rows that tell the table's width
        self._width = 0
        self._blanks = self._blanks_at_once = 0

    def rows(self) -> Iterator[Row]:
        """Number and cells of each row that is not blank."""
        reader = XmlReader(self.archive, self._start, self._end, self._text)
        for block in self.archive.stream(self.entry.part):
            reader.feed(block)
            yield from self._taken()
        reader.feed(b"", last=True)
        yield from self._taken()

    def refused(self, row: int, found: Text, expected: Text) -> InputError:
        return InputError(
            T("{file}, sheet {sheet}, row {row}",
              file=self.archive.title, sheet=self.entry.name, row=row).render("en"),
            found,
            expected,
            T("Mend the sheet and save it again, or export the table as CSV (UTF-8)."),
        )  # fmt: skip

    def _taken(self) -> list[Row]:
        ready, self._ready, self._blanks_at_once = self._ready, [], 0
        return ready

    # -- elements ---------------------------------------------------------------------------------

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._cell = self._opened(attributes)
        elif name in ("v", "f"):
            self._collected = []
        elif name == "t":
            if not self._aid and self._collected is None:
                self._collected = []
        elif name == "rPh":
            self._aid = True
        elif name == "row":
            self._open_row(attributes)
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", ""))

    def _end(self, name: str) -> None:
        cell = self._cell
        if name in ("v", "f", "t"):
            text = "".join(self._collected or ())
            self._collected = None
            if cell is not None and not self._aid:
                if name == "f":
                    cell.formula = text
                else:
                    cell.value = (cell.value or "") + text if name == "t" else text
        elif name == "rPh":
            self._aid = False
        elif name == "c" and cell is not None:
            self._close_cell(cell)
            self._cell = None
        elif name == "row":
            self._close_row()

    def _text(self, data: str) -> None:
        if self._collected is not None:
            self._collected.append(data)

    # -- rows and cells ---------------------------------------------------------------------------

    def _open_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r") or self._row + 1)
        if not self._row < number <= MOST_ROWS:
            raise self.archive.refused(T("rows out of order"))
        self._row = number
        self._hidden = attributes.get("hidden") in ("1", "true")
        self._cells = []

    def _opened(self, attributes: dict[str, str]) -> _Cell:
        reference = _REFERENCE.fullmatch(attributes.get("r", ""))
        at = _column(reference[1]) if reference else len(self._cells)
        if not len(self._cells) <= at < MOST_COLUMNS:
            raise self.archive.refused(T("cells out of order"))
        return _Cell(at, attributes.get("t", "n"), int(attributes.get("s", "0")))

    def _close_cell(self, cell: _Cell) -> None:
        if cell.value == "" and cell.kind not in ("str", "inlineStr"):
            cell.value = None
        if cell.formula is not None:
            self._refuse_formula(cell)
        if cell.value is None:
            return
        self._leave_blank(self._within(cell.at) - len(self._cells))
        self._cells.append(self._shown(cell, cell.value))

    def _within(self, at: int) -> int:
        """Where a cell stands; one beside the table stands next to it, however far away it is."""
        return at if self._heading else min(at, self._width)

    def _leave_blank(self, count: int) -> None:
        self._blanks += max(count, 0)
        self._blanks_at_once += max(count, 0)
        if self._blanks > MOST_BLANKS or self._blanks_at_once > MOST_BLANKS_AT_ONCE:
            raise self.archive.refused(T("{count} empty cells between others", count=self._blanks))
        self._cells += [""] * count

    def _shown(self, cell: _Cell, value: str) -> str:
        if cell.kind == "s":
            return self._shared(value)
        if cell.kind in ("str", "inlineStr"):
            return unescaped(value)
        if cell.kind == "b":
            return {"1": "true", "0": "false"}.get(value, value)
        if cell.kind in ("e", "d"):  # an error's own text; an ISO date
            return value.replace("T", " ") if cell.kind == "d" else value
        styles = self.book.styles
        style = styles[cell.style] if cell.style < len(styles) else _PLAIN_NUMBER
        return shown(value, style, since_1904=self.book.since_1904)

    def _shared(self, number: str) -> str:
        texts = self.book.texts
        if not number.isdecimal() or int(number) >= len(texts):
            raise self.archive.refused(T("a text that is not there"))
        return texts[int(number)]

    def _refuse_formula(self, cell: _Cell) -> None:
        if self.layout.formulas == "refuse":
            raise self.refused(self._row, T("a formula"), T("values only"))
        if cell.formula and _OTHER_BOOK.search(cell.formula):
            raise self.refused(
                self._row, T("a formula that reads another workbook"), T("values only")
            )
        if cell.value is None:
            raise self.refused(
                self._row,
                T("a formula whose value is not stored"),
                T("a workbook that a spreadsheet program has computed and saved"),
            )

    def _close_row(self) -> None:
        if not any(cell.strip() for cell in self._cells):
            return
        if self._hidden and self.layout.hidden == "refuse":
            raise self.refused(self._row, T("a hidden row"), T("rows that are all shown"))
        self._ready.append((self._row, self._cells))
        if self._heading:
            self._heading -= 1
            self._width = max(self._width, len(self._cells))


def _column(letters: str) -> int:
    """A: 0, Z: 25, AA: 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
