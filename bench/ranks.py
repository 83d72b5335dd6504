"""Whether the monthly index tells towns apart as the truth does: by simulated cities.
`python -m bench.ranks WORK [FIRST_SEED [SEEDS [PACK]]]`; homes in WORK are kept and used again.

*ideal*: the pack's own formula on true risks instead of counts, so without chance, κ and late
records: what the index would say if it knew. *level*: true risk against that of the class, by the
weights of the index, whatever is usual in a place. Agreement is Spearman's rank correlation over
the 31 towns of a month (of a year: of the means of its twelve scores); spread is the standard
deviation of their scores. A worst town is found if it is truly among the five worst.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from qingyu.engine.store import Home
from qingyu.flows.deliver import deliver
from qingyu.flows.opening import as_known
from qingyu.flows.publish import compute_from, panel_of
from qingyu.flows.simulate import simulate_city
from qingyu.index.ingredients import MISSING
from qingyu.index.results import Results
from qingyu.pack.load import load_pack
from qingyu.pack.model import MICRO, Indicator, Pack
from qingyu.periods import Period, parse

Floats = npt.NDArray[np.float64]

FIRST, CUT, LAST = date(2021, 11, 1), date(2026, 10, 1), date(2026, 10, 1)
MONTHS = [f"{2025 + (8 + n) // 12}-{(8 + n) % 12 + 1:02d}" for n in range(13)]  # 2025-09 … 2026-09
_PACK = Path(__file__).resolve().parents[1] / "packs" / "zhuhai"
_LEAST_PEERS = 5


@dataclass
class Truth:
    """True risks [town, month since 2021-11] in the units of the truth, and what one of them is in
    the units of the pack."""

    pack: Pack
    towns: list[str]
    risk: dict[str, Floats]
    scale: dict[str, float] = field(default_factory=dict)


def home_of(work: Path, seed: int) -> tuple[Home, Path]:
    """The home of a city that received four years and eleven months, and its truth."""
    files, folder = work / f"city-{seed}", work / f"home-{seed}"
    if not files.exists():
        simulate_city(_PACK, files, first=FIRST, last=LAST, seed=seed, faults="none", recent=1,
                      history="whole")  # fmt: skip
    home = Home.open(folder) if folder.exists() else Home.create(folder, _PACK)
    deliver(home, load_pack(_PACK), files, "bench", until=CUT)
    return home, files / "truth" / "indicators.parquet"


def truth_of(pack: Pack, file: Path) -> Truth:
    """Means of each month."""
    towns = [area.code for area in pack.areas if area.level == "town"]
    risk = {}
    for indicator in pack.indicators:
        table = pq.read_table(file, columns=["area", "day", "true"],
                              filters=[("indicator", "==", indicator.id)])  # fmt: skip
        days = table["day"].to_numpy().astype("datetime64[M]").astype(np.int64)
        month = days - days.min()
        area = np.searchsorted(np.sort(towns), np.array(table["area"].to_pylist()))
        place = np.argsort(towns)[area]
        true_ = table["true"].to_numpy(zero_copy_only=False).astype(float) / MICRO
        total, known = np.zeros((2, len(towns), month.max() + 1))
        np.add.at(total, (place, month), np.nan_to_num(true_))
        np.add.at(known, (place, month), np.isfinite(true_))
        with np.errstate(invalid="ignore"):
            risk[indicator.id] = total / np.where(known > 0, known, np.nan)
    return Truth(pack, towns, risk)


# -- the pack's formula on true risks --------------------------------------------------------------


def ideal_points(truth: Truth, indicator: Indicator, at: int, weigh: Floats) -> Floats:
    """Points of each town in month `at`; `weigh`: the exposures by which towns add up."""
    risk = truth.risk[indicator.id]
    here, points, given = risk[:, at], np.zeros(len(truth.towns)), np.zeros(len(truth.towns))
    for held in indicator.compare:
        base = _base(truth, indicator, held.with_, at, weigh)
        if held.with_ == "target":
            assert held.target is not None
            base = np.full_like(here, held.target[-1].value / MICRO / indicator.per.unit)
            base = base / truth.scale[indicator.id]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = here / base
        knots = np.array(held.curve, float) / MICRO
        found = np.interp(ratio, knots[:, 0], knots[:, 1])
        ok = np.isfinite(ratio)
        points += np.where(ok, held.weight * found, 0.0)
        given += np.where(ok, float(held.weight), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = points / given
    return _filled(truth, own, weigh)


def _base(truth: Truth, indicator: Indicator, kind: str, at: int, weigh: Floats) -> Floats:
    risk = truth.risk[indicator.id]
    if kind == "own":
        years = [at - 12 * back for back in (1, 2, 3) if at - 12 * back >= 0]
        return np.asarray(risk[:, years].mean(axis=1))
    if kind == "previous":
        return risk[:, at - 1]
    groups = _districts(truth) if kind == "parent" else _classes(truth)
    return _means(risk[:, at], groups, weigh)


def _means(values: Floats, groups: list[list[int]], weigh: Floats) -> Floats:
    """Of each town's group, weighted."""
    found = np.full(len(values), np.nan)
    for town, group in enumerate(groups):
        ok = [n for n in group if np.isfinite(values[n]) and weigh[n] > 0]
        if ok:
            found[town] = np.average(values[ok], weights=weigh[ok])
    return found


