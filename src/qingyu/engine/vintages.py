"""The panel as known after each of several batches, the changes read once.

A walk along a year of mornings would otherwise read the whole ledger for each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from qingyu.engine.connect import connected, file_list
from qingyu.engine.coverage import covered_days, day_axis, judged
from qingyu.engine.damage import naming_damage
from qingyu.engine.measures import fingerprint
from qingyu.engine.meter import count_read
from qingyu.engine.odd import odd_days
from qingyu.engine.panel import load_panel
from qingyu.engine.tables import Panel
from qingyu.pack.model import Measure, Pack

if TYPE_CHECKING:
    from qingyu.engine.store import Home


def vintages(home: Home, pack: Pack, numbers: Sequence[int]) -> Iterator[Panel]:
    """Panels as known after the batches `numbers`, rising. Each is as `load_panel` gives it; its
    counts are changed in place for the next one, so take what is needed before asking on."""
    if not numbers:
        return
    panel = load_panel(home, pack, numbers[0])
    yield panel
    if len(numbers) == 1:
        return
    wide = _widened(home, panel, numbers[-1])
    counts = wide.counts.values
    changes = _changes(home, wide, numbers[0], numbers[-1])
    rows = [
        wide.counts["measure"].values.tolist().index(fingerprint(Measure(count=one.id)))
        for one in pack.sources
    ]
    before = numbers[0]
    for number in numbers[1:]:
        start, stop = np.searchsorted(changes[0], [before, number], side="right")
        place = tuple(part[start:stop] for part in changes[1:4])
        np.add.at(counts, place, changes[4][start:stop].astype(counts.dtype))
        before = number
        yield _as_known(home, pack, wide, rows, number)


def _widened(home: Home, panel: Panel, last: int) -> Panel:
    """The same counts on the axis of all days that a batch up to `last` may touch."""
    files = home.cube_table.files(lambda file: file.number <= home.last)
    spans = [file.days for file in files if file.days is not None]
    covered = covered_days(home.batches()[:last])
    spans += [covered] if covered else []
    if panel.counts.sizes["day"]:
        spans.append((panel.first, panel.last))
    axis = day_axis(min(first for first, _ in spans), max(end for _, end in spans))
    names, areas, days = (panel.counts[name].values for name in ("measure", "area", "day"))
    counts = np.zeros((len(names), len(areas), len(axis)), np.int64)
    if len(days):
        start = int(np.searchsorted(axis, days[0]))
        counts[:, :, start : start + len(days)] = panel.counts.values
    held = xr.DataArray(
        counts, coords={"measure": names, "area": areas, "day": axis}, name="counts"
    )
    return Panel(held, panel.coverage, panel.known)


def _changes(home: Home, panel: Panel, after: int, last: int) -> tuple[np.ndarray, ...]:
    """(batch, measure, area, day, value), ordered by batch, as places in the panel."""
    files = [
        file
        for file in home.cube_table.files(lambda file: file.number <= home.last)
        if file.batches is not None and file.batches[1] > after and file.batches[0] <= last
    ]
    if not files:
        nothing = np.zeros(0, np.int64)
        return (nothing,) * 5
    for file in files:
        count_read("cube", file.rows, file.size)
    with naming_damage([f.path for f in files], home.cube_table.remedy), connected() as connection:
        found = connection.execute(
            f"""SELECT batch, measure, area, datediff('day', DATE '1970-01-01', "day") AS d, value
                FROM read_parquet({file_list([str(f.path) for f in files])})
                WHERE batch > {after} AND batch <= {last} ORDER BY batch"""
        ).to_arrow_table()
    measures = {name: row for row, name in enumerate(panel.counts["measure"].values.tolist())}
    areas = {code: row for row, code in enumerate(panel.counts["area"].values.tolist())}
    measure = np.array([measures.get(one, -1) for one in found["measure"].to_pylist()], np.int64)
    area = np.array([areas.get(one, -1) for one in found["area"].to_pylist()], np.int64)
    first = panel.counts["day"].values[0].astype("datetime64[D]").astype(np.int64)
    day = found["d"].to_numpy().astype(np.int64) - first
    keep = (measure >= 0) & (area >= 0)
    parts = (found["batch"].to_numpy().astype(np.int64), measure, area, day,
             found["value"].to_numpy().astype(np.int64))  # fmt: skip
    return tuple(part[keep] for part in parts)


def _as_known(home: Home, pack: Pack, wide: Panel, rows: list[int], number: int) -> Panel:
    """Cut to the days that were known then."""
    batches = home.batches()[:number]
    axis = wide.counts["day"].values

    def totals(rows: Sequence[int]) -> np.ndarray:
        return np.asarray(wide.counts.values[list(rows)].sum(axis=1))

    found = judged(pack, batches, totals(rows), axis)
    names = wide.counts["measure"].values.tolist()
    sources = [source.id for source in pack.sources]
    coords = {"source": sources, "day": axis}
    return Panel(
        counts=wide.counts,
        coverage=xr.DataArray(found.states, coords=coords, name="coverage"),
        known=number,
        outlying=found.outlying,
        odd=odd_days(pack, names, totals, wide.first),
    )
