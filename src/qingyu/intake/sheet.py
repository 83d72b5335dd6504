"""One file of a send as a DuckDB relation of text columns `c0 … cn`, in the file's own order.

The number of a row is its position in what is read, taken while the order is still the file's
(no join has touched it): the header is row 1, blank lines are not counted. Of a file that had to be
rewritten as a plain one, it is the sender's own line or row of the sheet (`own_rows`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from qingyu.engine.connect import quoted
from qingyu.errors import InputError
from qingyu.i18n import T, Text
from qingyu.intake.encoding import bad_bytes

if TYPE_CHECKING:
    from qingyu.intake.formats.held import Held, OwnRows
    from qingyu.pack.written import Spelling

REJECT_LIMIT = 100_000  # rows too long kept apart; a file with more is not this table at all
_LONGEST_ROW = 16 << 20  # bytes

_MISSHAPEN = ("MISSING COLUMNS", "TOO MANY COLUMNS")


@dataclass(frozen=True)
class Sheet:
    """One file whose header agrees with the contract.

    `columns` are the header's cells as sent; `place[name]` is the position of the contract's
    column `name` (`dated[name]` those of its spellings that hold on some days only); `extra` are
    columns that the contract does not know. `path` may be a plain copy of the sender's file
    `title`, which lasts as long as `held`; `found` says what the sender's file was.
    """

    path: Path
    kind: str  # csv or parquet
    columns: tuple[str, ...]
    place: dict[str, int] = field(hash=False)
    extra: tuple[str, ...]
    separator: str = ","
    newline: str | None = None
    stored_as: tuple[str, ...] = ()  # Parquet: DuckDB's type of each column
    serial: bool = False  # CSV whose cells span lines: read by one thread
    title: str | None = None
    held: Held | None = field(default=None, compare=False, repr=False)
    own_rows: OwnRows | None = field(default=None, compare=False, repr=False)
    dated: dict[str, tuple[tuple[int, Spelling], ...]] = field(default_factory=dict, hash=False)
    found: tuple[Text, ...] = field(default=(), compare=False)
    workbook: bool = False  # cells may hold the errors of spreadsheets

    @property
    def name(self) -> str:
        return self.title or self.path.name

    @property
    def reject_columns(self) -> tuple[tuple[str, str], ...]:
        """Header of the reject file and the contract's column behind each (or nothing): as sent,
        but the contract's names in the place of spellings that depend on the day."""
        dated = {at for ways in self.dated.values() for at, _ in ways}
        named = {at: name for name, at in self.place.items() if name not in self.dated}
        found = [(name, name) for name, at in self.place.items() if at in dated]
        kept = [
            (text, named.get(at, "")) for at, text in enumerate(self.columns) if at not in dated
        ]
        return (*kept, *found)

    def relation(self, number: int) -> str:
        """SQL of the text columns. CSV has one column more than its header: NULL (and not empty)
        cells are cells that the row does not have (see `misshapen`); rows that are longer still
        go to the table `ragged_<number>`."""
        if self.kind == "parquet":
            cells = ", ".join(
                f"CAST({identifier(name)} AS VARCHAR) AS c{at}"
                for at, name in enumerate(self.columns)
            )
            return f"(SELECT {cells} FROM read_parquet({quoted(str(self.path))}))"
        types = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(len(self.columns) + 1))
        newline = f", new_line={quoted(self.newline)}" if self.newline else ""
        return (
            f"read_csv({quoted(str(self.path))}, auto_detect=false, header=false, skip=1,"
            f" delim={quoted(self.separator)}, quote='\"', escape='\"', columns={{{types}}},"
            f" max_line_size={_LONGEST_ROW}, strict_mode=true{newline}, store_rejects=true,"
            f" null_padding=true, nullstr=chr(1), parallel={not self.serial},"
            f" rejects_table='ragged_{number}', rejects_scan='scan_{number}',"
            f" rejects_limit={REJECT_LIMIT})"
        )

    @property
    def misshapen(self) -> str:
        """SQL: whether the row has fewer or more cells than the header."""
        if self.kind == "parquet":
            return "false"
        last = len(self.columns) - 1
        return f"(c{last} IS NULL OR c{last + 1} IS NOT NULL)"


def identifier(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def ragged_rows(connection: duckdb.DuckDBPyConnection, sheet: Sheet, number: int) -> list[int]:
    """Row numbers of rows too long to be read, after the relation has been read through.

    Any other trouble that DuckDB met (a broken quote, bytes that are no UTF-8) ends here.
    """
    if sheet.kind == "parquet":
        return []
    found = connection.execute(
        f"SELECT DISTINCT line, error_type::VARCHAR FROM ragged_{number} ORDER BY line"
    ).fetchall()
    for line, trouble in found:
        if trouble == "INVALID ENCODING":
            raise bad_bytes(sheet.path, int(line))
        if trouble not in _MISSHAPEN:
            raise _broken_row(sheet, int(line), trouble)
    lines = sorted({int(line) for line, _ in found})
    if len(lines) >= REJECT_LIMIT:
        raise InputError(
            f"{sheet.name}:{lines[0]}",
            T("more than {limit} rows whose cells do not match the header", limit=REJECT_LIMIT),
            T("{count} cells in each row", count=len(sheet.columns)),
            T("Check the separator and the quotes, and export the table again."),
        )
    return lines


class RowNumbers:
    """Row numbers of staged positions, asked in ascending order, stepping over rows too long."""

    def __init__(self, ragged: tuple[int, ...], own_rows: OwnRows | None = None) -> None:
        self._ragged = ragged
        self._own_rows = own_rows
        self._passed = 0

    def of(self, pos: int) -> int:
        if self._own_rows is not None:
            return self._own_rows.of(pos)
        while (
            self._passed < len(self._ragged)
            and self._ragged[self._passed] <= pos + 2 + self._passed
        ):
            self._passed += 1
        return pos + 2 + self._passed


def spans_lines(error: Exception) -> bool:
    """Whether DuckDB gave up because a quoted cell holds a line break (one thread can read it)."""
    return "quoted new lines" in str(error)


def unreadable(sheet: Sheet, error: duckdb.Error) -> InputError:
    """DuckDB's complaint about the file as one sentence of ours (its own text quotes rows)."""
    if sheet.kind == "parquet":
        return InputError(
            sheet.name,
            T("a damaged or cut-off Parquet file"),
            T("a whole Parquet file"),
            T("Copy or export it again and compare its size with the original."),
        )
    words = str(error)
    if "max_line_size" in words.lower() or "maximum line size" in words.lower():
        found: Text = T(
            "a row of more than {size} bytes: a quote is probably not closed", size=_LONGEST_ROW
        )
    else:
        found = T("mixed line ends or quotes that do not match")
    return InputError(
        sheet.name,
        found,
        T("one kind of line end, and quotes in pairs"),
        T("Export the table again as CSV (UTF-8)."),
    )


def _broken_row(sheet: Sheet, line: int, trouble: str) -> InputError:
    if trouble == "UNQUOTED VALUE":
        found: Text = T("a quote that is opened and not closed, or closed too early")
    else:
        found = T("a row that cannot be read as CSV")
    return InputError(
        T("{file}, row {row}", file=sheet.name, row=line).render("en"),
        found,
        T("quotes in pairs around a cell, doubled inside it"),
        T("Mend that row or export the table again: no row of this file was taken."),
    )
