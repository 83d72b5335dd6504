"""A small county as a panel, drawn in memory: what the tests of calm cities share."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import xarray as xr
from flows_county import MONTCO

from qingyu.engine.tables import UNPLACED, DayState, Panel, fingerprint
from qingyu.index.hierarchy import day_number
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack, Warnings

TOWNS = ("4209100156", "4209102264", "4209144976", "4209108568", "4209153664", "4209171856")
FIRST = date(2015, 1, 1)
SAYS: dict[str, Any] = {
    "name": {"zh": "甲", "en": "A"}, "severity": "notice", "reference": "t", "why": "t",
    "levels": ("county", "township"),
}  # fmt: skip
RULES: dict[str, Any] = {
    "morning": "18:00",
    "budget": {"a_year": "2", "level": "township", "reference": "t", "why": "t"},
    "rules": (
        SAYS | {"id": "leap", "of": ("traffic_crash", "fire_alarm"),
                "detect": {"by": "bayes", "enter": "0.001", "leave": "0.05"}},
        SAYS | {"id": "none", "of": ("traffic_crash",), "silent": {"expected": "1"}},
        SAYS | {"id": "reds", "of": ("daily", "traffic"),
                "reds": {"run": 2, "no_data": "skipped", "leave": "1"}},
        SAYS | {"id": "rise", "of": ("traffic_crash",), "period": "month",
                "rise": {"by": "0.2", "leave": "0.1", "least": 5}},
        SAYS | {"id": "fall", "of": ("monthly",), "period": "month",
                "rank_fall": {"places": 3}},
        SAYS | {"id": "gaps", "of": ("daily",), "incomplete": {"below": "0.9"}},
    ),
}  # fmt: skip


def small_pack(rules: dict[str, Any] = RULES) -> Pack:
    """The county with six of its townships, all in one class."""
    pack = load_pack(MONTCO)
    areas = tuple(
        area for area in pack.areas if area.level != "township" or area.code in TOWNS
    )  # fmt: skip
    return pack.model_copy(
        update={"areas": areas, "warnings": Warnings.model_validate(rules, strict=False)}
    )


def residents_of(pack: Pack, code: str) -> int:
    """The last figure of the pack."""
    rows = [one for one in pack.exposures[0].rows if one.area == code]
    return int(max(rows, key=lambda one: one.valid_from).value)


def panel_of(pack: Pack, days: int, mean: float = 1.2, seed: int = 1) -> Panel:
    """Poisson counts of every measure of the pack's indicators, by residents; all days full."""
    draws = np.random.Generator(np.random.Philox(seed))
    names = sorted({fingerprint(one.measure) for one in pack.indicators})
    codes = [*dict.fromkeys(area.code for area in pack.areas), UNPLACED]
    counts = np.zeros((len(names), len(codes), days), np.int64)
    towns = [codes.index(code) for code in TOWNS]
    people = np.array([residents_of(pack, code) for code in TOWNS], np.float64)
    level = mean * people / people.mean()
    counts[:, towns] = draws.poisson(level[:, None], (len(names), len(towns), days))
    axis = np.arange(day_number(FIRST), day_number(FIRST) + days).astype("datetime64[D]")
    sources = [source.id for source in pack.sources]
    states = np.full((len(sources), days), DayState.FULL, np.uint8)
    return Panel(
        xr.DataArray(counts, coords={"measure": names, "area": codes, "day": axis}),
        xr.DataArray(states, coords={"source": sources, "day": axis}),
        known=1,
    )
