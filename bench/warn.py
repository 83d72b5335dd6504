"""The latest day of 31 towns × 28 indicators by the improved Farrington: all series at once, one by
one, and beside them a floor: one batched least-squares pass of the same size.

`nation`: 28 indicators of that many towns in blocks, time and peak memory.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.harness import Contestant, compete, once, report
from qingyu.warn.farrington import NOUFAILY, Farrington, Options, farrington
from qingyu.warn.reference import Timeline, seasons

Floats = npt.NDArray[np.float64]

TOWNS, INDICATORS = 31, 28
_BLOCK = 500 * INDICATORS  # series of the nation that are held at a time
_GRAINS = {
    "weeks": (Timeline(52), 330, NOUFAILY),
    "days": (Timeline(365), 5 * 365 + 20, replace(NOUFAILY, half=10)),
}


def main(work: Path, nation: int) -> None:
    del work
    number = TOWNS * INDICATORS
    for grain in _GRAINS:
        print(f"\nwarn: {number} series of {grain}, the latest judged")
        at_once = Contestant("all at once", "bench.warn:at_once", {"grain": grain})
        alone = Contestant("one by one", "bench.warn:one_by_one", {"grain": grain})
        compete(at_once, alone, pairs=3)
        floor = [once(Contestant("floor", "bench.warn:floor", {"grain": grain})) for _ in range(3)]
        report("floor: one least-squares pass", floor)
    print(f"\nwarn: {nation:,} towns × {INDICATORS}, weeks, in blocks")
    whole = once(Contestant("nation", "bench.warn:blocks", {"towns": nation}))
    report("nation", [whole])


def at_once(grain: str) -> dict[str, Any]:
    """Median of five; per-series microseconds among the figures."""
    timeline, length, options = _GRAINS[grain]
    counts = drawn(TOWNS * INDICATORS, length, timeline.frequency)
    found = farrington(counts, [length - 1], timeline, options)
    seconds = _median(lambda: farrington(counts, [length - 1], timeline, options))
    return {
        "digest": digest(found),
        "seconds": seconds,
        "figures": {"microseconds a series": round(seconds / len(counts) * 1e6)},
    }


def one_by_one(grain: str) -> dict[str, Any]:
    timeline, length, options = _GRAINS[grain]
    counts = drawn(TOWNS * INDICATORS, length, timeline.frequency)
    started = time.perf_counter()
    parts = [farrington(counts[[n]], [length - 1], timeline, options) for n in range(len(counts))]
    seconds = time.perf_counter() - started
    fields = ([getattr(part, name) for part in parts] for name in Farrington.__dataclass_fields__)
    return {
        "digest": digest(Farrington(*(np.concatenate(values) for values in fields))),
        "seconds": seconds,
        "figures": {"microseconds a series": round(seconds / len(counts) * 1e6)},
    }


def floor(grain: str) -> dict[str, Any]:
    """Weighted normal equations of every series and their solution, once."""
    timeline, length, options = _GRAINS[grain]
    counts = drawn(TOWNS * INDICATORS, length, timeline.frequency)
    columns, rows = design(timeline, length - 1, options)
    y = np.ascontiguousarray(counts[:, rows])
    weights = 1 + y
    pairs = (columns[:, :, None] * columns[:, None, :]).reshape(len(rows), -1)
    size = columns.shape[1]

    def run() -> Floats:
        left = (weights @ pairs).reshape(-1, size, size)
        return np.asarray(np.linalg.solve(left, ((weights * y) @ columns)[:, :, None]))

    run()
    seconds = _median(run)
    return {
        "digest": "",
        "seconds": seconds,
        "figures": {"microseconds a series": round(seconds / len(y) * 1e6)},
    }


def design(timeline: Timeline, at: int, options: Options) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Columns [row, group or trend] of the baseline, and its rows."""
    base = seasons(timeline, at, options.years, options.half, options.groups, options.skip)
    assert base is not None
    group = np.repeat(np.arange(len(base.starts)), base.sizes)
    trend = base.time / base.time.max()
    return np.column_stack([np.eye(len(base.starts))[group], trend]), base.rows


def blocks(towns: int) -> dict[str, Any]:
    """Series are drawn block by block, as they would be read, and only the judging is timed."""
    timeline, length, options = _GRAINS["weeks"]
    number, seconds, alarms = towns * INDICATORS, 0.0, 0
    for first in range(0, number, _BLOCK):
        counts = drawn(min(_BLOCK, number - first), length, timeline.frequency, seed=first)
        started = time.perf_counter()
        found = farrington(counts, [length - 1], timeline, options)
        seconds += time.perf_counter() - started
        alarms += int(found.alarm.sum())
    return {
        "digest": str(alarms),
        "seconds": seconds,
        "figures": {"series": number, "microseconds a series": round(seconds / number * 1e6)},
    }


def drawn(number: int, length: int, frequency: int, seed: int = 1) -> Floats:
    """Overdispersed seasonal counts of places from rare to many, [series, time]."""
    rng = np.random.default_rng(seed)
    level = rng.gamma(0.7, 8.0, (number, 1)) + 0.1
    season = np.exp(0.3 * np.sin(2 * np.pi * np.arange(length) / frequency))
    return rng.negative_binomial(level * season / 0.8, 1 / 1.8).astype(np.float64)


def digest(found: Farrington) -> str:
    """Of every bit of every field."""
    whole = hashlib.sha256()
    for name in Farrington.__dataclass_fields__:
        whole.update(np.ascontiguousarray(getattr(found, name)).tobytes())
    return whole.hexdigest()


def _median(run: Any) -> float:
    times = []
    for _ in range(5):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return float(np.median(times))
