"""Whether the odds keep what they say: part of `make evaluate FRESH=1`, a minute and a half.

For every world, cities are drawn, their weeks and months scored and their odds asked; the same
score path at the true rates tells what was to be met. One row a town and period: of each indicator
by itself, and of an index of all five. Strata are of the true expected count in the window (of the
index: the mean over its indicators).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

import qingyu.index.odds
from evaluation import odds_page
from evaluation.odds_worlds import (
    EVENTS,
    NAMES,
    SCALE,
    WORLDS,
    City,
    make_city,
    make_pack,
    make_panel,
)
from evaluation.seeds import generator, parsed
from qingyu.index.ingredients import MISSING, Ingredients
from qingyu.index.odds import Means, Moment, follow, measure_spread, odds
from qingyu.index.results import Results
from qingyu.index.steps import evaluate, gather
from qingyu.pack.model import Pack
from qingyu.periods import Period, parse

CITIES = 8  # of each world
PERIODS = ("2024-02", "2024-W10", "2024-W14", "2024-W19", "2024-W23", "2024-W27", "2024-07")
PACKS = (*((name,) for name in NAMES), EVENTS)


def digest() -> str:
    """SHA-256 of the parsed source of the odds: another method is judged on other cities."""
    folder = Path(qingyu.index.odds.__file__).parent
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        whole.update(path.name.encode())
        whole.update(parsed(path.read_text(encoding="utf-8")).encode())
    return whole.hexdigest()


def cells(
    seed: str, worlds: Sequence[str] = tuple(WORLDS), cities: int = CITIES
) -> Iterator[pd.DataFrame]:
    """One table a city."""
    for world in worlds:
        for number in range(cities):
            city = make_city(WORLDS[world], generator(seed, "odds", world, number))
            for names in PACKS:
                yield from _judged(city, make_pack(names), seed, world, number)


def _judged(city: City, pack: Pack, seed: str, world: str, number: int) -> Iterator[pd.DataFrame]:
    panel, true = make_panel(pack, city), make_panel(pack, city, true=True)
    for label in PERIODS:
        period = parse(label)
        table = _period(pack, panel, true, period, generator(seed, "draws", world, number, label))
        yield table.assign(world=world, city=number, period=label,
                           index="+".join(one.id for one in pack.indicators))  # fmt: skip


def _period(
    pack: Pack, panel: object, true: object, period: Period, rng: np.random.Generator
) -> pd.DataFrame:
    given = gather(pack, panel, [period])  # type: ignore[arg-type]
    results = evaluate(pack, given)
    spread = measure_spread(pack, panel, given)  # type: ignore[arg-type]
    found = odds(pack, given, results, int(rng.integers(2**63)), spread=spread)
    moment = Moment.of(pack, given, results)
    truth = gather(pack, true, [period])  # type: ignore[arg-type]
    means = {place: _means(moment, truth, place) for place in range(len(pack.indicators))}
    met = follow(moment, means, 1)
    rows = np.flatnonzero(
        (given.world.level == 1) & (results.score[:, 0] != MISSING) & (met.score[:, 0] != MISSING)
    )
    expected = np.mean(
        [_events(given, results, place, one) for place, one in means.items()], axis=0
    )
    table = pd.DataFrame({
        "expected": expected[rows], "true": met.score[rows, 0] / 1000,
        "lower": found.lower[rows] / 1000, "upper": found.upper[rows] / 1000,
        "published": results.score[rows, 0] / 1000, "grade": met.grade[rows, 0],
        "rank": met.rank[rows, 0], "rank_lower": found.rank_lower[rows],
        "rank_upper": found.rank_upper[rows], "standing": found.standing[rows],
    })  # fmt: skip
    for place in range(found.grade_share.shape[1]):
        table[f"share{place}"] = found.grade_share[rows, place]
    return table


def _events(given: Ingredients, results: Results, place: int, means: Means) -> np.ndarray:
    """[A] what a cell's stratum goes by: the true mean count, or the answers behind a mean."""
    if given.labels.indicators[place] == "mean":
        return np.asarray(results.exposure[place, :, 0], np.float64)
    return means.count[:, 0]


def _means(moment: Moment, truth: Ingredients, place: int) -> Means:
    """The true means in place of the counts, of the window and of all that it is held against."""
    late = moment.late
    name = moment.ingredients.labels.indicators[place]
    slots = [slot for slot in moment.ingredients.availability.exists if slot[0] == name]
    against = {slot: truth.against(slot).count[:, late, None] / SCALE for slot in slots}
    return Means(truth.world.count[place, :, late, None] / SCALE, against)


def run(out: Path, seed: str | None = None, cities: int = CITIES) -> pd.DataFrame:
    """Judges, and writes the tables and the picture to `out`; returns every cell judged."""
    out.mkdir(parents=True, exist_ok=True)
    table = pd.concat(cells(seed or digest(), cities=cities), ignore_index=True)
    odds_page.write(table, out, seed or digest())
    return table
