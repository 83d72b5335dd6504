"""A nation's day: ten million records in four hundred files, to the grade of every town.

Ours receives the files into a home that holds a thin history, and grades the day. The rival is a
plain program over the same files: DuckDB counts them by town and kind, pandas scores the counts in
floats. It keeps no record, checks no row, knows no correction and nothing of the day before; so it
is what the least possible would cost, not what the task costs. No ratio if the grades differ.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.harness import Contestant, compete

DAY = date(2026, 10, 31)
FILES = 400
CURVE = [0.0, 0.8, 1.0, 1.3, 2.0, 3.0], [100.0, 92.0, 85.0, 70.0, 40.0, 0.0]
KAPPA = 20.0
UNIT = 10_000
CUTS = (("blue", 90.0), ("yellow", 80.0), ("orange", 70.0), ("red", 0.0))


def main(work: Path, towns: int, events: int, pairs: int) -> None:
    print(f"nation: {events:,} events of {towns:,} towns in {FILES} files, to computed grades")
    _prepare(work, towns, events)
    argument: dict[str, Any] = {"work": str(work)}
    ours = Contestant("receive and grade", "bench.nation:ours", argument, "bench.nation:restore")
    plain = Contestant("DuckDB and pandas, floats", "bench.nation:plain", argument)
    compete(ours, plain, pairs)
    print("  goal: a minute, under 6 GB")


def _prepare(work: Path, towns: int, events: int) -> None:
    from qingyu.engine.store import Home
    from qingyu.intake.receive import receive
    from qingyu.pack.load import load_pack
    from qingyu.simulate.city.nation import write_nation

    shutil.rmtree(work, ignore_errors=True)
    nation = work / "nation"
    write_nation(nation, towns=towns, happenings=events, files=min(FILES, towns), first=DAY,
                 last=DAY)  # fmt: skip
    home = Home.create(work / "template", nation / "pack")
    before = sorted((nation / "history").glob("*.parquet"))
    receive(home, load_pack(nation / "pack"), "events", before, who="bench")


def restore(work: str) -> None:
    shutil.rmtree(Path(work) / "home", ignore_errors=True)
    shutil.copytree(Path(work) / "template", Path(work) / "home", symlinks=True)


def ours(work: str) -> dict[str, Any]:
    from qingyu.engine.meter import metered
    from qingyu.engine.store import Home
    from qingyu.flows.opening import Known
    from qingyu.flows.publish import compute_from, panel_of
    from qingyu.intake.receive import receive
    from qingyu.pack.load import load_pack
    from qingyu.periods import period_of

    folder, clock = Path(work), _Clock()
    clock.step("opening the pack")
    pack = load_pack(folder / "nation" / "pack")
    home = Home.open(folder / "home")
    files = sorted((folder / "nation" / "files").glob("*.csv"))
    with metered() as reading:
        receipt = receive(
            home, pack, "events", files, who="bench",
            progress=lambda words, at, of: clock.step(words.render("en").lower()),
        )  # fmt: skip
        clock.step("panel")
        known = Known(home.last, None)
        panel = panel_of(home, pack, known)
        clock.step("grades")
        results = compute_from(pack, panel, [period_of(DAY, "day")], known).results
    stages = clock.stages()
    grades = dict(zip(results.labels.areas, results.grade[:, 0].tolist(), strict=True))
    names = [grade.id for grade in pack.grades.scales[0].grades]
    return {
        "seconds": sum(stages.values()),
        "rows": receipt.rows,
        "stages": stages,
        "figures": {"rows read from the store": reading.rows},
        "digest": _digest({code: names[grade] for code, grade in grades.items()}),
    }


def plain(work: str) -> dict[str, Any]:
    """The same grades by a plain program."""
    import duckdb
    import pandas as pd

    folder, clock = Path(work) / "nation", _Clock()
    clock.step("counting")
    with duckdb.connect() as connection:
        counted = connection.execute(
            "SELECT town, kind, count(*)::BIGINT AS events FROM read_csv("
            f"'{folder / 'files'}/*.csv', header=true, columns={{'record_no': 'VARCHAR',"
            " 'at': 'TIMESTAMP', 'kind': 'VARCHAR', 'town': 'VARCHAR'}) GROUP BY town, kind"
        ).df()
    clock.step("scoring")
    areas = pd.read_csv(folder / "pack" / "areas.csv", dtype=str).set_index("code")
    (people_file,) = (folder / "pack" / "exposures").glob("*.csv")
    people = pd.read_csv(people_file, dtype={"area": str}).set_index("area")["value"]
    events = counted.pivot(index="town", columns="kind", values="events").fillna(0.0)
    whole = events.reindex(people.index, fill_value=0.0).assign(people=people.astype(float))
    parent = areas["parent"]
    counties = whole.groupby(parent.reindex(whole.index).to_numpy()).sum()
    nation = counties.groupby(parent.reindex(counties.index).to_numpy()).sum()
    every = pd.concat([whole, counties, nation])
    scores = _scores(every, parent.reindex(every.index), _goals(folder / "pack"))
    grades = {
        code: next(name for name, cut in CUTS if score >= cut) for code, score in scores.items()
    }
    stages = clock.stages()
    return {
        "seconds": sum(stages.values()),
        "rows": int(counted["events"].sum()),
        "stages": stages,
        "digest": _digest(grades),
    }


def _scores(every: Any, parent: Any, goals: dict[str, float]) -> Any:
    import numpy as np

    above = every.reindex(parent)
    total, weights = 0.0, 0.0
    for place, (kind, goal) in enumerate(sorted(goals.items())):
        count, people = every[kind].to_numpy(), every["people"].to_numpy()
        by_goal = _points(count, goal * people / UNIT)
        rate = above[kind].to_numpy() / above["people"].to_numpy()
        by_parent = _points(count, rate * people)
        points = np.where(np.isnan(rate), by_goal, (by_goal + by_parent) / 2)
        weight = 1 / len(goals) if place + 1 < len(goals) else 1 - weights
        total, weights = total + weight * points, weights + weight
    return dict(zip(every.index, np.round(total, 3).tolist(), strict=True))


def _points(count: Any, expected: Any) -> Any:
    import numpy as np

    return np.interp((count + KAPPA) / (expected + KAPPA), *CURVE)


def _goals(pack: Path) -> dict[str, float]:
    """kind → the declared rate, as the pack's indicators say."""
    found = {}
    for path in (pack / "indicators").glob("*.yaml"):
        line = next(one for one in path.read_text("utf-8").splitlines() if "target: [" in one)
        found[path.stem] = float(line.split("value: ")[1].split(",")[0])
    return found


def _digest(grades: dict[str, str]) -> str:
    text = "\n".join(f"{code} {grade}" for code, grade in sorted(grades.items()))
    return f"{len(grades)} grades {hashlib.sha256(text.encode()).hexdigest()[:16]}"


class _Clock:
    """When each stage began."""

    def __init__(self) -> None:
        self._begun: list[tuple[str, float]] = []

    def step(self, name: str) -> None:
        self._begun.append((name, time.perf_counter()))

    def stages(self) -> dict[str, float]:
        ends = [moment for _, moment in self._begun[1:]] + [time.perf_counter()]
        return {name: end - at for (name, at), end in zip(self._begun, ends, strict=True)}
