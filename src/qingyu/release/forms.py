"""Which row of a changed table was touched: its three forms say the same, so that one which is
still whole tells what the others held."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from qingyu.i18n import T, Text
from qingyu.release.spreadsheet import as_it_was

FORMS = (".json", ".parquet", ".csv")  # in the order in which they are asked
MOST, MOST_CELLS = 6, 2  # differences that are told of one file, and of one row of it

Row = Mapping[str, Any]
Difference = tuple[str, Text, Text]  # row and column, found, expected


def differences(
    name: str, touched: bytes, read: Callable[[str], bytes | None], key: Sequence[str]
) -> list[Difference]:
    """What differs between a changed form of a table and the first of its other forms that `read`
    has (None: it is changed or gone as well). Empty where nothing can be told."""
    stem, dot, suffix = name.rpartition(".")
    form = dot + suffix
    if form not in FORMS:
        return []
    mine = _rows(touched, form)
    for other in FORMS:
        data = None if other == form else read(stem + other)
        theirs = None if data is None else _rows(data, other)
        if mine is not None and theirs is not None:
            return _compared(mine, theirs, stem + other, key)
    return []


def _compared(
    mine: list[Row], theirs: list[Row], other: str, key: Sequence[str]
) -> list[Difference]:
    """By the key of each row; the rows that lack, then those too many, then cells."""
    here, there = _by_key(mine, key), _by_key(theirs, key)
    found: list[Difference] = []
    for one in there:
        if one not in here:
            found.append((_said(one), T("no such row"), T("a row that {file} has", file=other)))
    for one, rows in here.items():
        if one not in there:
            found.append((_said(one), T("a row that nobody published"),
                          T("none, as in {file}", file=other)))  # fmt: skip
        elif len(rows) > 1:
            found.append((_said(one), T("a row twice"), T("a row once")))
    for one, rows in here.items():
        if one in there:
            found += _cells(_said(one), rows[0], there[one][0])
    more = len(found) - MOST
    if more > 0:
        found[MOST:] = [(other, T("{count} more differences", count=more), T("none"))]
    return found


def _cells(row: str, mine: Row, theirs: Row) -> list[Difference]:
    """The first cells that differ: of a row that took another's place nearly all do."""
    found = [
        (f"{row}, {column}", _cell(value), _cell(theirs.get(column)))
        for column, value in mine.items()
        if not _same(value, theirs.get(column))
    ]
    return found[:MOST_CELLS]


def _by_key(rows: list[Row], key: Sequence[str]) -> dict[tuple[str, ...], list[Row]]:
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(str(row.get(name) or "") for name in key), []).append(row)
    return found


def _rows(data: bytes, form: str) -> list[Row] | None:
    """None of what cannot be read as a table."""
    try:
        if form == ".csv":
            text = data.decode("utf-8-sig")
            return [_plain(row) for row in csv.DictReader(io.StringIO(text, newline=""))]
        if form == ".json":
            rows: list[Row] = json.loads(data, parse_float=Decimal)
            return rows if all(isinstance(row, dict) for row in rows) else None
        table: list[Row] = pq.read_table(io.BytesIO(data)).to_pylist()
        return table
    except (ValueError, OSError, csv.Error, TypeError, pa.ArrowException):
        return None


def _plain(row: Mapping[str, Any]) -> Row:
    """Of a CSV file, where an empty cell is none and all else text."""
    return {
        name: None if cell in ("", None) else as_it_was(str(cell))
        for name, cell in row.items()
        if name is not None
    }


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None or one == other:
        return bool(one == other)
    if isinstance(one, bool) or isinstance(other, bool):
        return str(one).lower() == str(other).lower()
    if isinstance(one, str) and isinstance(other, str):
        return False
    try:
        return Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        return str(one) == str(other)


def _cell(value: Any) -> Text:
    return T("nothing") if value is None else str(value)


def _said(key: tuple[str, ...]) -> str:
    return " ".join(part for part in key if part)
