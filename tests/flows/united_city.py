"""Three departments of a small simulated city that write down the same incidents."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.flows.deliver import deliver
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack
from qingyu.simulate.city.city import BOUNDARIES, write_boundaries
from qingyu.simulate.city.plan import deliveries
from qingyu.simulate.city.seen import write_seen
from qingyu.simulate.city.send import Sender
from qingyu.simulate.city.world import world_of

PACKS = Path(__file__).parents[2] / "packs"
SOURCES = ("police_110", "police_122", "fire_119")
FIRST, LAST = date(2026, 8, 1), date(2026, 9, 30)
DANGERS = """\
name: {zh: 涉险事件, en: "Dangerous incidents"}
dimension: fire_safety
nature: harm
measure: {count: incidents, where: {kind: {in: [collision, fire, rescue]}}}
per: {exposure: actual_population, unit: 10000}
better: lower
daily: {window: 7 days, least_expected: 1, at_most: 28 days}
weight:
  - {from: 2021-01-01, value: 0.25, reference: "a test"}
compare:
  - {with: peers, weight: 1, curve: [[0, 100], [1, 85], [3, 0]]}
shrink: {kappa: 20}
"""


@dataclass(frozen=True)
class City:
    home: Home
    pack: Pack
    labels: Path


def counting_pack(folder: Path) -> Path:
    """The pack zhuhai with an indicator that counts its union."""
    made = folder / "pack"
    shutil.copytree(PACKS / "zhuhai", made)
    (made / "indicators" / "dangers.yaml").write_text(DANGERS, encoding="utf-8")
    calls = made / "indicators" / "fire_calls.yaml"
    text = calls.read_text(encoding="utf-8")
    assert text.count("value: 0.5") == 1
    calls.write_text(text.replace("value: 0.5", "value: 0.25"), encoding="utf-8")
    return made


def city(folder: Path, seed: int) -> City:
    """Two months of it, received in a home."""
    made = counting_pack(folder)
    pack, files = load_pack(made), folder / "city"
    world = world_of(pack, seed)
    (files / "truth").mkdir(parents=True)
    sender = Sender(pack, world, files, "none")
    plan = deliveries(pack, FIRST, date(2026, 10, 31), 1)
    for name in SOURCES:
        sender.send(pack.source(name), [d for d in plan if d.source == name and _old(d.kind)])
    sender.write_lists()
    write_boundaries(world, files / BOUNDARIES)
    labels = files / "truth" / "seen.parquet"
    write_seen(world, labels, FIRST, LAST)
    home = Home.create(folder / "home", made)
    deliver(home, pack, files, "clerk")
    return City(home, pack, labels)


def _old(kind: str) -> bool:
    return kind == "history"
