"""Results of the odds' evaluation: coverage and width by stratum, reliability of the grades."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

STRATA = (0.0, 1.0, 5.0, 20.0, np.inf)
STRATUM = ("<1", "1-5", "5-20", ">20")
BINS = np.array([0.0, 0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98, 1.0])
GRADES = ("blue", "yellow", "orange", "red")
ALL, MEAN = "all five", "mean"
_KEYS = ["world", "kind", "stratum"]
_SUMS = ["covered", "ranked", "width", "outside"]


def coverage_by_city(table: pd.DataFrame) -> pd.DataFrame:
    """The raw result of each replicate, which is a city: by world, kind of index, stratum of the
    true expected count and city: how many cells, how many true scores and ranks inside their
    intervals, the sum of the widths, how many published scores outside."""
    table = table.assign(
        covered=(table.true >= table.lower) & (table.true <= table.upper),
        ranked=(table["rank"] >= table.rank_lower) & (table["rank"] <= table.rank_upper),
        width=table.upper - table.lower,
        outside=(table.published < table.lower) | (table.published > table.upper),
        kind=table["index"].map(_kind),
        stratum=pd.cut(table.expected, STRATA, labels=list(STRATUM), right=False),
    )
    grouped = table.groupby([*_KEYS, "city"], observed=True)
    found = grouped[["covered", "ranked", "width", "outside"]].sum()
    return found.assign(cells=grouped.size()).reset_index()


def _kind(index: str) -> str:
    if "+" in index:
        return ALL
    return MEAN if index == MEAN else "one"


def coverage(by_city: pd.DataFrame) -> pd.DataFrame:
    """By world, kind of index and stratum: share of true scores inside the interval with its Monte
    Carlo error (between cities), mean width, share of published scores outside."""
    share = by_city.assign(share=by_city.covered / by_city.cells)
    error = share.groupby(_KEYS, observed=True).share.agg(lambda one: one.std() / len(one) ** 0.5)
    sums = by_city.groupby(_KEYS, observed=True)[[*_SUMS, "cells"]].sum()
    means = sums[_SUMS].div(sums.cells, axis=0)
    return means.assign(error=error, cells=sums.cells).reset_index()


def reliability_by_city(table: pd.DataFrame) -> pd.DataFrame:
    """By world, city and bin of the chance that was said: how often, the sum of what was said, and
    how often the grade came true. (Of the indices of events.)"""
    table, parts = table[table["index"] != MEAN], []
    for place, _ in enumerate(GRADES):
        said, came = table[f"share{place}"], table.grade == place
        parts.append(table[["world", "city"]].assign(said=said, came=came))
    whole = pd.concat(parts)
    whole["bin"] = np.clip(np.searchsorted(BINS, whole.said, side="right") - 1, 0, len(BINS) - 2)
    found = whole.groupby(["world", "city", "bin"]).agg(
        said=("said", "sum"), came=("came", "sum"), cells=("came", "size")
    )
    return found.reset_index()


def reliability(by_city: pd.DataFrame) -> pd.DataFrame:
    """By world and bin: the mean chance that was said, and how often it came true."""
    sums = by_city.groupby(["world", "bin"])[["said", "came", "cells"]].sum()
    means = sums[["said", "came"]].div(sums.cells, axis=0)
    return means.assign(cells=sums.cells).reset_index()


def standings_by_city(table: pd.DataFrame) -> pd.DataFrame:
    """Of the areas that were said to be surely top (3) or bottom (1): how many are there. (Of
    the indices of events.)"""
    table = table[table["index"] != MEAN]
    places = table.groupby(["world", "city", "period", "index"])["rank"].transform("max")
    quarter = places // 4
    right = np.where(
        table.standing == 3, table["rank"] <= quarter, table["rank"] > places - quarter
    )
    said = table.assign(right=right)[table.standing.isin([1, 3])]
    found = said.groupby(["world", "city", "standing"]).right.agg(["sum", "size"])
    return found.rename(columns={"sum": "right", "size": "cells"}).reset_index()


def write(table: pd.DataFrame, out: Path, seed: str) -> None:
    """The raw results of every city, and the seed that they follow from."""
    for name, raw in RAW.items():
        raw(table).to_parquet(out / f"odds_{name}.parquet")
    (out / "odds_seed.json").write_text(json.dumps({"odds": seed}) + "\n", encoding="utf-8")


RAW = {
    "coverage": coverage_by_city,
    "reliability": reliability_by_city,
    "standings": standings_by_city,
}


def picture(found: pd.DataFrame) -> str:
    """One panel a world: what was said across, what came true up; a point's area is its cells."""
    side, gap = 180, 46
    worlds = list(dict.fromkeys(found.world))
    columns = 4
    lines = []
    for number, world in enumerate(worlds):
        left, top = number % columns * (side + gap) + gap, number // columns * (side + gap) + 24
        lines.append(_panel(found[found.world == world], world, left, top, side))
    width = columns * (side + gap) + gap
    height = -(-len(worlds) // columns) * (side + gap) + 24
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="12">' + "".join(lines) + "</svg>\n"
    )


def _panel(part: pd.DataFrame, world: str, left: int, top: int, side: int) -> str:
    marks = [
        f'<text x="{left}" y="{top - 6}">{world}</text>',
        f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="none" stroke="#888"/>',
        f'<path d="M{left} {top + side}L{left + side} {top}" stroke="#bbb"/>',
        f'<text x="{left}" y="{top + side + 14}">said 0</text>',
        f'<text x="{left + side}" y="{top + side + 14}" text-anchor="end">1</text>',
    ]
    for row in part.itertuples():
        x, y = left + float(row.said) * side, top + side - float(row.came) * side
        radius = min(max(float(row.cells) ** 0.5 / 12, 1.5), 8)
        marks.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#1f5fa8"/>')
    return "".join(marks)
