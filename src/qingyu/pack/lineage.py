"""What became of an area, and what it was before: splits, merges and renames followed through.

Two questions are answered. For the arithmetic: on the days before a change, the records of which
areas are the history of an area of today, and by what share (`histories`). For intake: which area
does an old or a new code mean on a day on which it is not in force (`Lineage.on`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import gcd

from qingyu.pack.model import MICRO, Area, Change

Shares = dict[str, Fraction]  # by the code of an origin


@dataclass(frozen=True)
class Stretch:
    """Days from `first` (None: without beginning) to the one before `until`, on which `origins`
    (code → micros of what it counted) stand for an area of later. `bridged`: a split or a merge
    lies between; else only the name or the code is another. after: the same on the day `until`
    itself."""

    first: date | None
    until: date
    origins: tuple[tuple[str, int], ...]
    bridged: bool
    after: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class History:
    """An area's stretches, the latest first. since: the last split or merge behind it; None where
    there were renames only."""

    stretches: tuple[Stretch, ...]
    since: date | None


def change_days(changes: Iterable[Change]) -> list[date]:
    return sorted({one.day for one in changes})


def histories(changes: Sequence[Change], seen_on: date) -> dict[str, History]:
    """For the areas as they are on a day: those whose history is another's on some days before.

    A share through several changes is the product of their shares, made whole micros by largest
    remainder (ties: the lower code), so that what the heirs of one area get always adds up to it.
    """
    days = [day for day in change_days(changes) if day <= seen_on]
    into: dict[tuple[date, str], list[Change]] = defaultdict(list)
    for one in changes:
        into[one.day, one.heir].append(one)
    heirs = _living(changes, days)
    held: dict[str, Shares] = {code: {code: Fraction(1)} for code in heirs}
    since: dict[str, date | None] = dict.fromkeys(heirs)
    found: dict[str, list[Stretch]] = {code: [] for code in heirs}
    whole: dict[str, tuple[tuple[str, int], ...]] = {code: ((code, MICRO),) for code in heirs}
    for place, day in reversed(list(enumerate(days))):
        begins = days[place - 1] if place else None
        moved = {code for code in heirs if any((day, one) in into for one in held[code])}
        for code in moved:
            edges = [one for origin in held[code] for one in into.get((day, origin), ())]
            if since[code] is None and any(one.kind != "rename" for one in edges):
                since[code] = day
            held[code] = _before(held[code], day, into)
        after, whole = whole, _whole_micros(held)
        for code in heirs:
            if code in moved or found[code]:
                bridged = since[code] is not None
                found[code].append(Stretch(begins, day, whole[code], bridged, after[code]))
    return {code: History(_joined(parts), since[code]) for code, parts in found.items() if parts}


def denominator(every: Iterable[History]) -> int:
    """The least whole number into whose parts all shares are whole; it divides a million."""
    common = MICRO
    for history in every:
        for stretch in history.stretches:
            common = gcd(common, *(share for _, share in stretch.origins))
    return MICRO // common


def _living(changes: Sequence[Change], days: Sequence[date]) -> list[str]:
    """The codes in force after the last of `days` that some change led to."""
    living: set[str] = set()
    for day in days:
        today = [one for one in changes if one.day == day]
        living -= {one.source for one in today}
        living |= {one.heir for one in today}
    return sorted(living)


def _before(shares: Shares, day: date, into: Mapping[tuple[date, str], list[Change]]) -> Shares:
    """The same history in terms of the areas of the day before."""
    found: Shares = defaultdict(Fraction)
    for code, share in shares.items():
        edges = into.get((day, code))
        if edges is None:
            found[code] += share
        for one in edges or ():
            found[one.source] += share * Fraction(one.share, MICRO)
    return dict(found)


def _whole_micros(held: Mapping[str, Shares]) -> dict[str, tuple[tuple[str, int], ...]]:
    """Shares in micros; of each origin, what its heirs get adds up as before."""
    by_origin: dict[str, dict[str, Fraction]] = defaultdict(dict)
    for heir, shares in held.items():
        for origin, share in shares.items():
            by_origin[origin][heir] = share * MICRO
    found: dict[str, list[tuple[str, int]]] = {heir: [] for heir in held}
    for origin in sorted(by_origin):
        exact = by_origin[origin]
        floors = {heir: int(share) for heir, share in exact.items()}
        left = round(sum(exact.values())) - sum(floors.values())
        order = sorted(exact, key=lambda heir: (floors[heir] - exact[heir], heir))
        for heir in order[:left]:
            floors[heir] += 1
        for heir, micros in floors.items():
            found[heir].append((origin, micros))
    return {heir: tuple(parts) for heir, parts in found.items()}


def _joined(parts: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Neighbours with the same origins as one."""
    found: list[Stretch] = []
    for part in parts:
        if found and found[-1].origins == part.origins and found[-1].bridged == part.bridged:
            found[-1] = replace(found[-1], first=part.first)
        else:
            found.append(part)
    return tuple(found)


class Lineage:
    """Which area a code means on a day on which it is not in force."""

    def __init__(self, areas: Iterable[Area], changes: Iterable[Change]) -> None:
        self._rows: dict[str, list[Area]] = defaultdict(list)
        for area in areas:
            self._rows[area.code].append(area)
        self._heirs: dict[str, list[Change]] = defaultdict(list)
        self._sources: dict[str, list[Change]] = defaultdict(list)
        for one in changes:
            if one.source != one.heir:
                self._heirs[one.source].append(one)
                self._sources[one.heir].append(one)

    def valid(self, code: str, day: date) -> bool:
        return any(
            (row.since is None or row.since <= day) and (row.until is None or day <= row.until)
            for row in self._rows[code]
        )

    def on(self, code: str, day: date) -> str | None:
        """The one area that has the code's ground on the day: itself, what alone it became, or
        what alone it was made of; None where that is several, or nothing."""
        for _ in range(1 + len(self._heirs) + len(self._sources)):
            if self.valid(code, day):
                return code
            if self.ended(code, day):
                after = [one.heir for one in self._heirs[code] if self._ends(code, one.day)]
            else:
                after = [one.source for one in self._sources[code] if self._begins(code, one.day)]
            if len(after) != 1:
                return None
            code = after[0]
        return None

    def ended(self, code: str, day: date) -> bool:
        return all(row.until is not None and row.until < day for row in self._rows[code])

    def _ends(self, code: str, day: date) -> bool:
        return not self.valid(code, day)

    def _begins(self, code: str, day: date) -> bool:
        return all(row.since is not None and row.since >= day for row in self._rows[code])
