"""The tables of docs/explanation/odds.md, from the raw results: `make evaluate`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from evaluation.odds_page import (
    ALL,
    MEAN,
    STRATUM,
    coverage,
    picture,
    reliability,
)

RESULTS = Path(__file__).parent / "results"
PAGE = Path("explanation") / "odds.md"
PICTURE = Path("evaluation") / "odds.svg"
MODELLED = "as modelled"
_KINDS = (
    ("one", "index of one indicator"),
    (ALL, "index of all five"),
    (MEAN, "index of one mean, by its answers"),
)
_ORDER = (MODELLED, "calm", "clusters", "episodes", "seasons", "lognormal", "drift")


def seed() -> str:
    return str(json.loads((RESULTS / "odds_seed.json").read_text(encoding="utf-8"))["odds"])


def raw(name: str) -> pd.DataFrame:
    return pd.read_parquet(RESULTS / f"odds_{name}.parquet")


def write(docs: Path, page: str) -> None:
    """The page with its tables made anew, and the picture."""
    for mark, lines in (
        ("coverage", coverage_tables()),
        ("ranks", rank_table()),
        ("grades", grade_table()),
        ("standings", standing_table()),
    ):
        page = between(page, mark, "\n".join(lines))
    (docs / PAGE).parent.mkdir(parents=True, exist_ok=True)
    (docs / PAGE).write_text(page, encoding="utf-8")
    (docs / PICTURE).parent.mkdir(parents=True, exist_ok=True)
    drawn = picture(reliability(raw("reliability")))
    (docs / PICTURE).write_text(drawn, encoding="utf-8")


def between(page: str, mark: str, text: str) -> str:
    """The page with what stands between two marks replaced."""
    begin, end = f"<!-- {mark}: made by `make evaluate` -->", f"<!-- end of {mark} -->"
    before, rest = page.split(begin)
    _, after = rest.split(end)
    return f"{before}{begin}\n{text}\n{end}{after}"


def coverage_tables() -> Iterator[str]:
    """Coverage of the 90 % intervals, its error between cities and the mean width, by stratum."""
    found = coverage(raw("coverage"))
    for kind, words in _KINDS:
        mine = found[found.kind == kind].set_index(["world", "stratum"])
        if kind != "one":
            yield ""
        yield f"| world, {words} | {' | '.join(STRATUM)} |"
        yield "|---" * (len(STRATUM) + 1) + "|"
        for world in _ORDER:
            yield _row(world, [_cell(mine, (world, stratum)) for stratum in STRATUM])
        means = mine.groupby("stratum", observed=True)[["covered", "width"]].mean()
        yield _row("**mean of the worlds**", [_mean(means, stratum) for stratum in STRATUM])


def _mean(means: pd.DataFrame, stratum: str) -> str:
    if stratum not in means.index:
        return "–"
    return f"**{100 * means.covered[stratum]:.1f}** ({means.width[stratum]:.1f})"


def _cell(mine: pd.DataFrame, key: tuple[str, str]) -> str:
    """A mean of no answer has no score: there is no such stratum of it."""
    if key not in mine.index:
        return "–"
    one = mine.loc[key]
    return f"{100 * one.covered:.1f} ±{100 * one.error:.1f} ({one.width:.1f})"


def rank_table() -> Iterator[str]:
    """Coverage of the 90 % intervals of ranks by stratum: mean of the worlds, and the lowest."""
    found = coverage(raw("coverage"))
    yield f"| true rank inside | {' | '.join(STRATUM)} |"
    yield "|---" * (len(STRATUM) + 1) + "|"
    for kind, words in _KINDS:
        mine = (
            found[found.kind == kind].groupby("stratum", observed=True).ranked.agg(["mean", "min"])
        )
        yield _row(words, [_rank(mine, stratum) for stratum in STRATUM])


def _rank(mine: pd.DataFrame, stratum: str) -> str:
    if stratum not in mine.index:
        return "–"
    return f"{100 * mine['mean'][stratum]:.0f} % ({100 * mine['min'][stratum]:.0f} %)"


def grade_table() -> Iterator[str]:
    """How often a grade came true, by the chance that was said, in the world that is assumed."""
    found = reliability(raw("reliability"))
    mine = found[found.world == MODELLED]
    yield _row("said", [f"{100 * one:.0f} %" for one in mine.said])
    yield "|---" * (len(mine) + 1) + "|"
    yield _row("came true", [f"{100 * one:.0f} %" for one in mine.came])
    yield _row("cells", [str(one) for one in mine.cells])


def standing_table() -> Iterator[str]:
    """How many that were said to be surely in the best or the last quarter are there."""
    found = raw("standings").groupby(["standing", "world"])[["right", "cells"]].sum()
    yield _row("said", list(_ORDER))
    yield "|---" * (len(_ORDER) + 1) + "|"
    for standing, words in ((3, "surely top"), (1, "surely bottom")):
        mine = found.loc[standing]
        cells = [f"{100 * mine.right[w] / mine.cells[w]:.0f} % of {mine.cells[w]}" for w in _ORDER]
        yield _row(words, cells)


def _row(head: str, cells: list[str]) -> str:
    return f"| {head} | {' | '.join(cells)} |"
