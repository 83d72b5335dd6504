"""The twin of unions, from `docs/explanation/matching.md` alone: every pair of records is tried.

Records name their key in `id` and their moment in `at` (local, ISO); of points `x` and `y` degrees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import cos, radians

from twin_pack import MICRO, Pack, Union
from twin_records import UNPLACED, Record, holds

MICROMETRES = 111_195  # of a millionth of a degree


@dataclass(frozen=True)
class Member:
    """A record that may be of some kind; `rank`: the place of its source in the union's list."""

    rank: int
    key: str
    at: datetime
    record: Record
    kinds: frozenset[int]


def events(pack: Pack, union: Union, records: Mapping[str, Sequence[Record]]) -> list[Record]:
    """Each event as a record of the union: its day, its area and, as a field, its kind."""
    members = [
        member
        for rank, source in enumerate(union.sources)
        for record in records.get(source, ())
        if (member := _member(union, rank, source, record)).kinds
    ]
    places = Places(pack)
    found: list[Record] = []
    left = sorted(members, key=lambda one: one.at)
    while left:
        together = [left.pop(0)]
        for one in together:  # grows while it is gone through
            joined = [other for other in left if matches(union, places, one, other)]
            together += joined
            left = [other for other in left if other not in joined]
        found.append(_event(union, together))
    return found


def _member(union: Union, rank: int, source: str, record: Record) -> Member:
    assert record.times == 1
    kinds = frozenset(
        number
        for number, (_, sources) in enumerate(union.kinds)
        if source in dict(sources)
        and all(holds(one, record.fields.get(name)) for name, one in dict(sources)[source])
    )
    at = datetime.fromisoformat(record.fields["at"])
    return Member(rank, record.fields["id"], at, record, kinds)


def matches(union: Union, places: Places, one: Member, other: Member) -> bool:
    if not one.kinds & other.kinds:
        return False
    if one.rank == other.rank and not union.within_source:
        return False
    if abs(one.at - other.at) > timedelta(minutes=union.minutes):
        return False
    here, there = one.record.area, other.record.area
    if union.same != "none" and not places.same(union.same, here, there):
        return False
    if union.metres is None:
        return True
    mine, theirs = point(one.record), point(other.record)
    if mine is None or theirs is None:
        return union.same != "none"
    return near(mine, theirs, union.metres)


@dataclass(frozen=True)
class Places:
    """Where an area lies, or has ever lain."""

    pack: Pack

    def above(self, code: str) -> set[str]:
        """All areas that it has ever lain in, at any remove, and itself."""
        found, ahead = {code}, [code]
        while ahead:
            now = ahead.pop()
            parents = {row.parent for row in self.pack.areas if row.code == now}
            new = {parent for parent in parents if parent is not None} - found
            found |= new
            ahead += new
        return found

    def same(self, level: str, here: str, there: str) -> bool:
        if UNPLACED in (here, there):
            return False
        if level == "area":
            return here in self.above(there) or there in self.above(here)
        of_level = {row.code for row in self.pack.areas if row.level == level}
        mine, theirs = self.above(here) & of_level, self.above(there) & of_level
        return bool((mine or {here}) & (theirs or {there}))


def point(record: Record) -> tuple[int, int] | None:
    """Longitude and latitude in millionths of a degree."""
    x, y = record.fields.get("x"), record.fields.get("y")
    if not x or not y:
        return None
    return int(Fraction(x) * MICRO), int(Fraction(y) * MICRO)


def near(one: tuple[int, int], other: tuple[int, int], metres: int) -> bool:
    """On a plane; east–west times the cosine of the latitude halfway, to a tenth of a degree."""
    halfway = abs(one[1] + other[1]) // 2 // 100_000
    cosine = Decimal(cos(radians(halfway / 10))).quantize(Decimal("1e-6"), ROUND_HALF_EVEN)
    east = Fraction((one[0] - other[0]) * MICROMETRES) * Fraction(cosine)
    north = Fraction((one[1] - other[1]) * MICROMETRES)
    return east**2 + north**2 <= Fraction(metres * MICRO) ** 2


def _event(union: Union, together: Sequence[Member]) -> Record:
    lead = min(together, key=lambda one: (one.at, one.rank, one.key))
    common = frozenset.intersection(*(one.kinds for one in together))
    foremost = min(together, key=lambda one: (one.rank, one.at, one.key))
    name, _ = union.kinds[min(common or foremost.kinds)]
    day: date = lead.record.day
    return Record(day, lead.record.area, {"kind": name})
