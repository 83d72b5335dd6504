"""The towns and villages of a simulated city: a pack's, or made up by the thousand.

A town's draws are found under its code, so towns may be added without changing the others. Where
a village lies, and how large a part of its town's life it has, is invented: nothing here is a map.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np

from qingyu.pack.model import Area, Exposure, Pack
from qingyu.simulate.city.chance import ONE, RISK, Floats, Ints, Words, bell, draws, key_of
from qingyu.simulate.city.shapes import effect, number_of

ACTUAL, RESIDENTS = "actual_population", "residents"
TILES = "tiles.csv"  # in a pack: code, column and row of each town on the tile map

# Towns lie on a grid of squares of this many millionths of a degree. The pack's tile map says who
# is beside whom; the squares themselves are an invention.
SIDE = 60_000
WEST, SOUTH = 113_000_000, 21_900_000
_VILLAGE_SPREAD = 0.5
_VILLAGES = 9  # stream codes of draws about villages lie above those of streams
_STREAM = 0xFFF0


@dataclass(frozen=True)
class Steps:
    """An exposure: `value[k]` [town] holds from day `since[k]` on; the first also before it."""

    since: Ints
    value: Floats  # [step, town]

    def on(self, days: Ints) -> Floats:
        """Values, float64 [town, day]."""
        at = np.maximum(np.searchsorted(self.since, days, side="right") - 1, 0)
        return self.value[at].T


@dataclass(frozen=True)
class Towns:
    """`village` lists all villages, town by town; town t has `first_village[t]` … before
    `first_village[t + 1]`. `column`, `row`: a town's square on the invented grid."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    short: tuple[str, ...]  # as people write them
    village: tuple[str, ...]
    first_village: Ints
    column: Ints
    row: Ints
    exposures: dict[str, Steps]

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def key(self) -> Words:
        return np.array([key_of(code) for code in self.codes], np.uint64)

    @cached_property
    def _village_key(self) -> Words:
        return np.array([key_of(code) for code in self.village], np.uint64)

    def number(self, code: str) -> int | None:
        return self.codes.index(code) if code in self.codes else None

    def village_of(self, seed: int, town: Ints, draw: Words) -> Ints:
        """A village for each town and draw, by the villages' weights; −1 in a town without."""
        edges = self._edges(seed)
        found = np.searchsorted(edges, (town << 32) + draw.astype(np.int64), side="right")
        bare = self.first_village[town] == self.first_village[town + 1]
        return np.where(bare, -1, np.minimum(found, self.first_village[town + 1] - 1))

    def _edges(self, seed: int) -> Ints:
        """Upper edges of each village's part of its town's draws, all towns after one another."""
        weight = effect(_VILLAGE_SPREAD, bell(seed, self._village_key, 0, _STREAM, RISK, 0))
        sizes = np.diff(self.first_village)
        town = np.repeat(np.arange(len(self)), sizes)
        whole = np.cumsum(weight)
        before = np.r_[0.0, whole][self.first_village[:-1]]
        total = np.r_[0.0, whole][self.first_village[1:]] - before
        share = (whole - before[town]) / total[town]
        edges = np.minimum(np.rint(share * ONE).astype(np.int64), ONE)
        return np.asarray((town << 32) + edges)

    def centre(self, seed: int, town: Ints, village: Ints) -> tuple[Ints, Ints]:
        """Longitude and latitude of a village's invented centre, in millionths of a degree WGS 84;
        of the town's square where the village is −1."""
        x, y = WEST + self.column[town] * SIDE, SOUTH - self.row[town] * SIDE + 10 * SIDE
        if not len(self.village):
            return x + SIDE // 2, y + SIDE // 2
        words = draws(seed, self._village_key, 0, _STREAM, RISK, _VILLAGES)
        inner = SIDE * 8 // 10
        along = ((words[0] * np.uint64(inner)) >> np.uint64(32)).astype(np.int64)
        up = ((words[1] * np.uint64(inner)) >> np.uint64(32)).astype(np.int64)
        at = np.maximum(village, 0)
        middle = SIDE // 2
        return (
            x + np.where(village < 0, middle, SIDE // 10 + along[at]),
            y + np.where(village < 0, middle, SIDE // 10 + up[at]),
        )


def towns_of(pack: Pack, level: str = "town", below: str = "village") -> Towns:
    """The pack's areas of `level`, with those of `below` in them. Nothing happens in villages that
    have ended: their codes come up in faults only."""
    towns = [area for area in pack.areas if area.level == level]
    column, row = _grid(pack, towns)
    inside: dict[str, list[str]] = {area.code: [] for area in towns}
    for area in pack.areas:
        if area.level == below and area.parent in inside and area.until is None:
            inside[area.parent].append(area.code)
    sizes = [len(inside[area.code]) for area in towns]
    return Towns(
        codes=tuple(area.code for area in towns),
        names=tuple(area.name_zh or area.name for area in towns),
        short=tuple(_short(area) for area in towns),
        village=tuple(code for area in towns for code in inside[area.code]),
        first_village=np.r_[0, np.cumsum(np.array(sizes, np.int64))],
        column=column,
        row=row,
        exposures={e.id: _steps(e, towns) for e in pack.exposures},
    )


def _grid(pack: Pack, towns: list[Area]) -> tuple[Ints, Ints]:
    """The square of each town: its tile on the pack's tile map, else by number."""
    tiles = Path(pack.folder) / TILES
    if tiles.is_file():
        with tiles.open(encoding="utf-8", newline="") as file:
            at = {
                row["code"]: (int(row["column"]), int(row["row"])) for row in csv.DictReader(file)
            }
        if all(area.code in at for area in towns):
            found = np.array([at[area.code] for area in towns], np.int64)
            return found[:, 0], found[:, 1]
    number, width = np.arange(len(towns)), int(np.ceil(np.sqrt(len(towns))))
    return number % width, number // width


def _short(area: Area) -> str:
    return area.aliases[0] if area.aliases else area.name_zh or area.name


def _steps(exposure: Exposure, towns: list[Area]) -> Steps:
    since = sorted({row.valid_from for row in exposure.rows})
    value = np.zeros((len(since), len(towns)))
    place = {area.code: number for number, area in enumerate(towns)}
    told: dict[tuple[int, int], int] = {
        (since.index(row.valid_from), place[row.area]): row.value
        for row in sorted(exposure.rows, key=lambda row: row.known_from)
        if row.area in place
    }
    for town in range(len(towns)):
        first = next((told[k, town] for k in range(len(since)) if (k, town) in told), 0)
        for step in range(len(since)):
            first = told.get((step, town), first)
            value[step, town] = first
    return Steps(np.array([number_of(day) for day in since], np.int64), value)


def made_up(count: int, seed: int, villages: int = 0) -> Towns:
    """A nation of `count` towns with invented codes (twelve digits beginning with 9, which no
    province has) and between some hundred and some hundred thousand people each."""
    codes = tuple(f"9{n // 1000:05d}{n % 1000:03d}000" for n in range(count))
    key = np.array([key_of(code) for code in codes], np.uint64)
    people = np.rint(28_000.0 * effect(0.8, bell(seed, key, 0, _STREAM, RISK, 1))) + 200.0
    flow = np.rint(people * 0.15 * effect(0.7, bell(seed, key, 0, _STREAM, RISK, 2)))
    since = np.array([number_of(date(2020, 11, 1))], np.int64)
    width = int(np.ceil(np.sqrt(count)))
    return Towns(
        codes=codes,
        names=codes,
        short=codes,
        village=tuple(f"{c[:9]}{n:03d}" for c in codes for n in range(1, villages + 1)),
        first_village=np.arange(count + 1) * villages,
        column=np.arange(count) % width,
        row=np.arange(count) // width,
        exposures={
            RESIDENTS: Steps(since, people[None, :]),
            ACTUAL: Steps(since, (people + flow)[None, :]),
            "employed": Steps(since, np.rint(people * 0.6)[None, :]),
            "land_area": Steps(since, np.rint(people * 0.2)[None, :]),
        },
    )
