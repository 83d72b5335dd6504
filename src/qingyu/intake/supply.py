"""What each source has delivered: which days are covered, late, suspect, missing, and what was
refused. `today` is given by the caller: no clock is read here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt

from qingyu.engine.batches import Batch
from qingyu.engine.connect import connected, file_list, quoted
from qingyu.engine.coverage import Coverage, covered_days, day_axis, judged
from qingyu.engine.measures import fingerprint
from qingyu.engine.store import Home
from qingyu.engine.tables import DayState, Outlying
from qingyu.intake.standing import Standing, standings
from qingyu.pack.model import Column, Measure, Pack, Source
from qingyu.pack.usually import odd_columns, odd_records

Span = tuple[date, date]  # first and last day
Status = Literal["current", "late", "never"]

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OddColumn:
    """How many records of a day have an unusual number in a column."""

    column: Column
    day: date
    records: int


@dataclass(frozen=True)
class SupplyRow:
    """One source on the day `today`; stretches of days are (first, last), in order of time.

    status: `never` received, `late` (a due day is not full yet), or `current`.
    due: the last day whose records should be here by today, by the contract's rhythm.
    full, suspect, partial: as in `DayState`; gap: declared in the contract, within what is covered.
    missing: days before the last full one that nothing covers; late: due days after it.
    refused: rows of the batches in force that were refused and not sent mended (as sent: a
        supplement's accepted rows are taken off its batch's).
    """

    source: str
    department: str
    status: Status
    due: date
    full: tuple[Span, ...]
    suspect: tuple[Span, ...]
    partial: tuple[Span, ...]
    gap: tuple[Span, ...]
    missing: tuple[Span, ...]
    late: Span | None
    batches: tuple[int, ...]  # in force, oldest first
    withdrawn: tuple[int, ...]
    last_received: str | None  # UTC, ISO 8601
    accepted: int
    refused: int
    unplaced: int
    corrections: tuple[Standing, ...] = ()  # declared ones that are not taken back
    outlying: tuple[Outlying, ...] = ()  # full days with far more records than is usual
    odd: tuple[OddColumn, ...] = ()  # days with an unusual number, neither confirmed nor mended


def supply(home: Home, pack: Pack, today: date) -> list[SupplyRow]:
    """One row for each source of the pack, in its order."""
    batches = home.batches()
    days = covered_days(batches)
    axis = day_axis(*days) if days else np.array([], "datetime64[D]")
    plain = [Measure(count=source.id) for source in pack.sources]
    totals = np.stack([_totals(home, measure, axis) for measure in plain])
    rows = supply_of(pack, batches, axis, judged(pack, batches, totals, axis), today)
    return [
        replace(
            row,
            corrections=standings(home, row.source),
            odd=tuple(_odd(home, pack.source(row.source), axis)),
        )
        for row in rows
    ]


def _odd(home: Home, source: Source, axis: npt.NDArray[np.datetime64]) -> Iterator[OddColumn]:
    """The days with odd records that nobody has confirmed, column by column."""
    for column in odd_columns(source):
        totals = _totals(home, odd_records(source, column), axis)
        for day, records in zip(_dates(axis), totals.tolist(), strict=True):
            if records > 0 and day not in source.confirmed:
                yield OddColumn(column, day, records)


def supply_of(
    pack: Pack,
    batches: Sequence[Batch],
    axis: npt.NDArray[np.datetime64],
    covered: Coverage,
    today: date,
) -> list[SupplyRow]:
    """The same from what is known of each day by a panel at hand: nothing is read."""
    return [
        replace(
            _row(source, batches, axis, covered.states[number], today),
            outlying=tuple(one for one in covered.outlying if one.source == source.id),
        )
        for number, source in enumerate(pack.sources)
    ]


def _row(
    source: Source,
    batches: Sequence[Batch],
    axis: npt.NDArray[np.datetime64],
    states: npt.NDArray[np.uint8],
    today: date,
) -> SupplyRow:
    gone = {batch.refers_to for batch in batches if batch.kind == "withdraw"}
    sent = [b for b in batches if b.source == source.id and b.kind in ("receive", "supplement")]
    standing = [batch for batch in sent if batch.number not in gone]
    mended = sum(b.rows - b.refused for b in standing if b.kind == "supplement")
    known = [day for day, state in zip(_dates(axis), states, strict=True) if state]
    full = _spans(axis, states == DayState.FULL)
    due = today - source.rhythm.after.days * _DAY
    late = _late(known, full, due)
    return SupplyRow(
        source=source.id,
        department=source.department,
        status="never" if not standing else "late" if late else "current",
        due=due,
        full=full,
        suspect=_spans(axis, states == DayState.SUSPECT),
        partial=_spans(axis, states == DayState.PARTIAL),
        gap=_spans(axis, states == DayState.GAP),
        missing=_missing(axis, states, known),
        late=late,
        batches=tuple(batch.number for batch in standing),
        withdrawn=tuple(batch.number for batch in sent if batch.number in gone),
        last_received=standing[-1].received if standing else None,
        accepted=sum(b.rows - b.refused for b in standing),
        refused=max(0, sum(b.refused for b in standing if b.kind == "receive") - mended),
        unplaced=sum(batch.unplaced for batch in standing),
    )


def _late(known: Sequence[date], full: Sequence[Span], due: date) -> Span | None:
    """Due days after the last full one (after the first day heard of, if none is full)."""
    if not known:
        return None
    begin = full[-1][1] + _DAY if full else known[0]
    return (begin, due) if begin <= due else None


def _missing(
    axis: npt.NDArray[np.datetime64], states: npt.NDArray[np.uint8], known: Sequence[date]
) -> tuple[Span, ...]:
    """Days between the first and the last that is known of, of which nothing is known."""
    if not known:
        return ()
    inside = (axis >= np.datetime64(known[0])) & (axis <= np.datetime64(known[-1]))
    return _spans(axis, inside & (states == DayState.NONE))


def _spans(axis: npt.NDArray[np.datetime64], chosen: npt.NDArray[np.bool_]) -> tuple[Span, ...]:
    """Stretches of consecutive chosen days."""
    edges = np.flatnonzero(np.diff(np.r_[False, chosen, False].astype(np.int8)))
    days = _dates(axis)
    return tuple(
        (days[first], days[end - 1]) for first, end in zip(edges[::2], edges[1::2], strict=True)
    )


def _dates(axis: npt.NDArray[np.datetime64]) -> list[date]:
    return list(axis.astype("datetime64[D]").astype(object))


def _totals(
    home: Home, counted: Measure, axis: npt.NDArray[np.datetime64]
) -> npt.NDArray[np.int64]:
    """What the cube has of a measure on each day, in all areas together."""
    totals = np.zeros(len(axis), np.int64)
    files = [str(file.path) for file in home.cube_table.files()]
    if not files or not len(axis):
        return totals
    measure = fingerprint(counted)
    with connected() as connection:
        rows = connection.execute(
            f"SELECT day, sum(value)::BIGINT FROM read_parquet({file_list(files)})"
            f" WHERE measure = {quoted(measure)} AND batch <= {home.last} GROUP BY day"
        ).fetchall()
    first: date = axis[0].astype(object)
    for day, total in rows:
        at = (day - first).days
        if 0 <= at < len(axis):
            totals[at] = total
    return totals
