"""A file's header against the contract: which column is which, by the contract's name or another
declared spelling, always or on some days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from qingyu.errors import InputError
from qingyu.i18n import T, Text
from qingyu.intake.sheet import Sheet
from qingyu.pack.model import Column, Source
from qingyu.pack.written import Spelling

REJECT_COLUMNS = ("qingyu_row", "qingyu_reasons")  # our own, in front of a reject file

Ways = tuple[tuple[int, Spelling], ...]


def matched(path: Path, title: str, kind: str, cells: Sequence[str], source: Source) -> Sheet:
    """Each of the contract's columns is there once; columns cut by the contract may be absent."""
    columns = tuple(cell if kind == "parquet" else cell.strip() for cell in cells)
    refuse_repeats(title, columns)
    at = {name.strip(): number for number, name in enumerate(columns)}
    ways = {column.name: _ways(column, at) for column in source.columns if not column.made_of}
    lacking = [name for name, found in ways.items() if not found and _is_needed(source, name)]
    if lacking:
        raise InputError(
            title,
            T(
                "no column {lacking}; the header reads: {found}",
                lacking=", ".join(lacking),
                found=", ".join(columns),
            ),
            T("the columns of the contract {source}", source=source.id),
            T("Name the columns as the contract does, in any order, and send the file again."),
        )
    taken = {at for found in ways.values() for at, _ in found}
    extra = tuple(
        name
        for number, name in enumerate(columns)
        if number not in taken and name.strip() not in REJECT_COLUMNS
    )
    return Sheet(
        path=path,
        kind=kind,
        columns=columns,
        place={name: found[0][0] for name, found in ways.items() if found},
        extra=extra,
        title=title,
        dated={name: found for name, found in ways.items() if found and found[0][1].dated},
    )


def spelled(source: Source) -> set[str]:
    """All names that the contract's columns may have in a file."""
    return {way.name for column in source.columns for way in column.spellings}


def refuse_repeats(title: str, columns: Sequence[str]) -> None:
    counts = Counter(name.strip().casefold() for name in columns)
    repeated = [name for name in columns if counts[name.strip().casefold()] > 1 and name.strip()]
    if repeated:
        raise InputError(
            title,
            T("the column {name} more than once", name=repeated[0]),
            T("each column once"),
            T("Take the wrong one away: nobody can tell which of them counts."),
        )


def header_error(title: str, row: int, found: Text, source: Source) -> InputError:
    return InputError(
        T("{file}, row {row}", file=title, row=row).render("en"),
        found,
        ", ".join(column.name for column in source.columns),
        T("Put one header row with the contract's column names first."),
    )


def _ways(column: Column, at: Mapping[str, int]) -> Ways:
    """Where the column stands: the first spelling that the header has, or those that hold on some
    days only and, for all other days, the first that holds always. A reject file has resolved the
    days already: there the contract's own name counts."""
    if REJECT_COLUMNS[0] in at and column.name in at:
        return ((at[column.name], column.spellings[0]),)
    present = [(at[way.name], way) for way in column.spellings if way.name in at]
    dated = [(number, way) for number, way in present if way.dated]
    always = [(number, way) for number, way in present if not way.dated]
    return (*dated, *always[:1])


def _is_needed(source: Source, name: str) -> bool:
    column = source.column(name)
    placing = {source.place.code, source.place.name, source.time}
    placing |= {part for other in source.columns for part in other.made_of}
    return not column.optional and (column.personal not in ("cut", "use") or name in placing)
