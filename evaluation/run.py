"""From nothing to raw results: one row for each series, method, rate and scope.

Thresholds are set on worlds of the part `calm`, false alarms and detections counted on those of the
part `judged`: other draws from the same generator. Scopes: `all` series of a world, one threshold;
`rare`, those below one case a day, with a threshold of their own. Rates: 1 % and 0.1 % of calm
points, and `nominal`, where a method's number is a probability and the threshold 1 %.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation import cities, misspecified, real, scenarios
from evaluation.calibrate import calm_scores, outbreak_scores, threshold
from evaluation.methods import PROBABILITIES, Method, methods
from evaluation.seeds import digest
from evaluation.worlds import Floats, Ints, World

RESULTS = Path(__file__).parent / "results"
RATES = {"1%": 0.01, "0.1%": 0.001}
NOMINAL, NOMINAL_SCORE = "nominal", 2.0  # −log₁₀ of 1 %
CARRIED = "carried"  # the threshold of 1 % that the 28 scenarios gave
BASE = "noufaily"
REPLICATES, CITIES = 100, 6
_DAILY_STEP = 3  # of the calm days of a daily world every third is judged

Make = Callable[[str, str], World]


def worlds(shared: Path) -> dict[str, Make]:
    """By name: part → world. The scenarios come first: others carry their thresholds."""
    found: dict[str, Make] = {
        BASE: lambda seed, part: scenarios.noufaily(seed, part, REPLICATES),
    }
    for name in misspecified.NAMES:
        found[name] = lambda seed, part, name=name: misspecified.world(  # type: ignore[misc]
            name, seed, part, REPLICATES
        )
    found["cities"] = lambda seed, part: cities.cities(seed, part, CITIES)
    found["resampled"] = lambda seed, part: real.resampled(
        real.read(shared), seed, part, REPLICATES // 4
    )
    return found


def run(shared: Path, only: list[str], say: Callable[[str], None]) -> None:
    """All worlds, or `only` those, beside what is there of the others; written to `RESULTS`."""
    RESULTS.mkdir(exist_ok=True)
    seed, file = digest(), RESULTS / "seed.json"
    text = json.dumps({"digest": seed}, indent=1) + "\n"
    if only and (not file.is_file() or file.read_text(encoding="utf-8") != text):
        raise SystemExit("evaluation: the detectors have changed, so all worlds are new: run all")
    file.write_text(text, encoding="utf-8")
    carried = kept_levels() if only else {}
    for name, make in worlds(shared).items():
        if only and name not in only:
            continue
        began = time.perf_counter()
        rows, levels = judged(make(seed, "calm"), make(seed, "judged"), carried)
        if name == BASE:
            carried = levels
        _write(rows, RESULTS / f"{name}.parquet")
        say(f"{name}: {time.perf_counter() - began:.0f} s")
    _write(pd.DataFrame(labelled_rows(shared, carried)), RESULTS / "labelled.parquet")


def kept_levels() -> dict[str, float]:
    """Each method's threshold of 1 % of the scenarios, from raw results."""
    rows = pd.read_parquet(RESULTS / f"{BASE}.parquet")
    chosen = rows[(rows.scope == "all") & (rows.rate == "1%")]
    return {str(k): float(v) for k, v in chosen.groupby("method").threshold.first().items()}


def judged(
    calm: World, world: World, carried: dict[str, float]
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Rows of all methods, and each one's threshold of 1 %."""
    parts, levels = [], {}
    for method in methods():
        step = _DAILY_STEP if world.timeline.frequency > 300 else 1
        before = calm_scores(method, calm, step)
        without, during = calm_scores(method, world, step), outbreak_scores(method, world)
        for scope, rate, level in thresholds(method, before, calm.level < 1, carried):
            parts.append(rows_of(world, method, scope, rate, level, without, during))
            if (scope, rate) == ("all", "1%"):
                levels[method.name] = level
    return pd.concat(parts, ignore_index=True), levels


def thresholds(
    method: Method, calm: Floats, rare: np.ndarray, carried: dict[str, float]
) -> Iterator[tuple[str, str, float]]:
    """Scope, rate and threshold."""
    for rate, share in RATES.items():
        yield "all", rate, threshold(calm, share)
        yield "rare", rate, threshold(calm[rare], share)
    if method.name in PROBABILITIES:
        yield "all", NOMINAL, NOMINAL_SCORE
    if method.name in carried:
        yield "all", CARRIED, carried[method.name]


def rows_of(
    world: World, method: Method, scope: str, rate: str, level: float, calm: Floats, during: Floats
) -> pd.DataFrame:
    """One row a series of the scope; `delay` in points from the first moment, −1: not found."""
    chosen = np.flatnonzero(world.level < 1) if scope == "rare" else np.arange(len(world))
    delay = delays(during[chosen] >= level, np.array(world.current), world.first[chosen])
    return pd.DataFrame(
        {
            "world": world.name,
            "method": method.name,
            "scope": scope,
            "rate": rate,
            "threshold": np.float32(level),
            "group": world.group[chosen].astype(np.int16),
            "replicate": world.replicate[chosen].astype(np.int16),
            "strength": world.strength[chosen].astype(np.int8),
            "rare": world.level[chosen] < 1,
            "points": np.int16(calm.shape[1]),
            "false": (calm[chosen] >= level).sum(axis=1).astype(np.int16),
            "delay": delay.astype(np.int16),
        }
    )


def delays(alarms: np.ndarray, points: Ints, first: Ints) -> Ints:
    """Points from the first moment to the first alarm, [series]; −1 without one."""
    return np.where(alarms.any(axis=1), points[alarms.argmax(axis=1)] - first, -1)


def labelled_rows(shared: Path, carried: dict[str, float]) -> Iterator[dict[str, object]]:
    """One row a set and method, at the thresholds that the scenarios gave: points without a label
    and alarms among them, labelled stretches and those with an alarm, and points until then."""
    for one in real.labelled(real.read(shared)):
        weeks = list(one.current)
        labels = one.labels[:, weeks] > 0
        for method in methods(real.YEARS):
            score = method.score(one.counts, weeks, scenarios.WEEKS)
            alarms = score >= carried[method.name]
            found = [
                int(alarm[start:end].argmax()) if alarm[start:end].any() else -1
                for label, alarm in zip(labels, alarms, strict=True)
                for start, end in stretches(label)
            ]
            yield {
                "dataset": one.dataset,
                "method": method.name,
                "points": int((~labels).sum()),
                "false": int((alarms & ~labels).sum()),
                "stretches": len(found),
                "found": sum(delay >= 0 for delay in found),
                "delay": sum(delay for delay in found if delay >= 0),
            }


def stretches(label: np.ndarray) -> list[tuple[int, int]]:
    """Runs of True: first, and one past the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], label.astype(np.int8), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _write(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path, index=False, compression="zstd", compression_level=19)
