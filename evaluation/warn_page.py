"""The tables of docs/explanation/warnings.md, written from the committed results."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from qingyu.flows.warn_calibrate import YEAR, Rate

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "explanation" / "warnings.md"
RESULTS = ROOT / "evaluation" / "results"
BEGIN, END = "<!-- evaluation.warn: begin -->", "<!-- evaluation.warn: end -->"
STRATA = ((0.0, 2.0), (2.0, 8.0), (8.0, 32.0), (32.0, float("inf")))
NAMES = {
    "accidents": "road accidents", "telecom_fraud": "telecom fraud", "fires": "fires",
    "food_complaints": "food complaints", "street_events": "street events",
    "hotline_in_time": "requests left lying",
}  # fmt: skip


def table(name: str) -> pd.DataFrame:
    return pd.read_parquet(RESULTS / f"warn_{name}.parquet")


def text() -> str:
    """What stands between the marks."""
    met, false, cities = table("met"), table("false"), table("cities")
    parts = [_by_size(met), _by_stream(met), _false(false, cities)]
    return "\n\n".join(parts)


def _by_size(met: pd.DataFrame) -> str:
    lines = ["| usual cases a week | × 1.5 | × 2 | × 3 |", "|---|---|---|---|"]
    for low, high in STRATA:
        mine = met[(met.weekly >= low) & (met.weekly < high)]
        cells = [_cell(mine[mine.factor == factor]) for factor in (1.5, 2.0, 3.0)]
        span = f"{low:.0f} and more" if high == float("inf") else f"{low:.0f} to {high:.0f}"
        lines.append(f"| {span} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _by_stream(met: pd.DataFrame) -> str:
    lines = ["| what | × 1.5 | × 2 | × 3 |", "|---|---|---|---|"]
    for stream, name in NAMES.items():
        mine = met[met.stream == stream]
        cells = [_cell(mine[mine.factor == factor]) for factor in (1.5, 2.0, 3.0)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(rows: pd.DataFrame) -> str:
    if not len(rows):
        return "–"
    found = rows[rows.found]
    late = "" if not len(found) else f", after {found.late.median():.0f} days"
    return f"{len(found)} of {len(rows)}{late}"


def _false(false: pd.DataFrame, cities: pd.DataFrame) -> str:
    kinds = ("calm", "stormy")
    lines = ["| false episodes a town and year | calm cities | stormy cities |", "|---|---|---|"]
    years = {k: _years(cities[cities.kind == k]) for k in kinds}
    for rule in sorted(set(false.rule)):
        mine = [false[(false.kind == k) & (false.rule == rule)] for k in kinds]
        cells = [_rate(len(rows), years[k]) for rows, k in zip(mine, kinds, strict=True)]
        lines.append(f"| `{rule}` | {' | '.join(cells)} |")
    cells = [_rate(int(cities[cities.kind == k]["false"].sum()), years[k]) for k in kinds]
    lines.append(f"| all together | {' | '.join(cells)} |")
    return "\n".join(lines)


def _years(cities: pd.DataFrame) -> int:
    return round(float((cities.towns * cities.days).sum()) / YEAR)


def _rate(number: int, years: int) -> str:
    one = Rate.of(number, years)
    return f"{one.rate} ({one.low}–{one.high})"


def write() -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{text()}\n{END}{after}", encoding="utf-8")
