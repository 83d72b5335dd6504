"""Records that kept their points are placed anew in the areas that a split made.

For each day of `changes.csv` that has outlines (`boundaries/DATE.geojson`), the records of the
areas that gave ground away on it, from the days before, are looked up in the polygons of their
heirs, and counted by the cube's own expression. The records stay where they were placed and so do
all published numbers: what comes out stands beside the panel (`Panel.moved`), and the index takes
it for the history of the heirs. Records without a point go by the declared shares.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xarray as xr

from qingyu.engine.connect import connected, file_list, quoted
from qingyu.engine.counting import SIGNED
from qingyu.engine.cube import measures_of, plain_rows
from qingyu.engine.meter import count_read
from qingyu.engine.store import Home
from qingyu.engine.tables import Panel, pair_name
from qingyu.intake.boundaries import Boundaries, read_boundaries
from qingyu.intake.coordinates import to_wgs84
from qingyu.pack.model import Pack, Source


def with_moved(home: Home, pack: Pack, panel: Panel) -> Panel:
    """The panel, with what was placed anew as known then."""
    pairs = _pairs(pack)
    if not pairs or not panel.counts.sizes["day"]:
        return panel
    names = panel.counts["measure"].values.tolist()
    days = panel.counts["day"].values
    found = np.zeros((len(names), len(pairs), len(days)), np.int64)
    for outline in pack.outlines:
        boundaries = read_boundaries(
            Path(pack.folder) / "boundaries" / f"{outline.day.isoformat()}.geojson"
        )
        for source in pack.sources:
            if _keeps_points(source):
                rows = _counted(home, pack, source, panel.known, outline.day, boundaries)
                for measure, pair, day, value in rows:
                    at = (day - panel.first).days
                    if measure in names and pair in pairs and 0 <= at < len(days):
                        found[names.index(measure), pairs.index(pair), at] += value
    moved = xr.DataArray(
        found,
        dims=("measure", "pair", "day"),
        coords={"measure": names, "pair": pairs, "day": days},
    )
    return replace(panel, moved=moved)


def _pairs(pack: Pack) -> list[str]:
    """Areas that were split on a day with outlines, and their heirs."""
    drawn = {outline.day for outline in pack.outlines}
    return [
        pair_name(one.day, one.source, one.heir)
        for one in pack.changes
        if one.day in drawn and one.kind == "split"
    ]


def _keeps_points(source: Source) -> bool:
    """Of readings not: there an instrument counts, not a record."""
    names = source.place.longitude, source.place.latitude
    kept = {c.name for c in source.columns if c.personal == "keep" and c.type == "decimal"}
    return source.kind != "reading" and all(name in kept for name in names)


def _counted(
    home: Home, pack: Pack, source: Source, known: int, day: date, boundaries: Boundaries
) -> Iterator[tuple[str, str, date, int]]:
    """(measure, pair, day, value) of a source's records from before a change."""
    files = home.record_files(source.id, known)
    if not files:
        return
    measures = measures_of(pack).of(source.id)
    with tempfile.TemporaryDirectory(prefix="qingyu-") as folder, connected() as connection:
        path = Path(folder) / "anew.parquet"
        given = connection.execute(
            f"SELECT * FROM read_parquet({file_list(files)}, union_by_name=true)"
            f" WHERE batch <= {known} AND \"day\" < DATE '{day}' AND ({_ground(pack, day)})"
        ).to_arrow_table()
        count_read("records", given.num_rows, given.nbytes)
        anew = _anew(pack, source, given, day, boundaries)
        if not anew.num_rows:
            return
        pq.write_table(anew, path)
        changes = plain_rows([path], measures)
        connection.execute(f"CREATE TEMP VIEW {SIGNED} AS {changes.rows}")
        yield from connection.execute(
            'SELECT measure, area, "day", sum(value)::BIGINT FROM'
            f" ({changes.counted}) GROUP BY ALL HAVING sum(value) <> 0 ORDER BY ALL"
        ).fetchall()


def _givers(pack: Pack, day: date) -> list[str]:
    return sorted({one.source for one in pack.changes if one.day == day and one.kind == "split"})


def _origin_of(pack: Pack, day: date) -> dict[str, str]:
    """Code → the area split on the day in which it lies: that area itself, and what it holds."""
    found = {code: code for code in _givers(pack, day)}
    size = 0
    while size < len(found):
        size = len(found)
        for area in pack.areas:
            if area.parent in found and (area.since is None or area.since < day):
                found.setdefault(area.code, found[area.parent])
    return found


def _ground(pack: Pack, day: date) -> str:
    """SQL: whether a record lay in an area that was split on the day."""
    listed = ", ".join(quoted(code) for code in sorted(_origin_of(pack, day)))
    return f"area IN ({listed})" if listed else "false"


def _anew(
    pack: Pack, source: Source, given: pa.Table, day: date, boundaries: Boundaries
) -> pa.Table:
    """The records whose point lies in an heir of their area, with the pair as their area."""
    place = source.place
    x, y = (_degrees(given, source, name) for name in (place.longitude, place.latitude))
    if place.swapped:
        x, y = y, x
    located = boundaries.locate(*to_wgs84(x, y, place.datum))
    origin = _origin_of(pack, day)
    heirs = {(one.source, one.heir) for one in pack.changes if one.day == day}
    codes = np.array([*boundaries.codes, ""], dtype=object)[np.maximum(located, -1)]
    homes = [origin[code] for code in given.column("area").to_pylist()]
    pairs = [
        pair_name(day, home, heir) if (home, heir) in heirs else None
        for home, heir in zip(homes, codes.tolist(), strict=True)
    ]
    place_of = given.column_names.index("area")
    told = given.set_column(place_of, "area", pa.array(pairs, pa.string()))
    return told.filter(pc.is_valid(told.column("area")))


def _degrees(given: pa.Table, source: Source, name: str | None) -> npt.NDArray[np.float64]:
    column = source.column(name or "")
    plain = given.column(f"c_{column.name}")
    found: npt.NDArray[np.float64] = np.asarray(
        plain.to_numpy(zero_copy_only=False), dtype=np.float64
    )
    return found / float(10**column.places)