def _classes(truth: Truth) -> list[list[int]]:
    kinds = {area.code: area.class_ for area in truth.pack.areas}
    found = []
    for code in truth.towns:
        same = [n for n, other in enumerate(truth.towns) if kinds[other] == kinds[code]]
        found.append(same if len(same) >= _LEAST_PEERS else list(range(len(truth.towns))))
    return found


def _districts(truth: Truth) -> list[list[int]]:
    above = {area.code: area.parent for area in truth.pack.areas}
    return [[n for n, other in enumerate(truth.towns) if above[other] == above[code]]
            for code in truth.towns]  # fmt: skip


def _filled(truth: Truth, points: Floats, weigh: Floats) -> Floats:
    """A town without stations or hospitals has its district's."""
    around = _means(points, _districts(truth), np.maximum(weigh, 1e-9))
    return np.where(np.isfinite(points), points, around)


def composite(pack: Pack, points: dict[str, Floats]) -> Floats:
    """By the weights of dimensions and indicators; what is missing gives its weight away."""
    total = given = np.zeros(len(next(iter(points.values()))))
    for dimension in pack.dimensions:
        inside = [one for one in pack.indicators if one.dimension == dimension.id]
        mean = _weighted(
            [points[one.id] for one in inside], [one.weight[-1].value for one in inside]
        )
        weight = dimension.weight[-1].value / MICRO
        total = total + np.where(np.isfinite(mean), weight * np.nan_to_num(mean), 0.0)
        given = given + np.where(np.isfinite(mean), weight, 0.0)
    return np.asarray(total / given)


def _weighted(values: list[Floats], weights: list[int]) -> Floats:
    stack, by = np.stack(values), np.array(weights, float)[:, None] / MICRO
    ok = np.isfinite(stack)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nansum(stack * by, axis=0) / np.where(ok, by, 0.0).sum(axis=0))


# -- agreement -------------------------------------------------------------------------------------


def rank_correlation(a: Floats, b: Floats) -> float:
    """Spearman's, ties sharing the mean of their ranks; over towns that have both."""
    ok = np.isfinite(a) & np.isfinite(b)
    if ok.sum() < _LEAST_PEERS or np.ptp(a[ok]) == 0 or np.ptp(b[ok]) == 0:
        return float("nan")
    return float(np.corrcoef(_ranks(a[ok]), _ranks(b[ok]))[0, 1])


def _ranks(values: Floats) -> Floats:
    _, place, many = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(many) - (many - 1) / 2.0)[place])


def measured(results: Results, array: npt.NDArray[np.int64], towns: list[str]) -> Floats:
    """Of the towns, [town, month], in points."""
    at = [results.labels.areas.index(code) for code in towns]
    found = array[at].astype(float)
    return np.where(array[at] == MISSING, np.nan, found)


