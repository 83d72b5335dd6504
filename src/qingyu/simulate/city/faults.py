"""The published list of faults that departments' files have, and how each of them must be found.

`docs/explanation/simulator.md` prints this list. A fault that is put in and not found is a failure
of the city that reads the files, never of the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from qingyu.i18n import Message, T
from qingyu.simulate.city.chance import EVENT, draws, key_of

Level = Literal["none", "usual", "many"]
Where = Literal[
    "reasons",  # rows refused with this code, in the batch's receipt
    "unplaced",  # rows taken and put in the bucket with this code
    "repeated",  # exact repeats, counted once
    "refused",  # the file is refused whole
    "again",  # the first receipt is given once more
    "changes_nothing",  # a batch without new, corrected or withdrawn rows
    "suspect",  # the day is suspect, and counts for nothing
    "missing",  # the day is missing in the supply until the file comes
    "outlying",  # the day is told as far above what is usual, until it is told anew
    "unusual",  # rows taken, and named as having an unusual number in this column
    "withdrawn",  # the batch is taken back, and its rows with it
]

_STREAM = 0xFFE0


@dataclass(frozen=True)
class FaultKind:
    """`sources`: in whose files. `where`, `code`: how it is found; `{column}` in the code is the
    contract's name of the column. `rows`: most rows spoilt in one file (0: the file as a whole).
    `usual`, `many`: files with it at each level."""

    id: str
    sources: tuple[str, ...]
    where: Where
    code: str = ""
    rows: int = 0
    usual: int = 1
    many: int = 4
    mended: bool = False  # the department sends the file again, mended


_CALLS = ("police_110", "police_122", "fire_119")
_NAMED = ("hotline_12345", "market_12315")
_FINE = ("police_122", "urban_management", "market_12315", "police_110")

KINDS = (
    FaultKind("unknown_area", (*_NAMED, "urban_management", "sampling", "disputes", "sites"),
              "unplaced", "unknown", 3, 2, 6),
    FaultKind("retired_area", ("urban_management", "police_110", "fire_119"), "unplaced",
              "retired", 2),
    FaultKind("swapped_coordinates", _CALLS, "unplaced", "swapped", 2),
    FaultKind("point_outside", _CALLS, "unplaced", "outside", 2),
    FaultKind("impossible_date", (*_CALLS, "hotline_12345"), "reasons", "not_a_time:{column}", 2, 2,
              6),
    FaultKind("future_date", _CALLS, "reasons", "after_version:{column}", 2, 1, 4),
    FaultKind("other_day", ("urban_management", "hotline_12345"), "reasons", "outside_covers", 2),
    FaultKind("negative_count", ("police_122", "fire_119"), "reasons", "too_small:{column}", 1),
    FaultKind("slip_x100", ("air", "ratings"), "reasons", "too_large:{column}", 3, 2, 4),
    FaultKind("number_with_unit", ("police_122",), "reasons", "not_an_integer:{column}", 2),
    FaultKind("full_width_digits", ("fleet", "police_122"), "reasons", "not_an_integer:{column}",
              2),
    FaultKind("empty_required", (*_FINE, "hotline_12345"), "reasons", "missing:{column}", 2, 2,
              6),
    FaultKind("unknown_word", (*_FINE, "hotline_12345"), "reasons", "not_among:{column}", 2, 2,
              6),
    FaultKind("extra_cell", ("police_110", "market_12315", "urban_management"), "reasons",
              "ragged", 1),
    FaultKind("duplicate_row", ("police_110", "urban_management", "hotline_12345"), "repeated", "",
              3, 2, 6),
    FaultKind("conflicting_key", ("police_122", "ratings", "police_110"), "reasons",
              "conflict_in_file", 2, 1, 4),
    FaultKind("wrong_encoding", ("police_110", "urban_management", "market_12315"), "refused",
              mended=True),
    FaultKind("missing_column", (*_CALLS, "hotline_12345", "market_12315"), "refused", mended=True),
    FaultKind("header_twice", ("police_122", "urban_management"), "refused", mended=True),
    FaultKind("truncated_file", ("hotline_12345", "air", "police_110", "market_12315"), "refused",
              mended=True),
    FaultKind("empty_file", ("urban_management", "market_12315"), "refused", mended=True),
    FaultKind("silent_day", ("urban_management", "hotline_12345"), "suspect"),
    FaultKind("late_file", ("urban_management", "hotline_12345", "market_12315", "air"), "missing"),
    FaultKind("file_twice", (*_CALLS, "air", "hotline_12345"), "again", "", 0, 2, 6),
    FaultKind("renamed_copy", (*_CALLS, "hotline_12345"), "again"),
    FaultKind("older_after_newer", ("police_110", "fire_119"), "changes_nothing"),
    FaultKind("withdrawn_batch", ("hotline_12345",), "withdrawn"),
    FaultKind("slip_possible", ("police_122",), "unusual", "{column}", 2),
    FaultKind("crowded_day", ("fire_119",), "outlying"),
)  # fmt: skip


@dataclass(frozen=True)
class Injected:
    """One fault that was put in. `rows`: their places in the file (first row under the header: 1);
    `count`: how much of it must be found."""

    kind: FaultKind
    source: str
    file: str
    day: int
    code: str
    count: int
    rows: tuple[int, ...] = ()

    def public(self, number: int, day: str) -> dict[str, object]:
        found = {"where": self.kind.where, "code": self.code, "count": self.count}
        return {
            "number": number,
            "fault": self.kind.id,
            "source": self.source,
            "file": self.file,
            "day": day,
            "rows": list(self.rows),
            "found_by": found,
        }


def kind_of(name: str) -> FaultKind:
    return next(kind for kind in KINDS if kind.id == name)


def wanted(kind: FaultKind, level: Level) -> int:
    """Files that are to have it."""
    return {"none": 0, "usual": kind.usual, "many": kind.many}[level]


def sentence(name: str) -> Message:
    """What a fault is, for a person."""
    return {
        "unknown_area": T("a town that the city does not have"),
        "retired_area": T("an area that no longer exists on that day"),
        "swapped_coordinates": T("longitude and latitude exchanged"),
        "point_outside": T("a point outside the city"),
        "impossible_date": T("a day that no calendar has"),
        "future_date": T("a moment after the file was made"),
        "other_day": T("a row of another day than the file's"),
        "negative_count": T("a negative number of people"),
        "slip_x100": T("a number a hundred times too large"),
        "number_with_unit": T("a number with a unit that was not agreed"),
        "full_width_digits": T("full-width digits that were not agreed"),
        "empty_required": T("an empty cell where a value is required"),
        "unknown_word": T("a word that the contract does not list"),
        "extra_cell": T("a row with one cell too many"),
        "duplicate_row": T("the same row twice"),
        "conflicting_key": T("two rows with one number and different contents"),
        "wrong_encoding": T("another encoding than agreed"),
        "missing_column": T("a column left out"),
        "header_twice": T("the header again among the rows"),
        "truncated_file": T("a file cut off in the middle"),
        "empty_file": T("a header without rows"),
        "silent_day": T("a day with hardly any rows"),
        "late_file": T("a file that came days late"),
        "file_twice": T("the same file sent twice"),
        "renamed_copy": T("the same content under another name"),
        "older_after_newer": T("an older file after a newer one"),
        "withdrawn_batch": T("a trial file sent in earnest, and taken back"),
        "slip_possible": T("a number a hundred times too large that could be"),
        "crowded_day": T("a whole day a hundred times over"),
    }[name]


class Dice:
    """Draws for one purpose, one after another."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._seed, self._key, self._n = seed, np.array([key_of(purpose)], np.uint64), 0

    def below(self, size: int) -> int:
        """An integer from 0 to `size` − 1."""
        word = int(draws(self._seed, self._key, 0, _STREAM, EVENT, self._n)[0][0])
        self._n += 1
        return word * size >> 32

    def some(self, items: int, most: int) -> list[int]:
        """One to `most` different places among so many, ascending."""
        want = min(items, 1 + self.below(most))
        left = list(range(items))
        return sorted(left.pop(self.below(len(left))) for _ in range(want))
