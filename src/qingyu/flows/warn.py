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

from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.errors import NotFoundError, PackError
from qingyu.flows.publish import count_new_measures
from qingyu.flows.warn_blind import Blind, blind_of
from qingyu.flows.warn_categories import Recoded, recoded
from qingyu.flows.warn_episodes import Raised, raised
from qingyu.flows.warn_live import (
    judged_days,
    live,
    mornings_of,
)
from qingyu.flows.warn_log import Decision, append, read_log
from qingyu.flows.warn_numbers import Numbered, silences
from qingyu.flows.warn_past import hindsight
from qingyu.flows.warn_supply import Unsaid, unsaid
from qingyu.flows.warn_told import Telling, Told, names_of
from qingyu.i18n import T
from qingyu.index.hierarchy import day_number
from qingyu.index.sentence import Sentence
from qingyu.intake.place import folded
from qingyu.pack.model import SEVERITIES, Pack, Warnings
from qingyu.periods import Period, parse, period_of


@dataclass(frozen=True)
class Warned:
    """The answer. judged: how many days of counts were judged live in the period, of how many;
    blind: where a rule had no answer on the last day."""

    pack: Pack
    period: Period
    known: int
    morning: date | None
    hindsight: bool
    episodes: tuple[Told, ...]
    unsaid: tuple[Unsaid, ...]
    blind: tuple[Blind, ...]
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
    reasons: bool = True,
    now: datetime | None = None,
) -> Warned:
    """Episodes that were open in `period` (default: the week up to the last morning); as known on
    the morning of `known`, a day, or at the moment `now`. reasons: with drivers and outlook, for
    which records are read."""
    rules = rules_of(pack)
    count_new_measures(home, pack)
    now = now or _moment(home, pack, rules, known)
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
    end = min(last, wanted.last + timedelta(days=1)) if looking_back else last
    telling = Telling(home, pack, panel, found, every, log, last, end, reasons)
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
        blind=tuple(blind_of(pack, found)),
        recoded=tuple(recoded(home, pack, panel.known, min(last, wanted.last)) if reasons else ()),
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
    named = names_of(pack)
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
    tail = 1.0 if one.surest is None else one.surest.tail
    return (
        0 if one.speaks else 1,
        0 if one.raised.episode.open else 1,
        -SEVERITIES.index(one.raised.severity),
        tail,
        one.raised.key,
    )


__all__ = ["Sentence", "Told", "Warned", "lift", "notify", "silence", "subject_of", "warn"]
