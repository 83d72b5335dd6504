"""What the checks of integrity count in the signed records of a source: expressions, no judgement.

The same expressions run over a home's files and over a simulated city's rows, so that rates found
on the one hold of the other. Signs add up: a record that was corrected or struck out is where it
stands now, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import ibis
import numpy as np

from qingyu.engine.counting import IBIS_TYPES, SIGNED, satisfying
from qingyu.engine.measures import Kept
from qingyu.evaluate.integrity.dispersion import Ints
from qingyu.pack.integrity import Heaped, Hugging, Repeated, Where
from qingyu.pack.model import MICRO, Measure

Part = Callable[[ibis.Table], ibis.Value]
Span = tuple[date, date]


@dataclass(frozen=True)
class Rows:
    """The rows of a source, as the view `SIGNED` of `connection`. stored: their columns and types;
    kept: types of the contract's columns; places: code of any area → its place in the arrays."""

    connection: duckdb.DuckDBPyConnection
    stored: Mapping[str, str]
    kept: Mapping[str, Kept]
    places: Mapping[str, int]

    @property
    def table(self) -> ibis.Table:
        return ibis.table({n: IBIS_TYPES[kind] for n, kind in self.stored.items()}, name=SIGNED)

    @property
    def areas(self) -> int:
        return max(self.places.values(), default=-1) + 1


def having(rows: Rows, where: Where) -> Part:
    """The rows that satisfy conditions of the pack."""
    return lambda table: satisfying(table, where, rows.kept)


def tally(
    rows: Rows,
    on: str | None,
    spans: Sequence[Span],
    parts: Mapping[str, Part],
    amount: Measure | None = None,
) -> dict[str, Ints]:
    """How many records there are of each part, int64 [area, span]; with `amount`, the sum of its
    field over them, as an integer of the contract's places. `on`: the date that decides."""
    table = _dated(rows.table, on, spans)
    value = table.sign
    if amount is not None and amount.of is not None:
        value = table.sign * _column(table, amount.of).fill_null(0).cast("int64")
    sums = {name: value.sum(where=part(table).fill_null(False)) for name, part in parts.items()}
    found = table.filter(table.span >= 0).group_by("area", "span").aggregate(**sums)
    return _arrays(rows, found, list(parts), len(spans))


def ledger(
    rows: Rows, measure: Measure, spans: Sequence[Span], counted: Sequence[int]
) -> dict[str, Ints]:
    """What became of the records of each span after batch `counted` of it (int64 [area, span]):
    `counted` that the measure counted then, of these `gone` since; `known` that it counts now, of
    these `late`. A record that moved to another area or span is gone here and late there."""
    table = _dated(rows.table, measure.on, spans)
    inside = satisfying(table, measure.where, rows.kept) & (table.span >= 0)
    limit = _by_span(table, counted)
    found = table.filter(inside).group_by("key", "area", "span")
    table = found.aggregate(
        before=lambda t: t.sign.sum(where=t.batch <= limit).fill_null(0), now=lambda t: t.sign.sum()
    )
    zero = ibis.literal(0, type="int64")
    sums = table.group_by("area", "span").aggregate(
        counted=table.before.sum(),
        gone=ibis.greatest(table.before - table.now, zero).sum(),
        known=table.now.sum(),
        late=ibis.greatest(table.now - table.before, zero).sum(),
    )
    return _arrays(rows, sums, ["counted", "gone", "known", "late"], len(spans))


def bursts(rows: Rows, check: Repeated, spans: Sequence[Span]) -> dict[str, Ints]:
    """Records (`records`) and those that follow another of the same values and place within the
    declared minutes (`close`), int64 [area, span]."""
    table = _dated(rows.table, check.at, spans)
    inside = satisfying(table, check.where, rows.kept) & (table.span >= 0)
    moment, same = f"c_{check.at}", [f"c_{name}" for name in check.same]
    if not {moment, *same} <= set(table.columns):
        return _nothing(rows, ["records", "close"], len(spans))
    stands = table.filter(inside).group_by("key", "area", "span", moment, *same)
    table = stands.aggregate(held=lambda t: t.sign.sum())
    table = table.filter(table.held > 0)
    window = ibis.window(group_by=["area", "span", *same], order_by=[moment, "key"])
    seconds = table[moment].epoch_seconds()
    table = table.mutate(gap=seconds - seconds.lag().over(window))
    close = (table.gap <= 60 * check.minutes).fill_null(False)
    sums = table.group_by("area", "span").aggregate(
        records=table.count(), close=close.cast("int64").sum()
    )
    return _arrays(rows, sums, ["records", "close"], len(spans))


