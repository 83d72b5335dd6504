"""The tables of the page, as Markdown, from raw results."""

from __future__ import annotations

import pandas as pd

from evaluation.measures import Difference, paired, summary
from evaluation.methods import DEFAULT

STRENGTHS = ((1, 3), (4, 6), (7, 10))


def of(rows: pd.DataFrame, method: str, scope: str, rate: str) -> pd.DataFrame:
    chosen = rows[(rows.method == method) & (rows.scope == scope) & (rows.rate == rate)]
    return chosen.reset_index(drop=True)


def table(head: list[str], lines: list[list[str]]) -> str:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, rule, *lines])


def names(rows: pd.DataFrame) -> list[str]:
    """Methods in the order in which they were judged."""
    return [str(name) for name in rows.method.unique()]


def ranked(rows: pd.DataFrame, scope: str, rate: str) -> list[str]:
    """Methods by detection, the best first."""
    found = {name: summary(of(rows, name, scope, rate)).found for name in names(rows)}
    return sorted(found, key=lambda name: -found[name])


def rival(rows: pd.DataFrame, scope: str, rate: str) -> tuple[str, Difference]:
    """The best method other than the default, and what the default detects beyond it."""
    best = next(name for name in ranked(rows, scope, rate) if name != DEFAULT)
    mine = of(rows, DEFAULT, scope, rate)
    return best, paired(mine, of(rows, best, scope, rate))


def main_table(rows: pd.DataFrame, scope: str, rate: str, unit: str) -> str:
    """Methods by detection: threshold, false alarms, detection by strength, time, difference."""
    bands = [f"k {low}–{high}" for low, high in STRENGTHS]
    head = ["method", "threshold", "false alarms", "detected", *bands, "found at once",
            f"{unit} to detection", "default − method"]  # fmt: skip
    mine, lines = of(rows, DEFAULT, scope, rate), []
    for name in ranked(rows, scope, rate):
        own = of(rows, name, scope, rate)
        whole = summary(own)
        parts = [
            f"{(own.delay[own.strength.between(low, high)] >= 0).mean():.3f}"
            for low, high in STRENGTHS
        ]
        gain = "" if name == DEFAULT else shown(paired(mine, own))
        lines.append(
            [name, f"{own.threshold.iloc[0]:.3g}", f"{100 * whole.false:.2f} %",
             f"{whole.found:.3f}", *parts, f"{whole.at_once:.3f}", f"{whole.delay:.2f}", gain]
        )  # fmt: skip
    return table(head, lines)


def shown(gain: Difference) -> str:
    return f"{gain.mean:+.3f} [{gain.lower:+.3f}, {gain.upper:+.3f}]"


def world_table(worlds: dict[str, pd.DataFrame], rate: str) -> str:
    """A line a world: the default, the best other method; at 1 % false alarms of the default with
    the threshold that the scenarios gave, and the part of its false alarms that one group makes."""
    head = ["world", "outbreaks", "default detects", "best other", "it detects",
            "default − best other", "default's place"]  # fmt: skip
    lines = []
    for name, rows in worlds.items():
        best, gain = rival(rows, "all", rate)
        mine = of(rows, DEFAULT, "all", rate)
        place = ranked(rows, "all", rate).index(DEFAULT) + 1
        lines.append(
            [name, str(len(mine)), f"{summary(mine).found:.3f}", best,
             f"{summary(of(rows, best, 'all', rate)).found:.3f}", shown(gain),
             f"{place} of {len(names(rows))}"]
        )  # fmt: skip
        if rate == "1%":
            carried = of(rows, DEFAULT, "all", "carried")
            lines[-1].append(f"{100 * summary(carried).false:.2f} %" if len(carried) else "—")
            by_group = mine.groupby("group").false.sum()
            lines[-1].append(f"{100 * by_group.max() / by_group.sum():.0f} % of {len(by_group)}")
    if rate == "1%":
        head += ["false alarms, carried", "worst group"]
    return table(head, lines)


def grid(worlds: dict[str, pd.DataFrame], rate: str) -> str:
    """Detection of every method in every world."""
    methods = names(next(iter(worlds.values())))
    lines = [
        [name, *(f"{summary(of(rows, name, 'all', rate)).found:.3f}" for rows in worlds.values())]
        for name in methods
    ]
    return table(["method", *worlds], lines)


def nominal_table(rows: pd.DataFrame) -> str:
    """Methods whose number is a probability, at 1 % of it."""
    chosen = rows[rows.rate == "nominal"]
    lines = []
    for name in names(chosen):
        whole = summary(of(rows, name, "all", "nominal"))
        lines.append([name, f"{100 * whole.false:.2f} %", f"{whole.found:.3f}"])
    return table(["method", "false alarms", "detected"], lines)


def labelled_table(rows: pd.DataFrame) -> str:
    """All sets together."""
    lines = []
    for name in names(rows):
        whole = rows[rows.method == name].sum(numeric_only=True)
        delay = whole.delay / whole.found if whole.found else float("nan")
        lines.append(
            [name, f"{100 * whole.false / whole.points:.2f} %", f"{int(whole.found)} of "
             f"{int(whole.stretches)}", f"{delay:.2f}"]
        )  # fmt: skip
    head = ["method", "alarms in weeks without a label", "labelled stretches found", "weeks to it"]
    return table(head, lines)


def labelled_sets(rows: pd.DataFrame, methods: list[str]) -> str:
    """Found and false by set, for a few methods."""
    lines = []
    for dataset in dict.fromkeys(rows.dataset):
        cells = []
        for name in methods:
            one = rows[(rows.dataset == dataset) & (rows.method == name)].iloc[0]
            cells += [f"{one.found}/{one.stretches}", f"{one.false}/{one.points}"]
        lines.append([dataset, *cells])
    head = [part for name in methods for part in (f"{name}: found", "false")]
    return table(["set", *head], lines)
