"""One happening that several departments write down, each with its own clock, place and number.

Collisions with injured: the traffic police, and often the 110 centre and the fire service, which
cuts people out. Fires: the fire service, and often 110. That they are one event is known only to
the truth; to bring them together again is the work of matching.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from qingyu.simulate.city.chance import Ints, between, chance
from qingyu.simulate.city.events import DAY, Events, Flags, events
from qingyu.simulate.city.records.cells import place_of
from qingyu.simulate.city.shapes import Days
from qingyu.simulate.city.world import World

INJURED = 0.25  # of collisions
COLLISION_AT_110, COLLISION_AT_119 = 0.55, 0.35  # of those with injured
FIRE_AT_110 = 0.30
MINUTES, METRES = 8, 200  # most that a department's clock and place are off

# Word and block of draws of their own: blocks 0 to 3 belong to the happening itself.
_FLAGS, _PLACE, _OFF = 4, 5, 6


@dataclass(frozen=True)
class Sightings:
    """Happenings with who saw them. Arrays are those of `all`."""

    all: Events
    injured: Flags
    own: Flags  # the department whose matter it is wrote it down
    at_110: Flags
    at_119: Flags

    @cached_property
    def place(self) -> tuple[Ints, Ints]:
        e = self.all
        return place_of(e.world, e.town, e.village, e.draw(_PLACE, 0), e.draw(_PLACE, 1))

    def seen(self, department: int) -> tuple[Ints, Ints, Ints]:
        """Moment and place as a department (0 own, 1 110, 2 119) has them. Moments stay within
        the day: midnight would only blur what is measured."""
        e, (x, y) = self.all, self.place
        at = e.second()
        if department == 0:
            return at, x, y
        late = between(e.draw(_OFF + department, 0), -60 * MINUTES, 60 * MINUTES)
        off = METRES * 9  # millionths of a degree a metre, nearly
        return (
            np.clip(at + late, e.day * DAY, e.day * DAY + DAY - 1),
            x + between(e.draw(_OFF + department, 1), -off, off),
            y + between(e.draw(_OFF + department, 2), -off, off),
        )


def collisions(world: World, days: Days) -> Sightings:
    stream = world.scenario.stream("accidents")
    found = events(world, stream, days)
    injured = found.draw(_FLAGS, 0) < chance(INJURED)
    return Sightings(
        found,
        injured,
        found.passes(world.recorded(stream, days), 0, 0),
        injured & (found.draw(_FLAGS, 1) < chance(COLLISION_AT_110)),
        injured & (found.draw(_FLAGS, 2) < chance(COLLISION_AT_119)),
    )


def fires(world: World, days: Days) -> Sightings:
    stream = world.scenario.stream("fires")
    found = events(world, stream, days)
    none = np.zeros(len(found), np.bool_)
    own = found.passes(world.recorded(stream, days), 0, 0)
    return Sightings(found, none, own, found.draw(_FLAGS, 1) < chance(FIRE_AT_110), none)