def judged(work: Path, seed: int, method: Pack) -> dict[str, list[float]]:
    """Correlations and spreads of one city, by name: a value a month."""
    home, file = home_of(work, seed)
    base = load_pack(_PACK)
    panel = panel_of(home, base, as_known(home, base, None))
    periods: list[Period] = [parse(label) for label in MONTHS]
    done = compute_from(method, panel, periods, as_known(home, base, None))
    results, truth = done.results, truth_of(method, file)
    lead = done.ingredients.labels.lead
    score = measured(results, results.before_caps, truth.towns)[:, -len(periods) :] / 1000.0
    points, weigh = {}, {}
    for place, name in enumerate(results.labels.indicators):
        points[name] = measured(results, results.indicator[place], truth.towns)
        count = measured(results, done.ingredients.world.count[place][:, lead:], truth.towns)
        weigh[name] = np.nan_to_num(measured(results, results.exposure[place], truth.towns))
        true_ = truth.risk[name][:, _month(periods[0]) :][:, : len(periods)]
        with np.errstate(invalid="ignore"):
            truth.scale[name] = float(np.nansum(count) / np.nansum(true_ * weigh[name]))
    found: dict[str, list[float]] = {}
    ideals: list[Floats] = []
    by_indicator: dict[str, list[Floats]] = {}
    for n, period in enumerate(periods[1:], 1):
        at = _month(period)
        ideal = {one.id: ideal_points(truth, one, at, weigh[one.id][:, n])
                 for one in method.indicators}  # fmt: skip
        best = composite(method, ideal)
        ideals.append(best)
        level = _level(truth, at, weigh, n)
        plain = composite(method, {name: points[name][:, n] / MICRO for name in points})
        for key, value in {
            "score ~ ideal": rank_correlation(score[:, n], best),
            "score without deaths ~ ideal": rank_correlation(plain, best),
            "score ~ level": rank_correlation(score[:, n], level),
            "ideal ~ level": rank_correlation(best, level),
            "spread of scores": float(np.nanstd(score[:, n])),
            "spread of scores without deaths": float(np.nanstd(plain)),
            "spread of ideal": float(np.nanstd(best)),
            "worst town found": float(int(np.nanargmin(score[:, n])) in np.argsort(best)[:5]),
            "mean error": float(np.nanmean(np.abs(plain - best))),
        }.items():
            found.setdefault(key, []).append(value)
        for one in method.indicators:
            by_indicator.setdefault(one.id, []).append(ideal[one.id])
            agreed = rank_correlation(points[one.id][:, n], ideal[one.id])
            found.setdefault(f"  {one.id} ~ ideal", []).append(agreed)
    year = rank_correlation(score[:, 1:].mean(axis=1), np.mean(ideals, axis=0))
    found = {"score ~ ideal, of the year": [year], **found}
    for name, months in by_indicator.items():
        points_of_year = np.nanmean(points[name][:, 1:], axis=1)
        agreed = rank_correlation(points_of_year, np.mean(months, axis=0))
        found[f"  {name} ~ ideal, of the year"] = [agreed]
    return found


def _level(truth: Truth, at: int, weigh: dict[str, Floats], n: int) -> Floats:
    """Better places have more."""
    found = {}
    for one in truth.pack.indicators:
        risk = truth.risk[one.id][:, at]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.log(risk / _means(risk, _classes(truth), weigh[one.id][:, n]))
        found[one.id] = _filled(truth, -ratio if one.better == "lower" else ratio,
                                weigh[one.id][:, n])  # fmt: skip
    return composite(truth.pack, found)


def _month(period: Period) -> int:
    return (period.first.year - FIRST.year) * 12 + period.first.month - FIRST.month


def main(work: str, first_seed: int = 101, seeds: int = 3, pack: str = str(_PACK)) -> None:
    method = load_pack(Path(pack))
    found = [judged(Path(work), seed, method) for seed in range(first_seed, first_seed + seeds)]
    print(f"seeds {first_seed} to {first_seed + seeds - 1}, months {MONTHS[1]} to {MONTHS[-1]}")
    for key in found[0]:
        means = [float(np.nanmean(one[key])) for one in found]
        print(f"{key:40}{np.mean(means):8.3f}   by city: {' '.join(f'{m:.3f}' for m in means)}")


if __name__ == "__main__":
    words = dict(enumerate(sys.argv))
    main(words[1], int(words.get(2, "101")), int(words.get(3, "3")), words.get(4, str(_PACK)))
