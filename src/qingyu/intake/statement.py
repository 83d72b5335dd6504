"""The one SQL statement that reads, checks, places and fingerprints a file (see `stage`)."""

from __future__ import annotations

from qingyu.engine.tables import UNPLACED
from qingyu.intake import terms, times, values
from qingyu.intake.contract import BITS, Check, Contract, sql_type, typed
from qingyu.intake.place import Placer
from qingyu.intake.sheet import Sheet, identifier
from qingyu.pack.model import Column

# The halves of MD5, as `md5_number_upper` and `_lower` give them four times as slowly. They are
# stable across versions of DuckDB, unlike hash().
KEY_HASH = "(md5_number({text}) & 18446744073709551615)::UBIGINT"
ROW_HASH = "(md5_number({text}) >> 64)::UBIGINT"


def select(contract: Contract, placer: Placer, sheet: Sheet, number: int) -> str:
    """The whole statement: text, values, local times, place, fingerprints and masks."""
    columns = range(len(contract.read))
    clocks = "".join(
        f", {times.naive(f't{k}', contract.read[k].format)} AS n{k}"
        f", {times.instant(f't{k}', contract.read[k].format)} AS i{k}"
        for k in columns
        if _is_clock(contract, k)
    )
    typed_values = ", ".join(f"{typed(contract, k)} AS v{k}" for k in columns)
    # One layer per step: a later one names the results of an earlier one and repeats no work.
    layers = (
        *values.layers(contract, sheet),
        f"*{clocks}",
        f"*, {typed_values}",
        f"*, {_time(contract)}",
        f"*, CASE WHEN NOT misshapen THEN {_key(contract)} END AS key,"
        f" {_place(contract, placer)} AS placed",
        f"*, {_masks(contract)}, {ROW_HASH.format(text=f'({_framed(contract)})')} AS row64,"
        f" CASE WHEN prefix(placed, '~') THEN '{UNPLACED}' ELSE placed END AS area",
        f"*, xor(row64, {placer.fingerprint('area') or ROW_HASH.format(text='area')}) AS mixed",
        _final(contract),
    )
    sql = f"SELECT *, {sheet.misshapen} AS misshapen FROM {sheet.relation(number)}"
    sql = f"SELECT {values.texts(contract, sheet)}, misshapen FROM ({sql})"
    for layer in layers:
        sql = f"SELECT {layer} FROM ({sql})"
    return sql


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
    """SQL: the broken rules as bits of `m0`, `m1` …, made only where some rule is broken."""
    masks = []
    for first in range(0, len(contract.checks), BITS):
        checks = contract.checks[first : first + BITS]
        # The cells of a misshapen row belong to no column: nothing else is said of it.
        bits = " | ".join(
            f"CASE WHEN {_asked(check)} THEN {1 << number}::BIGINT ELSE 0::BIGINT END"
            for number, check in enumerate(checks)
        )
        broken = " OR ".join(f"({check.broken})" for check in checks)
        masks.append(f"CASE WHEN {broken} THEN {bits} ELSE 0::BIGINT END AS m{first // BITS}")
    return ", ".join(masks)


def _asked(check: Check) -> str:
    return check.broken if check.code == "ragged" else f"NOT misshapen AND {check.broken}"


def _final(contract: Contract) -> str:
    """SQL: the columns of the stage."""
    again = repeated(contract)
    masks = [f"m{number}" for number in range(contract.masks)]
    raws = ", ".join(_raw(contract, column.name) for column in contract.kept)
    parts = [
        *(["key"] if "key" not in again else []),
        f"{KEY_HASH.format(text='key')} AS key64",
        "row64",
        "CASE WHEN mixed = 0 THEN 1::UBIGINT ELSE mixed END AS content64",  # 0 is a tombstone
        *(['"at"'] if "at" not in again else []),
        "day",
        "area",
        "CASE WHEN prefix(placed, '~') THEN placed[2:] END AS trouble",
    ]
    parts += [
        f"v{contract.number(column.name)} AS {identifier('c_' + column.name)}"
        for column in contract.kept
    ]
    parts += [f"{date} AS {identifier('c_' + name)}" for name, date in terms.dates(contract)]
    parts += masks
    parts.append(
        f"CASE WHEN misshapen THEN [] WHEN ({' | '.join(masks)}) <> 0 THEN [{raws}] END AS raw"
    )
    parts.append(f"{_row_version(contract)} AS version")
    if contract.source.version.by == "newest":
        parts.append("moment")
    return ", ".join(parts)


def repeated(contract: Contract) -> dict[str, str]:
    """Columns that a kept column repeats to the letter, and which: they are not staged twice."""
    kept = {column.name: column for column in contract.kept}
    found = {}
    key, clock = contract.source.key, kept.get(contract.source.time)
    if len(key) == 1 and key[0] in kept and sql_type(kept[key[0]]) == "VARCHAR":
        found["key"] = f"c_{key[0]}"
    if clock is not None and sql_type(clock) == "TIMESTAMP":
        found["at"] = f"c_{clock.name}"
    return found


def _raw(contract: Contract, name: str) -> str:
    """A kept column as sent; one kept as a digest only as that."""
    k = contract.number(name)
    column = contract.read[k]
    if column.personal == "digest":
        return f"v{k}"
    return f"s{k}" if values.is_odd(column) else f"t{k}"


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
