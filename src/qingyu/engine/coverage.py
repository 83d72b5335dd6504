"""What is known of each day of each source: full, partial, a declared gap, suspect, nothing.

A pure function of the contract, the batches as known and the totals of accepted records, exactly
as section 2 of `docs/explanation/arithmetic.md` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from qingyu.engine.batches import Batch
from qingyu.engine.tables import DayState, Outlying
from qingyu.engine.usual import unusual_days
from qingyu.pack.model import MICRO, Pack, Source

_NEVER = 1 << 30  # days


@dataclass(frozen=True)
class Coverage:
    """states: uint8 [source, day] of `DayState`, sources in the pack's order; outlying: full days
    far above what is usual, by source and day."""

    states: NDArray[np.uint8]
    outlying: tuple[Outlying, ...]


def coverage(
    pack: Pack, batches: Sequence[Batch], totals: NDArray[np.int64], days: NDArray[np.datetime64]
) -> NDArray[np.uint8]:
    """The states of `judged`."""
    return judged(pack, batches, totals, days).states


def judged(
    pack: Pack, batches: Sequence[Batch], totals: NDArray[np.int64], days: NDArray[np.datetime64]
) -> Coverage:
    """What is known of each day.

    batches: those known (a withdrawal among them takes its batch's coverage away).
    totals: int64 [source, day], accepted records of all areas, buckets included.
    days: datetime64[D], consecutive.
    """
    states = np.zeros((len(pack.sources), len(days)), np.uint8)
    if not len(days):
        return Coverage(states, ())
    first: date = days[0].astype("datetime64[D]").astype(object)
    outlying: list[Outlying] = []
    withdrawn = {batch.refers_to for batch in batches if batch.kind == "withdraw"}
    for row, source in enumerate(pack.sources):
        mine = [b for b in batches if b.source == source.id and b.number not in withdrawn]
        states[row] = _covered(source, mine, first, len(days), ZoneInfo(pack.time_zone))
        _mark_gaps(source, states[row], first)
        full = states[row] == DayState.FULL
        suspect, above = unusual_days(source, pack.calendar, full, totals[row], first)
        states[row, suspect] = DayState.SUSPECT
        outlying += above
    return Coverage(states, tuple(outlying))


def _covered(
    source: Source, batches: Sequence[Batch], first: date, days: int, zone: ZoneInfo
) -> NDArray[np.uint8]:
    """Full inside what a received batch covers, partial at its edges and from the day of its making
    on, and all over if too many of its rows are refused. Supplements only mend their parent and
    cover nothing of their own."""
    states = np.zeros(days, np.uint8)
    inset = 0 if source.edges == "full" else 1
    mended = _mended(batches)
    for batch in batches:
        if batch.kind != "receive" or batch.covers_first is None or batch.covers_last is None:
            continue
        start = (batch.covers_first - first).days
        end = (batch.covers_last - first).days + 1
        _raise_to(states, start, end, DayState.PARTIAL)
        if not mostly_refused(source, batch.rows, batch.refused - mended.get(batch.number, 0)):
            over = _over_by_then(source, batch, first, zone)
            _raise_to(states, start + inset, min(end - inset, over), DayState.FULL)
    return states


def _over_by_then(source: Source, batch: Batch, first: date, zone: ZoneInfo) -> int:
    """How many days of the axis were over when the file was extracted; of other versions nobody
    says when that was. What a file tells of a day that still goes on is for `now` alone."""
    if source.version.by != "extract":
        return _NEVER
    made = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=batch.version)
    return (made.astimezone(zone).date() - first).days


def _mended(batches: Sequence[Batch]) -> dict[int, int]:
    """Rows of each batch's rejects that came back mended and were accepted."""
    found: dict[int, int] = {}
    for batch in batches:
        if batch.kind == "supplement" and batch.refers_to is not None:
            found[batch.refers_to] = found.get(batch.refers_to, 0) + batch.rows - batch.refused
    return found


def mostly_refused(source: Source, rows: int, refused: int) -> bool:
    """Whether more of a file's rows are refused, and not mended, than the contract lets pass: its
    days are not known, and must not be read as calm."""
    return refused * MICRO > source.usual.refused * rows


def _raise_to(states: NDArray[np.uint8], start: int, end: int, state: DayState) -> None:
    part = states[max(start, 0) : max(end, 0)]
    np.maximum(part, np.uint8(state), out=part)


def _mark_gaps(source: Source, states: NDArray[np.uint8], first: date) -> None:
    for gap in source.gaps:
        start, end = (gap.first - first).days, (gap.last - first).days + 1
        states[max(start, 0) : max(end, 0)] = DayState.GAP


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
