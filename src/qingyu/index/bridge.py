"""The history of areas that were split, merged or renamed, for periods after the change.

A period sees the areas as they are on its last day. On days before a change, what an area of that
day has for history is what its origins counted, each by its share (`pack.lineage`). Shares are
numerators over one `unit`, and every sum of a run is in that unit, so nothing is rounded and the
heirs of an area always add up to it. Periods before a change see nothing of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from qingyu import exact
from qingyu.engine.tables import pair_name
from qingyu.errors import PackError
from qingyu.i18n import T
from qingyu.index.days import Range
from qingyu.index.hierarchy import EVER, Hierarchy, day_number
from qingyu.index.ingredients import NOT_BRIDGED, Int
from qingyu.index.running import ALL, Members, Mender, Rows, Running
from qingyu.pack.lineage import History, change_days, denominator, histories
from qingyu.pack.model import MICRO, Pack


@dataclass(frozen=True)
class Piece:
    """Days `low … high` on which the areas `rows` stand for an heir, each by its numerator."""

    low: int
    high: int
    rows: Int
    shares: Int


@dataclass(frozen=True)
class Move:
    """Of what was placed anew (rows of `Panel.moved`), by its numerators: what the points give to
    an heir, less what its share of the same records was."""

    low: int
    high: int
    rows: Int
    shares: Int


@dataclass(frozen=True)
class Heir:
    """An area of a view. own: its first day that is not told by `pieces`; since: the day of the
    last split or merge behind it, `NOT_BRIDGED` for renames."""

    row: int
    own: int
    since: int
    pieces: tuple[Piece, ...]
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True)
class View:
    """The periods (positions) that see the areas alike, and the heirs they see."""

    columns: Int
    heirs: tuple[Heir, ...]

    def of(self, ranges: Range) -> Range:
        return Range(ranges.first[self.columns], ranges.last[self.columns])


@dataclass(frozen=True)
class Bridge:
    """All views of the periods of one run. begins: graded area → day number from which a new area
    has a history of its own or of its origins. areas: how many graded areas there are."""

    unit: int
    views: tuple[View, ...]
    begins: dict[int, int]
    areas: int
    moved: Running | None = None  # of one measure: what was placed anew

    @cached_property
    def rows(self) -> Int:
        """[H] every area that is an heir in some view."""
        found = {heir.row for view in self.views for heir in view.heirs}
        return np.array(sorted(found), np.int64)

    @cached_property
    def _place(self) -> Int:
        """[A] the position in `rows`, or −1."""
        found = np.full(self.areas, -1, np.int64)
        found[self.rows] = np.arange(len(self.rows))
        return found

    def scaled(self, sums: Int) -> Int:
        """Sums in parts of the unit."""
        if exact.largest(sums) * self.unit >= exact.LIMIT:
            raise PackError(
                "changes.csv",
                T("sums that pass 64 bits"),
                T("counts below nine million million"),
                T("Keep fewer decimals of the shares, or of the summed field: lower `places`."),
            )
        return sums if self.unit == 1 else sums * self.unit

    def mend(self, plain: Running, sums: Int, ranges: Range, rows: Rows) -> Int:
        """`sums` [rows, P] of `plain` over `ranges`, in the unit and with the heirs' histories."""
        found = np.array(self.scaled(sums))
        chosen = self._place[rows]
        mine = np.flatnonzero(chosen >= 0)
        if len(mine):
            found[mine] += self.added(plain, ranges)[chosen[mine]]
        return found

    def of_groups(self, plain: Running, members: Members) -> Mender:
        return _Groups(self, plain, members)

    def added(self, plain: Running, ranges: Range) -> Int:
        """[H, P] what the history before a change adds to the own sums of each heir."""
        found = np.zeros((len(self.rows), len(ranges.first)), np.int64)
        for view in self.views:
            mine = view.of(ranges)
            for heir in view.heirs:
                own = plain.over(_within(mine, -EVER, heir.own - 1), np.array([heir.row]))
                change = -self.scaled(own[0])
                for piece in heir.pieces:
                    part = plain.over(_within(mine, piece.low, piece.high), piece.rows)
                    self.scaled(part)  # refuses what would not fit
                    change += (part * piece.shares[:, None]).sum(axis=0)
                change += self._from_points(heir, mine)
                found[self._place[heir.row], view.columns] = change
        return found

    def _from_points(self, heir: Heir, ranges: Range) -> Int:
        """[P] what the points give to an heir beyond its shares."""
        found = np.zeros(len(ranges.first), np.int64)
        if self.moved is not None:
            for move in heir.moves:
                part = self.moved.over(_within(ranges, move.low, move.high), move.rows)
                found += (part * move.shares[:, None]).sum(axis=0)
        return found

    def touched(self, ranges: Range) -> Int:
        """[A, P] the day since which a split or merge stands between an area and a part of the
        range; `NOT_BRIDGED` where none does."""
        found = np.full((self.areas, len(ranges.first)), NOT_BRIDGED, np.int64)
        for view in self.views:
            first, last = ranges.first[view.columns], ranges.last[view.columns]
            for heir in view.heirs:
                reaches = (first < heir.since) & (first <= last)
                found[heir.row, view.columns] = np.where(reaches, heir.since, NOT_BRIDGED)
        return found

    def extended(self, spans: list[tuple[Int, Int]]) -> list[tuple[Int, Int]]:
        """Days of validity of the areas with those of the histories of new ones before them."""
        if not spans or not self.begins:
            return spans
        first = spans[0][0].copy()
        for row, day in self.begins.items():
            first[row] = min(int(first[row]), day)
        return [(first, spans[0][1]), *spans[1:]]


