"""The days at which any range of days that a computation will ask for begins, or has ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from qingyu.index.baseline import ranges_of
from qingyu.index.days import Range
from qingyu.index.hierarchy import day_number
from qingyu.index.running import Edges
from qingyu.index.scene import Scene
from qingyu.index.window import widths_of
from qingyu.pack.lineage import change_days
from qingyu.pack.model import Indicator


def edges_of(scene: Scene, indicators: Sequence[Indicator]) -> Edges:
    """The ranges, and as steps all days from which a tree or an exposure holds."""
    ranges = list({id(one): one for one in _ranges(scene, indicators)}.values())
    exposures = [row.valid_from for one in scene.pack.exposures for row in one.rows]
    held = np.array([day_number(day) for day in set(exposures)], np.int64)
    changes = np.array([day_number(day) for day in change_days(scene.pack.changes)], np.int64)
    return Edges(
        np.concatenate([one.first for one in ranges]),
        np.concatenate([one.last + 1 for one in ranges]),
        np.concatenate([scene.hierarchy.starts, held, changes]),
    )


def _ranges(scene: Scene, indicators: Sequence[Indicator]) -> Iterator[Range]:
    yield from (scene.range, scene.years, scene.blocks)
    for indicator in indicators:
        widths = widths_of(scene, indicator.daily)
        yield from widths
        for comparison in indicator.compare:
            for ranges in ranges_of(scene, widths, comparison):
                yield from ranges
