"""Tables of the odds' evaluation: coverage and width by stratum, reliability of the grades."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

STRATA = (0.0, 1.0, 5.0, 20.0, np.inf)
STRATUM = ("<1", "1-5", "5-20", ">20")
BINS = np.array([0.0, 0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98, 1.0])
GRADES = ("blue", "yellow", "orange", "red")
_ALL = "all five"


def coverage(table: pd.DataFrame) -> pd.DataFrame:
    """By world, kind of index and stratum: share of true scores inside the interval with its Monte
    Carlo error (between cities), mean width, share of published scores outside."""
    table = table.assign(
        covered=(table.true >= table.lower) & (table.true <= table.upper),
        ranked=(table["rank"] >= table.rank_lower) & (table["rank"] <= table.rank_upper),
        width=table.upper - table.lower,
        outside=(table.published < table.lower) | (table.published > table.upper),
        kind=np.where(table["index"].str.contains("+", regex=False), _ALL, "one"),
        stratum=pd.cut(table.expected, STRATA, labels=list(STRATUM), right=False),
    )
    keys = ["world", "kind", "stratum"]
    by_city = table.groupby([*keys, "city"], observed=True).covered.mean()
    error = by_city.groupby(keys, observed=True).agg(lambda one: one.std() / len(one) ** 0.5)
    grouped = table.groupby(keys, observed=True)
    means = grouped[["covered", "width", "outside", "ranked"]].mean()
    return means.assign(error=error, cells=grouped.size()).reset_index()


def reliability(table: pd.DataFrame) -> pd.DataFrame:
    """By world and bin of the chance that was said: how often the grade came true."""
    parts = []
    for place, grade in enumerate(GRADES):
        said, came = table[f"share{place}"], table.grade == place
        parts.append(pd.DataFrame({"world": table.world, "said": said, "came": came, "of": grade}))
    whole = pd.concat(parts)
    whole["bin"] = np.clip(np.searchsorted(BINS, whole.said, side="right") - 1, 0, len(BINS) - 2)
    found = whole.groupby(["world", "bin"]).agg(
        said=("said", "mean"), came=("came", "mean"), cells=("came", "size")
    )
    return found.reset_index()


def standings(table: pd.DataFrame) -> pd.DataFrame:
    """Of the areas that were said to be surely top or bottom: how many are there."""
    places = table.groupby(["world", "city", "period", "index"])["rank"].transform("max")
    quarter = places // 4
    right = np.where(
        table.standing == 3, table["rank"] <= quarter, table["rank"] > places - quarter
    )
    said = table.assign(right=right)[table.standing.isin([1, 3])]
    found = said.groupby(["world", "standing"]).right.agg(["mean", "size"])
    return found.reset_index()


def write(table: pd.DataFrame, out: Path) -> None:
    coverage(table).to_parquet(out / "odds_coverage.parquet")
    found = reliability(table)
    found.to_parquet(out / "odds_reliability.parquet")
    (out / "odds_reliability.svg").write_text(picture(found), encoding="utf-8")
    print(coverage(table).round(3).to_string(index=False))
    print(standings(table).round(3).to_string(index=False))


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