def rounded(rows: Rows, check: Heaped) -> dict[str, Part]:
    """`written`: values of the field there are; `rounded`: those on a round mark."""
    inside = having(rows, check.where)

    def written(table: ibis.Table) -> ibis.Value:
        return inside(table) & _column(table, check.field).notnull()

    def on_a_mark(table: ibis.Table) -> ibis.Value:
        value = _column(table, check.field)
        if check.multiples is None:
            return written(table) & value.cast("timestamp").minute().isin(check.minutes)
        places = rows.kept.get(check.field, ("integer", 0))[1]
        step = max(check.multiples * 10**places // MICRO, 1)
        return written(table) & (value.cast("int64") % step == 0)

    return {"written": written, "rounded": on_a_mark}


def near_limit(rows: Rows, check: Hugging) -> dict[str, Part]:
    """`closed`: cases that are done; `just_in_time`: in the last hours before their limit."""
    inside = having(rows, check.where)

    def closed(table: ibis.Table) -> ibis.Value:
        return inside(table) & _column(table, check.done).notnull()

    def just(table: ibis.Table) -> ibis.Value:
        done, limit = (
            _column(table, name).cast("timestamp").epoch_seconds()
            for name in (check.done, check.limit)
        )
        return closed(table) & (done <= limit) & (limit - done <= 3600 * check.hours)

    return {"closed": closed, "just_in_time": just}


def every(table: ibis.Table) -> ibis.Value:
    """All rows."""
    return ibis.literal(True)


def _column(table: ibis.Table, name: str) -> ibis.Value:
    """A kept column; empty where the rows have none of it yet."""
    column = f"c_{name}"
    return table[column] if column in table.columns else ibis.null("int64")


def _dated(table: ibis.Table, on: str | None, spans: Sequence[Span]) -> ibis.Table:
    """With the number of the span that each row's date lies in as `span`; -1 if in none."""
    if on is None:
        dated = table.day
    else:
        dated = table[f"c_{on}"].cast("date") if f"c_{on}" in table.columns else ibis.null("date")
    branches = [
        (dated.between(ibis.literal(first), ibis.literal(last)), ibis.literal(number))
        for number, (first, last) in enumerate(spans)
    ]
    return table.mutate(span=ibis.cases(*branches, else_=-1).cast("int64"))


def _by_span(table: ibis.Table, values: Sequence[int]) -> ibis.Value:
    branches = [(table.span == n, ibis.literal(value)) for n, value in enumerate(values)]
    return ibis.cases(*branches, else_=0)


def _arrays(rows: Rows, found: ibis.Table, names: list[str], spans: int) -> dict[str, Ints]:
    """The sums of each area, in the place of the area above it that is looked at."""
    arrays = _nothing(rows, names, spans)
    asked = found.select("area", "span", *names)
    for area, span, *values in rows.connection.execute(
        ibis.to_sql(asked, dialect="duckdb")
    ).fetchall():
        place = rows.places.get(area)
        if place is not None:
            for name, value in zip(names, values, strict=True):
                arrays[name][place, span] += int(value or 0)
    return arrays


def _nothing(rows: Rows, names: list[str], spans: int) -> dict[str, Ints]:
    return {name: np.zeros((rows.areas, spans), np.int64) for name in names}


def touching(
    rows: Rows, measure: Measure, span: Span, counted: int, place: int, sign: int
) -> list[int]:
    """The batches after `counted` that took away (sign −1) or added (1) records of the measure in
    the area at `place`, dated in `span`, with more in that direction than in the other."""
    table = _dated(rows.table, measure.on, [span])
    inside = satisfying(table, measure.where, rows.kept) & (table.span >= 0)
    codes = [code for code, at in rows.places.items() if at == place]
    here = table.filter(inside & (table.batch > counted) & table.area.isin(codes))
    by_batch = here.group_by("batch").aggregate(net=here.sign.sum())
    kept = by_batch.filter(by_batch.net * sign > 0).order_by("batch").select("batch")
    found = rows.connection.execute(ibis.to_sql(kept, dialect="duckdb")).fetchall()
    return [int(row[0]) for row in found]
