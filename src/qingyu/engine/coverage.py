"""What is known of each day of each source: full, partial, a declared gap, suspect, nothing.

A pure function of the contract, the batches as known and the totals of accepted records, exactly
as section 2 of `docs/explanation/arithmetic.md` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from qingyu.engine.batches import Batch
from qingyu.engine.tables import DayState
from qingyu.pack.model import MICRO, Pack, Source

_LEAST_DAYS = 3  # fewer days of the same weekday say nothing of what is usual
_WEEK = 7


def coverage(
    pack: Pack, batches: Sequence[Batch], totals: NDArray[np.int64], days: NDArray[np.datetime64]
) -> NDArray[np.uint8]:
    """States, uint8 [source, day] of `DayState`, sources in the pack's order.

    batches: those known (a withdrawal among them takes its batch's coverage away).
    totals: int64 [source, day], accepted records of all areas, buckets included.
    days: datetime64[D], consecutive.
    """
    states = np.zeros((len(pack.sources), len(days)), np.uint8)
    if not len(days):
        return states
    first: date = days[0].astype("datetime64[D]").astype(object)
    withdrawn = {batch.refers_to for batch in batches if batch.kind == "withdraw"}
    for row, source in enumerate(pack.sources):
        mine = [b for b in batches if b.source == source.id and b.number not in withdrawn]
        states[row] = _covered(source, mine, first, len(days))
        _mark_gaps(source, states[row], first)
        _mark_suspect(source, states[row], totals[row], first)
    return states


def _covered(source: Source, batches: Sequence[Batch], first: date, days: int) -> NDArray[np.uint8]:
    """Full inside what a received batch covers, partial at its edges. Supplements only mend
    their parent and cover nothing of their own."""
    states = np.zeros(days, np.uint8)
    inset = 0 if source.edges == "full" else 1
    for batch in batches:
        if batch.kind != "receive" or batch.covers_first is None or batch.covers_last is None:
            continue
        start = (batch.covers_first - first).days
        end = (batch.covers_last - first).days + 1
        _raise_to(states, start, end, DayState.PARTIAL)
        _raise_to(states, start + inset, end - inset, DayState.FULL)
    return states


def _raise_to(states: NDArray[np.uint8], start: int, end: int, state: DayState) -> None:
    part = states[max(start, 0) : max(end, 0)]
    np.maximum(part, np.uint8(state), out=part)


def _mark_gaps(source: Source, states: NDArray[np.uint8], first: date) -> None:
    for gap in source.gaps:
        start, end = (gap.first - first).days, (gap.last - first).days + 1
        states[max(start, 0) : max(end, 0)] = DayState.GAP


def _mark_suspect(
    source: Source, states: NDArray[np.uint8], totals: NDArray[np.int64], first: date
) -> None:
    """Full days whose total is far below the same weekday's in the weeks before, in the order
    of time: a day found suspect is no witness for the days after it."""
    confirmed = {(day - first).days for day in source.confirmed}
    counts = totals.tolist()
    full = [state == DayState.FULL for state in states.tolist()]
    reach = source.usual.weeks * _WEEK
    for day in range(_LEAST_DAYS * _WEEK, len(full)):
        if not full[day] or day in confirmed:
            continue
        before = range(day - _WEEK, max(day - reach, 0) - 1, -_WEEK)
        usual = sorted(counts[earlier] for earlier in before if full[earlier])
        if len(usual) >= _LEAST_DAYS and _far_below(counts[day], usual, source):
            full[day] = False
            states[day] = DayState.SUSPECT


def _far_below(total: int, usual: list[int], source: Source) -> bool:
    """Whether total < below × median, in integers (twice the median = lower + upper)."""
    middle = len(usual) // 2
    twice = usual[middle] + usual[middle - 1 + len(usual) % 2]
    if twice < 2 * source.usual.least:
        return False
    return 2 * MICRO * total < source.usual.below * twice


def covered_days(batches: Sequence[Batch]) -> tuple[date, date] | None:
    """The first and the last day that any received batch covers."""
    spans = [
        (batch.covers_first, batch.covers_last)
        for batch in batches
        if batch.kind == "receive" and batch.covers_first and batch.covers_last
    ]
    if not spans:
        return None
    return min(first for first, _ in spans), max(last for _, last in spans)


def day_axis(first: date, last: date) -> NDArray[np.datetime64]:
    """Every day from `first` to `last`, as datetime64[D]."""
    return np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
