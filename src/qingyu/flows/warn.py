"""`warn`: what the duty officer is told, with its reasons.

The live answer is a function of the cube as known on each morning, the pack and the decision log;
hindsight judges the same days with what is known now. Missing and suspect days are told apart from
episodes, and a source that sends nothing is never calm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.engine.tables import Panel
from qingyu.errors import NotFoundError, PackError
from qingyu.flows.publish import count_new_measures
from qingyu.flows.warn_categories import Recoded, recoded
from qingyu.flows.warn_drivers import Driver, drivers_of
from qingyu.flows.warn_episodes import Raised, cells_of, raised
from qingyu.flows.warn_judge import day_of
from qingyu.flows.warn_live import (
    Found,
    hindsight,
    judged_days,
    live,
    mornings_of,
    neighbours,
)
from qingyu.flows.warn_log import Decision, append, read_log
from qingyu.flows.warn_numbers import Numbered, Silence, numbered, silence_of, silences
from qingyu.flows.warn_outlook import ahead_of, since_of
from qingyu.flows.warn_series import Series
from qingyu.flows.warn_supply import Unsaid, unsaid
from qingyu.i18n import T
from qingyu.index.hierarchy import day_number
from qingyu.index.sentence import Sentence
from qingyu.index.spot import area_of
from qingyu.intake.place import folded
from qingyu.pack.model import SEVERITIES, Area, Names, Pack, Warnings
from qingyu.periods import Period, parse, period_of
from qingyu.warn.outlook import Outlook
from qingyu.warn.scan import Scan


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
    cells: dict[str, float]
    surest: float | None  # the least probability under calm of any of its days
    since: date | None
    told_by: str | None
    speaks_for: tuple[str, ...]
    neighbours: tuple[str, ...]  # codes of those that have it too
    silence: Silence | None
    drivers: tuple[Driver, ...]
    outlook: Outlook | None

    @property
    def speaks(self) -> bool:
        return self.told_by is None and self.silence is None and self.state != "settled"

    @property
    def first(self) -> date:
        return day_of(self.raised.episode.first)

    @property
    def last(self) -> date:
        return day_of(self.raised.episode.last)


@dataclass(frozen=True)
class Warned:
    """The answer. judged: how many days of counts were judged live in the period, of how many."""

    pack: Pack
    period: Period
    known: int
    morning: date | None
    hindsight: bool
    episodes: tuple[Told, ...]
    unsaid: tuple[Unsaid, ...]
    recoded: tuple[Recoded, ...]
    gone: tuple[Numbered, ...]
    judged: int
    days: int


def warn(
    home: Home,
    pack: Pack,
    period: str | None = None,
    known: str | None = None,
    area: str | None = None,
    *,
    looking_back: bool = False,
) -> Warned:
    """Episodes that were open in `period` (default: the week up to the last morning); as known on
    the morning of `known`, a day."""
    rules = rules_of(pack)
    count_new_measures(home, pack)
    now = _moment(home, pack, rules, known)
    mornings = mornings_of(home, pack, now)
    number = mornings[-1].batch if mornings else 0
    last = mornings[-1].day if mornings else now.date()
    wanted = parse(period) if period else period_of(last - timedelta(days=1), "day")
    first = wanted.first if period else wanted.first - timedelta(days=6)
    panel = load_panel(home, pack, number if not looking_back else None)
    if looking_back:
        found = hindsight(pack, panel, first - timedelta(days=90), wanted.last)
    else:
        found = live(home, pack, mornings)
    every = raised(pack, found)
    episodes = _in_period(every, first, wanted.last)
    log = [one for one in read_log(home) if datetime.fromisoformat(one.at) <= now]
    telling = _Telling(home, pack, panel, found, every, log, last)
    told = [telling.told(place) for place in episodes]
    if area is not None:
        told = [one for one in told if one.raised.area == area]
    return Warned(
        pack=pack,
        period=wanted,
        known=panel.known,
        morning=mornings[-1].day if mornings else None,
        hindsight=looking_back,
        episodes=tuple(sorted(told, key=_order)),
        unsaid=tuple(unsaid(pack, panel, last)),
        recoded=tuple(recoded(home, pack, panel.known, min(last, wanted.last))),
        gone=telling.gone,
        judged=judged_days(pack, found, first, wanted.last),
        days=(wanted.last - first).days + 1,
    )


def notify(home: Home, pack: Pack, who: str, found: Warned) -> tuple[Decision, ...]:
    """Write down that the speaking episodes without a number were told: they keep it for good."""
    new = [one for one in found.episodes if one.speaks and one.number is None]
    taken = [one for one in read_log(home) if one.kind == "notified"]
    entries: list[tuple[str, dict[str, object]]] = []
    for count, one in enumerate(sorted(new, key=lambda one: (one.first, one.raised.key)), 1):
        entries.append(("notified", {
            "episode": f"{one.first.year}-{len(taken) + count:04d}",
            "area": one.raised.area,
            "subject": one.raised.subject,
            "first": one.first.isoformat(),
            "last": one.last.isoformat(),
            "known": found.known,
            "pack": pack.digest,
        }))  # fmt: skip
    if not entries:
        return ()
    return append(home, who, local_now(home, pack), entries)[-len(entries) :]


def silence(
    home: Home, pack: Pack, who: str, area: str, subject: str, first: date, last: date, because: str
) -> Decision:
    """A known cause: episodes of this area (and all within it) on this subject are not raised from
    `first` to `last`."""
    rules_of(pack)
    entry: dict[str, object] = {
        "area": area, "subject": subject_of(pack, subject), "from": first.isoformat(),
        "until": last.isoformat(), "because": because,
    }  # fmt: skip
    return append(home, who, local_now(home, pack), [("silence", entry)])[-1]


def lift(home: Home, pack: Pack, who: str, number: int, because: str) -> Decision:
    """Ends a silence before its day."""
    if number not in {one.number for one in silences(read_log(home))}:
        raise NotFoundError(
            str(number),
            T("no silence of this number"),
            ", ".join(str(one.number) for one in silences(read_log(home))) or "-",
            T("`qingyu warn` shows the numbers of silences in force."),
        )
    entry: dict[str, object] = {"silence": number, "because": because}
    return append(home, who, local_now(home, pack), [("lift", entry)])[-1]


def local_now(home: Home, pack: Pack) -> datetime:
    return home.clock().astimezone(ZoneInfo(pack.time_zone))


def subject_of(pack: Pack, asked: str) -> str:
    """The id of the indicator, dimension or index that is meant, by id or printed name."""
    named = _names(pack)
    if asked == "*" or asked in named:
        return asked
    for name, names in named.items():
        if folded(asked) in {folded(names.zh), folded(names.en)}:
            return name
    raise NotFoundError(
        asked,
        T("no indicator, dimension or index of this name"),
        ", ".join(sorted(named)),
        T("Give one of these ids or a printed name, or * for all."),
    )


def name_of(pack: Pack, subject: str) -> Names:
    """The printed name of an indicator, a dimension or an index."""
    return _names(pack)[subject]


def _names(pack: Pack) -> dict[str, Names]:
    found = {one.id: one.name for one in pack.indices}
    found |= {one.id: one.name for one in pack.dimensions}
    return found | {one.id: one.name for one in pack.indicators}


def rules_of(pack: Pack) -> Warnings:
    """The pack's rules; `PackError` if it has none."""
    if pack.warnings is None:
        raise PackError(
            "warnings.yaml",
            T("no warning rules in this pack"),
            T("a file that says when a warning is raised"),
            T("Write warnings.yaml; docs/howto/warn.md begins with a short one."),
        )
    return pack.warnings


