"""The city of the pack zhuhai as a panel, drawn in memory: every measure in every town."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from qingyu.engine.measures import measures_of
from qingyu.engine.tables import UNPLACED, DayState, Panel, fingerprint
from qingyu.index.hierarchy import day_number
from qingyu.pack.load import load_pack
from qingyu.periods import parse

PACK = load_pack(Path(__file__).resolve().parents[2] / "packs" / "zhuhai")
DAYS = 7 * 212
FIRST = day_number(parse("2022-01-03").first)


def made() -> Panel:
    """Every measure of the pack in every town: parts lie within their wholes."""
    draws = np.random.Generator(np.random.Philox(7))
    measures = measures_of(PACK)
    names, codes = sorted(measures), [*dict.fromkeys(a.code for a in PACK.areas), UNPLACED]
    towns = [place for place, code in enumerate(codes) if _is_town(code)]
    counts = np.zeros((len(names), len(codes), DAYS), np.int64)
    shape = (len(towns), DAYS)
    for name, measure in measures.items():
        mean = 20.0 if measure.sum else 3.0
        cells = draws.poisson(mean, shape)
        if measure.stock:
            cells = np.diff(draws.integers(50, 60, shape), axis=1, prepend=0)
        counts[names.index(name), towns] = cells
    for one in PACK.indicators:
        whole = one.per.measure
        if whole is not None and (one.measure.count is None) == (whole.count is None):
            base = counts[names.index(fingerprint(whole)), towns]
            counts[names.index(fingerprint(one.measure)), towns] = draws.binomial(base, 0.8)
    days = np.arange(FIRST, FIRST + DAYS).astype("datetime64[D]")
    sources = [source.id for source in PACK.sources]
    states = np.full((len(sources), DAYS), DayState.FULL, np.uint8)
    return Panel(
        xr.DataArray(counts, coords={"measure": names, "area": codes, "day": days}),
        xr.DataArray(states, coords={"source": sources, "day": days}),
        known=1,
    )


def _is_town(code: str) -> bool:
    return any(a.code == code and a.level == "town" and a.until is None for a in PACK.areas)
