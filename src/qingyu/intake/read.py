"""A sender's file as a DuckDB relation of text columns `c0 … cn`, in the file's own order.

Nothing here interprets a value. What cannot be read beyond doubt is refused whole, with the place
and the remedy; a row with too few or too many cells is refused alone (`ragged_rows`).

The number of a row is its position in what is read, taken while the order is still the file's
(no join has touched it): the header is row 1, blank lines are not counted.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from qingyu.engine.connect import connected, quoted
from qingyu.errors import InputError
from qingyu.i18n import T, Text
from qingyu.intake.encoding import CSV_HEAD, bad_bytes, head_of, refuse_other_formats
from qingyu.pack.model import Source

SEPARATORS = (",", ";", "\t")
REJECT_COLUMNS = ("qingyu_row", "qingyu_reasons")  # our own, in front of a reject file
REJECT_LIMIT = 100_000  # ragged rows kept apart; a file with more is not this table at all
_LONGEST_ROW = 16 << 20  # bytes

_MISSHAPEN = ("MISSING COLUMNS", "TOO MANY COLUMNS")


@dataclass(frozen=True)
class Sheet:
    """One file whose header agrees with the contract.

    `columns` are the header's cells as sent; `place[name]` is the position of the contract's
    column `name`; `extra` are columns that the contract does not know.
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

    @property
    def name(self) -> str:
        return self.path.name

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


def open_sheet(path: Path, source: Source) -> Sheet:
    """The file's header, held against the contract; `InputError` if it is not such a file."""
    _must_be_a_file(path)
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return _open_parquet(path, source)
    if suffix in (".csv", ".tsv", ".txt"):
        return _open_csv(path, source)
    raise InputError(
        str(path),
        T("a file whose name ends in {suffix}", suffix=suffix or T("nothing")),
        ".csv, .tsv, .txt, .parquet",
        T("Save the table as CSV (UTF-8) or Parquet and send that."),
    )


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


def _must_be_a_file(path: Path) -> None:
    if path.is_dir():
        found: Text = T("a folder")
    elif not path.exists():
        found = T("no such file")
    elif not path.is_file():
        found = T("something that is no file")
    elif path.stat().st_size == 0:
        found = T("an empty file")
    else:
        return
    raise InputError(
        str(path), found, T("a CSV or Parquet file with rows"), T("Name the file to be received.")
    )


# -- CSV ------------------------------------------------------------------------------------------


def _open_csv(path: Path, source: Source) -> Sheet:
    refuse_other_formats(path)
    text = head_of(path)
    first = text[: _line_end(text)]
    if not first.strip():
        raise _header_error(path, T("an empty first line"), source)
    separator = _separator(first, source)
    cells = next(csv.reader(io.StringIO(first), delimiter=separator, strict=False))
    if first.count('"') % 2:
        raise _header_error(path, T("a header with an open quote or a line break"), source)
    _refuse_header_only(path, text)
    newline = "\\r" if "\n" not in text and "\r" in text else None
    sheet = _matched(path, "csv", cells, source)
    return Sheet(**{**vars(sheet), "separator": separator, "newline": newline})


def _line_end(text: str) -> int:
    ends = [at for at in (text.find("\n"), text.find("\r")) if at >= 0]
    return min(ends, default=len(text))


def _separator(first: str, source: Source) -> str:
    """The separator under which the header names most of the contract's columns."""
    wanted = {column.name for column in source.columns}

    def known(separator: str) -> tuple[int, int]:
        cells = [c.strip() for c in next(csv.reader([first], delimiter=separator))]
        return len(wanted.intersection(cells)), len(cells)

    return max(SEPARATORS, key=known)


def _refuse_header_only(path: Path, text: str) -> None:
    if len(text) < CSV_HEAD and not text[_line_end(text) :].strip():
        raise InputError(
            path.name,
            T("a header and no row"),
            T("at least one row"),
            T("Send the file with its rows; a day without events needs no file."),
        )


# -- Parquet --------------------------------------------------------------------------------------


def _open_parquet(path: Path, source: Source) -> Sheet:
    with connected() as connection:
        try:
            described = connection.execute(
                f"DESCRIBE SELECT * FROM read_parquet({quoted(str(path))})"
            ).fetchall()
            names = connection.execute(
                f"SELECT name FROM parquet_schema({quoted(str(path))})"
                " WHERE num_children IS NULL OR num_children = 0"
            ).fetchall()
            counted = connection.execute(
                f"SELECT count(*) FROM read_parquet({quoted(str(path))})"
            ).fetchone()
        except duckdb.Error as error:
            empty = Sheet(path, "parquet", (), {}, ())
            raise unreadable(empty, error) from error
    if not counted or not counted[0]:
        raise InputError(path.name, T("no row"), T("at least one row"), T("Send it with its rows."))
    written = [str(row[0]) for row in names]
    _refuse_repeats(path, written)
    sheet = _matched(path, "parquet", [str(row[0]) for row in described], source)
    types = tuple(str(row[1]) for row in described)
    _refuse_lost_zeros(sheet, types, source)
    return Sheet(**{**vars(sheet), "stored_as": types})


def _refuse_lost_zeros(sheet: Sheet, types: Sequence[str], source: Source) -> None:
    """Codes kept as numbers have lost their leading zeros before we could see them."""
    for column in source.columns:
        at = sheet.place.get(column.name)
        if column.type == "code" and at is not None and types[at] != "VARCHAR":
            raise InputError(
                T("{file}, column {column}", file=sheet.name, column=column.name).render("en"),
                T("codes stored as {type}", type=types[at]),
                T("text, so that leading zeros are kept"),
                T("Write this column as text and send the file again."),
            )


# -- header and contract --------------------------------------------------------------------


def _matched(path: Path, kind: str, cells: Sequence[str], source: Source) -> Sheet:
    """Each of the contract's columns is there once; columns cut by the contract may be absent."""
    columns = tuple(cell if kind == "parquet" else cell.strip() for cell in cells)
    _refuse_repeats(path, columns)
    at = {name.strip(): number for number, name in enumerate(columns)}
    placing = {source.place.code, source.place.name, source.time}
    lacking = [
        column.name
        for column in source.columns
        if column.name not in at
        and not column.optional
        and (column.personal not in ("cut", "use") or column.name in placing)
    ]
    if lacking:
        raise InputError(
            path.name,
            T(
                "no column {lacking}; the header reads: {found}",
                lacking=", ".join(lacking),
                found=", ".join(columns),
            ),
            T("the columns of the contract {source}", source=source.id),
            T("Name the columns as the contract does, in any order, and send the file again."),
        )
    known = {column.name: at[column.name] for column in source.columns if column.name in at}
    extra = tuple(name for name in columns if name.strip() not in {*known, *REJECT_COLUMNS})
    return Sheet(path=path, kind=kind, columns=columns, place=known, extra=extra)


def _refuse_repeats(path: Path, columns: Sequence[str]) -> None:
    counts = Counter(name.strip().casefold() for name in columns)
    repeated = [name for name in columns if counts[name.strip().casefold()] > 1 and name.strip()]
    if repeated:
        raise InputError(
            path.name,
            T("the column {name} more than once", name=repeated[0]),
            T("each column once"),
            T("Take the wrong one away: nobody can tell which of them counts."),
        )


def _header_error(path: Path, found: Text, source: Source) -> InputError:
    return InputError(
        T("{file}, row {row}", file=path.name, row=1).render("en"),
        found,
        ", ".join(column.name for column in source.columns),
        T("Put one header row with the contract's column names first."),
    )
