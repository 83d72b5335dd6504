"""The rows of a CSV text with their own line numbers, for tables with something around them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from qingyu.errors import InputError
from qingyu.i18n import T

Row = tuple[int, list[str]]
_LONGEST_CELL = 1 << 20

csv.field_size_limit(_LONGEST_CELL)


def rows(path: Path, title: str, separator: str) -> Iterator[Row]:
    """Line number and cells of each row that is not blank; `path` is UTF-8."""
    line = 1
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=separator, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise _broken(title, line) from error
            except UnicodeDecodeError as error:
                raise _no_utf8(title, line) from error
            if cells is None:
                return
            if any(cell.strip() for cell in cells):
                yield line, cells


def _broken(title: str, line: int) -> InputError:
    return InputError(
        T("{file}, row {row}", file=title, row=line).render("en"),
        T("a quote that is opened and not closed, or closed too early"),
        T("quotes in pairs around a cell, doubled inside it"),
        T("Mend that row or export the table again: no row of this file was taken."),
    )


def _no_utf8(title: str, line: int) -> InputError:
    return InputError(
        T("{file}, row {row}", file=title, row=line).render("en"),
        T("bytes that are no UTF-8"),
        T("CSV text in UTF-8"),
        T("Save the file as “CSV UTF-8” and send it again: no row of it was taken."),
    )
