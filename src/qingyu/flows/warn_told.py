"""One episode as it is told: its figures, since when, who speaks for it, what drives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from qingyu.engine.store import Home
from qingyu.engine.tables import Panel
from qingyu.flows.warn_drivers import Driver, drivers_of
from qingyu.flows.warn_episodes import Raised, cells_of
from qingyu.flows.warn_judge import Watch, day_of
from qingyu.flows.warn_live import Found, neighbours
from qingyu.flows.warn_log import Decision
from qingyu.flows.warn_numbers import Numbered, Silence, numbered, silence_of, silences
from qingyu.flows.warn_outlook import ahead_of, since_of
from qingyu.flows.warn_series import Series
from qingyu.index.bridging import bridges_of
from qingyu.index.sentence import Sentence
from qingyu.index.spot import area_of
from qingyu.pack.lineage import histories
from qingyu.pack.model import Area, Names, Pack
from qingyu.periods import period_of
from qingyu.warn.outlook import Outlook
from qingyu.warn.scan import Scan


@dataclass(frozen=True)
class Surest:
    """The day of an episode that is least likely to come by chance. on: the last day of the window;
    tail: that probability; count, expected: of the window."""

    on: date
    tail: float
    count: float
    expected: float


@dataclass(frozen=True)
class Told:
    """One episode as it is told. on: the day of which the figures are; state: `open`, `over`,
    `settled` (so long that it is a new level) or `unknown` (nothing is known since `on`)."""

    raised: Raised
    area: Area
    subject: Names
    state: str
    number: Numbered | None
    on: date
    shown: Watch  # the rule whose figures are told
    cells: dict[str, float]
    surest: Surest | None
    since: date | None
    told_by: str | None
    speaks_for: tuple[str, ...]
    neighbours: tuple[str, ...]  # codes of those that have it too
    silence: Silence | None
    drivers: tuple[Driver, ...]
    outlook: Outlook | None
    bridges: tuple[Sentence, ...]  # whose counts stand for its own before a split or merge

    @property
    def speaks(self) -> bool:
        return self.told_by is None and self.silence is None and self.state != "settled"

    @property
    def first(self) -> date:
        return day_of(self.raised.episode.first)

    @property
    def last(self) -> date:
        return day_of(self.raised.episode.last)


def name_of(pack: Pack, subject: str) -> Names:
    """The printed name of an indicator, a dimension or an index."""
    return names_of(pack)[subject]


def names_of(pack: Pack) -> dict[str, Names]:
    found = {one.id: one.name for one in pack.indices}
    found |= {one.id: one.name for one in pack.dimensions}
    return found | {one.id: one.name for one in pack.indicators}


def bridges_on(pack: Pack, area: str, day: int) -> tuple[Sentence, ...]:
    """What is said of an area's history on a day, if a split or merge lies behind it."""
    history = histories(pack.changes, day_of(day)).get(area)
    since = None if history is None else history.since
    return bridges_of(pack, area, since, day_of(day))


class Telling:
    """What is added to an episode so that a person can act on it."""

    def __init__(
        self,
        home: Home,
        pack: Pack,
        panel: Panel,
        found: Found,
        episodes: Sequence[Raised],
        log: Sequence[Decision],
        today: date,
        end: date,  # of what was looked at
        reasons: bool,
    ) -> None:
        self.home, self.pack, self.found, self.episodes = home, pack, found, episodes
        self.today, self.end, self.reasons = today, end, reasons
        self.series = Series(pack, panel)
        self.zones = Scan.between(found.areas, neighbours(pack, found.areas))
        self.silences = silences(log)
        self.numbers, self.gone = numbered(log, episodes)
        self.latest = max((max(s.days) for s in found.sheets.values() if s.days), default=0)

    def told(self, place: int) -> Told:
        one = self.episodes[place]
        day = one.episode.last
        shown, cells = self._shown(one, day)
        by = None if one.told_by is None else self.episodes[one.told_by].key
        quieted = silence_of(self.pack, self.silences, one, self.today)
        state = self._state(one)
        speaks = by is None and quieted is None
        asked = speaks and self.reasons
        return Told(
            raised=one,
            area=area_of(self.pack, one.area, period_of(day_of(day), "day")),
            subject=name_of(self.pack, one.subject),
            state=state,
            number=self.numbers.get(place),
            on=day_of(day),
            shown=shown,
            cells=cells,
            surest=self._surest(one),
            since=since_of(self.series, self.found, one) if speaks else None,
            told_by=by,
            speaks_for=tuple(self.episodes[p].key for p in range(len(self.episodes))
                             if self.episodes[p].told_by == place),
            neighbours=self._beside(one),
            silence=quieted,
            drivers=drivers_of(self.home, self.pack, self.series, one) if asked else (),
            outlook=ahead_of(self.series, one, cells) if asked and one.episode.open else None,
            bridges=bridges_on(self.pack, one.area, day),
        )  # fmt: skip

    def _shown(self, one: Raised, day: int) -> tuple[Watch, dict[str, float]]:
        """The rule that is surest of that day, and its figures."""
        every = [(w, dict(cells_of(self.found, w, one.area, day))) for w in one.watches]
        told = [(w, cells) for w, cells in every if cells and np.isfinite(cells["count"])]

        def sure(one: tuple[Watch, dict[str, float]]) -> float:
            tail = one[1]["tail"]
            return tail if np.isfinite(tail) else 2.0

        return min(told, key=sure, default=(one.watches[0], {}))

    def _surest(self, one: Raised) -> Surest | None:
        """Over all its days and rules; the first of equals."""
        found = [
            Surest(day_of(day), cells["tail"], cells["count"], cells["expected"])
            for day in range(one.episode.first, one.episode.last + 1)
            for watch in one.watches
            if watch.daily and (cells := cells_of(self.found, watch, one.area, day))
        ]
        told = [each for each in found if np.isfinite(each.tail)]
        return min(told, key=lambda each: each.tail, default=None)

    def _state(self, one: Raised) -> str:
        assert self.pack.warnings is not None
        if not one.episode.open:
            return "over"
        if one.episode.last - one.episode.first > self.pack.warnings.settled.days:
            return "settled"
        days = [max(self.found.sheets[w.key].days) for w in one.watches if w.daily]
        stale = bool(days) and self.latest - max(days) > 2
        silent = (self.end - day_of(max(days, default=self.latest))).days > 7 and bool(days)
        return "unknown" if stale or silent else "open"

    def _beside(self, one: Raised) -> tuple[str, ...]:
        if one.area not in self.found.areas:
            return ()
        near = self.zones.beside(self.found.areas.index(one.area))
        codes = {self.found.areas[row] for row in near}
        end = self.latest if one.episode.open else one.episode.last
        return tuple(dict.fromkeys(
            other.area for other in self.episodes
            if other.area in codes and other.subject == one.subject
            and other.episode.first <= end
            and (other.episode.open or other.episode.last >= one.episode.first)
        ))  # fmt: skip
