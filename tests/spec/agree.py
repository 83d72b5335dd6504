"""The product's results and the twin's as the same plain rows, so that a difference has a name.

`product_rows` and `twin_rows` give `{(period, area, station…): value}`; a value that does not
exist is left out of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import twin
import xarray as xr
from draw import Drawn
from twin_days import UNPLACED, amount, judged_days, unusual
from twin_pack import Measure as TwinMeasure
from twin_pack import Pack as TwinPack
from twin_periods import days_of, label
from twin_read import read_pack

from qingyu.engine.batches import Batch
from qingyu.engine.coverage import judged
from qingyu.engine.cube import measures_of
from qingyu.engine.odd import odd_days
from qingyu.engine.tables import Panel, fingerprint
from qingyu.index.ingredients import MISSING, State
from qingyu.index.results import Fill, Results
from qingyu.index.steps import compute
from qingyu.pack.load import load_pack
from qingyu.pack.model import Condition, Measure, Pack
from qingyu.pack.usually import odd_columns, odd_records
from qingyu.periods import Period, parse

Rows = dict[tuple[object, ...], object]


def batch(number: int, source: str, covers: tuple[date, date] | None, withdraws: int = 0) -> Batch:
    """A row of `batches` with what coverage looks at; everything else is empty."""
    values: dict[str, Any] = {f.name: {"str": "", "int": 0}.get(str(f.type)) for f in fields(Batch)}
    values |= {
        "number": number,
        "kind": "withdraw" if withdraws else "receive",
        "source": source,
        "covers_first": covers[0] if covers else None,
        "covers_last": covers[1] if covers else None,
        "refers_to": withdraws or None,
        "reasons": {},
        "measures": (),
        "version": number,
    }
    return Batch(**values)


def batches(drawn: Drawn, pack: Pack) -> list[Batch]:
    """The covers of each source as batches, and between them one that is taken back."""
    found: list[Batch] = []
    for source in pack.sources:
        for span in drawn.covers[source.id]:
            found.append(batch(len(found) + 1, source.id, span))
        found.append(batch(len(found) + 1, source.id, (drawn.first, drawn.last)))
        found.append(batch(len(found) + 1, source.id, None, withdraws=len(found)))
    return found


def panel(drawn: Drawn, pack: Pack) -> Panel:
    """What the engine would hand over for these records and batches."""
    size = (drawn.last - drawn.first).days + 1
    days = np.datetime64(drawn.first, "D") + np.arange(size)
    measures = measures_of(pack)
    areas = [*dict.fromkeys(area.code for area in pack.areas), UNPLACED]
    place = {code: number for number, code in enumerate(areas)}
    counts = np.zeros((len(measures), len(areas), size), np.int64)
    for number, measure in enumerate(measures.values()):
        plain = _plain(measure)
        for record in drawn.records[measure.source]:
            day = (record.day - drawn.first).days
            counts[number, place[record.area], day] += amount(plain, record)
    totals = np.zeros((len(pack.sources), size), np.int64)
    for number, source in enumerate(pack.sources):
        for record in drawn.records[source.id]:
            totals[number, (record.day - drawn.first).days] += record.times
    covered = judged(pack, batches(drawn, pack), totals, days)
    return Panel(
        xr.DataArray(
            counts,
            dims=("measure", "area", "day"),
            coords={"measure": list(measures), "area": areas, "day": days},
        ),
        xr.DataArray(
            covered.states,
            dims=("source", "day"),
            coords={"source": [source.id for source in pack.sources], "day": days},
        ),
        known=1,
        outlying=covered.outlying,
        odd=odd_days(
            pack, list(measures), lambda rows: counts[list(rows)].sum(axis=1), drawn.first
        ),
    )


def _plain(measure: Measure) -> TwinMeasure:
    """A measure of the model as one of the twin's."""
    where = tuple((name, _condition(c)) for name, c in measure.where.items())
    return TwinMeasure(measure.source, measure.of, measure.places, where)


def _condition(condition: Condition) -> tuple[str, Any]:
    if condition.negated is not None:
        return "not", _condition(condition.negated)
    if condition.among is not None:
        return "in", condition.among
    if condition.between is not None:
        return "between", condition.between
    if condition.beyond is not None:
        return "beyond", condition.beyond
    return "equals", condition.equals


# -- rows -----------------------------------------------------------------------------------------


def product(drawn: Drawn, folder: Path) -> tuple[Pack, Panel, Results]:
    pack = load_pack(folder)
    given = panel(drawn, pack)
    periods: Sequence[Period] = [parse(label(period)) for period in drawn.periods]
    return pack, given, compute(pack, given, periods, drawn.known_on)