def _moment(home: Home, pack: Pack, rules: Warnings, known: str | None) -> datetime:
    """The moment from which one looks: now, or the `morning` hour of a day."""
    if known is None:
        return local_now(home, pack)
    try:
        day = date.fromisoformat(known.strip())
    except ValueError:
        raise NotFoundError(
            known, T("no day"), T("a morning such as 2026-10-15"), T("Write the day in this form.")
        ) from None
    hour = time.fromisoformat(rules.morning)
    return datetime.combine(day, hour, ZoneInfo(pack.time_zone))


def _in_period(episodes: Sequence[Raised], first: date, last: date) -> list[int]:
    start, end = day_number(first), day_number(last)
    return [
        place
        for place, one in enumerate(episodes)
        if one.episode.first <= end and (one.episode.open or one.episode.last >= start)
    ]


def _order(one: Told) -> tuple[int, int, int, float, str]:
    """Speaking first, then open, the gravest, the surest."""
    tail = 1.0 if one.surest is None else one.surest
    return (
        0 if one.speaks else 1,
        0 if one.raised.episode.open else 1,
        -SEVERITIES.index(one.raised.severity),
        tail,
        one.raised.key,
    )


class _Telling:
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
    ) -> None:
        self.home, self.pack, self.found, self.episodes = home, pack, found, episodes
        self.today = today
        self.series = Series(pack, panel)
        self.zones = Scan.between(found.areas, neighbours(pack, found.areas))
        self.silences = silences(log)
        self.numbers, self.gone = numbered(log, episodes)
        self.latest = max((max(s.days) for s in found.sheets.values() if s.days), default=0)

    def told(self, place: int) -> Told:
        one = self.episodes[place]
        day = one.episode.last
        cells = self._cells(one, day)
        by = None if one.told_by is None else self.episodes[one.told_by].key
        quieted = silence_of(self.pack, self.silences, one, self.today)
        state = self._state(one)
        speaks = by is None and quieted is None
        return Told(
            raised=one,
            area=area_of(self.pack, one.area, period_of(day_of(day), "day")),
            subject=name_of(self.pack, one.subject),
            state=state,
            number=self.numbers.get(place),
            on=day_of(day),
            cells=cells,
            surest=self._surest(one),
            since=since_of(self.series, self.found, one) if speaks else None,
            told_by=by,
            speaks_for=tuple(self.episodes[p].key for p in range(len(self.episodes))
                             if self.episodes[p].told_by == place),
            neighbours=self._beside(one),
            silence=quieted,
            drivers=drivers_of(self.home, self.pack, self.series, one) if speaks else (),
            outlook=ahead_of(self.series, one, cells) if speaks and one.episode.open else None,
        )  # fmt: skip

    def _cells(self, one: Raised, day: int) -> dict[str, float]:
        """Of the rule that is surest of that day."""
        cells = [dict(cells_of(self.found, watch, one.area, day)) for watch in one.watches]
        cells = [c for c in cells if c and np.isfinite(c["count"])]

        def sure(c: dict[str, float]) -> float:
            return c["tail"] if np.isfinite(c["tail"]) else 2.0

        return min(cells, key=sure, default={})

    def _surest(self, one: Raised) -> float | None:
        """Over all its days and rules."""
        days = range(one.episode.first, one.episode.last + 1)
        tails = [
            cells_of(self.found, watch, one.area, day).get("tail", np.nan)
            for watch in one.watches
            for day in days
            if watch.daily
        ]
        told = [tail for tail in tails if np.isfinite(tail)]
        return min(told, default=None)

    def _state(self, one: Raised) -> str:
        assert self.pack.warnings is not None
        if not one.episode.open:
            return "over"
        if one.episode.last - one.episode.first > self.pack.warnings.settled.days:
            return "settled"
        days = [max(self.found.sheets[w.key].days) for w in one.watches if w.daily]
        stale = bool(days) and self.latest - max(days) > 2
        silent = (self.today - day_of(max(days, default=self.latest))).days > 7 and bool(days)
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


__all__ = ["Sentence", "Told", "Warned", "lift", "notify", "silence", "subject_of", "warn"]
