"""Told episodes against what was put into a simulated city: found or missed, how late, and what
was told though nothing had happened.

An injected episode is met by a told one of the same subject (or by reds of an index or dimension
that holds it), of its town, a part or an area above it, with a day on which it lasts. It is found
if one begins no earlier than it; how late is the first morning on which that was said. Episodes
that meet none are false, but for a fall in rank of its very town. What changes the books and not
the streets (`patrol`, `recorded`) is nothing to be found: what meets it is false as well, and told
beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from qingyu.flows.listed import listed
from qingyu.flows.warn_calibrate import YEAR, Rate
from qingyu.flows.warn_episodes import Raised
from qingyu.flows.warn_judge import day_of, watches
from qingyu.flows.warn_live import Found, judged_days
from qingyu.pack.model import Names, Pack
from qingyu.simulate.city.city import TRUTH
from qingyu.simulate.city.truth import TRUTHS

MODEL = "model.json"
_AFTER = timedelta(days=14)  # windows of a week, and files that come late, tell of it after its end
_REAL = ("happens", "fails")


@dataclass(frozen=True)
class Injected:
    """One thing put in on purpose. areas: codes of its towns (none: the whole city); subjects:
    indicators that it makes worse; real: it happens, and is not only written down otherwise."""

    id: str
    name: Names
    areas: tuple[str, ...]
    subjects: tuple[str, ...]
    first: date
    last: date
    real: bool


@dataclass(frozen=True)
class Met:
    """An injected episode that began in the time looked at, and the first told one that found it
    (None: missed). word: the morning that first said it; open_before: one was open already."""

    injected: Injected
    by: Raised | None
    word: date | None
    open_before: bool

    @property
    def late(self) -> int | None:
        """Days from its beginning to the morning of the first word."""
        return None if self.word is None else (self.word - self.injected.first).days

    def to_json(self) -> dict[str, object]:
        one = self.injected
        return {
            "id": one.id,
            "name": one.name.model_dump(),
            "areas": list(one.areas),
            "subjects": list(one.subjects),
            "first": one.first.isoformat(),
            "last": one.last.isoformat(),
            "found": self.by is not None,
            "open_before": self.open_before,
            "key": None if self.by is None else self.by.key,
            "rules": [] if self.by is None else [w.rule.id for w in self.by.watches],
            "word": None if self.word is None else self.word.isoformat(),
            "late": self.late,
        }


@dataclass(frozen=True)
class Trial:
    """met: what was to be found; false: told episodes that speak and meet nothing real; books: of
    these, those on what was only written down otherwise; rate: of the false, a town and year; days:
    that were judged."""

    met: tuple[Met, ...]
    false: tuple[Raised, ...]
    books: tuple[Raised, ...]
    told: int
    towns: int
    days: int

    @property
    def rate(self) -> Rate:
        """(Of at least one town and year: an interval of less says nothing.)"""
        return Rate.of(len(self.false), max(round(self.towns * self.days / YEAR), 1))

    def to_json(self) -> dict[str, object]:
        return {
            "found": sum(one.by is not None for one in self.met),
            "of": len(self.met),
            "told": self.told,
            "false": len(self.false),
            "only_books": len(self.books),
            "rate": dict(vars(self.rate)),
            "towns": self.towns,
            "days": self.days,
            "injected": [one.to_json() for one in self.met],
            "false_keys": [one.key for one in self.false],
        }


def read_truth(folder: Path) -> tuple[Injected, ...]:
    """What was put into the simulated city of this folder."""
    return tuple(_injected(entry) for entry in listed(folder / TRUTH / MODEL, "episodes"))


def _injected(entry: dict[str, object]) -> Injected:
    streams, on = _words(entry["streams"]), str(entry["on"])
    return Injected(
        id=str(entry["id"]),
        name=Names(zh=str(entry["name_zh"]), en=str(entry["name"])),
        areas=_words(entry["towns"]),
        subjects=_subjects(streams, on),
        first=date.fromisoformat(str(entry["first"])),
        last=date.fromisoformat(str(entry["last"])),
        real=on in _REAL,
    )


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(word) for word in value) if isinstance(value, list) else ()


def _subjects(streams: Sequence[str], on: str) -> tuple[str, ...]:
    """Indicators of the streams' counts; of cases that fail, those of the shares."""
    if on == "fails":
        return tuple(one.indicator for one in TRUTHS if set(streams) & {*one.shares})
    return tuple(
        one.indicator for one in TRUTHS if one.sort == "rate" and set(streams) & {*one.streams}
    )


