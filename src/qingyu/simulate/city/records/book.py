"""A department's records and how each of them changed.

A *book* has one entry for each state that a record was in: it is what the system says from `since`
until just before `until`. So the file of any day can be made from the book alone: its entries as
they stood at the moment of extraction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qingyu.simulate.city.chance import Ints
from qingyu.simulate.city.events import DAY

NEVER = np.int64(1) << np.int64(60)

Write = Callable[[Ints, Ints], "dict[str, pa.Array]"]


@dataclass(frozen=True)
class Book:
    """Entries in no particular order. `case`: which record; `day`: the day under which a delivery
    files it; `write`: the cells of given cases as known at given moments, heading → texts."""

    case: Ints
    since: Ints
    until: Ints
    day: Ints
    write: Write

    def told(self, first: int, last: int, moment: int) -> pa.Table:
        """The entries of the days `first` … `last` as they stand at `moment`, all cells texts."""
        stands = (self.since <= moment) & (moment < self.until)
        at = np.flatnonzero(stands & (self.day >= first) & (self.day <= last))
        at = at[np.argsort(self.since[at], kind="stable")]
        return pa.table(self.write(self.case[at], self.since[at]))


def of_cases(times: Sequence[Ints], write: Write) -> Book:
    """Cases that change at `times` (several arrays, one value a case; NEVER where it does not
    come to that). Each change is filed under its own day."""
    order = np.sort(np.stack(times), axis=0)
    following = np.vstack([order[1:], np.full((1, order.shape[1]), NEVER)])
    keep = (order < NEVER) & (following > order)
    case = np.broadcast_to(np.arange(order.shape[1]), order.shape)[keep]
    since = order[keep]
    return Book(case, since, following[keep], since // DAY, write)


def of_events(day: Ints, times: Sequence[Ints], gone: Ints, write: Write) -> Book:
    """Happenings, filed under their own `day`, entered and mended at `times` and struck out at
    `gone` (NEVER: not)."""
    order = np.minimum(np.sort(np.stack(times), axis=0), gone)
    following = np.vstack([order[1:], gone[None, :]])
    keep = (order < NEVER) & (following > order)
    case = np.broadcast_to(np.arange(order.shape[1]), order.shape)[keep]
    return Book(case, order[keep], following[keep], day[case], write)


def of_reports(day: Ints, write: Write) -> Book:
    """Rows that are entered once and stay."""
    case = np.arange(len(day))
    return Book(case, day * DAY, np.full(len(day), NEVER), day, write)
