"""One pass from the sender's file to a staged Parquet: the cut version of what was sent.

Parsing, checking, placing and fingerprints are one DuckDB statement without joins, so row k of the
stage is row k of the file (misshapen rows left out). The stage is kept as the batch's snapshot;
it holds the columns below and nothing that the contract cuts. `key` and `at` are left out where a
kept column repeats them; the file's own notes say which (`rows_of` puts them back).

| column | |
|---|---|
| key | the record's full id: its key column, or several as `length:text` |
| key64, row64, content64 | fingerprints of the key, the kept columns, and those with the area |
| version | of the row, with `version: column`; else NULL: the batch's |
| moment | the event as UTC microseconds, with `version: newest` |
| at, day, area, trouble | local time, local day, code or `~unplaced` and why |
| c_<name> | each kept column |
| m0 … | bits of broken rules |
| raw | the kept columns as sent, for refused rows only |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from qingyu.engine import disk
from qingyu.engine.connect import connected, file_list, quoted
from qingyu.errors import InputError, StorageError
from qingyu.i18n import T
from qingyu.intake import terms
from qingyu.intake.contract import BITS, Contract
from qingyu.intake.place import Placer
from qingyu.intake.sheet import (
    RowNumbers,
    Sheet,
    identifier,
    ragged_rows,
    spans_lines,
    unreadable,
)
from qingyu.intake.statement import repeated, select

SMALL = 1 << 20  # bytes of a file that is read by the first plan that comes
MANY, SIDE_BY_SIDE = 4, 1 << 24  # files of so many bytes at most that are read side by side
_NOTE = "qingyu_same_"  # notes of a stage's file: column left out → column that repeats it


@dataclass(frozen=True)
class Stage:
    """One staged file: its rows in the file's order, and the row numbers that are not in it."""

    sheet: Sheet
    path: Path
    rows: int
    ragged: tuple[int, ...]


def stage_sheets(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    placer: Placer,
    sheets: Sequence[Sheet],
    folder: Path,
) -> list[Stage]:
    """Write a part for each sheet; `InputError` of the first one that cannot be taken.

    Many small files are read side by side, each by one thread: several threads for one small file
    wait for each other longer than they work."""

    def stage(session: duckdb.DuckDBPyConnection, number: int) -> Stage:
        return stage_sheet(session, contract, placer, sheets[number], number, folder)

    def stage_beside(number: int) -> Stage:
        with connection.cursor() as session:
            return stage(session, number)

    numbers = range(len(sheets))
    if len(sheets) < MANY or any(one.path.stat().st_size > SIDE_BY_SIDE for one in sheets):
        return [stage(connection, number) for number in numbers]
    with _single_threaded(connection) as workers, ThreadPoolExecutor(workers) as pool:
        return list(pool.map(stage_beside, numbers))


@contextmanager
def _single_threaded(connection: duckdb.DuckDBPyConnection) -> Iterator[int]:
    """Each statement runs in the thread that asks for it; how many may ask."""
    row = connection.execute("SELECT current_setting('threads')").fetchone()
    assert row is not None
    connection.execute("SET threads=1")
    try:
        yield int(row[0])
    finally:
        connection.execute(f"SET threads={int(row[0])}")


def stage_sheet(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    placer: Placer,
    sheet: Sheet,
    number: int,
    folder: Path,
) -> Stage:
    """Write `part-<number>.parquet`; `InputError` if the file cannot be taken as a whole."""
    path = folder / f"part-{number}.parquet"
    terms.register(connection, contract)
    try:
        small = sheet.path.stat().st_size <= SMALL
        sql = select(contract, placer, sheet, number)
        _copy(connection, sql, path, repeated(contract), quickly=small)
    except (duckdb.Error, StorageError) as error:
        if spans_lines(error) and not sheet.serial:
            _forget(connection, number)
            serial = replace(sheet, serial=True)
            return stage_sheet(connection, contract, placer, serial, number, folder)
        complaint = _of_the_file(connection, sheet, number)
        if complaint is None:
            raise
        raise complaint from error
    ragged = ragged_rows(connection, sheet, number)
    rows = _count(connection, path)
    stage = Stage(sheet, path, rows, tuple(ragged))
    if rows + len(ragged) == 0:
        raise InputError(
            sheet.name, T("no row"), T("at least one row"), T("Send the file with its rows.")
        )
    _refuse_header_again(connection, contract, stage)
    if sheet.kind == "csv":
        _refuse_swallowed_rows(connection, stage, number)
    return stage


