"""Which past points the default detector learns from, and the columns it explains them by.

The past is cut into blocks that end before the day that is judged: weeks of a daily series, single
points of any other. All of it depends on the time axis alone, so that it is shared by all series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qingyu.warn.reference import Timeline
from qingyu.warn.verdict import Floats, Ints

DAILY = 180  # points a year from which a series is taken for a daily one
WEEK = 7
WINDOWS, DAILY_WINDOWS = (1, 2), (1, 2, 4, 7)  # points, each about twice the one before
YEARS = 5
_WAVES = (0.5, 0.3, 0.2)  # deviation of the coefficients of each wave a year, before any data
_TREND = 1.0  # the same of the change of log μ over five years
_MEMORY = 8 / 52  # years in which the recent level is half forgotten


@dataclass(frozen=True)
class Plan:
    """rows[point]: points of the time axis, whole blocks in order of time; size: points in a block;
    weekday[point], weekday_now[window point]: 0 … 6 (all 0 but for daily series); recent: the
    longest window, its last point the day itself; columns[block, column] and now[column]; penalty
    [column]: inverse variance of each coefficient before any data; age[block]: in half-lives of
    the level; stretch: blocks that together tell how far the level strays (see `default_level`);
    year: points of one."""

    rows: Ints
    size: int
    weekday: Ints
    weekday_now: Ints
    recent: Ints
    windows: tuple[int, ...]
    columns: Floats
    now: Floats
    penalty: Floats
    age: Floats
    stretch: int
    year: int

    @property
    def blocks(self) -> int:
        return len(self.columns)


def plan(timeline: Timeline, at: int) -> Plan:
    """For the day `at`; without a single block where the axis begins too late."""
    daily = timeline.frequency >= DAILY
    size, windows = (WEEK, DAILY_WINDOWS) if daily else (1, WINDOWS)
    longest = windows[-1]
    end = max(at + 1 - longest, 0)
    blocks = min(end, YEARS * timeline.frequency) // size
    rows = np.arange(end - blocks * size, end, dtype=np.int64)
    middle = rows.reshape(blocks, size)[:, size // 2]
    recent = np.arange(max(at + 1 - longest, 0), at + 1, dtype=np.int64)
    weekday = _weekday(timeline, np.append(rows, recent), daily)
    years = (middle - at) / timeline.frequency
    return Plan(
        rows=rows,
        size=size,
        weekday=weekday[: len(rows)],
        weekday_now=weekday[len(rows) :],
        recent=recent,
        windows=windows,
        columns=_columns(_turns(timeline, middle), years + YEARS / 2),
        now=_columns(_turns(timeline, np.array([at])), np.array([YEARS / 2]))[0],
        penalty=_penalty(),
        age=-years / _MEMORY,
        stretch=max(round(_MEMORY * timeline.frequency / size), 1),
        year=timeline.frequency,
    )


def _weekday(timeline: Timeline, points: Ints, daily: bool) -> Ints:
    if not daily:
        return np.zeros(len(points), np.int64)
    if timeline.dates is None:
        return points % WEEK
    return timeline.dates[points].astype("datetime64[D]").astype(np.int64) % WEEK


def _turns(timeline: Timeline, points: Ints) -> Floats:
    """Of the year's circle."""
    if timeline.dates is None:
        return points / timeline.frequency
    days = timeline.dates[points].astype("datetime64[D]").astype(np.int64)
    return np.asarray(days / 365.2425, np.float64)


def _columns(turns: Floats, years: Floats) -> Floats:
    """One, the trend per five years, and sine and cosine of each wave."""
    parts = [np.ones_like(turns), years / YEARS]
    for wave in range(1, len(_WAVES) + 1):
        parts += [np.sin(2 * np.pi * wave * turns), np.cos(2 * np.pi * wave * turns)]
    return np.stack(parts, axis=1)


def _penalty() -> Floats:
    spreads = [_TREND, *np.repeat(_WAVES, 2).tolist()]
    return np.array([0.0, *(1 / spread**2 for spread in spreads)])
