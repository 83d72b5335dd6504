"""The tables that cross rooms: what the cube hands to the index.

`Panel` is dense and labelled: signed sums per measure, area and day, and the state of each day of
each source, as known after one batch. A zero in `counts` means nothing by itself: only
`coverage` says whether a day's zero is calm or silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from qingyu.digest import digest_of_tree
from qingyu.pack.model import Measure

if TYPE_CHECKING:
    import xarray as xr  # takes half a second to load, and a receipt needs none of it

_LENGTH = 16  # hex digits of a fingerprint

UNPLACED = "~unplaced"  # the counted bucket of records whose area nobody could tell


def fingerprint(measure: Measure) -> str:
    """A short stable name of what a measure counts (values left at their defaults have no part
    in it, so that a new optional key changes no old fingerprint). Here, because the index looks
    measures up in the panel and may import only this file of the engine."""
    meaning = measure.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return digest_of_tree(_settled(meaning))[:_LENGTH]


def _settled(value: Any) -> Any:
    """The order of an `in` list means nothing."""
    if isinstance(value, dict):
        return {
            key: sorted(set(item)) if key == "in" and isinstance(item, list) else _settled(item)
            for key, item in value.items()
        }
    return value


def pair_name(day: date, source: str, heir: str) -> str:
    """The label of an area and an heir of a change in `Panel.moved`."""
    return f"{day.isoformat()} {source}>{heir}"


class DayState(IntEnum):
    """What is known of one day of one source."""

    NONE = 0  # no batch covers it
    PARTIAL = 1  # only the edge of a batch covers it
    GAP = 2  # the contract declares that the source failed
    SUSPECT = 3  # covered, but far below its usual volume
    FULL = 4  # covered: a zero is a zero


@dataclass(frozen=True)
class Outlying:
    """A full day on which a source brought far more than is usual: it counts, and what rests on
    it is provisional.

    total: its records; usual: the median that it was held against, in halves (twice the median,
    which of an even number of days may lie between two whole numbers)."""

    source: str
    day: date
    total: int
    usual: int


@dataclass(frozen=True)
class Odd:
    """Records that a measure counts with a number that seldom occurs, on a day that nobody has
    confirmed: they count, and what rests on them is provisional.

    measure: the fingerprint of the one that counts them (pack/usually.py). records: in all
    areas."""

    measure: str
    day: date
    records: int


@dataclass(frozen=True)
class Panel:
    """Counts and coverage as known after batch `known` (0 = nothing received yet).

    counts: int64, or int32 where that holds all, [measure, area, day]; `measure` holds
        fingerprints (`engine.cube.fingerprint`), `area` the codes of the pack's areas plus
        `UNPLACED`, each with its own records only (nothing is summed up the hierarchy yet), `day`
        numpy datetime64[D] without holes.
    coverage: uint8 [source, day] of `DayState`.
    outlying: the full days that are far above what is usual, by source and day.
    odd: days with odd records, by measure and day.
    moved: int64 [measure, pair, day]: of what was counted in an area before it gave ground away,
        what lay in each heir by its points (a part of `counts`, not more); `pair` as of
        `pair_name`. None: nothing was placed anew.
    """

    counts: xr.DataArray
    coverage: xr.DataArray
    known: int
    moved: xr.DataArray | None = None
    outlying: tuple[Outlying, ...] = ()
    odd: tuple[Odd, ...] = ()

    @cached_property
    def first(self) -> date:
        return _date(self.counts["day"].values[0])

    @cached_property
    def last(self) -> date:
        return _date(self.counts["day"].values[-1])


def _date(value: np.datetime64) -> date:
    return value.astype("datetime64[D]").astype(object)  # type: ignore[no-any-return]