def product_rows(pack: Pack, given: Panel, results: Results) -> Rows:
    rows: Rows = {}

    def put(key: tuple[object, ...], value: object) -> None:
        if value != MISSING and value is not None:
            rows[key] = int(value) if isinstance(value, np.integer) else value

    labels = results.labels
    for s, source in enumerate(pack.sources):
        for d, state in enumerate(given.coverage.values[s]):
            rows["day", source.id, d] = int(state)
    for source in pack.sources:
        for column in odd_columns(source):
            name = fingerprint(odd_records(source, column))
            for odd in given.odd:
                if odd.measure == name:
                    rows["day", source.id, odd.day, column.name, "odd"] = odd.records
    for one in given.outlying:
        rows["day", one.source, one.day, one.total] = Fraction(one.usual, 2)
    for p, period in enumerate(labels.asked):
        for a, area in enumerate(labels.areas):
            key = (period.label, area)
            if results.area_state[a, p] == State.NOT_SHOWN:
                continue
            put((*key, "state"), State(results.area_state[a, p]).word)
            put((*key, "completeness"), results.completeness[a, p])
            put((*key, "score"), results.score[a, p])
            if results.score[a, p] != MISSING:
                put((*key, "grade"), results.grade[a, p])
            put((*key, "rank"), results.rank[a, p] or None)
            put((*key, "of"), results.of[a, p])
            put((*key, "change"), results.change[a, p])
            for k, dimension in enumerate(labels.dimensions):
                put((*key, dimension, "dimension"), results.dimension[k, a, p])
            for i, name in enumerate(labels.indicators):
                state = State(results.state[i, a, p])
                if state == State.NOT_SHOWN:
                    continue
                put((*key, name, "indicator"), results.indicator[i, a, p])
                put((*key, name, "state"), state.word)
                put((*key, name, "fill"), Fill(results.fill[i, a, p]).name.lower())
                for (owner, number), slot in results.comparisons.items():
                    if owner == name and slot.available[a, p]:
                        put((*key, name, number, "expected"), slot.expected[a, p])
                        put((*key, name, number, "compared"), slot.compared[a, p])
                        put((*key, name, number, "points"), slot.points[a, p])
    return rows


def twin_rows(drawn: Drawn, folder: Path) -> Rows:
    pack = read_pack(folder)
    found = twin.compute_of(
        pack,
        drawn.records,
        drawn.covers,
        drawn.first,
        drawn.last,
        drawn.periods,
        drawn.known_on,
    )
    rows = _day_rows(drawn, pack)
    for period, areas in found.items():
        grades = [name for name, _ in _scale(pack, period[2])]
        for area, row in areas.items():
            key = (label(period), area)
            plain = {
                "state": row.state,
                "completeness": row.completeness,
                "score": row.score,
                "grade": None if row.grade is None else grades.index(row.grade),
                "rank": row.rank,
                "of": row.of,
                "change": row.change,
            }
            rows |= {(*key, name): value for name, value in plain.items() if value is not None}
            for dimension, value in row.dimensions.items():
                rows[*key, dimension, "dimension"] = value
            for name, cell in row.cells.items():
                rows[*key, name, "state"] = cell.state
                rows[*key, name, "fill"] = cell.filled or "own"
                if cell.any_score is not None:
                    rows[*key, name, "indicator"] = cell.any_score
                for held in cell.held:
                    if held.expected is not None:
                        rows[*key, name, held.number, "expected"] = held.expected
                    rows[*key, name, held.number, "compared"] = held.compared
                    rows[*key, name, held.number, "points"] = held.points
    return rows


def _day_rows(drawn: Drawn, pack: TwinPack) -> Rows:
    rows: Rows = {}
    size = (drawn.last - drawn.first).days + 1
    days = days_of(drawn.first, drawn.last)
    for source in pack.sources.values():
        totals: dict[date, int] = {}
        for record in drawn.records[source.id]:
            totals[record.day] = totals.get(record.day, 0) + record.times
        states, outlying = judged_days(source, drawn.covers[source.id], totals, days, pack.works)
        for d in range(size):
            rows["day", source.id, d] = states[days[d]]
        for day, usual in outlying.items():
            rows["day", source.id, day, totals[day]] = usual
        for column, least, most in source.usually:
            for record in drawn.records[source.id]:
                far = unusual(record.fields.get(column), least, most)
                if far and record.day not in source.confirmed:
                    key = "day", source.id, record.day, column, "odd"
                    rows[key] = rows.get(key, 0) + record.times
    return rows


def _scale(pack: TwinPack, day: date) -> Any:
    begun = [scale for scale in pack.scales if scale[0] <= day]
    return max(begun, key=lambda scale: scale[0])[1]


def differences(mine: Rows, theirs: Rows) -> list[str]:
    """What the two say differently, in an order that puts causes before effects."""
    keys = sorted(mine.keys() | theirs.keys(), key=lambda k: (-len(k), str(k)))
    found = []
    for key in keys:
        if mine.get(key) != theirs.get(key):
            found.append(f"{key}: twin {mine.get(key)}, product {theirs.get(key)}")
    return found
