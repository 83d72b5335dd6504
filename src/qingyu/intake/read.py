"""A sender's file is opened: its form, encoding and header, and whether that is the contract's.

Nothing here interprets a value. What cannot be read beyond doubt is refused whole, with the place
and the remedy. A plain CSV in UTF-8 and a Parquet file are read where they lie; all else is first
rewritten as a plain CSV (`formats`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from qingyu.engine.connect import connected, quoted
from qingyu.errors import InputError
from qingyu.i18n import T, Text
from qingyu.intake.encoding import CSV_HEAD, head_of, refuse_nul, refuse_other_formats
from qingyu.intake.formats import delimited
from qingyu.intake.formats.json_lines import open_json_lines
from qingyu.intake.formats.table import header_names, open_table
from qingyu.intake.formats.unicode import encoding_of, recoded
from qingyu.intake.formats.workbook import open_workbook
from qingyu.intake.header import REJECT_COLUMNS, header_error, matched, refuse_repeats, spelled
from qingyu.intake.sheet import Sheet, unreadable
from qingyu.pack.model import Source

__all__ = ["REJECT_COLUMNS", "open_sheet"]

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
SUFFIXES = (".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".jsonl", ".ndjson")


def open_sheet(path: Path, source: Source) -> Sheet:
    """The file's header, held against the contract; `InputError` if it is not such a file."""
    _must_be_a_file(path)
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return _open_parquet(path, source)
    if suffix == ".xlsx":
        return open_workbook(path, source)
    if suffix in (".jsonl", ".ndjson"):
        return open_json_lines(path, source)
    if suffix in SUFFIXES:
        return _open_text(path, source)
    raise InputError(
        str(path),
        T("a file whose name ends in {suffix}", suffix=suffix or T("nothing")),
        ", ".join(SUFFIXES),
        T("Save the table as CSV (UTF-8) or Parquet and send that."),
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
        str(path),
        found,
        T("a table with rows: CSV, workbook, JSON Lines or Parquet"),
        T("Name the file to be received."),
    )


# -- CSV ------------------------------------------------------------------------------------------


def _open_text(path: Path, source: Source) -> Sheet:
    refuse_other_formats(path)
    encoded = encoding_of(path, source.file)
    if encoded.plain:
        refuse_nul(path)
        return _open_csv(path, path.name, source)
    copy = recoded(path, encoded)
    sheet = _open_csv(copy.path, path.name, source)
    found = (encoded.found,) if encoded.found is not None else ()
    return replace(sheet, held=sheet.held or copy, found=found)


def _open_csv(path: Path, title: str, source: Source) -> Sheet:
    text = head_of(path)
    first = text[: _line_end(text)]
    if source.file.framed and not first.startswith(REJECT_COLUMNS[0]):
        separator = _separator_of_framed(text, source)
        rows = delimited.rows(path, title, separator)
        return open_table(title, rows, source)
    if not first.strip():
        raise header_error(title, 1, T("an empty first line"), source)
    separator = _separator(first, source)
    cells = next(csv.reader(io.StringIO(first), delimiter=separator, strict=False))
    if first.count('"') % 2:
        raise header_error(title, 1, T("a header with an open quote or a line break"), source)
    _refuse_header_only(title, text)
    newline = "\\r" if "\n" not in text and "\r" in text else None
    sheet = matched(path, title, "csv", cells, source)
    return replace(sheet, separator=separator, newline=newline)


def _line_end(text: str) -> int:
    ends = [at for at in (text.find("\n"), text.find("\r")) if at >= 0]
    return min(ends, default=len(text))


def _separator(first: str, source: Source) -> str:
    """The declared separator; else the one under which the header names most of the contract's
    columns. A reject file is ours, with commas."""
    if first.startswith(REJECT_COLUMNS[0] + ","):
        return ","
    if source.file.separator is not None:
        return SEPARATORS[source.file.separator]
    wanted = spelled(source)

    def known(separator: str) -> tuple[int, int]:
        cells = [c.strip() for c in next(csv.reader([first], delimiter=separator))]
        return len(wanted.intersection(cells)), len(cells)

    return max(SEPARATORS.values(), key=known)


def _separator_of_framed(text: str, source: Source) -> str:
    """As `_separator`, of a table whose header is not the first line."""
    if source.file.separator is not None:
        return SEPARATORS[source.file.separator]
    wanted = spelled(source)

    def known(separator: str) -> int:
        lines = csv.reader(io.StringIO(text), delimiter=separator)
        return len(wanted.intersection(header_names(lines, source.file)))

    return max(SEPARATORS.values(), key=known)


def _refuse_header_only(title: str, text: str) -> None:
    if len(text) < CSV_HEAD and not text[_line_end(text) :].strip():
        raise InputError(
            title,
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
    refuse_repeats(path.name, [str(row[0]) for row in names])
    sheet = matched(path, path.name, "parquet", [str(row[0]) for row in described], source)
    types = tuple(str(row[1]) for row in described)
    _refuse_lost_zeros(sheet, types, source)
    return replace(sheet, stored_as=types)


def _refuse_lost_zeros(sheet: Sheet, types: Sequence[str], source: Source) -> None:
    """Codes kept as numbers have lost their leading zeros before we could see them."""
    for column in source.columns:
        at = sheet.place.get(column.name)
        padded = column.written is not None and column.written.pad is not None
        if column.type == "code" and at is not None and types[at] != "VARCHAR" and not padded:
            raise InputError(
                T("{file}, column {column}", file=sheet.name, column=column.name).render("en"),
                T("codes stored as {type}", type=types[at]),
                T("text, so that leading zeros are kept"),
                T("Write this column as text and send the file again."),
            )
