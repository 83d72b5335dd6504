"""A sender's file is opened: its encoding, its header, and whether that is the contract's.

Nothing here interprets a value. What cannot be read beyond doubt is refused whole, with the place
and the remedy.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from qingyu.engine.connect import connected, quoted
from qingyu.errors import InputError
from qingyu.i18n import T, Text
from qingyu.intake.encoding import CSV_HEAD, head_of, refuse_other_formats
from qingyu.intake.sheet import Sheet, unreadable
from qingyu.pack.model import Source

SEPARATORS = (",", ";", "\t")
REJECT_COLUMNS = ("qingyu_row", "qingyu_reasons")  # our own, in front of a reject file


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
    return replace(sheet, separator=separator, newline=newline)


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
    return replace(sheet, stored_as=types)


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
