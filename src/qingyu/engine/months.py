"""Counts by calendar month, each in memory or in a file.

A day's scores need the year before it and a few weeks of each year before that, and a batch
touches few months: so neither reads or writes more the longer the history is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Days = tuple[date, date] | None
Counts = NDArray[np.signedinteger[Any]]
Numbers = NDArray[np.int64]


class Part(Protocol):
    """One month's counts. weight: the sum of all magnitudes in it."""

    @property
    def weight(self) -> int: ...

    @property
    def dtype(self) -> np.dtype[Any]: ...

    def of(self, measure: int) -> Counts:
        """[area, day] of one measure."""

    def sums(self) -> Numbers:
        """[measure, day] over all areas."""

    def whole(self) -> Counts:
        """[measure, area, day]"""


@dataclass(frozen=True)
class Fresh:
    """A month counted just now."""

    counts: Counts

    @cached_property
    def weight(self) -> int:
        return sum(int(np.abs(one).sum(dtype=np.int64)) for one in self.counts)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.counts.dtype

    def of(self, measure: int) -> Counts:
        found: Counts = self.counts[measure]
        return found

    def sums(self) -> Numbers:
        found: Numbers = self.counts.sum(axis=1, dtype=np.int64)
        return found

    def whole(self) -> Counts:
        return self.counts


@dataclass(frozen=True)
class Months:
    """Counts of `shape` (measures, areas) as known after batch `known`, by month number (months
    since January 1970); a month without a part is all 0. days: of the first and the last count,
    None without any."""

    shape: tuple[int, int]
    parts: Mapping[int, Part]
    days: Days
    known: int

    @cached_property
    def weight(self) -> int:
        return sum(part.weight for part in self.parts.values())

    @property
    def dtype(self) -> np.dtype[Any]:
        """int32 as long as all magnitudes together fit, so that a nation is half as large."""
        kinds = {part.dtype for part in self.parts.values()} | {np.dtype(np.int32)}
        return np.result_type(*kinds)

    def sums(self, measures: Sequence[int], days: Days) -> Numbers:
        """[measures, day] over all areas, of all days from the first of `days` to the last."""
        size = (days[1] - days[0]).days + 1 if days else 0
        found = np.zeros((len(measures), size), np.int64)
        if days is None:
            return found
        start = day_number(days[0])
        for month, part in self.parts.items():
            low, high = first_day(month), first_day(month + 1)
            into = slice(max(low - start, 0), max(min(high - start, size), 0))
            out_of = slice(into.start + start - low, into.stop + start - low)
            if into.start < into.stop:
                found[:, into] = part.sums()[list(measures), out_of]
        return found


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def months_of(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of each day number the month number."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def first_day(month: int) -> int:
    """The day number of the first day of a month."""
    return int(np.datetime64(month, "M").astype("datetime64[D]").astype(np.int64))


def length(month: int) -> int:
    """The days of a month."""
    return first_day(month + 1) - first_day(month)


def label(month: int) -> str:
    """`2026-10`."""
    return str(np.datetime64(month, "M"))
