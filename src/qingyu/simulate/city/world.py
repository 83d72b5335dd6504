"""One simulated city, and how much is expected in it where and when.

Everything is a function of seed, town and day: no state goes from one day to the next, so that the
last of five years costs as much as the first. Arrays are float64 or int64 [town, day]; products
are formed in one fixed order, so that every processor gets the same last digit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np

from qingyu.pack.model import Pack
from qingyu.simulate.city import shapes
from qingyu.simulate.city.chance import MOOD, RISK, Floats, bell
from qingyu.simulate.city.declared import ZHUHAI
from qingyu.simulate.city.model import Episode, Scenario, Share, Stream
from qingyu.simulate.city.places import ACTUAL, RESIDENTS, Towns, towns_of
from qingyu.simulate.city.shapes import Days, days_between, number_of

Effect = Literal["happens", "recorded", "patrol", "fails"]

LEAST, MOST = 0.02, 1.0  # of a share
_RECORDED = 200  # added to a stream's code: draws about its recording
_COMMON = 600  # code of the draws about what a town's streams have in common
_EFFORT_SPREAD, _EFFORT_MOOD = 0.3, 0.15


@dataclass(frozen=True)
class World:
    """`scale` multiplies all rates of happening."""

    towns: Towns
    scenario: Scenario = ZHUHAI
    seed: int = 2014
    scale: float = 1.0
    festivals: tuple[date, ...] = ()
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()
    _kept: dict[tuple[int, int], Floats] = field(default_factory=dict, repr=False, compare=False)

    def days(self, first: date, last: date) -> Days:
        return self.numbered(number_of(first), number_of(last))

    def numbered(self, first: int, last: int) -> Days:
        return days_between(first, last, self.festivals, self.holidays, self.workdays)

    # -- what multiplies ------------------------------------------------------------------------

    def exposure(self, name: str, days: Days) -> Floats:
        """People (or hectares) who are truly there. Visitors come and go by day; the pack's
        figure, which the index divides by, is their mean."""
        whole = self.towns.exposures[name].on(days.number)
        if name != ACTUAL or RESIDENTS not in self.towns.exposures:
            return whole
        at_home = self.towns.exposures[RESIDENTS].on(days.number)
        swing = shapes.weekday(days, "crowd") * shapes.festival(days, "crowd")
        return at_home + (whole - at_home) * swing

    def lasting(self, code: int, spread: float) -> Floats:
        """A town's own factor for a stream or share: mean 1 over towns, the same for ever."""
        return shapes.effect(spread, bell(self.seed, self.towns.key, 0, code, RISK, 0))

    def mood(self, code: int, spread: float, days: Days) -> Floats:
        """A town's own factor in each month, mean 1."""
        months, place = np.unique(days.month, return_inverse=True)
        found = np.stack([self._month(code, spread, int(month)) for month in months], axis=1)
        return found[:, place]

    def _month(self, code: int, spread: float, month: int) -> Floats:
        key = (code, month)
        if key not in self._kept:
            if len(self._kept) > 20_000:
                self._kept.clear()
            draw = bell(self.seed, self.towns.key, month, code, MOOD, 0)
            self._kept[key] = shapes.effect(spread, draw)
        return self._kept[key]

    def common(self, days: Days) -> Floats:
        """What is worse (or better) in a town in all respects, mean 1."""
        lasting = self.lasting(_COMMON, self.scenario.common)[:, None]
        return np.asarray(lasting * self.mood(_COMMON, self.scenario.common_mood, days))

    def episodes(self, name: str, on: Effect) -> Iterator[Episode]:
        for episode in self.scenario.episodes:
            if episode.on == on and name in episode.streams:
                yield episode

    def injected(self, name: str, on: Effect, days: Days) -> Floats | None:
        """The product of the episodes that bear on a stream or share; None if there are none."""
        found: Floats | None = None
        for episode in self.episodes(name, on):
            at = days.number - number_of(episode.first)
            inside = (at >= 0) & (at <= episode.factor[-1][0])
            if not inside.any():
                continue
            found = np.ones((len(self.towns), len(days))) if found is None else found
            factor = np.where(inside, shapes.through(at, episode.factor) / 1000.0, 1.0)
            for town in self._towns_of(episode):
                found[town] *= factor
        return found

    def _towns_of(self, episode: Episode) -> list[int]:
        if not episode.towns:
            return list(range(len(self.towns)))
        numbers = (self.towns.number(code) for code in episode.towns)
        return [number for number in numbers if number is not None]

    # -- what comes out -------------------------------------------------------------------------

    def mean(self, stream: Stream, days: Days) -> Floats:
        """How many are expected to happen."""
        years = (days.number - number_of(self.scenario.begin)) / 365.25
        shape = shapes.season(days, stream.season) * shapes.weekday(days, stream.week)
        shape = shape * shapes.festival(days, stream.festival)
        shape = shape * np.maximum(1.0 + stream.trend * years, 0.1)
        found = self.exposure(stream.exposure, days) / 10_000.0 * (stream.rate * self.scale)
        found = found * self.lasting(stream.code, stream.spread)[:, None]
        found = found * self.mood(stream.code, stream.mood, days) * shape
        found = found * self.common(days)
        injected = self.injected(stream.id, "happens", days)
        return found if injected is None else found * injected

    def share(self, share: Share, days: Days) -> Floats:
        """The chance that a case of this day goes well."""
        bad = (1.0 - share.share) * self.lasting(share.code, share.spread)[:, None]
        bad = bad * self.mood(share.code, share.mood, days) * self.common(days)
        injected = self.injected(share.id, "fails", days)
        return np.clip(1.0 - (bad if injected is None else bad * injected), LEAST, MOST)

    def recorded(self, stream: Stream, days: Days) -> Floats:
        """The chance that what happens is recorded."""
        code = stream.code + _RECORDED
        missed = (1.0 - stream.recorded) * self.lasting(code, _EFFORT_SPREAD)[:, None]
        missed = missed * self.mood(code, _EFFORT_MOOD, days)
        found = np.clip(1.0 - missed, LEAST, MOST)
        injected = self.injected(stream.id, "recorded", days)
        return found if injected is None else np.minimum(found * injected, MOST)


def world_of(
    pack: Pack, seed: int = 2014, scale: float = 1.0, scenario: Scenario = ZHUHAI
) -> World:
    """The city that a pack describes."""
    return World(
        towns=towns_of(pack),
        scenario=scenario,
        seed=seed,
        scale=scale,
        festivals=pack.calendar.festivals,
        holidays=pack.calendar.holidays,
        workdays=pack.calendar.workdays,
    )
