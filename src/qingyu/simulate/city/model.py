"""What can be declared of a simulated city: streams of happenings, shares of them, and episodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

Knots = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Stream:
    """Things of one sort that happen.

    `code` finds its draws and never changes. `rate`: a day, for each 10,000 of `exposure`, in the
    mean town. `dispersion`: variance ÷ mean of a town's day (NB1). `spread`, `mood`: of the
    logarithm of a town's lasting effect, and of its effect in each month. `season`, `week`,
    `festival`: tables of `shapes`. `trend`: change a year, as a share of the rate of 2021-11-01.
    `recorded`: the share that comes to be recorded. `kinds`: (word, weight); a word is one of the
    contract's.
    """

    id: str
    code: int
    exposure: str
    rate: float
    dispersion: float = 1.0
    spread: float = 0.3
    mood: float = 0.08
    season: str = "even"
    week: str = "even"
    festival: str = "even"
    trend: float = 0.0
    recorded: float = 1.0
    kinds: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Share:
    """A chance that differs from town to town, such as to be answered in time: 1 − (1 − `share`)
    times a town's lasting effect (`spread`) and its effect in a month (`mood`)."""

    id: str
    code: int
    share: float
    spread: float = 0.3
    mood: float = 0.1


@dataclass(frozen=True)
class Episode:
    """Something put in on purpose. `factor`: straight lines through (day of the episode,
    thousandths); it is 1000 outside. `on`: `happens` multiplies the rate of the streams,
    `recorded` the share that is recorded, `patrol` the hours of patrol, `fails` the part of the
    cases that is not handled in time. `towns`: codes; empty means the whole city."""

    id: str
    name_zh: str
    name: str
    towns: tuple[str, ...]
    streams: tuple[str, ...]  # ids of streams or shares
    first: date
    factor: Knots
    on: str = "happens"

    @property
    def last(self) -> date:
        return date.fromordinal(self.first.toordinal() + self.factor[-1][0])


@dataclass(frozen=True)
class Scenario:
    """All that is declared. `common`, `common_mood`: spreads of what a town's streams and shares
    have in common, for ever and in each month (some towns, and some months, are worse in all).
    `begin`: the day from which trends run."""

    streams: tuple[Stream, ...]
    shares: tuple[Share, ...]
    episodes: tuple[Episode, ...] = ()
    common: float = 0.12
    common_mood: float = 0.12
    begin: date = date(2021, 11, 1)
    streams_by_id: dict[str, Stream] = field(init=False, repr=False, compare=False)
    shares_by_id: dict[str, Share] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "streams_by_id", {s.id: s for s in self.streams})
        object.__setattr__(self, "shares_by_id", {s.id: s for s in self.shares})

    def stream(self, name: str) -> Stream:
        return self.streams_by_id[name]

    def share(self, name: str) -> Share:
        return self.shares_by_id[name]