def rows_of(path: Path, *others: Path) -> str:
    """SQL: all columns of a stage, those that were left out too, and `file_row_number`. With the
    other stages of the same send, also which of them it is: `file_index`, from 0."""
    with connected() as connection:
        notes = connection.execute(
            f"SELECT decode(key), decode(value) FROM parquet_kv_metadata({quoted(str(path))})"
            f" WHERE starts_with(decode(key), '{_NOTE}') ORDER BY 1"
        ).fetchall()
    again = "".join(
        f", {identifier(kept)} AS {identifier(name.removeprefix(_NOTE))}" for name, kept in notes
    )
    if not others:
        return f"(SELECT *{again} FROM read_parquet({quoted(str(path))}, file_row_number=true))"
    files = file_list([str(one) for one in (path, *others)])
    return f"(SELECT *{again}, file_index FROM read_parquet({files}, file_row_number=true))"


def _copy(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    path: Path,
    again: Mapping[str, str],
    *,
    quickly: bool,
) -> None:
    options = "FORMAT parquet, COMPRESSION snappy, USE_TMP_FILE false"
    if again:
        notes = ", ".join(f"{_NOTE}{name}: {quoted(kept)}" for name, kept in again.items())
        options += f", KV_METADATA {{{notes}}}"
    copy = f"COPY ({sql}) TO {quoted(str(path))} ({options})"
    with _planned(connection, quickly=quickly):
        disk.act("copy", path, lambda: connection.execute(copy))


@contextmanager
def _planned(connection: duckdb.DuckDBPyConnection, *, quickly: bool) -> Iterator[None]:
    """Of a small file it takes longer to find a good plan than to follow the first one. Both give
    the same rows."""
    if not quickly:
        yield
        return
    connection.execute("PRAGMA disable_optimizer")
    try:
        yield
    finally:
        connection.execute("PRAGMA enable_optimizer")


def _forget(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    """Drop what DuckDB noted of a file's rows before the file is read again."""
    connection.execute(f"DROP TABLE IF EXISTS ragged_{number}")
    connection.execute(f"DROP TABLE IF EXISTS scan_{number}")


# -- refused whole ------------------------------------------------------------------------------


def _of_the_file(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, number: int
) -> InputError | None:
    """The complaint, if the file cannot be read (else the disk could not be written)."""
    _forget(connection, number)
    sums = ", ".join(f"sum(length(c{at}))" for at in range(len(sheet.columns)))
    try:
        connection.execute(f"SELECT {sums} FROM {sheet.relation(number)}").fetchall()
    except duckdb.OutOfMemoryException:
        return None
    except duckdb.Error as error:
        return unreadable(sheet, error)
    try:
        ragged_rows(connection, sheet, number)
    except InputError as error:
        return error
    return None


def _count(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    row = connection.execute(f"SELECT count(*) FROM read_parquet({quoted(str(path))})").fetchone()
    assert row is not None
    return int(row[0])


def _refuse_header_again(
    connection: duckdb.DuckDBPyConnection, contract: Contract, stage: Stage
) -> None:
    code = f"header_again:{contract.source.time}"
    number = next(n for n, check in enumerate(contract.checks) if check.code == code)
    mask = f"m{number // BITS}"
    row = connection.execute(
        f"SELECT min(file_row_number) FROM read_parquet({quoted(str(stage.path))},"
        f" file_row_number=true) WHERE ({mask} >> {number % BITS}) & 1 = 1"
    ).fetchone()
    if row is not None and row[0] is not None:
        number_of_row = RowNumbers(stage.ragged, stage.sheet.own_rows).of(int(row[0]))
        raise InputError(
            T("{file}, row {row}", file=stage.sheet.name, row=number_of_row).render("en"),
            T("the header a second time"),
            T("one header row, the first"),
            T("Send each table as a file of its own, or take the second header away."),
        )


def _refuse_swallowed_rows(
    connection: duckdb.DuckDBPyConnection, stage: Stage, number: int
) -> None:
    """A stray pair of quotes can hide whole rows in one cell; that cell then holds line breaks and
    just as many separators as the hidden rows had. Asked only where a cell spans lines at all."""
    breaks = _line_breaks(stage.sheet.path)
    if breaks <= stage.rows + len(stage.ragged) + 1:
        return
    sheet, width = stage.sheet, len(stage.sheet.columns) - 1
    _forget(connection, number)
    asked = " OR ".join(
        f"(contains(c{at}, e'\\n') AND {_times(f'c{at}', sheet.separator)}"
        f" = {width} * {_times(f'c{at}', chr(10))})"
        for at in range(len(sheet.columns))
    )
    row = connection.execute(
        f"SELECT count(*) FROM {sheet.relation(number)} WHERE {asked}"
    ).fetchone()
    if width and row is not None and row[0]:
        raise InputError(
            sheet.name,
            T("a quoted cell that holds whole rows"),
            T("quotes in pairs around one cell"),
            T("Export the table again: a stray quote hides rows, and none of them was taken."),
        )


def _times(text: str, mark: str) -> str:
    return f"(length({text}) - length(replace({text}, {quoted(mark)}, '')))"


def _line_breaks(path: Path) -> int:
    count = 0
    with path.open("rb") as file:
        while block := file.read(1 << 22):
            count += block.count(b"\n")
    return count
