"""Results as tables, and the digest of what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from qingyu.digest import digest_of
from qingyu.flows.publish import Published
from qingyu.index.ingredients import MISSING, NOT_BRIDGED, SCORED, Bool, Int, Small, State
from qingyu.index.results import Fill, Results, Stations

_SPOT = ("period", "area")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "areas": (*_SPOT, "score", "before_caps", "change", "grade", "rank", "of", "completeness",
              "state"),
    "dimensions": (*_SPOT, "dimension", "before_deductions", "points"),
    "indicators": (*_SPOT, "indicator", "count", "exposure", "days", "window", "points", "state",
                   "fill", "unit", "bridged_since"),
    "comparisons": (*_SPOT, "indicator", "place", "with", "expected", "compared", "points"),
}  # fmt: skip


def results_digest(results: Results) -> str:
    """Of every label and every station; the same on any machine for the same numbers."""
    return digest_of(_content(results))


def scores_in(results: Results) -> int:
    """How many areas and periods have a score."""
    return int((results.score != MISSING).sum())


def tables_of(done: Sequence[Published]) -> dict[str, pa.Table]:
    """The four tables of all results, in the order of periods, areas, names."""
    makers = {
        "areas": _areas,
        "dimensions": _dimensions,
        "indicators": _indicators,
        "comparisons": _comparisons,
    }
    return {
        name: pa.concat_tables([make(one) for one in done]).select(list(COLUMNS[name]))
        for name, make in makers.items()
    }


def write(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd")


def _content(results: Results) -> Iterator[object]:
    labels = results.labels
    yield from (labels.index, labels.kind, *labels.indicators, *labels.dimensions, *labels.areas)
    yield from (period.label for period in labels.periods)
    for field in fields(results):
        value = getattr(results, field.name)
        if isinstance(value, np.ndarray):
            yield from (field.name, *_bytes(value))
    for slot, stations in results.comparisons.items():
        yield from (*slot, *_of_stations(stations))


def _of_stations(stations: Stations) -> Iterator[object]:
    for field in fields(stations):
        yield from (field.name, *_bytes(getattr(stations, field.name)))


def _bytes(array: NDArray[Any]) -> tuple[object, ...]:
    """Shape and little-endian 64-bit integers, row by row."""
    return (*array.shape, np.ascontiguousarray(array, dtype="<i8").tobytes())


# -- tables ---------------------------------------------------------------------------------------


def _areas(one: Published) -> pa.Table:
    results = one.results
    columns: dict[str, object] = {
        "score": _scores(results.score, results),
        "before_caps": _scores(results.before_caps, results),
        "change": _scores(results.change, results),
        "grade": _grades(one),
        "rank": _whole(results.rank, results, missing=0),
        "of": _whole(results.of, results),
        "completeness": _whole(results.completeness, results),
        "state": _words(results.area_state, results),
    }
    return pa.table({**_spots(results), **columns})


def _dimensions(one: Published) -> pa.Table:
    results = one.results
    return _stacked(
        {
            "dimension": _named(results, name),
            "before_deductions": _scores(results.before_deductions[place], results),
            "points": _scores(results.dimension[place], results),
        }
        | _spots(results)
        for place, name in enumerate(results.labels.dimensions)
    )


def _indicators(one: Published) -> pa.Table:
    results, world = one.results, one.ingredients.world
    lead = one.ingredients.labels.lead
    return _stacked(
        {
            "indicator": _named(results, name),
            "count": _whole(world.count[place][:, lead:], results),
            "exposure": _whole(results.exposure[place], results),
            "unit": _whole(np.array(one.ingredients.unit), results),
            "bridged_since": _since(one, place),
            "days": _whole(world.days[place][:, lead:], results),
            "window": _whole(world.length[place][:, lead:], results),
            "points": _scores(results.indicator[place], results),
            "state": _words(results.state[place], results),
            "fill": _fills(results.fill[place], results),
        }
        | _spots(results)
        for place, name in enumerate(results.labels.indicators)
        if results.labels.member[place]
    )


def _comparisons(one: Published) -> pa.Table:
    results = one.results
    member = dict(zip(results.labels.indicators, results.labels.member, strict=True))
    return _stacked(
        {
            "indicator": _named(results, name),
            "place": _whole(np.full_like(stations.points, place), results),
            "with": _named(results, one.pack.indicator(name).compare[place].with_),
            "expected": _scores(stations.expected, results),
            "compared": _scores(stations.compared, results),
            "points": _scores(stations.points, results),
        }
        | _spots(results)
        for (name, place), stations in results.comparisons.items()
        if member[name]
    )


def _stacked(parts: Iterator[dict[str, object]]) -> pa.Table:
    return pa.concat_tables([pa.table(part) for part in parts])


def _flat(array: NDArray[Any], results: Results) -> NDArray[Any]:
    """[A, P] period by period, without areas that are not shown."""
    turned: NDArray[Any] = np.broadcast_to(array, results.area_state.shape).T
    return turned[_seen(results)]


def _seen(results: Results) -> Bool:
    return np.not_equal(results.area_state, State.NOT_SHOWN).T


def _spots(results: Results) -> dict[str, object]:
    periods, areas = np.nonzero(_seen(results))
    labels = np.array([period.label for period in results.labels.periods], dtype=object)
    codes = np.array(results.labels.areas, dtype=object)
    return {"period": pa.array(labels[periods]), "area": pa.array(codes[areas])}


def _scores(array: Int, results: Results) -> pa.Array:
    return _whole(array, results, missing=MISSING)


def _whole(array: Int, results: Results, missing: int | None = None) -> pa.Array:
    flat = _flat(array, results)
    return pa.array(flat, mask=None if missing is None else flat == missing, type=pa.int64())


def _since(one: Published, place: int) -> pa.Array:
    """The last split or merge behind each cell of an indicator; null where there is none."""
    bridged, results = one.ingredients.bridged, one.results
    since = np.full(results.area_state.shape, NOT_BRIDGED, np.int64)
    if bridged is not None:
        lead, name = one.ingredients.labels.lead, results.labels.indicators[place]
        since = np.maximum(since, bridged.window[place][:, lead:])
        for slot, days in bridged.against.items():
            if slot[0] == name:
                used = results.comparisons[slot].available
                since = np.where(used, np.maximum(since, days[:, lead:]), since)
        since[results.state[place] < SCORED] = NOT_BRIDGED
    flat = _flat(since, results)
    none = flat == NOT_BRIDGED
    return pa.array(np.where(none, 0, flat).astype(np.int32), pa.int32(), mask=none).cast(
        pa.date32()
    )


def _named(results: Results, name: str) -> pa.Array:
    return pa.array([name] * int(_seen(results).sum()), type=pa.string())


def _words(states: Small, results: Results) -> pa.Array:
    words = np.array([state.word for state in State], dtype=object)
    return pa.array(words[_flat(states, results)], type=pa.string())


def _fills(fills: Small, results: Results) -> pa.Array:
    words = np.array([fill.name.lower() for fill in Fill], dtype=object)
    return pa.array(words[_flat(fills, results)], type=pa.string())


def _grades(one: Published) -> pa.Array:
    """Ids of the grades of the scale in force; null without a score."""
    lead = one.ingredients.labels.lead
    scales = one.ingredients.method.scale[lead:]
    found = np.full(one.results.grade.shape, None, dtype=object)
    for period, scale in enumerate(scales.tolist()):
        if scale >= 0:
            ids = [grade.id for grade in one.pack.grades.scales[scale].grades]
            places = one.results.grade[:, period]
            found[:, period] = [ids[place] if place >= 0 else None for place in places.tolist()]
    return pa.array(_flat(found, one.results), type=pa.string())
