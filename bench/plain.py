"""The same index as a plain pandas program would compute it: floats, one indicator after the other.

It does what the bench pack asks for, and only that: windows of 7, 14, 21 or 28 days, the area's own
28 days a year before, its class, the window before, shrinkage by the moments of the trailing year,
one curve, weighted means. No coverage, no days that do not count, no areas that come and go, no
filling, no deductions, no stations to print, no exact rounding; so it may be off by a thousandth
of a point, and `bench.index` gives no ratio if it is off by more.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

STEP, WIDTHS, LEAST = 7, 4, 5.0
CAP = 1e6  # expected events
CURVE = [0.0, 0.8, 1.0, 1.3, 2.0, 3.0], [100.0, 92.0, 85.0, 70.0, 40.0, 0.0]


def scores(panel: Any, rows: list[int], people: Any, asked: int) -> Any:
    """[days asked, areas] index scores; the first area is the city.

    rows: the panel's row of each indicator, all of one weight. people: [towns].
    """
    days = pd.DatetimeIndex(panel.counts["day"].values)
    ends = np.arange(len(days) - asked, len(days))
    start = max(int(ends[0]) - 420, 0)  # nothing asked for looks back further
    people = np.concatenate([[people.sum()], people]).astype(float)
    ends, days = ends - start, days[start:]
    total = 0.0
    for row in rows:
        counts = pd.DataFrame(panel.counts.values[row, 1:-1, start:].T.astype(float))
        counts.insert(0, "city", counts.sum(axis=1))
        total = total + _indicator(_Sums(counts), days, ends, people)
    return np.round(total / len(rows), 3)


class _Sums:
    """Sums of `days` days that end with some."""

    def __init__(self, counts: pd.DataFrame) -> None:
        self._running = np.vstack([np.zeros(counts.shape[1]), counts.cumsum().to_numpy()])

    def __call__(self, ends: Any, days: int) -> Any:
        return self._running[ends + 1] - self._running[ends + 1 - days]


def _indicator(sums: _Sums, days: pd.DatetimeIndex, ends: Any, people: Any) -> Any:
    months = days[ends].to_period("M")
    firsts = days.get_indexer(months.unique().to_timestamp()) - 1  # the last day of the year Y
    month = months.factorize()[0]
    year = sums(firsts, 365)
    rate = np.column_stack(
        [year[:, 0] / people[0] / 365, year[:, 1:].sum(axis=1) / people[1:].sum() / 365]
    )
    level = np.minimum(np.arange(len(people)), 1)
    width = np.zeros((len(ends), len(people)), int)
    for k in range(WIDTHS, 0, -1):
        reached = rate[month][:, level] * people * (STEP * k) >= LEAST - 5e-7
        width = np.where(reached, k, width)
    groups = [np.arange(1, len(people), 2), np.arange(2, len(people), 2)]
    own = _of_level(sums, firsts, people)[month][:, level]
    peers = np.column_stack([_of_class(year[:, g], people[g]) for g in groups])[month]
    earlier = days.get_indexer(days[ends] - pd.DateOffset(years=1))
    found = np.full(width.shape, np.nan)
    for k in range(1, WIDTHS + 1):
        if not (width == k).any():
            continue
        points = _points(sums, ends, earlier, people, STEP * k, groups, own, peers)
        found = np.where(width == k, points, found)
    return found


def _points(
    sums: _Sums, ends: Any, earlier: Any, people: Any, days: int, groups: Any, own: Any, peers: Any
) -> Any:
    count = sums(ends, days)
    year_before = sums(earlier + (28 - days) // 2, 28) * days / 28
    before = sums(ends - days, days)
    points = 0.5 * _read(count, year_before, own) + 0.2 * _read(count, before, own)
    points[:, 0] /= 0.7  # a city has no peers
    for place, group in enumerate(groups):
        expected = count[:, group].sum(axis=1)[:, None] * people[group] / people[group].sum()
        points[:, group] += 0.3 * _read(count[:, group], expected, peers[:, place][:, None])
    return points


def _read(count: Any, expected: Any, kappa: Any) -> Any:
    return np.interp((count + kappa) / (expected + kappa), *CURVE)


def _of_class(count: Any, people: Any) -> Any:
    """[months] κ of a class from the years of its members [months, members]."""
    expected = count.sum(axis=1)[:, None] * people / people.sum()
    beyond = ((count - expected) ** 2 / expected).sum(axis=1) - len(people)
    with np.errstate(divide="ignore"):
        return np.where(beyond > 0, np.minimum(count.sum(axis=1) / beyond, CAP), CAP)


def _of_level(sums: _Sums, firsts: Any, people: Any) -> Any:
    """[months, 2] κ of the city and of the towns from 13 blocks of 28 days."""
    blocks = np.stack([sums(firsts - 28 * turn, 28) for turn in range(13)])
    expected = np.broadcast_to(blocks.mean(axis=0), blocks.shape)
    squares = ((blocks - expected) ** 2).sum(axis=0) * 13 / 12
    found = []
    for columns in (slice(0, 1), slice(1, None)):
        spread = squares[:, columns].sum(axis=1)
        mine = expected[:, :, columns]
        beyond, known = spread - mine.sum(axis=(0, 2)), (mine**2).sum(axis=(0, 2))
        with np.errstate(divide="ignore"):
            found.append(np.where(beyond > 0, np.minimum(known / beyond, CAP), CAP))
    return np.column_stack(found)
