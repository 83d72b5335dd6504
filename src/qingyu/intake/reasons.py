"""Why a row is refused, or stands in the bucket of the unplaced: codes and the words for them.

A code is `kind` or `kind:column`; it is what the books keep. The words are for the reject file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from qingyu.i18n import Message, T

# The kinds of place trouble are the placer's; refused ones are `place_<kind>` here.
PLACE_KINDS = (
    "nowhere", "unknown", "retired", "not_yet", "ambiguous", "not_a_point", "swapped", "outside",
)  # fmt: skip

_BY_COLUMN: dict[str, Callable[[str], Message]] = {
    "missing": lambda c: T("{column} is empty; the contract requires it", column=c),
    "not_among": lambda c: T("{column} is none of the contract's words", column=c),
    "not_in_pattern": lambda c: T("{column} has not the form that the contract asks", column=c),
    "not_an_integer": lambda c: T(
        "{column} is no whole number; write plain digits 0-9 without separators or units", column=c
    ),
    "not_a_decimal": lambda c: T(
        "{column} is no decimal number; write digits and at most one point", column=c
    ),
    "too_many_places": lambda c: T("{column} has more decimals than the contract keeps", column=c),
    "too_small": lambda c: T("{column} is below the contract's least value", column=c),
    "too_large": lambda c: T("{column} is above the contract's greatest value", column=c),
    "not_a_date": lambda c: T("{column} is no date; write YYYY-MM-DD", column=c),
    "not_a_time": lambda c: T("{column} is no time; write YYYY-MM-DD HH:MM:SS", column=c),
    "skipped_time": lambda c: T(
        "{column} names an hour that the clocks skipped that day; add the offset or mend it",
        column=c,
    ),
    "control": lambda c: T("{column} holds a NUL character", column=c),
    "spreadsheet_error": lambda c: T(
        "{column} holds an error of the spreadsheet program", column=c
    ),
    "header_again": lambda c: T("the header again, in the middle of the file"),
    "before_earliest": lambda c: T("{column} is before the contract's earliest day", column=c),
    "after_version": lambda c: T(
        "{column} is later than the moment the file was extracted", column=c
    ),
    "before_silence": lambda c: T(
        "{column} lies alone, months before all other rows: probably a slip in the year", column=c
    ),
    "after_silence": lambda c: T(
        "{column} lies alone, months after all other rows: probably a slip in the year", column=c
    ),
}  # fmt: skip
_ALONE: dict[str, Callable[[], Message]] = {
    "ragged": lambda: T("the row has more or fewer cells than the header"),
    "outside_covers": lambda: T("the day is outside the days that the file is said to cover"),
    "conflict_in_file": lambda: T(
        "another row of the same file has the same key and version and other contents"
    ),
    "conflict": lambda: T(
        "the same key and version was received before with other contents; send a newer version"
    ),
    "collision": lambda: T("its key has the same fingerprint as another key; tell the maintainers"),
    "place_nowhere": lambda: T("no place is given"),
    "place_unknown": lambda: T("the place is unknown to the pack"),
    "place_retired": lambda: T("the area no longer existed on that day"),
    "place_not_yet": lambda: T("the area did not exist yet on that day"),
    "place_ambiguous": lambda: T("the place's name fits several areas"),
    "place_not_a_point": lambda: T("the coordinates are no numbers"),
    "place_swapped": lambda: T("longitude and latitude seem to be swapped"),
    "place_outside": lambda: T("the point lies in none of the boundaries"),
}


def words(code: str) -> Message:
    """The sentence for a reason's code."""
    kind, _, column = code.partition(":")
    if kind in _BY_COLUMN:
        return _BY_COLUMN[kind](column)
    return _ALONE[kind]()


def place_words(kind: str) -> Message:
    """The sentence for a kind of place trouble, refused or bucketed."""
    return _ALONE[f"place_{kind}"]()


def sentence(codes: Iterable[str]) -> str:
    """All reasons of a row as one cell, in the language in use."""
    return "; ".join(str(words(code)) for code in codes)
