"""Which records of which departments tell of one happening: the labels to judge matching by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from qingyu.simulate.city.records import cells
from qingyu.simulate.city.records.sightings import Sightings, collisions, fires
from qingyu.simulate.city.shapes import Days, number_of
from qingyu.simulate.city.truth import years
from qingyu.simulate.city.world import World

SCHEMA = pa.schema(
    [
        ("event", pa.string()),
        ("kind", pa.string()),  # collision | fire
        ("source", pa.string()),
        ("record", pa.string()),
        ("at", pa.string()),
        ("town", pa.string()),
        ("longitude", pa.string()),  # WGS 84, as this department has it
        ("latitude", pa.string()),
    ]
)


def labels(world: World, days: Days) -> Iterator[pa.Table]:
    """One row a record of a collision or a fire: those with the same `event` belong together."""
    crash, blaze = collisions(world, days), fires(world, days)
    yield _rows(crash, "collision", crash.own, 0, "police_122", "T")
    yield _rows(crash, "collision", crash.at_110, 1, "police_110", "J")
    yield _rows(crash, "collision", crash.at_119, 2, "fire_119", "F")
    yield _rows(blaze, "fire", blaze.own, 0, "fire_119", "F")
    yield _rows(blaze, "fire", blaze.at_110, 1, "police_110", "J")


def _rows(
    sightings: Sightings, kind: str, chosen: cells.Flags, department: int, source: str, prefix: str
) -> pa.Table:
    found = sightings.all.only(chosen)
    towns, at = found.world.towns, sightings.seen(department)
    lon, lat = (cells.degrees(values[chosen]) for values in at[1:])
    code, many = found.stream.code, len(found)

    def keys(mark: str) -> pa.Array:
        return cells.keys(mark, towns, found.town, found.day, code, found.number)

    return pa.table(
        [
            keys("E"), pa.array(np.full(many, kind), pa.string()),
            pa.array(np.full(many, source), pa.string()), keys(prefix),
            cells.moment(at[0][chosen]), cells.town_codes(towns, found.town), lon, lat,
        ],
        schema=SCHEMA,
    )  # fmt: skip


def write_seen(world: World, path: Path, first: date, last: date) -> int:
    """Write all labels; gives their number."""
    rows = 0
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for start, end in years(number_of(first), number_of(last)):
            for table in labels(world, world.numbered(start, end)):
                writer.write_table(table)
                rows += len(table)
    return rows
