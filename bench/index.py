"""Scores from counts, as multiples of one pass over memory; pandas beside it.

Ten years of daily indices of 24 towns × 28 indicators, and one day of 40,000 towns × 28. The unit
is one pass `a*b+c` over int64 arrays of as many cells (indicator × area × day); goal: 100 of them.
A pandas version of the plain part (rolling windows, ratios, curve, weighted mean, in floats) stands
beside it for scale: it does less (no peers with shrinkage, no exactness), so no ratio of equals is
claimed. COINr's own published run of a 24 × 28 panel is printed in the manual, not here.
"""

from __future__ import annotations

import statistics
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from bench import city
from bench.harness import PAIRS

FIRST = date(city.FIRST_YEAR, 1, 1)


def main(work: Path, towns: int = 24, years: int = 10, nation: int = 40_000) -> None:
    _case(work / "decade", towns, days=365 * (years + 1), first_asked=365, label="ten years daily")
    _case(work / "nation", nation, days=760, first_asked=759, label="one day")


def _case(work: Path, towns: int, days: int, first_asked: int, label: str) -> None:
    from qingyu.index.steps import compute
    from qingyu.pack.load import load_pack
    from qingyu.periods import periods_between

    pack = load_pack(city.write_pack(work, towns))
    panel = _panel(pack, towns, days)
    periods = periods_between(
        FIRST + timedelta(days=first_asked), FIRST + timedelta(days=days - 1), "day"
    )
    cells = len(pack.indicators) * towns * len(periods)
    print(f"index: {label}, {towns:,} towns x {len(pack.indicators)}: {cells:,} cells")
    passes, ours, rival = [], [], []
    frame = _frame(panel, pack)
    compute(pack, panel, periods[:1])
    for _ in range(PAIRS):
        passes.append(_memory_pass(cells))
        ours.append(_timed(compute, pack, panel, periods))
        rival.append(_timed(_pandas, frame, len(periods)))
    unit = statistics.median(passes)
    ratios = sorted(o / p for o, p in zip(ours, passes, strict=True))
    print(f"  one pass a*b+c: median {unit * 1e3:.2f} ms")
    print(
        f"  compute: median {statistics.median(ours):.3f} s,"
        f" {statistics.median(ratios):.0f} passes (from {ratios[0]:.0f} to {ratios[-1]:.0f})"
    )
    print(
        f"  pandas, floats, own history and weights only: median {statistics.median(rival):.3f} s"
        " (other results, so no ratio)"
    )
    print("  goal: 100 passes")


def _panel(pack: Any, towns: int, days: int) -> Any:
    """A full panel of Poisson counts, every day covered."""
    from qingyu.engine.cube import measures_of
    from qingyu.engine.tables import UNPLACED, DayState, Panel

    measures = measures_of(pack)
    generator = np.random.Generator(np.random.Philox(1))
    codes = [area.code for area in pack.areas] + [UNPLACED]
    counts = np.zeros((len(measures), len(codes), days), dtype=np.int64)
    for row in range(len(measures)):
        counts[row, 1 : towns + 1] = generator.poisson(1.5, (towns, days))
    dates = np.datetime64(FIRST, "D") + np.arange(days)
    return Panel(
        counts=xr.DataArray(
            counts,
            dims=("measure", "area", "day"),
            coords={"measure": list(measures), "area": codes, "day": dates},
        ),
        coverage=xr.DataArray(
            np.full((len(pack.sources), days), DayState.FULL, dtype=np.uint8),
            dims=("source", "day"),
            coords={"source": [source.id for source in pack.sources], "day": dates},
        ),
        known=1,
    )


def _memory_pass(cells: int) -> float:
    a, b, c = (np.arange(cells, dtype=np.int64) % 1000 for _ in range(3))
    out = np.empty_like(a)
    started = time.perf_counter()
    np.multiply(a, b, out=out)
    np.add(out, c, out=out)
    return time.perf_counter() - started


def _timed(function: Any, *arguments: Any) -> float:
    started = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - started


def _frame(panel: Any, pack: Any) -> list[Any]:
    """One table of days × towns per indicator, for pandas."""
    import pandas as pd

    from qingyu.engine.cube import fingerprint

    days = pd.DatetimeIndex(panel.counts["day"].values)
    return [
        pd.DataFrame(
            panel.counts.sel(measure=fingerprint(i.measure)).values[1:-1].T.astype(float),
            index=days,
        )
        for i in pack.indicators
    ]


def _pandas(frames: list[Any], asked: int) -> Any:
    x, y = [0.8, 1.0, 1.3, 2.0, 3.0], [92.0, 85.0, 70.0, 40.0, 0.0]
    total = 0.0
    for whole in frames:
        frame = whole.iloc[-(asked + 400) :]  # what the asked days look back on
        window = frame.rolling(7).sum()
        before = frame.rolling(28).sum().shift(365) / 4
        ratio = (window + 25) / (before + 25)
        total = total + np.interp(ratio.iloc[-asked:].to_numpy(), x, y)
    return np.round(total / len(frames), 3)
