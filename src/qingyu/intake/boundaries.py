"""Areas as polygons (GeoJSON, longitude and latitude), and the polygon a point lies in.

A raster over the whole tells most points their area by its cell alone; only points in cells that a
border crosses are held against the polygons themselves.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from qingyu.errors import InputError
from qingyu.i18n import T, Text

CODE_KEYS = ("GEOID", "code")  # properties that may hold an area's code
FAR = 0.5  # degrees outside the box of all boundaries: not a slip of the pencil any more

OUTSIDE, FAR_OUTSIDE, SWAPPED = -1, -2, -3

_BORDER = -4  # raster cell crossed by a border
_MARGIN = 1e-9  # degrees by which a raster cell is widened: rounding cannot hide a border
_LEAST_CELLS, _MOST_CELLS = 128, 1024
_RASTER_FROM = 20_000  # points: for fewer a raster takes longer than it saves

_NOT_GEOJSON = (
    OSError, ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError,
)  # fmt: skip

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Raster:
    left: float
    bottom: float
    width: float  # of a cell, degrees
    height: float
    cells: npt.NDArray[np.int64]  # [row, column]: polygon, OUTSIDE or _BORDER


class Boundaries:
    """`codes[k]` is the code of polygon k; polygons are in the order of their codes."""

    def __init__(self, codes: list[str], polygons: list[shapely.Geometry], digest: str) -> None:
        order = sorted(range(len(codes)), key=lambda k: (codes[k], k))
        self.codes = [codes[k] for k in order]
        self.polygons = np.array([polygons[k] for k in order], dtype=object)
        self.digest = digest
        self.box = shapely.total_bounds(self.polygons)
        self._tree = shapely.STRtree(self.polygons)
        self._asked = 0

    def locate(self, x: Floats, y: Floats) -> Ids:
        """The polygon of each point; OUTSIDE, FAR_OUTSIDE or SWAPPED where there is none."""
        near = self._in_box(x, y, 0.0)
        self._asked += len(x)
        by_cell = self._by_raster if self._asked > _RASTER_FROM else self._on_border
        if near.all():
            found = by_cell(x, y)
        else:
            found = np.full(len(x), OUTSIDE, dtype=np.int64)
            found[near] = by_cell(x[near], y[near])
        border = np.flatnonzero(found == _BORDER)
        if len(border):
            found[border] = self._by_geometry(x[border], y[border])
        lost = found == OUTSIDE
        if lost.any():
            found[lost & ~self._in_box(x, y, FAR)] = FAR_OUTSIDE
            found[lost & self._in_box(y, x, 0.0)] = SWAPPED
        return found

    def _on_border(self, x: Floats, y: Floats) -> Ids:
        """Of few points: each is held against the polygons."""
        return np.full(len(x), _BORDER, dtype=np.int64)

    def _by_raster(self, x: Floats, y: Floats) -> Ids:
        """Of points in the box of all boundaries: the polygon, OUTSIDE or _BORDER."""
        raster = self._raster
        count = raster.cells.shape[0]
        # Not negative here, so that cutting the fraction off is rounding down.
        column = np.minimum(((x - raster.left) / raster.width).astype(np.int64), count - 1)
        row = np.minimum(((y - raster.bottom) / raster.height).astype(np.int64), count - 1)
        return np.asarray(raster.cells.ravel()[row * count + column])

    def _in_box(self, x: Floats, y: Floats, margin: float) -> npt.NDArray[np.bool_]:
        left, bottom, right, top = self.box
        with np.errstate(invalid="ignore"):
            wide = (x >= left - margin) & (x <= right + margin)
            return np.asarray(wide & (y >= bottom - margin) & (y <= top + margin))

    def _by_geometry(self, x: Floats, y: Floats) -> Ids:
        """A point on a common border belongs to the polygon whose code comes first."""
        found = np.full(len(x), len(self.codes), dtype=np.int64)
        points, polygons = self._tree.query(shapely.points(x, y), predicate="intersects")
        np.minimum.at(found, points, polygons)
        found[found == len(self.codes)] = OUTSIDE
        return found

    @cached_property
    def _raster(self) -> _Raster:
        left, bottom, right, top = self.box
        wanted = 32 * math.ceil(math.sqrt(len(self.codes)))
        count = min(max(wanted, _LEAST_CELLS), _MOST_CELLS)
        width, height = (right - left) / count, (top - bottom) / count
        west = left + width * np.arange(count) - _MARGIN
        south = bottom + height * np.arange(count) - _MARGIN
        boxes = shapely.box(
            west[None, :],
            south[:, None],
            west[None, :] + width + 2 * _MARGIN,
            south[:, None] + height + 2 * _MARGIN,
        ).ravel()
        cells = np.full(len(boxes), OUTSIDE, dtype=np.int64)
        touched, _ = self._tree.query(boxes, predicate="intersects")
        cells[touched] = _BORDER
        inside, polygons = self._tree.query(boxes, predicate="within")
        alone = np.bincount(touched, minlength=len(boxes))[inside] == 1
        cells[inside[alone]] = polygons[alone]
        return _Raster(left, bottom, width, height, cells.reshape(count, count))


def read_boundaries(path: Path) -> Boundaries:
    """The polygons of a GeoJSON file by the code in their property `GEOID` or `code`; those of
    the same bytes are held for the next file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _refused(path, T("no GeoJSON of polygons ({kind})", kind=type(error).__name__)) from (
            error
        )
    return _parsed(_File(path, hashlib.sha256(data).hexdigest(), data))


@dataclass(frozen=True)
class _File:
    path: Path
    digest: str
    data: bytes = field(compare=False, repr=False)


@lru_cache(maxsize=4)
def _parsed(file: _File) -> Boundaries:
    path = file.path
    try:
        features = json.loads(file.data.decode("utf-8"))["features"]
        pairs = [(_code(f["properties"]), shapely.geometry.shape(f["geometry"])) for f in features]
    except _NOT_GEOJSON as error:
        raise _refused(path, T("no GeoJSON of polygons ({kind})", kind=type(error).__name__)) from (
            error
        )
    coded = [(code, shapely.make_valid(shape)) for code, shape in pairs if code is not None]
    if not coded:
        raise _refused(path, T("no feature with a code"))
    codes, polygons = [code for code, _ in coded], [polygon for _, polygon in coded]
    found = Boundaries(codes, polygons, file.digest)
    left, bottom, right, top = found.box
    if not (-180 <= left <= right <= 180 and -90 <= bottom <= top <= 90):
        raise _refused(path, T("coordinates that are no degrees"))
    return found


def _code(properties: dict[str, object]) -> str | None:
    for key in CODE_KEYS:
        if properties.get(key):
            return str(properties[key])
    return None


def _refused(path: Path, found: Text) -> InputError:
    return InputError(
        str(path),
        found,
        T("GeoJSON features in degrees, each with its area's code as GEOID or code"),
        T("Export the boundaries as GeoJSON (WGS 84) with such a property."),
    )
