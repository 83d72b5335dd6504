"""docs/evaluation.md and its charts, from raw results and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from evaluation import tables
from evaluation.charts import Line, chart
from evaluation.measures import delays_of_both, paired_over, summary
from evaluation.methods import DEFAULT
from evaluation.run import BASE, CITIES, REPLICATES, RESULTS
from evaluation.tables import of, rival, shown

MARGIN = 0.02
WORLDS = (BASE, "drift", "step", "zeros", "peaks", "days", "cities", "resampled")
_FEW = (DEFAULT, "farrington_improved", "farrington_original", "bayes_1", "glr_nb")


def write(docs: Path) -> None:
    """The page into `docs`, the charts into `docs/evaluation`."""
    found, labels = load()
    folder = docs / "evaluation"
    folder.mkdir(exist_ok=True)
    for name, drawing in charts(found[BASE]).items():
        (folder / name).write_text(drawing, encoding="utf-8")
    (docs / "evaluation.md").write_text(text(found, labels), encoding="utf-8")


def load() -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Raw results by world, and those of the labelled series."""
    words = ["method", "scope", "rate"]
    found = {
        name: pd.read_parquet(RESULTS / f"{name}.parquet").astype(dict.fromkeys(words, "category"))
        for name in WORLDS
    }
    return found, pd.read_parquet(RESULTS / "labelled.parquet")


def seed() -> str:
    return str(json.loads((RESULTS / "seed.json").read_text(encoding="utf-8"))["digest"])


def charts(rows: pd.DataFrame) -> dict[str, str]:
    return {"strength.svg": _by_strength(rows), "scenarios.svg": _by_scenario(rows)}


def _by_strength(rows: pd.DataFrame) -> str:
    lines = []
    for name in _FEW:
        own = of(rows, name, "all", "1%")
        share = (own.delay >= 0).groupby(own.strength).mean()
        lines.append(Line(name, share.tolist()))
    title = "Detection at 1 % false alarms, 28 scenarios"
    sizes = [str(k) for k in range(1, 11)]
    return chart(title, "size of the outbreak, k", "detected", sizes, lines, 1.0)


def _by_scenario(rows: pd.DataFrame) -> str:
    lines = []
    for name in _FEW[:3]:
        own = of(rows, name, "all", "1%")
        sums = own.assign(points=own.points.astype(int)).groupby("group")[["false", "points"]].sum()
        lines.append(Line(name, (100 * sums.false / sums.points).tolist()))
    return chart("False alarms where the pooled rate is 1 %", "scenario", "% of calm weeks",
                 [str(k) for k in range(1, 29)], lines, 4.0, joined=False)  # fmt: skip


def verdict(rows: pd.DataFrame, scope: str, rate: str) -> str:
    """One sentence on the goal: not worse than the best other method, by the lower bound."""
    best, gain = rival(rows, scope, rate)
    if gain.lower > 0:
        word = "better than"
    elif gain.lower > -MARGIN:
        word = f"not worse (margin {MARGIN}) than"
    elif gain.upper < -MARGIN:
        word = "worse than"
    else:
        word = f"not shown to be within {MARGIN} of"
    mine = summary(of(rows, DEFAULT, scope, rate)).found
    return f"default detects {mine:.3f} and is {word} the best other method, {best}: {shown(gain)}"


def over_all(worlds: dict[str, pd.DataFrame], rate: str) -> str:
    """One sentence on all worlds together, each with the same weight."""
    met = {
        name: sum(summary(of(rows, name, "all", rate)).found for rows in worlds.values())
        / len(worlds)
        for name in tables.names(worlds[BASE])
    }
    best = max((name for name in met if name != DEFAULT), key=lambda name: met[name])
    gain = paired_over(*([of(rows, name, "all", rate) for rows in worlds.values()]
                         for name in (DEFAULT, best)))  # fmt: skip
    return (f"default detects {met[DEFAULT]:.3f}, the best other method, {best}, {met[best]:.3f}: "
            f"{shown(gain)}")  # fmt: skip


def speed(rows: pd.DataFrame, unit: str) -> str:
    """One sentence on the time to detection of what both found."""
    best, _ = rival(rows, "all", "1%")
    both, mine, other = delays_of_both(*(of(rows, n, "all", "1%") for n in (DEFAULT, best)))
    return (f"of the {both} outbreaks that default and {best} both find at 1 %, the first takes "
            f"{mine:.2f} {unit} and the second {other:.2f}")  # fmt: skip


def text(worlds: dict[str, pd.DataFrame], labels: pd.DataFrame) -> str:
    rows = worlds[BASE]
    weak = [
        f"- {name}, {rate}: {verdict(one, 'all', rate)}."
        for name, one in worlds.items()
        for rate in ("1%", "0.1%")
        if rival(one, "all", rate)[1].mean < 0
    ]
    template = (Path(__file__).parent / "page.md").read_text(encoding="utf-8")
    return template.format(
        digest=seed(),
        replicates=REPLICATES,
        cities=CITIES,
        pooled=verdict(rows, "all", "1%"),
        pooled_low=verdict(rows, "all", "0.1%"),
        rare=verdict(rows, "rare", "1%"),
        rare_low=verdict(rows, "rare", "0.1%"),
        over_all=over_all(worlds, "1%"),
        over_all_low=over_all(worlds, "0.1%"),
        speed=speed(rows, "weeks"),
        speed_days=speed(worlds["days"], "days"),
        main=tables.main_table(rows, "all", "1%", "weeks"),
        main_low=tables.main_table(rows, "all", "0.1%", "weeks"),
        main_rare=tables.main_table(rows, "rare", "1%", "weeks"),
        nominal=tables.nominal_table(rows),
        worlds=tables.world_table(worlds, "1%"),
        worlds_low=tables.world_table(worlds, "0.1%"),
        grid=tables.grid(worlds, "1%"),
        weak="\n".join(weak) if weak else "- none.",
        days=tables.main_table(worlds["days"], "all", "1%", "days"),
        labelled=tables.labelled_table(labels),
        sets=tables.labelled_sets(labels, [DEFAULT, "farrington_improved"]),
    )
