"""From the ledger to a dense array: the cube as known after a batch, by scatter-add.

The sum of all batches is kept as a dense snapshot (`cache/`), so one more batch costs the reading
of its own rows only, however long the history is. A snapshot is written anew and renamed, never
changed: a kill in the middle of an update would add twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import xarray as xr
from numpy.typing import NDArray

from qingyu.digest import digest_of_tree
from qingyu.engine import disk
from qingyu.engine.batches import Batch
from qingyu.engine.connect import connected, file_list
from qingyu.engine.coverage import coverage, covered_days, day_axis
from qingyu.engine.cube import uncounted
from qingyu.engine.damage import naming_damage
from qingyu.engine.delta import REBUILT, DataFile
from qingyu.engine.measures import Measures, fingerprint, measures_of
from qingyu.engine.meter import count_read
from qingyu.engine.tables import UNPLACED, Panel
from qingyu.errors import DamageError, HomeError, PackError, StorageError
from qingyu.i18n import TN, T
from qingyu.pack.model import Measure, Pack

if TYPE_CHECKING:
    from qingyu.engine.store import Home

_BATCH_ROWS = 1_000_000  # ledger rows in memory at a time
_LARGEST = 2**63 - 1
_NARROW = 2**31 - 1
Days = tuple[date, date] | None
Counts = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True)
class _Dense:
    """counts [measure, area, day] as known after batch `known`; `days` None: no rows yet.

    int32 as long as all magnitudes together fit, so that a nation's panel is half as large."""

    counts: Counts
    days: Days
    known: int


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
    dense = _dense(home, names, areas, len(batches), len(batches) == home.last)
    days = _united(dense.days, covered_days(batches))
    axis = day_axis(*days) if days else np.array([], "datetime64[D]")
    counts = _placed(dense, days)
    totals = np.zeros((len(pack.sources), len(axis)), np.int64)
    for row, source in enumerate(pack.sources):
        totals[row] = counts[names.index(fingerprint(Measure(count=source.id)))].sum(axis=0)
    return Panel(
        counts=xr.DataArray(
            counts, coords={"measure": names, "area": areas, "day": axis}, name="counts"
        ),
        coverage=xr.DataArray(
            coverage(pack, batches, totals, axis),
            coords={"source": [source.id for source in pack.sources], "day": axis},
            name="coverage",
        ),
        known=len(batches),
    )


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


def _dense(home: Home, names: list[str], areas: list[str], known: int, newest: bool) -> _Dense:
    generation = home.cube_table.transaction(REBUILT) if known else 0
    series = digest_of_tree([names, areas, generation])[:16]
    start = _latest_snapshot(home.folder / "cache", series, (len(names), len(areas)), known)
    if start is None:
        start = _Dense(np.zeros((len(names), len(areas), 0), np.int32), None, 0)
    if start.known == known:
        return start
    dense = _advanced(home, start, names, areas, known)
    if newest:
        with suppress(StorageError):  # a cache: a full or read-only disk must not stop a reader
            _save(home.folder / "cache", series, dense)
    return dense


def _advanced(home: Home, start: _Dense, names: list[str], areas: list[str], known: int) -> _Dense:
    """`start` plus the changes of the batches after it, up to `known`."""
    last = home.last
    files = home.cube_table.files(lambda file: _concerns(file, start.known, known, last))
    days = start.days
    for file in files:
        days = _united(days, file.days)
    counts: Counts = np.array(_placed(start, days))
    weight = sum(int(np.abs(counts[m]).sum()) for m in range(len(names)))
    touched: Days = None
    for measure, area, day, value in _changes(home, files, names, areas, start.known, known):
        assert days is not None
        weight += int(np.abs(value).astype(object).sum()) if _is_huge(value) else _weight(value)
        _check_bound(home, weight)
        if weight > _NARROW:
            counts = counts.astype(np.int64, copy=False)
        offset = day - np.datetime64(days[0], "D").astype(np.int64)
        place = (measure * len(areas) + area) * counts.shape[2] + offset
        np.add.at(counts.reshape(-1), place, value.astype(counts.dtype, copy=False))
        touched = _united(touched, (_as_date(day.min()), _as_date(day.max())))
    dense = _Dense(counts, days, known)
    exact = _united(start.days, touched)
    return _Dense(np.ascontiguousarray(_placed(dense, exact)), exact, known)


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
) -> Iterator[tuple[NDArray[np.int64], ...]]:
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


def _placed(dense: _Dense, days: Days) -> Counts:
    """The counts on another axis of days: widened with zeros, or cut."""
    if days == dense.days:
        return dense.counts
    measures, areas, _ = dense.counts.shape
    width = (days[1] - days[0]).days + 1 if days else 0
    counts: Counts = np.zeros((measures, areas, width), dense.counts.dtype)
    if days and dense.days:
        first, last = max(days[0], dense.days[0]), min(days[1], dense.days[1])
        into = slice((first - days[0]).days, (last - days[0]).days + 1)
        out_of = slice((first - dense.days[0]).days, (last - dense.days[0]).days + 1)
        counts[:, :, into] = dense.counts[:, :, out_of]
    return counts


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


def _latest_snapshot(
    folder: Path, series: str, shape: tuple[int, int], known: int
) -> _Dense | None:
    """The newest whole snapshot not after `known`; one that cannot be read does not count."""
    for path in sorted(folder.glob(f"{series}.*.npy"), reverse=True):
        _, number, first, _ = path.name.split(".")
        if int(number) > known:
            continue
        try:
            counts = np.load(path, allow_pickle=False)
            start = date.fromisoformat(first)
        except (OSError, ValueError, EOFError):
            continue
        if counts.ndim == 3 and counts.shape[:2] == shape and counts.dtype in (np.int32, np.int64):
            last = _as_date(np.int64((start - date(1970, 1, 1)).days + counts.shape[2] - 1))
            return _Dense(counts, (start, last), int(number))
    return None


def _save(folder: Path, series: str, dense: _Dense) -> None:
    if dense.days is None:
        return
    path = folder / f"{series}.{dense.known:08d}.{dense.days[0].isoformat()}.npy"
    beside = folder / f"{path.name}.{os.getpid()}.new"
    with disk.NewFile(beside) as file:
        np.lib.format.write_array(file, dense.counts, allow_pickle=False)
    disk.rename(beside, path)
