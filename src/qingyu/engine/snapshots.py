"""The counts as known after one batch, kept in `cache/`: a list, and one file per calendar month.

One more batch makes the months anew that it touches, and a list that names the old files of all
others. Files are written under another name and renamed, the list last, and never changed: a kill
in the middle of an update would add twice. Everything carries a checksum. A list one of whose
files is missing, short or has a damaged head does not count; counts that are damaged further in
are refused when they are asked for.

A month's file: the checksum of each measure's counts, their sums over all areas [measure, day],
8 bytes each, then the counts [measure, area, day], 4 or 8 bytes each; least significant byte first.
"""

from __future__ import annotations

import json
import mmap
import os
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from qingyu.engine import disk
from qingyu.engine.meter import count_cells
from qingyu.engine.months import Counts, Fresh, Months, Numbers, Part, label, length
from qingyu.errors import DamageError
from qingyu.i18n import T

_LAYOUT = 1
_KEPT = 2  # lists of each series that `forget_old` leaves
_TYPES: dict[str, np.dtype[Any]] = {"i4": np.dtype("<i4"), "i8": np.dtype("<i8")}


@dataclass(frozen=True)
class Entry:
    """What the list says of a month. head: the checksum of all before the counts."""

    file: str
    type: str
    weight: int
    head: int


class Kept:
    """A month's file, mapped: what is not asked for is not read."""

    def __init__(self, path: Path, entry: Entry, shape: tuple[int, int, int]) -> None:
        """`OSError` or `ValueError` if it is not the file that `entry` speaks of."""
        measures, areas, days = shape
        self.entry, self._path = entry, path
        head = 8 * measures * (1 + days)
        size = head + measures * areas * days * self.dtype.itemsize
        self._bytes = _mapped(path, size)
        if zlib.crc32(self._bytes[:head]) != entry.head:
            raise ValueError("another head")
        count_cells("snapshot", measures * days, head)
        self._checks = np.frombuffer(self._bytes, "<u8", measures).tolist()
        sums = np.frombuffer(self._bytes, "<i8", measures * days, 8 * measures)
        self._sums: Numbers = sums.reshape(measures, days)
        counts = np.frombuffer(self._bytes, self.dtype, measures * areas * days, head)
        self._counts: Counts = counts.reshape(shape)
        self._whole = [False] * measures

    @property
    def weight(self) -> int:
        return self.entry.weight

    @property
    def dtype(self) -> np.dtype[Any]:
        return _TYPES[self.entry.type]

    def of(self, measure: int) -> Counts:
        """[area, day] of one measure; `DamageError` if its bytes are not those written."""
        found: Counts = self._counts[measure]
        if not self._whole[measure]:
            if _checksum(found) != self._checks[measure]:
                raise _damaged(self._path)
            count_cells("snapshot", 0, found.nbytes)
            self._whole[measure] = True
        return found

    def sums(self) -> Numbers:
        return self._sums

    def whole(self) -> Counts:
        for measure in range(len(self._counts)):
            self.of(measure)
        return self._counts


def _checksum(counts: Counts) -> int:
    return zlib.crc32(counts.data)


def _mapped(path: Path, size: int) -> memoryview:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if os.fstat(descriptor).st_size != size:
            raise ValueError("another size")
        return memoryview(mmap.mmap(descriptor, size, prot=mmap.PROT_READ))
    finally:
        os.close(descriptor)


def _damaged(path: Path) -> DamageError:
    return DamageError(
        str(path),
        T("a snapshot that is not as it was written"),
        T("the file as it was written"),
        T("Remove the folder {folder}: it is made anew from the cube.", folder=str(path.parent)),
    )


def latest(folder: Path, series: str, shape: tuple[int, int], known: int) -> Months | None:
    """The newest whole snapshot not after `known`."""
    for path in sorted(folder.glob(f"{series}.*.json"), reverse=True):
        number = path.name.split(".")[1]
        if number.isdecimal() and int(number) <= known:
            found = _read(path, shape)
            if found is not None and found.known == int(number):
                return found
    return None


def _read(path: Path, shape: tuple[int, int]) -> Months | None:
    """The snapshot of a list; None if it, or a file that it names, is not whole."""
    try:
        given = _listed(path)
        if given["layout"] != _LAYOUT or tuple(given["shape"]) != shape:
            return None
        parts = {
            int(month): Kept(
                path.parent / entry["file"], Entry(**entry), (*shape, length(int(month)))
            )
            for month, entry in given["months"].items()
        }
        first, last = (date.fromisoformat(day) for day in given["days"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Months(shape, parts, (first, last), int(given["known"]))


def save(folder: Path, series: str, months: Months) -> None:
    """Keep `months`. `StorageError` if the disk does not take it."""
    if months.days is None:
        return
    mark = f"{series}.{months.known:08d}"
    entries = {
        month: _entry(folder, f"{mark}.{label(month)}", part)
        for month, part in sorted(months.parts.items())
    }
    disk.sync_folder(folder)
    told = {
        "layout": _LAYOUT,
        "known": months.known,
        "shape": list(months.shape),
        "days": [day.isoformat() for day in months.days],
        "months": {str(month): vars(entry) for month, entry in entries.items()},
    }
    line = json.dumps(told).encode()
    _write(folder / f"{mark}.json", [line, f"\n{zlib.crc32(line)}\n".encode()])


def _listed(path: Path) -> Any:
    """What a list says: a line of JSON, and a line with its checksum."""
    line, check, rest = path.read_bytes().split(b"\n")
    if rest or check.decode() != str(zlib.crc32(line)):
        raise ValueError("another checksum")
    return json.loads(line)


def _entry(folder: Path, mark: str, part: Part) -> Entry:
    """What the list will say of a month, which has a file from here on."""
    if isinstance(part, Kept):
        return part.entry
    counts = np.ascontiguousarray(part.whole())
    kind = f"i{counts.dtype.itemsize}"
    counts = counts.astype(_TYPES[kind], copy=False)
    checks = np.array([_checksum(one) for one in counts], "<u8")
    head = checks.tobytes() + part.sums().astype("<i8", copy=False).tobytes()
    entry = Entry(f"{mark}.{kind}", kind, part.weight, zlib.crc32(head))
    _write(folder / entry.file, [head, counts.data.cast("B")])
    return entry


def _write(path: Path, pieces: list[bytes | memoryview]) -> None:
    """A file with these bytes, whole under its name or not there."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    with disk.NewFile(beside) as file:
        for piece in pieces:
            file.write(piece)
    disk.rename(beside, path)


def forget_old(folder: Path) -> None:
    """Remove the snapshots of states long past, and what killed readers left: they are rebuilt if
    anyone asks again. (A reader that has mapped their files keeps them.)"""
    newest: Counter[str] = Counter()
    kept: set[str] = set()
    for path in sorted(folder.glob("*.json"), reverse=True):
        series = path.name.split(".")[0]
        newest[series] += 1
        if newest[series] <= _KEPT:
            kept |= {path.name, *_files_of(path)}
    for path in sorted(folder.iterdir(), key=lambda path: (path.suffix != ".json", path.name)):
        if path.name not in kept:
            disk.remove(path)


def _files_of(path: Path) -> list[str]:
    try:
        return [str(entry["file"]) for entry in _listed(path)["months"].values()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def as_fresh(part: Part | None, shape: tuple[int, int, int], dtype: np.dtype[Any]) -> Fresh:
    """A copy that may be changed, at least as wide as `dtype`."""
    if part is None:
        return Fresh(np.zeros(shape, dtype))
    return Fresh(part.whole().astype(np.result_type(part.dtype, dtype)))
