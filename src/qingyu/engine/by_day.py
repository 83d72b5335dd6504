"""The months side by side, as one labelled array of which only what is asked for is read."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from qingyu.engine.meter import count_cells
from qingyu.engine.months import Counts, Days, Months, day_number, first_day, months_of

# Places in the result, month, days of the month: of days that follow one another.
Run = tuple[slice, int, slice]


def counts_by_day(months: Months, days: Days) -> xr.Variable:
    """[measure, area, day] of all days from the first of `days` to the last. Indexing it reads
    nothing; its `values` are a copy of what is left of it."""
    size = (days[1] - days[0]).days + 1 if days else 0
    first = day_number(days[0]) if days else 0
    array = indexing.LazilyIndexedArray(_ByDay(months, first, size))
    return xr.Variable(("measure", "area", "day"), array)


class _ByDay(BackendArray):  # type: ignore[no-untyped-call, misc, unused-ignore]
    def __init__(self, months: Months, first: int, size: int) -> None:
        self._months, self._first = months, first
        self.shape = (*months.shape, size)
        self.dtype = months.dtype
        self._last: tuple[bytes, list[Run]] = b"", []  # of the days asked for last

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._read
        )

    def _read(self, key: tuple[Any, ...]) -> Counts:
        """One key an axis: a number, a slice or an array of numbers."""
        places = [np.atleast_1d(np.arange(n)[k]) for n, k in zip(self.shape, key, strict=True)]
        measures, areas, days = places
        found = np.zeros([len(axis) for axis in places], self.dtype)
        rows = key[1] if isinstance(key[1], slice) else areas
        for into, month, out_of in self._runs_of(days):
            part = self._months.parts.get(month)
            if part is not None:
                for row, measure in enumerate(measures.tolist()):
                    found[row, :, into] = part.of(measure)[rows, out_of]
        count_cells("snapshot", found.size)
        numbers = tuple(axis for axis, one in enumerate(key) if isinstance(one, int | np.integer))
        return found.squeeze(numbers) if numbers else found

    def _runs_of(self, days: NDArray[np.int64]) -> list[Run]:
        """One measure after another is asked for the same days."""
        asked = days.tobytes()
        if asked != self._last[0]:
            self._last = asked, self._runs(days)
        return self._last[1]

    def _runs(self, days: NDArray[np.int64]) -> list[Run]:
        if not len(days):
            return []
        number = days + self._first
        month = months_of(number)
        cuts = np.flatnonzero((np.diff(number) != 1) | (np.diff(month) != 0)) + 1
        edges = [0, *cuts.tolist(), len(days)]
        found = []
        for begin, end in pairwise(edges):
            offset = int(number[begin]) - first_day(int(month[begin]))
            out_of = slice(offset, offset + end - begin)
            found.append((slice(begin, end), int(month[begin]), out_of))
        return found
