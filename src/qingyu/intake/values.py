"""Cells as a department writes them, read as the contract's plain forms: declared columns only.

Each step is a layer of the one SQL statement. `s<k>` keeps a declared column's text as it was sent
(for the reject file), `t<k>` becomes the plain text that every later rule reads: ASCII digits with
a point, ISO dates. What fits no declared form stays as it is, or gets a `?` in front where the
plain reading could mistake it for another number; so it is refused, never read as something near.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from qingyu.engine.connect import quoted
from qingyu.intake import times
from qingyu.intake.contract import Contract, cell
from qingyu.intake.sheet import Sheet
from qingyu.intake.written_dates import iso
from qingyu.pack.model import Column
from qingyu.pack.written import Spelling, Written

# U+FF01 … U+FF5E are ASCII "!" … "~" drawn wide; the blank and the minus have no place there.
WIDE = "".join(chr(0xFF01 + n) for n in range(94)) + "\u3000\u2212"
NARROW = "".join(chr(0x21 + n) for n in range(94)) + " -"
_WIDE = "[\uff01-\uff5e\u3000\u2212]"
_BLANKS = "\u0020\u00a0\u2009\u202f"  # between groups of digits: plain, no-break, thin, narrow


def texts(contract: Contract, sheet: Sheet) -> str:
    """SQL: the text of every column that is read, as it stands in the file."""
    found = []
    for k, column in enumerate(contract.read):
        spelled = sheet.dated.get(column.name, ())
        at = sheet.place.get(column.name)
        here = "CAST(NULL AS VARCHAR)" if at is None or spelled else cell(f"c{at}")
        found.append(f"{here} AS t{k}")
        found += [f"{cell(f'c{at}')} AS d{k}_{n}" for n, (at, _) in enumerate(spelled)]
    return ", ".join(found)


def layers(contract: Contract, sheet: Sheet) -> list[str]:
    """SQL: the layers between a file's texts and its values; none for plain contracts."""
    clock = contract.time
    parts = set(clock.made_of) | {clock.name}
    first = [column for column in contract.read if column.name in parts]
    dated = [column for column in contract.read if column.name in sheet.dated]
    rest = [column for column in contract.read if column.name not in parts]
    return [
        *_mended(contract, first),
        *_chosen(contract, sheet, dated),
        *_mended(contract, rest),
    ]


def is_odd(column: Column) -> bool:
    """Whether a column's text is not read as it stands."""
    return column.written is not None or bool(column.made_of)


def _mended(contract: Contract, columns: Iterable[Column]) -> list[str]:
    """Layers that keep the text as sent and replace it by the plain one."""
    written = [(contract.number(c.name), c) for c in columns if c.written is not None]
    made = [(contract.number(c.name), c) for c in columns if c.made_of]
    odd = sorted({k for k, _ in [*written, *made]})
    kept = [f"t{k} AS s{k}" for k in odd]
    steps = [f"*, {', '.join(kept)}"] if kept else []
    # Parts before wholes: a date made of year, month and day reads their plain texts.
    for step in (present, folded, plain):
        steps += _replaced((k, step(c, f"t{k}")) for k, c in written if not c.made_of)
    steps += _replaced((k, _joined(contract, c)) for k, c in made)
    for step in (present, folded, plain):
        steps += _replaced((k, step(c, f"t{k}")) for k, c in written if c.made_of)
    return steps


def _replaced(changes: Iterable[tuple[int, str | None]]) -> list[str]:
    """One layer that puts new texts in the place of the old ones, if any changes."""
    found = [f"{sql} AS t{k}" for k, sql in changes if sql is not None]
    return [f"* REPLACE ({', '.join(found)})"] if found else []


def _chosen(contract: Contract, sheet: Sheet, columns: Iterable[Column]) -> list[str]:
    """The column that holds on the record's day, where spellings have days."""
    found = []
    for column in columns:
        k = contract.number(column.name)
        spelled = enumerate(sheet.dated[column.name])
        cases = " ".join(f"WHEN {_holds(way)} THEN d{k}_{n}" for n, (_, way) in spelled)
        found.append(f"CASE {cases} END AS t{k}")
    if not found:
        return []
    return [f"*, {_day(contract)} AS spelling_day", f"* REPLACE ({', '.join(found)})"]


def _holds(way: Spelling) -> str:
    first = f"spelling_day >= DATE '{way.since}'" if way.since else "true"
    last = f"spelling_day <= DATE '{way.until}'" if way.until else "true"
    return f"({first} AND {last})"


def _day(contract: Contract) -> str:
    """SQL: the record's local day, from the time's plain text."""
    text, form = f"t{contract.number(contract.source.time)}", contract.time.format
    if contract.time.type == "date":
        return times.local_date(text, form)
    there = times.to_local(f"({times.instant(text, form)})", contract.zone)
    return f"CAST(coalesce({times.naive(text, form)}, {there}) AS DATE)"


