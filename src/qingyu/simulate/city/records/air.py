"""Hourly readings of air stations: a season, a weather that lasts some days, hours of the day."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from qingyu.simulate.city.chance import MOOD, Floats, Ints, bell, between, chance, draws, key_of
from qingyu.simulate.city.events import DAY
from qingyu.simulate.city.places import RESIDENTS
from qingyu.simulate.city.records import cells
from qingyu.simulate.city.records.book import Book, of_reports
from qingyu.simulate.city.shapes import Days, effect, through
from qingyu.simulate.city.world import World

STATION_FROM = 125_000  # residents: a town of so many has a station
# Index in the middle of each month, January first: dry winters are worse than wet summers.
BY_MONTH = (72, 62, 56, 50, 42, 34, 33, 38, 50, 66, 68, 74)
BY_HOUR = ((0, 960), (6, 920), (9, 1080), (15, 1020), (20, 1100), (24, 960))  # thousandths
WEATHER, STATION, NOISE = 0.30, 0.10, 6  # spreads of logarithms; most of an hour's noise
FAILED = 0.006  # hours without a reading
_CODE = 250


def stations(world: World) -> Ints:
    """The towns that have a station, always the same."""
    people = world.towns.exposures[RESIDENTS].value[0]
    return np.asarray(np.flatnonzero(people >= STATION_FROM))


def expected(world: World, days: Days) -> Floats:
    """The mean index of a day at each station, [station, day]."""
    month = days.month % 12
    start = days.number.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]")
    day = days.number - start.astype(np.int64) - 14
    here, table = np.array(BY_MONTH)[month], np.array(BY_MONTH)
    other = table[(month + np.where(day < 0, -1, 1)) % 12]
    season = here + (other - here) * np.minimum(np.abs(day), 15) / 30.0
    key = world.towns.key[stations(world)]
    own = effect(STATION, bell(world.seed, key, 0, _CODE, MOOD, 0))
    return np.asarray(own[:, None] * (season * _weather(world, days)))


def _weather(world: World, days: Days) -> Floats:
    """The same for the whole city, and like that of the day before: a sum over three days."""
    key = np.full(len(days), key_of("weather"), np.uint64)
    drawn = [bell(world.seed, key, days.number - back, _CODE, MOOD, 1) for back in range(3)]
    return effect(WEATHER, (drawn[0] * 2.0 + drawn[1] * 2.0 + drawn[2]) / 3.0)


def air(world: World, days: Days) -> Book:
    towns = stations(world)
    length = len(days)
    station = np.repeat(np.arange(len(towns)), length * 24)
    place = np.tile(np.repeat(np.arange(length), 24), len(towns))
    hour = np.tile(np.arange(24), len(towns) * length)
    day = days.number[place]
    words = draws(world.seed, world.towns.key[towns[station]], day, _CODE, MOOD + 8, hour)
    level = expected(world, days)[station, place] * through(hour, BY_HOUR) / 1000.0
    aqi = np.clip(np.rint(level).astype(np.int64) + between(words[0], -NOISE, NOISE), 5, 500)
    failed = words[1] < chance(FAILED)

    def write(case: Ints, since: Ints) -> dict[str, pa.Array]:
        town = towns[station[case]]
        return {
            "station": cells.words(town, tuple(f"ZH{code[4:9]}A" for code in world.towns.codes)),
            "station_name": cells.words(town, tuple(f"{name}站" for name in world.towns.names)),
            "at": cells.moment(day[case] * DAY + hour[case] * 3600),
            "aqi": cells.whole(aqi[case], failed[case]),
            "pm25": cells.whole(aqi[case] * 6 // 10, failed[case]),
            "pm10": cells.whole(aqi[case] * 9 // 10, failed[case]),
            "town": cells.town_codes(world.towns, town),
        }

    return of_reports(day, write)
