"""One pass from the sender's file to a staged Parquet: the cut version of what was sent.

Parsing, checking, placing and fingerprints are one DuckDB statement without joins, so row k of the
stage is row k of the file (misshapen rows left out). The stage is kept as the batch's snapshot;
it holds the columns below and nothing that the contract cuts.

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

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from qingyu.engine import disk
from qingyu.engine.connect import quoted
from qingyu.engine.tables import UNPLACED
from qingyu.errors import InputError, StorageError
from qingyu.i18n import T
from qingyu.intake import times
from qingyu.intake.contract import BITS, Check, Contract, cell, sql_type, typed
from qingyu.intake.place import Placer
from qingyu.intake.read import Sheet, identifier, ragged_rows, spans_lines, unreadable
from qingyu.pack.model import Column

KEY_HASH = "md5_number_upper({text})"  # stable across versions of DuckDB, unlike hash()
ROW_HASH = "md5_number_lower({text})"


@dataclass(frozen=True)
class Stage:
    """One staged file: its rows in the file's order, and the row numbers that are not in it."""

    sheet: Sheet
    path: Path
    rows: int
    ragged: tuple[int, ...]


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
    try:
        _copy(connection, select(contract, placer, sheet, number), path)
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


def _copy(connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> None:
    options = "FORMAT parquet, COMPRESSION snappy, USE_TMP_FILE false"
    copy = f"COPY ({sql}) TO {quoted(str(path))} ({options})"
    disk.act("copy", path, lambda: connection.execute(copy))


def _forget(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    """Drop what DuckDB noted of a file's rows before the file is read again."""
    connection.execute(f"DROP TABLE IF EXISTS ragged_{number}")
    connection.execute(f"DROP TABLE IF EXISTS scan_{number}")


def select(contract: Contract, placer: Placer, sheet: Sheet, number: int) -> str:
    """The whole statement: text, values, local times, place, fingerprints and masks."""
    columns = range(len(contract.read))
    texts = ", ".join(f"{_text(contract, sheet, k)} AS t{k}" for k in columns)
    clocks = "".join(
        f", {times.naive(f't{k}', contract.read[k].format)} AS n{k}"
        f", {times.instant(f't{k}', contract.read[k].format)} AS i{k}"
        for k in columns
        if _is_clock(contract, k)
    )
    values = ", ".join(f"{typed(contract, k)} AS v{k}" for k in columns)
    # One layer per step: a later one names the results of an earlier one and repeats no work.
    layers = (
        f"*{clocks}",
        f"*, {values}",
        f"*, {_time(contract)}",
        f"*, CASE WHEN NOT misshapen THEN {_key(contract)} END AS key,"
        f" {_place(contract, placer)} AS placed",
        f"*, {_masks(contract)}, {ROW_HASH.format(text=f'({_framed(contract)})')} AS row64",
        _final(contract),
    )
    sql = f"SELECT {texts}, {sheet.misshapen} AS misshapen FROM {sheet.relation(number)}"
    for layer in layers:
        sql = f"SELECT {layer} FROM ({sql})"
    return sql


def _text(contract: Contract, sheet: Sheet, k: int) -> str:
    at = sheet.place.get(contract.read[k].name)
    return "CAST(NULL AS VARCHAR)" if at is None else cell(f"c{at}")


def _is_clock(contract: Contract, k: int) -> bool:
    column = contract.read[k]
    return column.type == "timestamp" and column.personal == "keep"


def _time(contract: Contract) -> str:
    """SQL: `at`, `day`, and `moment` where the version is the newest of the file."""
    k = contract.number(contract.source.time)
    clause = f'CAST(v{k} AS TIMESTAMP) AS "at", CAST(v{k} AS DATE) AS day'
    if contract.source.version.by == "newest":
        naive = f"n{k}" if _is_clock(contract, k) else f"CAST(v{k} AS TIMESTAMP)"
        there = f"({times.to_instant(naive, contract.source_zone)})"
        instant = f"coalesce(i{k}, {there})" if _is_clock(contract, k) else there
        clause += f", epoch_us({instant}) AS moment"
    return clause


def _key(contract: Contract) -> str:
    parts = [f"CAST(v{contract.number(name)} AS VARCHAR)" for name in contract.source.key]
    if len(parts) == 1:
        return parts[0]
    return " || ".join(f"length({part}) || ':' || {part}" for part in parts)


def _place(contract: Contract, placer: Placer) -> str:
    place = contract.source.place

    def text(name: str | None) -> str:
        if name is None or not any(column.name == name for column in contract.read):
            return "CAST(NULL AS VARCHAR)"
        return f"t{contract.number(name)}"

    def number(name: str | None) -> str:
        # A text that is no number is NaN, not NULL: it is a fault, not an absence.
        cell = text(name)
        return f"CASE WHEN {cell} IS NOT NULL THEN {_coordinate(cell)} END"

    return placer.answer(
        text(place.code), text(place.name), number(place.longitude), number(place.latitude), "day"
    )


def _coordinate(text: str) -> str:
    return (
        f"CASE WHEN regexp_full_match({text}, '[-+]?[0-9]{{1,9}}([.][0-9]*)?')"
        f" THEN CAST({text} AS DOUBLE) ELSE CAST('nan' AS DOUBLE) END"
    )


def _masks(contract: Contract) -> str:
    """SQL: the broken rules as bits of `m0`, `m1` …"""
    masks = []
    for first in range(0, len(contract.checks), BITS):
        bits = [
            # The cells of a misshapen row belong to no column: nothing else is said of it.
            f"CAST(CASE WHEN {_asked(check)} THEN {1 << number} ELSE 0 END AS BIGINT)"
            for number, check in enumerate(contract.checks[first : first + BITS])
        ]
        masks.append(f"{' | '.join(bits)} AS m{first // BITS}")
    return ", ".join(masks)


def _asked(check: Check) -> str:
    return check.broken if check.code == "ragged" else f"NOT misshapen AND {check.broken}"


def _final(contract: Contract) -> str:
    """SQL: the columns of the stage."""
    area = f"CASE WHEN placed[1] = '~' THEN '{UNPLACED}' ELSE placed END"
    masks = [f"m{number}" for number in range(contract.masks)]
    raws = ", ".join(_raw(contract, column.name) for column in contract.kept)
    parts = [
        "key",
        f"{KEY_HASH.format(text='key')} AS key64",
        "row64",
        f"greatest(xor(row64, {ROW_HASH.format(text=f'({area})')}), 1::UBIGINT) AS content64",
        '"at"',
        "day",
        f"{area} AS area",
        "CASE WHEN placed[1] = '~' THEN placed[2:] END AS trouble",
    ]
    parts += [
        f"v{contract.number(column.name)} AS {identifier('c_' + column.name)}"
        for column in contract.kept
    ]
    parts += masks
    parts.append(
        f"CASE WHEN misshapen THEN [] WHEN ({' | '.join(masks)}) <> 0 THEN [{raws}] END AS raw"
    )
    parts.append(f"{_row_version(contract)} AS version")
    if contract.source.version.by == "newest":
        parts.append("moment")
    return ", ".join(parts)


def _raw(contract: Contract, name: str) -> str:
    """A kept column as sent; one kept as a digest only as that."""
    k = contract.number(name)
    return f"v{k}" if contract.read[k].personal == "digest" else f"t{k}"


def _framed(contract: Contract) -> str:
    """SQL: the kept columns by name, then the length of each, so that no two rows look alike. Of a
    value that is none (the row is refused) the text as sent."""
    values = []
    for column in sorted(contract.kept, key=lambda column: column.name):
        k = contract.number(column.name)
        value = f"v{k}" if sql_type(column) == "VARCHAR" else f"coalesce({_exact(column, k)}, t{k})"
        values.append(value)
    lengths = ", ',', ".join(f"strlen({value})" for value in values)
    return f"concat({', '.join(values)}, chr(31), {lengths})"


def _exact(column: Column, k: int) -> str:
    value = f"epoch_us(v{k})" if column.type == "timestamp" else f"v{k}"
    return f"CAST({value} AS VARCHAR)"


def _row_version(contract: Contract) -> str:
    name = contract.source.version.column
    if contract.source.version.by != "column" or name is None:
        return "CAST(NULL AS BIGINT)"
    value = f"v{contract.number(name)}"
    kind = contract.source.column(name).type
    return value if kind == "integer" else f"epoch_us(CAST({value} AS TIMESTAMP))"


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
        raise InputError(
            T(
                "{file}, row {row}", file=stage.sheet.name, row=row[0] + 2 + len(stage.ragged)
            ).render("en"),
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
