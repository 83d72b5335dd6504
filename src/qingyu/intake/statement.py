"""The one SQL statement that reads, checks, places and fingerprints a file (see `stage`)."""

from __future__ import annotations

from qingyu.engine.tables import UNPLACED
from qingyu.intake import times
from qingyu.intake.contract import BITS, Check, Contract, cell, sql_type, typed
from qingyu.intake.place import Placer
from qingyu.intake.sheet import Sheet, identifier
from qingyu.pack.model import Column

KEY_HASH = "md5_number_upper({text})"  # stable across versions of DuckDB, unlike hash()
ROW_HASH = "md5_number_lower({text})"


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
    sql = f"SELECT *, {sheet.misshapen} AS misshapen FROM {sheet.relation(number)}"
    sql = f"SELECT {texts}, misshapen FROM ({sql})"
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
