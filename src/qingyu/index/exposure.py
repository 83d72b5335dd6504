"""What counts are divided by, on each day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import numpy as np

from qingyu.index.hierarchy import Hierarchy, day_number
from qingyu.index.ingredients import Int
from qingyu.pack.model import Exposure, ExposureRow


def fill_levels(
    exposure: Exposure, hierarchy: Hierarchy, levels: Int, days: Int, known_on: date | None
) -> None:
    """Writes into `levels` [all codes, days], all 0, the exposure of each area on each of `days`
    (day numbers, rising).

    The last row with `valid_from ≤ day` holds, before the first one the first; an area without
    rows has the sum of its children's. 0 where there is nothing at all, or the area is not valid.
    Rows that were not known on `known_on` are left out.
    """
    declared = np.zeros(len(hierarchy.codes), bool)
    place = {code: position for position, code in enumerate(hierarchy.codes)}
    for code, rows in _by_area(exposure.rows, known_on).items():
        if code in place:
            declared[place[code]] = True
            _steps(levels[place[code]], rows, days)
    for columns, epoch in hierarchy.runs(days):
        part = levels[:, columns]
        part[~hierarchy.valid[epoch]] = 0
        for children, parents, cuts in hierarchy.storeys[epoch]:
            derived = ~declared[parents]
            if derived.any():
                sums = np.add.reduceat(part[children], cuts, axis=0)
                part[parents[derived]] = sums[derived]


def _by_area(rows: Iterable[ExposureRow], known_on: date | None) -> dict[str, list[ExposureRow]]:
    """Known rows of each area by `valid_from`; of rows for one date, the last known one."""
    found: dict[str, list[ExposureRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.valid_from, row.known_from)):
        if known_on is not None and row.known_from > known_on:
            continue
        mine = found[row.area]
        if mine and mine[-1].valid_from == row.valid_from:
            mine.pop()
        mine.append(row)
    return {area: mine for area, mine in found.items() if mine}


def _steps(line: Int, rows: list[ExposureRow], days: Int) -> None:
    line[:] = rows[0].value
    for row in rows[1:]:
        line[np.searchsorted(days, day_number(row.valid_from)) :] = row.value
