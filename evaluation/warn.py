"""What the warning rules of the Zhuhai pack find in simulated cities, and what they say of nothing.

    calm    three cities in which nothing is put in: the check, by another model and through files,
            of what `qingyu warn --calibrate` says of the budget
    stormy  three cities with thirty-six episodes each, of six streams, in towns and at moments
            drawn by the seed, which multiply what happens (or fails) by 1.5, 2 or 3 for a month

Each city is written as its departments' files, received into a home, and its last year judged in
hindsight by index and rules. `python -m evaluation.warn [run [calm|stormy]|page]`: raw results
from nothing (about two minutes a city; of one kind, if it is named), or the tables of
docs/explanation/warnings.md; without a word both.
The levels of the pack were set on calm cities drawn from a home, on none of these.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.flows.deliver import deliver
from qingyu.flows.publish import count_new_measures
from qingyu.flows.warn_calibrate import YEAR
from qingyu.flows.warn_episodes import raised
from qingyu.flows.warn_past import hindsight
from qingyu.flows.warn_truth import Trial, read_truth, trial
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack
from qingyu.simulate.city.city import write_city
from qingyu.simulate.city.declared import ZHUHAI
from qingyu.simulate.city.model import Episode, Scenario
from qingyu.simulate.city.shapes import number_of
from qingyu.simulate.city.world import World, world_of

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "evaluation" / "results"
FIRST, LAST = date(2021, 11, 1), date(2026, 10, 31)
BEGIN = LAST - timedelta(days=YEAR - 1)  # of the year that is judged
CALM, STORMY = (4001, 4002, 4003), (5001, 5002, 5003)
STREAMS = {
    "accidents": "happens", "telecom_fraud": "happens", "fires": "happens",
    "food_complaints": "happens", "street_events": "happens", "hotline_in_time": "fails",
}  # fmt: skip
FACTORS = (1500, 2000, 3000)
_EACH = 2  # towns of each stream and factor
_RISES, _HOLDS, _EASES = 5, 30, 40  # days of an episode
_PACK = ROOT / "packs" / "zhuhai"


def storms(pack: Pack, seed: int) -> tuple[Episode, ...]:
    """The episodes of a stormy city: no town has two of one stream."""
    draws = np.random.default_rng((seed, 36))
    towns = world_of(pack, seed).towns.codes
    found = []
    for stream, on in STREAMS.items():
        chosen = draws.permutation(len(towns))[: _EACH * len(FACTORS)]
        for place, town in enumerate(chosen.tolist()):
            factor = FACTORS[place % len(FACTORS)]
            first = BEGIN + timedelta(days=int(draws.integers(14, YEAR - _EASES - 14)))
            knots = ((0, 1000), (_RISES, factor), (_HOLDS, factor), (_EASES, 1000))
            name = f"{stream}_{towns[town]}_{factor}"
            found.append(Episode(name, name, name, (towns[town],), (stream,), first, knots, on))
    return tuple(found)


def world(pack: Pack, seed: int, episodes: Sequence[Episode]) -> World:
    scenario: Scenario = replace(ZHUHAI, episodes=tuple(episodes))
    return world_of(pack, seed, 1.0, scenario)


def weekly(city: World, episode: Episode) -> float:
    """Happenings (or failures) of a usual week at the time of the episode."""
    (stream,), (town,) = episode.streams, episode.towns
    start = number_of(episode.first)
    days = city.numbered(start - 28, start - 1)
    row = city.towns.codes.index(town)
    if episode.on == "fails":
        share = city.scenario.share(stream)
        whole = city.mean(city.scenario.stream("requests"), days) * (1 - city.share(share, days))
    else:
        whole = city.mean(city.scenario.stream(stream), days)
    return float(whole[row].mean() * 7)


@dataclass(frozen=True)
class Judged:
    """One city: what was put in beside how it went."""

    kind: str
    seed: int
    city: World
    trial: Trial
    linked: int

    def met(self) -> Iterator[dict[str, object]]:
        episodes = {one.id: one for one in self.city.scenario.episodes}
        for one in self.trial.met:
            episode = episodes[one.injected.id]
            yield {
                "kind": self.kind, "seed": self.seed, "id": episode.id,
                "stream": episode.streams[0],
                "factor": episode.factor[1][1] / 1000,
                "weekly": round(weekly(self.city, episode), 2),
                "found": one.by is not None, "open_before": one.open_before,
                "late": -1 if one.late is None else one.late,
                "rule": "" if one.by is None else one.by.watches[0].rule.id,
            }  # fmt: skip

    def false(self) -> Iterator[dict[str, object]]:
        for one in self.trial.false:
            yield {"kind": self.kind, "seed": self.seed, "rule": one.watches[0].rule.id,
                   "key": one.key}  # fmt: skip

    def whole(self) -> dict[str, object]:
        return {"kind": self.kind, "seed": self.seed, "towns": self.trial.towns,
                "days": self.trial.days, "told": self.trial.told, "linked": self.linked,
                "false": len(self.trial.false)}  # fmt: skip


def judged(pack: Pack, kind: str, seed: int, folder: Path) -> Judged:
    """Simulate, receive and judge one city."""
    city = world(pack, seed, storms(pack, seed) if kind == "stormy" else ())
    files = folder / "city"
    write_city(pack, files, FIRST, LAST, faults="none", recent=1, history="whole", world=city)
    home = Home.create(folder / "home", _PACK)
    home.clock = lambda: datetime(2026, 11, 6, tzinfo=UTC)
    deliver(home, pack, files, "evaluation")
    count_new_measures(home, pack)
    found = hindsight(pack, load_panel(home, pack), BEGIN, LAST)
    every = raised(pack, found)
    seen = trial(pack, found, every, read_truth(files), BEGIN, LAST)
    linked = sum(one.told_by is not None for one in every)
    return Judged(kind, seed, city, seen, linked)


def run(kinds: Sequence[str] = ("calm", "stormy")) -> None:
    """Judge the cities of these kinds; what is kept of the others stays."""
    pack = load_pack(_PACK)
    rows: dict[str, list[dict[str, object]]] = {"met": [], "false": [], "cities": []}
    for kind in kinds:
        for seed in CALM if kind == "calm" else STORMY:
            with tempfile.TemporaryDirectory() as folder:
                one = judged(pack, kind, seed, Path(folder))
            rows["met"] += one.met()
            rows["false"] += one.false()
            rows["cities"].append(one.whole())
            print(rows["cities"][-1], flush=True)
    for name, mine in rows.items():
        path = RESULTS / f"warn_{name}.parquet"
        kept = pd.read_parquet(path) if path.exists() else pd.DataFrame({"kind": []})
        whole = pd.concat([kept[~kept.kind.isin(list(kinds))], pd.DataFrame(mine)])
        whole.sort_values(["kind", "seed"], kind="stable").to_parquet(path, index=False)


def main(words: list[str]) -> None:
    from evaluation import warn_page

    step = words[0] if words else "all"
    if step not in ("run", "page", "all"):
        raise SystemExit(f"evaluation.warn: run, page or all, not {step}")
    if step != "page":
        run(words[1:] or ("calm", "stormy"))
    warn_page.write()


if __name__ == "__main__":
    main(sys.argv[1:])