def trial(
    pack: Pack,
    found: Found,
    every: Sequence[Raised],
    truth: Sequence[Injected],
    first: date,
    last: date,
) -> Trial:
    """Of the episodes `every` that were told in `found`, those that began between two days."""
    assert pack.warnings is not None
    matching = _Matching(pack)
    mine = [one for one in every if first <= day_of(one.episode.first) <= last]
    asked = [
        one for one in truth
        if one.real and first <= one.first <= last and matching.watched & {*one.subjects}
    ]  # fmt: skip
    real = [one for one in truth if one.real]
    speaking = [one for one in mine if one.told_by is None]
    false = [one for one in speaking if not any(matching.explains(one, t) for t in real)]
    books = [one for one in false
             if any(matching.finds(one, t) for t in truth if not t.real)]  # fmt: skip
    level = pack.warnings.budget.level
    return Trial(
        met=tuple(_met(matching, found, every, one) for one in asked),
        false=tuple(false),
        books=tuple(books),
        told=len(speaking),
        towns=sum(area.level == level and area.until is None for area in pack.areas),
        days=judged_days(pack, found, first, last),
    )


def _met(matching: _Matching, found: Found, every: Sequence[Raised], injected: Injected) -> Met:
    meeting = [one for one in every if matching.finds(one, injected)]
    fresh = [one for one in meeting if day_of(one.episode.first) >= injected.first]
    words = sorted((_word(found, one), one.key, one) for one in fresh)
    before = any(day_of(one.episode.first) < injected.first for one in meeting)
    if not words:
        return Met(injected, None, None, before)
    return Met(injected, words[0][2], words[0][0], before)


def _word(found: Found, one: Raised) -> date:
    """The morning on which its first day was judged; in hindsight the one after that day."""
    day = one.episode.first
    for watch in one.watches:
        sheet = found.sheets[watch.key]
        if found.mornings and day in sheet.days:
            return day_of(sheet.mornings[sheet.days.index(day)])
    return day_of(day + 1)


class _Matching:
    def __init__(self, pack: Pack) -> None:
        self._above: dict[str, set[str]] = {}
        parents = {area.code: area.parent for area in pack.areas}
        for code in parents:
            chain, at = set(), parents[code]
            while at is not None and at not in chain:
                chain.add(at)
                at = parents.get(at)
            self._above[code] = chain
        inside = {one.id: {one.id} for one in pack.indicators}
        for dimension in pack.dimensions:
            inside[dimension.id] = {i.id for i in pack.indicators if i.dimension == dimension.id}
        for index in pack.indices:
            inside[index.id] = set().union(*(inside[name] for name in index.dimensions))
        self._inside = inside
        # Looked for: what a rule counts itself. That an index falls too is asked of no rule.
        self.watched = {w.subject for w in watches(pack) if w.daily or w.rule.rise}

    def finds(self, one: Raised, injected: Injected) -> bool:
        """Same time and place; and the same subject, or reds of what holds it."""
        red = any(watch.rule.reds for watch in one.watches)
        inside = self._inside[one.subject] if red else {one.subject}
        return self._beside(one, injected) and bool(inside & {*injected.subjects})

    def explains(self, one: Raised, injected: Injected) -> bool:
        """Whether it is not false: what finds it, and a fall in rank of that very town."""
        fell = any(watch.rule.rank_fall for watch in one.watches)
        here = self._beside(one, injected) and one.area in injected.areas
        holds = bool(self._inside[one.subject] & {*injected.subjects})
        return self.finds(one, injected) or (fell and here and holds)

    def _beside(self, one: Raised, injected: Injected) -> bool:
        first, last = day_of(one.episode.first), day_of(one.episode.last)
        return (
            first <= injected.last + _AFTER
            and last >= injected.first
            and (not injected.areas or any(self._near(one.area, a) for a in injected.areas))
        )

    def _near(self, area: str, other: str) -> bool:
        return area == other or other in self._above[area] or area in self._above[other]
