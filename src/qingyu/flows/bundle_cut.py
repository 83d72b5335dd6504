"""What leaves the house: a department's file without what its contract cuts.

The file is read as intake reads it, and written in the layout of a reject file, which intake reads
whatever form the contract declares: UTF-8 with commas, `qingyu_row` (the sender's own row number)
first, then the kept columns in the sender's order. Texts go as they were sent; columns kept as a
digest go as `sha256:…`; columns that only place a record go too, since it is placed on the other
side. All others, and the cells of misshapen rows, stay behind: nobody has said that they may leave.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from qingyu.engine.connect import connect
from qingyu.errors import InputError
from qingyu.intake import values
from qingyu.intake.bundle import disk
from qingyu.intake.contract import Contract, typed
from qingyu.intake.header import REJECT_COLUMNS
from qingyu.intake.sheet import RowNumbers, Sheet, ragged_rows, spans_lines, unreadable

_BLOCK = 10_000
_BOM = b"\xef\xbb\xbf"

Row = tuple[int, list[str | None]]  # the sender's row number, and the cells that leave


@dataclass(frozen=True)
class Cut:
    """A cut file, its rows, and the columns that were left behind."""

    path: Path
    rows: int
    left: tuple[str, ...]


def cut(sheet: Sheet, contract: Contract, path: Path) -> Cut:
    """Write the cut version of a file as CSV; `InputError` if the file cannot be read."""
    leaving = {column.name for column in contract.read}
    named = [(text, name) for text, name in sheet.reject_columns if name in leaving]
    gone = {at for at, text in enumerate(sheet.columns) if text in [text for text, _ in named]}
    gone |= {at for ways in sheet.dated.values() for at, _ in ways}
    left = [text for at, text in enumerate(sheet.columns) if at not in gone]
    rows, ragged = _attempt(sheet, contract, named, (), path)
    if ragged:  # rows too long are known only after reading: once more, with their places
        rows, _ = _attempt(sheet, contract, named, ragged, path)
    return Cut(path, rows, tuple(n for n in left if n.strip() and n not in REJECT_COLUMNS))


def _attempt(
    sheet: Sheet,
    contract: Contract,
    named: Sequence[tuple[str, str]],
    ragged: Sequence[int],
    path: Path,
) -> tuple[int, list[int]]:
    """Write all rows; gives their number, and the row numbers of those too long to be read."""
    with connect() as connection:
        try:
            found = connection.execute(_select(sheet, contract, [name for _, name in named]))
            rows = _rows(found, sheet, ragged, len(named))
            count = _write(path, [text for text, _ in named], rows)
            return count, ragged_rows(connection, sheet, 0)
        except duckdb.Error as error:
            if spans_lines(error) and not sheet.serial:
                return _attempt(replace(sheet, serial=True), contract, named, ragged, path)
            raise _complaint(sheet, error) from error


def _complaint(sheet: Sheet, error: duckdb.Error) -> InputError:
    """DuckDB's words quote rows; ours do not. What it noted of a row says more than it raised."""
    with connect() as connection:
        try:
            connection.execute(f"SELECT count(c0) FROM {sheet.relation(0)}").fetchall()
            ragged_rows(connection, sheet, 0)
        except InputError as told:
            return told
        except duckdb.Error:
            pass
    return unreadable(sheet, error)


def _select(sheet: Sheet, contract: Contract, names: Sequence[str]) -> str:
    """SQL: whether a row is misshapen, and the cells that leave, in the file's own order."""
    sql = f"SELECT *, {sheet.misshapen} AS misshapen FROM {sheet.relation(0)}"
    sql = f"SELECT {values.texts(contract, sheet)}, misshapen FROM ({sql})"
    for layer in values.layers(contract, sheet):
        sql = f"SELECT {layer} FROM ({sql})"
    return f"SELECT {', '.join(['misshapen', *(_sent(contract, n) for n in names)])} FROM ({sql})"


def _sent(contract: Contract, name: str) -> str:
    """SQL: a column as sent; one kept as a digest only as that."""
    k = contract.number(name)
    column = contract.read[k]
    if column.personal == "digest":
        return typed(contract, k)
    return f"s{k}" if values.is_odd(column) else f"t{k}"


def _rows(
    found: duckdb.DuckDBPyConnection, sheet: Sheet, ragged: Sequence[int], width: int
) -> Iterator[Row]:
    """Rows in the file's order. Of those that do not match the header nothing leaves but that they
    are there: too many empty cells, by one, or (where intake keeps them apart) by more."""
    misshapen: list[str | None] = [""] * (width + 1)
    too_long = [*misshapen, "-"]
    numbers, waiting, at = RowNumbers(tuple(ragged), sheet.own_rows), list(ragged)[::-1], 0
    while block := found.fetchmany(_BLOCK):
        for bad, *cells in block:
            number = numbers.of(at)
            while waiting and waiting[-1] < number:
                yield waiting.pop(), too_long
            yield number, misshapen if bad else cells
            at += 1
    while waiting:
        yield waiting.pop(), too_long


def _write(path: Path, header: Sequence[str], rows: Iterator[Row]) -> int:
    """The rows as CSV; gives their number."""
    count, text = 0, io.StringIO()
    # With both line ends in the terminator, a cell that holds either is quoted.
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([REJECT_COLUMNS[0], *header])
    with disk.new_file(path) as file:
        file.write(_BOM)
        for number, cells in rows:
            writer.writerow([number, *cells])
            count += 1
            if count % _BLOCK == 0:
                file.write(_drained(text))
        file.write(_drained(text))
    return count


def _drained(text: io.StringIO) -> bytes:
    data = text.getvalue().encode("utf-8")
    text.seek(0)
    text.truncate()
    return data
