"""The odds of a city's day: 1,000 draws of 31 towns, 7 districts and the city over a daily index.

The rival is a plain loop: one draw at a time put into the ingredients as whole counts, and the
exact `evaluate` of it. It runs fewer draws, and its time is scaled to as many (said so below). It
draws the counts alone and no baselines, so it does less; digests cannot agree, and what is printed
is a ratio of times of one run and nothing more.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import xarray as xr

from bench.harness import PAIRS
from qingyu.engine.tables import UNPLACED, DayState, Panel, fingerprint
from qingyu.index.ingredients import Ingredients
from qingyu.index.odds import DRAWS, measure_spread, odds
from qingyu.index.results import Results
from qingyu.index.steps import evaluate, gather
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack
from qingyu.periods import period_of

_PACK = Path(__file__).resolve().parents[1] / "packs" / "zhuhai"
_RIVAL_DRAWS = 20
_DAYS = 5 * 365


def main(work: Path) -> None:
    pack = load_pack(_PACK)
    panel = _panel(pack)
    day = period_of(panel.last, "day")
    given = gather(pack, panel, [day])
    results = evaluate(pack, given)
    print(f"odds: {DRAWS:,} draws, {len(given.labels.areas)} areas, "
          f"{sum(given.labels.member)} indicators, one process")  # fmt: skip
    ours, spreads, theirs = [], [], []
    for number in range(PAIRS):
        began = time.perf_counter()
        spread = measure_spread(pack, panel, given)
        measured = time.perf_counter()
        odds(pack, given, results, number, spread=spread)
        drawn = time.perf_counter()
        _plain(pack, given, results, number)
        looped = time.perf_counter() - drawn
        spreads.append(measured - began)
        ours.append(drawn - measured)
        theirs.append(looped * DRAWS / _RIVAL_DRAWS)
    print(f"  draws, path and summary: median {statistics.median(ours):.3f} s")
    print(f"  φ and V from the panel: median {statistics.median(spreads):.3f} s")
    print(f"  a plain loop over `evaluate`: median {statistics.median(theirs):.2f} s"
          f" ({_RIVAL_DRAWS} draws, scaled to {DRAWS:,})")  # fmt: skip
    ratios = sorted(b / (a + c) for a, b, c in zip(ours, theirs, spreads, strict=True))
    print(f"  the loop takes {statistics.median(ratios):.0f} times as long"
          f" (pairs from {ratios[0]:.0f} to {ratios[-1]:.0f})")  # fmt: skip
    print("  goal: under one second of one core")


def _plain(pack: Pack, given: Ingredients, results: Results, seed: int) -> np.ndarray:
    """Scores of some draws, one at a time."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(_RIVAL_DRAWS):
        count = rng.poisson(rng.gamma(np.maximum(given.world.count, 0) + 0.5))
        drawn = replace(given, world=replace(given.world, count=count.astype(np.int64)))
        found.append(evaluate(pack, drawn).score)
    return np.array(found)


def _panel(pack: Pack) -> Panel:
    """Five years of every measure in every area, from Poisson counts of some means."""
    rng = np.random.default_rng(1)
    measures = {fingerprint(one): one for one in _measures(pack)}
    codes = [*dict.fromkeys(area.code for area in pack.areas), UNPLACED]
    shape = (len(measures), len(codes), _DAYS)
    level = rng.gamma(2.0, 0.1, shape[:2])
    counts = rng.poisson(level[:, :, None], shape).astype(np.int64)
    first = date(2026, 10, 1) - timedelta(days=_DAYS)
    when = np.datetime64(first) + np.arange(_DAYS)
    sources = [one.id for one in pack.sources]
    states = np.full((len(sources), _DAYS), int(DayState.FULL), np.uint8)
    return Panel(
        xr.DataArray(counts, {"measure": list(measures), "area": codes, "day": when},
                     ("measure", "area", "day")),
        xr.DataArray(states, {"source": sources, "day": when}, ("source", "day")),
        1,
    )  # fmt: skip


def _measures(pack: Pack) -> list:  # type: ignore[type-arg]
    found = [one.measure for one in pack.indicators]
    found += [one.per.measure for one in pack.indicators if one.per.measure is not None]
    found += [cap.measure for cap in pack.grades.caps]
    return found
