"""What happens: the counts of each town and day, and each happening with its own draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from qingyu.simulate.city.chance import EVENT, Floats, Ints, Words, chance, draws, pick, quantile
from qingyu.simulate.city.counts import counts, expected, running, units
from qingyu.simulate.city.model import Stream
from qingyu.simulate.city.shapes import Days
from qingyu.simulate.city.world import World

Flags = npt.NDArray[np.bool_]

DAY = 86_400  # seconds

# (thousandths of the day's happenings, second of the day)
ROUND_THE_CLOCK = (
    (0, 0), (60, 7200), (95, 21_600), (200, 30_600), (340, 39_600), (450, 46_800), (600, 57_600),
    (760, 66_600), (900, 77_400), (1000, 86_399),
)  # fmt: skip
AT_WORK = ((0, 30_600), (430, 41_400), (520, 50_400), (900, 61_200), (1000, 63_000))


@dataclass(frozen=True)
class Cells:
    """A stream's towns and days. `rate` in the units of `counts`; both int64 [town, day]."""

    world: World
    stream: Stream
    days: Days
    rate: Ints
    happened: Ints

    @property
    def expected(self) -> Floats:
        """The exact mean of `happened`."""
        return expected(self.rate, self.stream.dispersion)


def cells(world: World, stream: Stream, days: Days) -> Cells:
    """What happens, town by town and day by day."""
    rate = units(world.mean(stream, days), stream.dispersion)
    towns, length = rate.shape
    drawn = counts(
        rate.ravel(),
        stream.dispersion,
        world.seed,
        np.repeat(world.towns.key, length),
        np.tile(days.number, towns),
        stream.code,
    )
    return Cells(world, stream, days, rate, drawn.reshape(rate.shape))


@dataclass(frozen=True)
class Events:
    """Happenings of one stream, in the order of town, day and number in the cell. Draws come in
    blocks of four; block 0 decides recording, moment, village and kind."""

    world: World
    stream: Stream
    days: Days
    town: Ints
    day: Ints  # since 1970
    number: Ints
    _blocks: dict[int, tuple[Words, ...]] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.town)

    def draw(self, block: int, word: int) -> Words:
        if block not in self._blocks:
            key = self.world.towns.key[self.town]
            self._blocks[block] = draws(
                self.world.seed, key, self.day, self.stream.code, EVENT + block, self.number
            )
        return self._blocks[block][word]

    def only(self, chosen: Flags) -> Events:
        kept = {n: tuple(w[chosen] for w in words) for n, words in self._blocks.items()}
        return Events(
            self.world, self.stream, self.days, self.town[chosen], self.day[chosen],
            self.number[chosen], kept,
        )  # fmt: skip

    def of(self, values: Floats) -> Floats:
        """The value of each event's town and day, from float64 [town, day]."""
        return values[self.town, self.day - int(self.days.number[0])]

    def passes(self, share: Floats, block: int, word: int) -> Flags:
        """Whether each event falls under the share of its town and day."""
        return self.draw(block, word) < chance(self.of(share))

    @cached_property
    def kind(self) -> Ints:
        return pick(self.draw(0, 3), tuple(weight for _, weight in self.stream.kinds))

    @cached_property
    def village(self) -> Ints:
        return self.world.towns.village_of(self.world.seed, self.town, self.draw(0, 2))

    def second(self, clock: tuple[tuple[int, int], ...] = ROUND_THE_CLOCK) -> Ints:
        """The moment, in seconds since 1970 of the city's own clock."""
        return self.day * DAY + quantile(self.draw(0, 1), clock)


def events(world: World, stream: Stream, days: Days) -> Events:
    """All that happens, recorded or not."""
    happened = cells(world, stream, days).happened
    flat = happened.ravel()
    cell = np.repeat(np.arange(len(flat)), flat)
    town, day = np.divmod(cell, len(days))
    return Events(world, stream, days, town, days.number[day], running(flat))


def recorded(world: World, stream: Stream, days: Days) -> Events:
    """What of it comes to be recorded."""
    found = events(world, stream, days)
    if stream.recorded == 1.0 and world.injected(stream.id, "recorded", days) is None:
        return found
    return found.only(found.passes(world.recorded(stream, days), 0, 0))