# -- one cell -------------------------------------------------------------------------------------


def _joined(contract: Contract, column: Column) -> str:
    """The parts with the joint between, an empty one where a part is missing; NULL if all are."""
    parts = [f"t{contract.number(name)}" for name in column.made_of]
    whole = f" || {quoted(column.joint)} || ".join(f"coalesce({part}, '')" for part in parts)
    return f"CASE WHEN coalesce({', '.join(parts)}) IS NULL THEN NULL ELSE {whole} END"


def present(column: Column, text: str) -> str | None:
    """No value where the sender's mark for that stands."""
    marks = _written(column).missing
    if not marks:
        return None
    return f"CASE WHEN {text} IN ({', '.join(map(quoted, marks))}) THEN NULL ELSE {text} END"


def folded(column: Column, text: str) -> str | None:
    if _written(column).width is None:
        return None
    narrow = f"nullif(trim(translate({text}, {quoted(WIDE)}, {quoted(NARROW)})), '')"
    # `translate` is slow, and most cells have nothing to fold.
    return f"CASE WHEN regexp_matches({text}, {quoted(_WIDE)}) THEN {narrow} ELSE {text} END"


def plain(column: Column, text: str) -> str | None:
    written = _written(column)
    if column.type in ("integer", "decimal"):
        return _number(written, text)
    if column.type in ("date", "timestamp"):
        return iso(text, written.dates) if written.dates else None
    if written.take is not None:
        return f"nullif(trim(regexp_extract({text}, {quoted(written.take)}, 1)), '')"
    if written.pad is not None:
        short = f"regexp_full_match({text}, '[0-9]{{1,{written.pad}}}([.]0*)?')"
        digits = f"split_part({text}, '.', 1)"
        return f"CASE WHEN {short} THEN lpad({digits}, {written.pad}, '0') ELSE {text} END"
    return None


def _number(written: Written, text: str) -> str | None:
    """A number with its unit, separators and brackets as plain digits; others marked with `?`."""
    if not is_numeric(written):
        return None
    form = quoted(number_form(written))
    marks, point = separators(written)
    digits = f"regexp_extract({text}, {form}, 2)"
    negative = f"regexp_extract({text}, {form}, 1) <> ''"
    if written.negative == "brackets":
        inside = f"regexp_extract({text}, {form}, 3)"
        digits, negative = f"concat({digits}, {inside})", f"({negative} OR {inside} <> '')"
    if marks:
        digits = f"regexp_replace({digits}, {quoted(f'[{marks}]')}, '', 'g')"
    if written.decimal != "point":
        digits = f"regexp_replace({digits}, '{point}', '.')"
    return (
        f"CASE WHEN regexp_full_match({text}, {form})"
        f" THEN CASE WHEN {negative} THEN '-' ELSE '' END || {digits} ELSE '?' || {text} END"
    )


def is_numeric(written: Written) -> bool:
    """Whether numbers are written otherwise than plainly."""
    plain = written.decimal == "point" and written.negative == "minus"
    return bool(written.unit or written.thousands) or not plain


def separators(written: Written) -> tuple[str, str]:
    """The marks between groups (inside a character class; empty if none) and of the decimals."""
    marks = "" if written.thousands is None else written.thousands
    point = {"point": "[.]", "comma": "[,]", "either": "[.,]"}[written.decimal]
    return (_BLANKS if marks == " " else marks), point


def number_form(written: Written) -> str:
    """A regular expression of a whole cell: 1 the minus, 2 digits and separators, 3 those of a
    number in brackets. Read alike by RE2 (DuckDB) and by Python. Groups have three digits."""
    marks, point = separators(written)
    whole = f"[0-9]{{1,3}}(?:[{marks}][0-9]{{3}})+|[0-9]+" if marks else "[0-9]+"
    number = f"((?:{whole})(?:{point}[0-9]*)?)"
    words = "|".join(re.escape(word) for word in sorted(written.unit, key=len, reverse=True))
    unit = f"(?:[ ]*(?:{words}))?" if words else ""
    plain = f"(-?){number}{unit}"
    return f"{plain}|[(（]{number}{unit}[)）]" if written.negative == "brackets" else plain


def _written(column: Column) -> Written:
    assert column.written is not None
    return column.written


# -- outside the database -------------------------------------------------------------------------


def amount(column: Column, text: str) -> Decimal | None:
    """A cell's number as the SQL above reads it; None where it has none."""
    written = column.written or Written()
    cell = text.strip()
    if cell in written.missing:
        return None
    if written.width is not None:
        cell = cell.translate(str.maketrans(WIDE, NARROW)).strip()
    found = re.fullmatch(number_form(written), cell)
    if found is None:
        return None
    marks, _ = separators(written)
    digits = next(part for part in found.groups()[1:] if part is not None)
    for mark in marks:
        digits = digits.replace(mark, "")
    value = Decimal(digits.replace(",", "."))
    return -value if found[1] or found[1] is None else value