@dataclass(frozen=True)
class _Groups:
    """Sums of whole groups of areas, some of them heirs."""

    bridge: Bridge
    plain: Running
    members: Members

    def mend(self, plain: Running, sums: Int, ranges: Range, rows: Rows) -> Int:
        found = np.array(self.bridge.scaled(sums))
        if rows is not ALL:
            raise ValueError("sums of groups are asked for all groups at once")
        added = self.bridge.added(self.plain, ranges)
        for group, mine in enumerate(self.members):
            found[group] += added[np.isin(self.bridge.rows, mine)].sum(axis=0)
        return found

    def of_groups(self, plain: Running, members: Members) -> Mender:
        raise ValueError("groups have no groups")


def _within(ranges: Range, low: int, high: int) -> Range:
    return Range(np.maximum(ranges.first, low), np.minimum(ranges.last, high))


def build_bridge(
    pack: Pack, hierarchy: Hierarchy, last: Int, pairs: Sequence[str] = ()
) -> Bridge | None:
    """What the periods with these last days (day numbers) see; None if no change came before the
    end of any of them. pairs: what was placed anew, as in `Panel.moved`."""
    days = [day_number(day) for day in change_days(pack.changes)]
    seen = np.searchsorted(np.array(days, np.int64), last, side="right")
    counts = sorted(set(seen.tolist()) - {0})
    if not counts:
        return None
    dates = change_days(pack.changes)
    found = {count: histories(pack.changes, dates[count - 1]) for count in counts}
    unit = denominator(history for by_code in found.values() for history in by_code.values())
    places = {code: place for place, code in enumerate(hierarchy.codes)}
    begin = _Beginnings(pack)
    views = []
    begins: dict[int, int] = {}
    for count in counts:
        heirs = []
        for code, history in found[count].items():
            row = int(hierarchy.to_graded[places[code]])
            if row >= 0:
                heir = _heir(row, history, unit, begin.of(code), _rows_in(hierarchy, places))
                heirs.append(replace(heir, moves=_moves(pack, heir, history, unit, pairs)))
                begins[row] = begin.of(code)
        views.append(View(np.flatnonzero(seen == count), tuple(heirs)))
    return Bridge(unit, tuple(views), begins, len(hierarchy.graded))


def _rows_in(hierarchy: Hierarchy, places: dict[str, int]) -> Callable[[str], int]:
    return lambda code: int(hierarchy.to_graded[places[code]])


def _heir(row: int, history: History, unit: int, begins: int, row_of: Callable[[str], int]) -> Heir:
    pieces = []
    for stretch in history.stretches:
        low = begins if stretch.first is None else max(begins, day_number(stretch.first))
        rows = np.array([row_of(code) for code, _ in stretch.origins], np.int64)
        shares = np.array([micros * unit // MICRO for _, micros in stretch.origins], np.int64)
        pieces.append(Piece(low, day_number(stretch.until) - 1, rows, shares))
    since = NOT_BRIDGED if history.since is None else day_number(history.since)
    return Heir(row, day_number(history.stretches[0].until), since, tuple(pieces))


def _moves(
    pack: Pack, heir: Heir, history: History, unit: int, pairs: Sequence[str]
) -> tuple[Move, ...]:
    """What the points change in each stretch: of each origin, its records placed in what the heir
    was made of come to it, and its share of all records that were placed goes."""
    place = {pair: row for row, pair in enumerate(pairs)}
    found = []
    for stretch, piece in zip(history.stretches, heir.pieces, strict=True):
        numerators: dict[int, int] = defaultdict(int)
        after, origins = dict(stretch.after), dict(stretch.origins)
        for one in pack.changes:
            pair = pair_name(one.day, one.source, one.heir)
            if one.day == stretch.until and one.source in origins and pair in place:
                gets = after.get(one.heir, 0) - origins[one.source]
                numerators[place[pair]] += gets * unit // MICRO
        if numerators:
            rows = np.array(list(numerators), np.int64)
            shares = np.array(list(numerators.values()), np.int64)
            found.append(Move(piece.low, piece.high, rows, shares))
    return tuple(found)


class _Beginnings:
    """The day number from which an area has a history: its own, or that of all its origins."""

    def __init__(self, pack: Pack) -> None:
        self._first: dict[str, int] = {}
        self._made: dict[str, list[str]] = {}
        for area in pack.areas:
            first = -EVER if area.since is None else day_number(area.since)
            self._first[area.code] = min(self._first.get(area.code, EVER), first)
        stays = {(one.day, one.source) for one in pack.changes if one.source == one.heir}
        for one in pack.changes:
            if (one.day, one.heir) not in stays:
                self._made.setdefault(one.heir, []).append(one.source)

    def of(self, code: str) -> int:
        origins = self._made.get(code)
        return self._first[code] if not origins else max(self.of(one) for one in origins)


def day_of(number: int) -> date | None:
    """The date of a day number; None for `NOT_BRIDGED`."""
    if number == NOT_BRIDGED:
        return None
    return date(1970, 1, 1) + timedelta(days=number)
