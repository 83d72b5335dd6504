"""Simulated cities with episodes: towns and days of the simulator, whose truth is known.

Streams of the Zhuhai-like city (docs/explanation/simulator.md): NB1 counts with weekday, season,
festival, holidays, and effects of town and month that no detector knows of. One replicate is one
city, one group one stream; each town and stream has one episode of fourteen days in the last sixty,
which rises in three days and eases in four, as large as k · sd of a week's count.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from evaluation.seeds import generator
from evaluation.worlds import Series, World, gathered, strength_of
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack
from qingyu.simulate.city.events import cells
from qingyu.simulate.city.model import Episode, Stream
from qingyu.simulate.city.world import World as City
from qingyu.simulate.city.world import world_of
from qingyu.warn.reference import Timeline

STREAMS = (
    "theft", "affray", "robbery", "telecom_fraud", "accidents", "fires", "food_complaints",
    "street_events",
)  # fmt: skip
LAST = date(2026, 10, 31)
NOW, LENGTH = 5 * 365 + 10, 5 * 365 + 70
_FIRST = LAST - timedelta(days=LENGTH - 1)
_EPISODE = 14  # days
_WEIGHT = 10.5  # days of a full rise that one episode is worth
_PACK = Path(__file__).parent.parent / "packs" / "zhuhai"


def cities(seed: str, part: str, number: int) -> World:
    """`number` cities."""
    pack, found = load_pack(_PACK), []
    for replicate in range(number):
        found += city(pack, seed, part, replicate)
    dates = np.arange(np.datetime64(_FIRST), np.datetime64(LAST) + 1)
    return gathered("cities", Timeline(365, dates), range(NOW, LENGTH), found)


def city(pack: Pack, seed: str, part: str, replicate: int) -> list[Series]:
    """All series of one."""
    rng = generator(seed, "cities", part, replicate)
    base = world_of(pack, int(rng.integers(2**31)))
    base = replace(base, scenario=replace(base.scenario, episodes=()), _kept={})
    found = []
    for group, name in enumerate(STREAMS, 1):
        found += _of_stream(base, base.scenario.stream(name), group, replicate, rng)
    return found


def _of_stream(
    city: City, stream: Stream, group: int, replicate: int, rng: np.random.Generator
) -> list[Series]:
    whole = city.days(_FIRST, LAST)
    calm = cells(city, stream, whole).happened.astype(np.float64)
    mean = city.mean(stream, whole)[:, NOW:]
    starts = rng.integers(NOW, LENGTH - _EPISODE, len(mean))
    strengths = [strength_of(group + town, replicate) for town in range(len(mean))]
    episodes = []
    for town, (start, strength) in enumerate(zip(starts.tolist(), strengths, strict=True)):
        week = 7 * mean[town, start - NOW]
        extra = strength * np.sqrt(stream.dispersion * week) / (week / 7 * _WEIGHT)
        factor = round(1000 * (1 + extra))
        knots = ((0, 1000), (3, factor), (10, factor), (_EPISODE, 1000))
        code, first = city.towns.codes[town], _FIRST + timedelta(days=start)
        episodes.append(Episode(f"e{town}", "", "", (code,), (stream.id,), first, knots))
    scenario = replace(city.scenario, episodes=tuple(episodes))
    spoilt = replace(city, scenario=scenario, _kept={})
    late = cells(spoilt, stream, city.days(_FIRST + timedelta(days=NOW), LAST)).happened
    observed = np.concatenate([calm[:, :NOW], late.astype(np.float64)], axis=1)
    return [
        Series(calm[town], observed[town], group, replicate, strengths[town], int(starts[town]),
               int(starts[town]) + _EPISODE - 1, float(mean[town].mean()))
        for town in range(len(mean))
    ]  # fmt: skip
