"""From the ledger to dense counts: the cube as known after a batch, by scatter-add.

The sum of all batches is kept month by month (snapshots.py), so one more batch costs the reading
of its own rows and of the months that they touch, however long the history is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import xarray as xr
from numpy.typing import NDArray

from qingyu.digest import digest_of_tree
from qingyu.engine.batches import Batch
from qingyu.engine.by_day import counts_by_day
from qingyu.engine.connect import connected, file_list
from qingyu.engine.coverage import covered_days, day_axis, judged
from qingyu.engine.cube import uncounted
from qingyu.engine.damage import naming_damage
from qingyu.engine.delta import REBUILT, DataFile
from qingyu.engine.measures import Measures, fingerprint, measures_of
from qingyu.engine.meter import count_read
from qingyu.engine.months import Days, Fresh, Months, Part, first_day, length, months_of
from qingyu.engine.odd import odd_days
from qingyu.engine.snapshots import as_fresh, latest, save
from qingyu.engine.tables import UNPLACED, Panel
from qingyu.errors import DamageError, HomeError, PackError, StorageError
from qingyu.i18n import TN, T
from qingyu.pack.model import Measure, Pack

if TYPE_CHECKING:
    from qingyu.engine.store import Home

_BATCH_ROWS = 1_000_000  # ledger rows in memory at a time
_LARGEST = 2**63 - 1
_NARROW = 2**31 - 1
Column = NDArray[np.int64]


def load_panel(home: Home, pack: Pack, known: int | None = None) -> Panel:
    """All the pack's measures and the coverage of its sources as known after batch `known`
    (default: the last). `HomeError` if the pack has measures not counted yet (`cube.backfill`),
    `PackError` if records lie in an area that the pack does not list. A home without any data
    gives a panel without days."""
    batches = home.batches()
    batches = batches if known is None else batches[:known]
    measures = measures_of(pack)
    _check_counted(home, batches, measures)
    names, areas = sorted(measures), _areas(pack)
    months = _months(home, names, areas, len(batches), len(batches) == home.last)
    days = _united(months.days, covered_days(batches))
    axis = day_axis(*days) if days else np.array([], "datetime64[D]")
    rows = [names.index(fingerprint(Measure(count=source.id))) for source in pack.sources]
    covered = judged(pack, batches, months.sums(rows, days), axis)
    return Panel(
        counts=xr.DataArray(
            counts_by_day(months, days), coords={"measure": names, "area": areas, "day": axis},
            name="counts",
        ),
        coverage=xr.DataArray(
            covered.states,
            coords={"source": [source.id for source in pack.sources], "day": axis},
            name="coverage",
        ),
        known=len(batches),
        outlying=covered.outlying,
        odd=odd_days(pack, names, lambda rows: months.sums(rows, days), days[0]) if days else (),
    )  # fmt: skip


def _areas(pack: Pack) -> list[str]:
    return [*dict.fromkeys(area.code for area in pack.areas), UNPLACED]


def _check_counted(home: Home, batches: Sequence[Batch], measures: Measures) -> None:
    """A measure may have been counted by a later batch than those asked for: that serves too."""
    later = home.batches()[len(batches) :]
    lacking = uncounted([*batches, *(b for b in later if b.kind == "count")], measures)
    names = {name for by_name in lacking.values() for name in by_name}
    if names:
        raise HomeError(
            str(home.folder),
            TN(
                "one measure of the pack that is not counted yet",
                "{count} measures of the pack that are not counted yet",
                len(names),
            ),
            T("a cube that has every measure of the pack"),
            T("Run `qingyu engine rebuild`: it counts them from the records."),
        )


def _months(home: Home, names: list[str], areas: list[str], known: int, newest: bool) -> Months:
    generation = home.cube_table.transaction(REBUILT) if known else 0
    series = digest_of_tree([names, areas, generation])[:16]
    shape = len(names), len(areas)
    start = latest(home.folder / "cache", series, shape, known) or Months(shape, {}, None, 0)
    if start.known == known:
        return start
    found = _advanced(home, start, names, areas, known)
    if newest:
        with suppress(StorageError):  # a cache: a full or read-only disk must not stop a reader
            save(home.folder / "cache", series, found)
    return found


def _advanced(home: Home, start: Months, names: list[str], areas: list[str], known: int) -> Months:
    """`start` plus the changes of the batches after it, up to `known`."""
    last = home.last
    files = home.cube_table.files(lambda file: _concerns(file, start.known, known, last))
    weight, days = start.weight, start.days
    parts: dict[int, Part] = dict(start.parts)
    for measure, area, day, value in _changes(home, files, names, areas, start.known, known):
        weight += int(np.abs(value).astype(object).sum()) if _is_huge(value) else _weight(value)
        _check_bound(home, weight)
        kind = np.dtype(np.int64 if weight > _NARROW else np.int32)
        for month, rows in _by_month(day):
            shape = (*start.shape, length(month))
            part = parts.get(month)
            if not isinstance(part, Fresh) or part.dtype != np.result_type(part.dtype, kind):
                part = as_fresh(part, shape, kind)
            place = np.ravel_multi_index(
                (measure[rows], area[rows], day[rows] - first_day(month)), shape
            )
            added = value[rows].astype(part.dtype, copy=False)
            np.add.at(part.counts.reshape(-1), place, added)
            parts[month] = part
        days = _united(days, (_as_date(day.min()), _as_date(day.max())))
    return Months(start.shape, parts, days, known)


def _by_month(day: Column) -> Iterator[tuple[int, Column]]:
    """The months in which there are rows, each with its rows."""
    months = months_of(day)
    codes = months - months.min()
    narrow = codes.astype(np.min_scalar_type(int(codes.max())))  # few bits are sorted by radix
    order = np.argsort(narrow, kind="stable")
    found, starts = np.unique(months[order], return_index=True)
    yield from zip(found.tolist(), np.split(order, starts[1:]), strict=True)


def _concerns(file: DataFile, after: int, known: int, last: int) -> bool:
    """Whether a cube file has rows of the batches asked for, and is not of a batch on its way."""
    assert file.batches is not None
    return file.number <= last and file.batches[1] > after and file.batches[0] <= known


def _changes(
    home: Home,
    files: Sequence[DataFile],
    names: list[str],
    areas: list[str],
    after: int,
    known: int,
) -> Iterator[tuple[Column, ...]]:
    """(measure, area, day, value) as integer arrays, in pieces; rows of other packs' measures
    are left out."""
    if not files:
        return
    for file in files:
        count_read("cube", file.rows, file.size)
    listed = file_list([str(file.path) for file in files])
    codes = pa.table({"measure": names, "m": np.arange(len(names))})
    places = pa.table({"area": areas, "a": np.arange(len(areas))})
    damage = naming_damage([file.path for file in files], home.cube_table.remedy)
    with damage, connected() as connection:
        connection.register("codes", codes)
        connection.register("places", places)
        reader = connection.execute(
            f"""SELECT m, coalesce(a, -1) AS a, datediff('day', DATE '1970-01-01', "day") AS d,
                value, area FROM read_parquet({listed}) JOIN codes USING (measure)
                LEFT JOIN places USING (area) WHERE batch > {after} AND batch <= {known}"""
        ).to_arrow_reader(_BATCH_ROWS)
        for piece in reader:
            if not piece.num_rows:
                continue
            columns = [piece.column(name).to_numpy() for name in ("m", "a", "d", "value")]
            if columns[1].min() < 0:
                where = int(np.argmin(columns[1]))
                raise _unlisted(piece.column("area")[where].as_py())
            yield tuple(column.astype(np.int64, copy=False) for column in columns)


def _unlisted(code: str) -> PackError:
    return PackError(
        "areas.csv",
        T("no area {code}, in which records were placed", code=code),
        T("every area that ever was, with its dates"),
        T("Put the row back and end it with its last day in `to`."),
    )


def _united(one: Days, other: Days) -> Days:
    if one is None or other is None:
        return one or other
    return min(one[0], other[0]), max(one[1], other[1])


def _as_date(day: np.int64) -> date:
    found: date = np.datetime64(int(day), "D").astype(object)
    return found


def _is_huge(value: NDArray[np.int64]) -> bool:
    return int(np.abs(value).max()) > _LARGEST // max(len(value), 1)


def _weight(value: NDArray[np.int64]) -> int:
    return int(np.abs(value).sum())


def _check_bound(home: Home, weight: int) -> None:
    """NumPy wraps silently; if even the sum of all magnitudes fits, no cell can have wrapped."""
    if weight > _LARGEST:
        raise DamageError(
            str(home.cube_table.folder),
            T("sums beyond 64 bits"),
            T("measures whose sums stay below nine quintillions"),
            T("Lower `places` of the measure that sums large amounts."),
        )
