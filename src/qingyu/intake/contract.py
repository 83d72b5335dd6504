"""A source's contract as DuckDB expressions: typed values, and a bit for each broken rule.

The text of a cell is trimmed and an empty one is NULL; nothing else is mended. Numbers are ASCII
digits: full-width digits, separators, units, exponents, NaN are refused with their reason, never
read as something near. A row's reasons are bits of integer masks, so checking hides behind the
parsing of the file and words are made for bad rows only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from qingyu.engine.connect import quoted
from qingyu.intake import times
from qingyu.intake.reasons import PLACE_KINDS
from qingyu.pack.model import MICRO, Calendar, Column, Pack, Source

BITS = 62  # of one mask: a BIGINT's sign bit stays free
FIRST_YEAR, LAST_YEAR = times.FIRST_YEAR, times.LAST_YEAR

_DIGEST = "sha256:[0-9a-f]{64}"
_ERRORS = "#(#+|N/A|REF!|VALUE!|DIV/0!|NAME[?]|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA)"
_BLANKS = r" \t\r\n"


@dataclass(frozen=True)
class Check:
    """One rule of the contract: `broken` is SQL over the typed row, never NULL."""

    code: str
    broken: str


@dataclass(frozen=True)
class Contract:
    """A source's contract, compiled. Column k of `read` is `t<k>` as text and `v<k>` typed.

    `read`: columns taken from the file (kept, kept as digest, or used for placing); those the
    contract cuts are not among them. `kept`: those that are stored, as `c_<name>`.
    """

    source: Source
    zone: str  # the city's
    source_zone: str  # of times without an offset
    read: tuple[Column, ...]
    kept: tuple[Column, ...]
    checks: tuple[Check, ...]
    calendar: Calendar  # the city's, for terms in working days
    extracted: datetime | None = None  # local; with `version: extract`

    def number(self, name: str) -> int:
        """k of a column that is read."""
        return next(k for k, column in enumerate(self.read) if column.name == name)

    @property
    def masks(self) -> int:
        return (len(self.checks) + BITS - 1) // BITS

    @property
    def time(self) -> Column:
        return self.source.column(self.source.time)

    def codes(self, masks: Sequence[int]) -> list[str]:
        """The reasons' codes behind a row's masks."""
        return [
            check.code
            for number, check in enumerate(self.checks)
            if masks[number // BITS] >> (number % BITS) & 1
        ]


def compile_contract(
    pack: Pack,
    source: Source,
    extracted: datetime | None = None,
    *,
    nul: bool = False,
    workbook: bool = False,
) -> Contract:
    """The contract of `source`. `extracted` is the local moment of `version: extract`; `nul` looks
    for NUL characters in texts (a CSV file with one is refused by its bytes already), `workbook`
    for the errors of spreadsheet programs in them (no other column takes those)."""
    placing = _placing(source) | {part for column in source.columns for part in column.made_of}
    read = tuple(
        column
        for column in source.columns
        if column.personal in ("keep", "digest")
        or (column.personal == "use" and column.name in placing)
    )
    kept = tuple(column for column in read if column.personal != "use")
    zone = source.zone or pack.time_zone
    bare = Contract(source, pack.time_zone, zone, read, kept, (), pack.calendar, extracted)
    checks = _checks(bare) + (_nul_checks(bare) if nul else [])
    checks += _workbook_checks(bare) if workbook else []
    return replace(bare, checks=tuple(checks))


def cell(column: str) -> str:
    """SQL: a cell's text, trimmed; NULL if nothing is left. Most cells need no trimming, which is
    told from their ends far quicker than by trimming them. The cells of a misshapen row belong to
    no column, so nothing of it is taken: a telephone number may stand where a name should."""
    blank = " OR ".join(f"suffix({column}, e'{mark}')" for mark in (" ", r"\t", r"\r", r"\n"))
    return (
        f"CASE WHEN misshapen THEN NULL WHEN {column} > '!' AND NOT ({blank}) THEN {column}"
        f" ELSE nullif(trim({column}, e'{_BLANKS}'), '') END"
    )


def typed(contract: Contract, number: int) -> str:
    """SQL: the value of column `number` from its text, NULL if the text names none.

    For timestamps: of the local time `n<k>` and the instant `i<k>` (see `times`)."""
    column, text = contract.read[number], f"t{number}"
    if column.personal == "digest":
        return (
            f"CASE WHEN regexp_full_match({text}, '{_DIGEST}') THEN {text}"
            f" ELSE 'sha256:' || sha256({text}) END"
        )
    if column.personal == "use" or column.type in ("text", "code"):
        return text
    if column.type == "integer":
        return (
            f"CASE WHEN regexp_full_match({text}, '-?[0-9]{{1,18}}')"
            f" THEN CAST({text} AS BIGINT) END"
        )
    if column.type == "decimal":
        return _scaled(text, column.places)
    if column.type == "date":
        return times.local_date(text, column.format)
    there = f"n{number}"
    if contract.source_zone != contract.zone:
        there = times.to_local(f"({times.to_instant(there, contract.source_zone)})", contract.zone)
    return (
        f"CASE WHEN i{number} IS NOT NULL THEN {times.to_local(f'i{number}', contract.zone)}"
        f" ELSE {there} END"
    )


def sql_type(column: Column) -> str:
    """The type under which a kept column is stored."""
    if column.personal == "digest":
        return "VARCHAR"
    return {
        "text": "VARCHAR", "code": "VARCHAR", "integer": "BIGINT", "decimal": "BIGINT",
        "date": "DATE", "timestamp": "TIMESTAMP",
    }[column.type]  # fmt: skip


def printed(column: Column, value: str) -> str:
    """SQL: a stored value as the text that reads back as the same value."""
    if column.personal != "digest" and column.type == "decimal" and column.places:
        digits = f"lpad(CAST(abs({value}) AS VARCHAR), {max(column.places + 1, 19)}, '0')"
        whole = f"CAST(CAST(left({digits}, -{column.places}) AS BIGINT) AS VARCHAR)"
        sign = f"CASE WHEN {value} < 0 THEN '-' ELSE '' END"
        comma = column.written is not None and column.written.decimal == "comma"
        point = "," if comma else "."
        return f"{sign} || {whole} || '{point}' || right({digits}, {column.places})"
    return f"CAST({value} AS VARCHAR)"


def _placing(source: Source) -> set[str]:
    place = source.place
    named = {
        "code": (place.code,),
        "name": (place.name,),
        "point": (place.longitude, place.latitude),
    }
    return {name for way in place.by for name in named[way] if name is not None}


def _scaled(text: str, places: int) -> str:
    """SQL: a decimal as an integer in units of its last kept place; zeros beyond it are dropped."""
    form = f"-?[0-9]{{1,12}}([.][0-9]{{0,{places}}}0*)?" if places else "-?[0-9]{1,12}([.]0*)?"
    kept = f"rpad(left(split_part({text}, '.', 2), {places}), {places}, '0')"
    digits = f"split_part({text}, '.', 1) || {kept}" if places else f"split_part({text}, '.', 1)"
    return f"CASE WHEN regexp_full_match({text}, '{form}') THEN CAST({digits} AS BIGINT) END"


# -- rules --------------------------------------------------------------------------------


def _checks(contract: Contract) -> list[Check]:
    found = [Check("ragged", "misshapen")]
    for number, column in enumerate(contract.read):
        if column.personal != "use":
            found += _column_checks(contract, number, column)
    found += _time_checks(contract)
    if contract.source.place.unplaced == "refuse":
        found += [Check(f"place_{kind}", f"placed = '~{kind}'") for kind in PLACE_KINDS]
    return [Check(check.code, f"coalesce({check.broken}, false)") for check in found]


def _column_checks(contract: Contract, number: int, column: Column) -> list[Check]:
    text, value = f"t{number}", f"v{number}"
    found = []
    source = contract.source
    if column.required or column.name in (*source.key, source.time, source.version.column):
        found.append(Check(f"missing:{column.name}", f"{text} IS NULL"))
    if column.personal == "digest":
        return found
    if column.among is not None:
        words = ", ".join(quoted(word) for word in column.among)
        found.append(Check(f"not_among:{column.name}", f"{text} NOT IN ({words})"))
    if column.pattern is not None:
        form = f"NOT regexp_full_match({text}, {quoted(column.pattern)})"
        found.append(Check(f"not_in_pattern:{column.name}", form))
    if column.type not in ("text", "code"):
        found += _form_checks(column, text, value, number)
    if column.type in ("integer", "decimal"):
        found += _range_checks(column, value)
    if column.type == "timestamp" and not (column.format and "%z" in column.format):
        skipped = times.skipped(f"n{number}", contract.source_zone)
        found.append(Check(f"skipped_time:{column.name}", f"i{number} IS NULL AND {skipped}"))
    return found


def _nul_checks(contract: Contract) -> list[Check]:
    return [
        Check(f"control:{column.name}", f"coalesce(contains(t{number}, chr(0)), false)")
        for number, column in enumerate(contract.read)
        if column.type in ("text", "code")
    ]


def _workbook_checks(contract: Contract) -> list[Check]:
    def broken(text: str) -> str:
        match = f"prefix({text}, '#') AND regexp_full_match({text}, '{_ERRORS}')"
        return f"coalesce({match}, false)"

    return [
        Check(f"spreadsheet_error:{column.name}", broken(f"t{number}"))
        for number, column in enumerate(contract.read)
        if column.type in ("text", "code")
    ]


def _form_checks(column: Column, text: str, value: str, number: int) -> list[Check]:
    """The text is there and names no value of the column's type."""
    lacking = f"{text} IS NOT NULL AND {value} IS NULL"
    if column.type == "decimal":
        number_like = f"regexp_full_match({text}, '-?[0-9]{{1,12}}([.][0-9]*)?')"
        return [
            Check(f"not_a_decimal:{column.name}", f"{lacking} AND NOT {number_like}"),
            Check(f"too_many_places:{column.name}", f"{lacking} AND {number_like}"),
        ]
    if column.type == "integer":
        return [Check(f"not_an_integer:{column.name}", lacking)]
    kind = "not_a_date" if column.type == "date" else "not_a_time"
    years = f"NOT year({value}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR}"
    return [Check(f"{kind}:{column.name}", f"{lacking} OR NOT isfinite({value}) OR {years}")]


def _range_checks(column: Column, value: str) -> list[Check]:
    """`least` and `most` are millionths; values are units of the last kept place."""
    exact = f"CAST({value} AS HUGEINT) * {MICRO // 10**column.places}"
    found = []
    if column.least is not None:
        found.append(Check(f"too_small:{column.name}", f"{exact} < {column.least}"))
    if column.most is not None:
        found.append(Check(f"too_large:{column.name}", f"{exact} > {column.most}"))
    return found


def _time_checks(contract: Contract) -> list[Check]:
    name = contract.source.time
    words = ", ".join(quoted(way.name) for way in contract.time.spellings)
    found = [Check(f"header_again:{name}", f"t{contract.number(name)} IN ({words})")]
    if contract.source.earliest is not None:
        earliest = contract.source.earliest.isoformat()
        found.append(Check(f"before_earliest:{name}", f"day < DATE '{earliest}'"))
    if contract.extracted is not None:
        found.append(Check(f"after_version:{name}", f"\"at\" > TIMESTAMP '{contract.extracted}'"))
    return found
