"""The twin, section 2: which days count, and what an area's counts and exposures are.

Plain dictionaries and loops. One object knows one pack and what has been received; everything
asked twice is remembered, nothing is clever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from twin_pack import AreaRow, Measure, Pack, Source
from twin_periods import DAY, days_of
from twin_records import UNPLACED, Record, amount, holds, unusual
from twin_union import events

__all__ = ["UNPLACED", "Record", "amount", "unusual"]

NONE, PARTIAL, GAP, SUSPECT, FULL = range(5)
Cover = tuple[date, date]


def half_even(n: int, d: int) -> int:
    """`round(n / d)` of section 1."""
    assert d > 0
    q, r = divmod(n, d)
    if 2 * r > d or (2 * r == d and q % 2 == 1):
        return q + 1
    return q


def day_states(
    source: Source,
    covers: Iterable[Cover],
    totals: Mapping[date, int],
    days: Sequence[date],
    works: Callable[[date], bool] | None = None,
) -> dict[date, int]:
    """The state of every day of one source; `totals` are its accepted records of each day."""
    return judged_days(source, covers, totals, days, works)[0]


def judged_days(
    source: Source,
    covers: Iterable[Cover],
    totals: Mapping[date, int],
    days: Sequence[date],
    works: Callable[[date], bool] | None = None,
) -> tuple[dict[date, int], dict[date, Fraction]]:
    """The states, and the outlying days with what would have been usual on each. `works` tells
    working days; only a contract that judges by them asks."""
    full: set[date] = set()
    edge: set[date] = set()
    for first, last in covers:
        for day in days_of(first, last):
            if day in (first, last) and source.edges == "partial":
                edge.add(day)
            else:
                full.add(day)
    states: dict[date, int] = {}
    for day in days:
        if any(first <= day <= last for first, last in source.gaps):
            states[day] = GAP
        elif day in full:
            states[day] = FULL
        elif day in edge:
            states[day] = PARTIAL
        else:
            states[day] = NONE
    outlying: dict[date, Fraction] = {}
    for day in days:  # in order of time: an earlier day that is far off is already left out
        if states[day] != FULL or day in source.confirmed:
            continue
        before = [day - DAY * n for n in range(1, 7 * source.usual_weeks + 1)]
        if source.usual_by == "weekday":
            alike = [d for d in before if d.isoweekday() == day.isoweekday()]
        else:
            assert works is not None
            alike = [d for d in before if works(d) == works(day)]
        heard = [totals.get(d, 0) for d in alike if states.get(d) == FULL and d not in outlying]
        if len(heard) < 3:
            continue
        usual, here = median(heard), Fraction(totals.get(day, 0))
        above, least = source.usual_above, source.usual_least
        if usual >= least and here < Fraction(source.usual_below, 10**6) * usual:
            states[day] = SUSPECT
        elif above is not None and here > Fraction(above, 10**6) * max(usual, Fraction(least)):
            outlying[day] = usual
    return states, outlying


def median(values: Sequence[int]) -> Fraction:
    """Of an even number the mean of the two in the middle."""
    ordered = sorted(values)
    return Fraction(ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2], 2)


@dataclass(frozen=True)
class Sums:
    """Over the counting days of a range: m, e, and how many days (D)."""

    m: int
    e: int
    days: int


class Days:
    """Hierarchy, coverage, counts and exposures of one pack, day by day."""

    def __init__(
        self,
        pack: Pack,
        records: Mapping[str, Sequence[Record]],
        covers: Mapping[str, Sequence[Cover]],
        first: date,
        last: date,
        known_on: date | None = None,
    ) -> None:
        self.pack = pack
        self.first, self.last = first, last
        self.days = days_of(first, last)
        self.known_on = known_on
        self.records = records
        self.states: dict[str, dict[date, int]] = {}
        self.outlying: dict[str, dict[date, Fraction]] = {}
        for source in pack.sources.values():
            totals: dict[date, int] = defaultdict(int)
            for record in records.get(source.id, ()):
                totals[record.day] += record.times
            self.states[source.id], self.outlying[source.id] = judged_days(
                source, covers.get(source.id, ()), totals, self.days, pack.works
            )
        self._above: dict[tuple[str, date], list[str]] = {}
        self._counted: dict[Measure, dict[tuple[str, date], int]] = {}
        self._events: dict[str, list[Record]] = {}
        self._odd: dict[Measure, dict[tuple[str, date], int]] = {}
        self._person_days: dict[tuple[str, str, date], int] = {}
        self._sums: dict[tuple[object, ...], Sums] = {}

    # -- hierarchy --------------------------------------------------------------------------

    def row(self, code: str, day: date) -> AreaRow | None:
        """The area as it is on a day, or None where it is not valid."""
        for row in self.pack.areas:
            since, until = row.since or date.min, row.until or date.max
            if row.code == code and since <= day <= until:
                return row
        return None

    def valid_codes(self, level: str, day: date) -> list[str]:
        return [
            code
            for code in self.pack.codes
            if (row := self.row(code, day)) is not None and row.level == level
        ]

    def above(self, code: str, day: date) -> list[str]:
        """The area itself, if it is valid, and everything above it on a day."""
        if (code, day) not in self._above:
            chain: list[str] = []
            current: str | None = code
            while current is not None:
                row = self.row(current, day)
                if row is None:  # what has lost its parent stands under the root
                    root = self.root(day)
                    chain += [root] if root is not None and root not in chain else []
                    break
                chain.append(current)
                current = row.parent
            self._above[code, day] = chain
        return self._above[code, day]

    def root(self, day: date) -> str | None:
        tops = self.valid_codes(self.pack.levels[0][0], day)
        return tops[0] if tops else None

    # -- counts -----------------------------------------------------------------------------

    def counted(self, measure: Measure) -> dict[tuple[str, date], int]:
        """(area, day) → the measure over the records of the area and of all below it."""
        if measure not in self._counted:
            found: dict[tuple[str, date], int] = defaultdict(int)
            for record in self.of(measure):
                add = amount(measure, record)
                if not add:
                    continue
                # Unplaced, or of an area that is not valid on the day: the root's.
                for area in self.above(record.area, record.day):
                    found[area, record.day] += add
            self._counted[measure] = found
        return self._counted[measure]

    def of(self, measure: Measure) -> Sequence[Record]:
        """The records that a measure counts; of a union its events, each as one."""
        if measure.source in self.pack.unions and measure.source not in self._events:
            union = self.pack.unions[measure.source]
            self._events[measure.source] = events(self.pack, union, self.records)
        return self._events.get(measure.source, self.records.get(measure.source, ()))

    def odd(self, measure: Measure) -> dict[tuple[str, date], int]:
        """(area, day) → how many of the measure's records have an unusual number in a column that
        it reads, of days that the contract does not confirm."""
        if measure not in self._odd:
            self._odd[measure] = self._count_odd(measure)
        return self._odd[measure]

    def _count_odd(self, measure: Measure) -> dict[tuple[str, date], int]:
        if measure.source in self.pack.unions:
            return {}  # an event has no numbers
        source = self.pack.sources[measure.source]
        ranges = {column: (least, most) for column, least, most in source.usually}
        read = [name for name in (measure.of, *(name for name, _ in measure.where))
                if name in ranges]  # fmt: skip
        found: dict[tuple[str, date], int] = defaultdict(int)
        for record in self.records.get(measure.source, ()) if read else ():
            others = [(name, one) for name, one in measure.where if name not in ranges]
            if record.day in source.confirmed or not all(
                holds(one, record.fields.get(name)) for name, one in others
            ):
                continue
            if any(unusual(record.fields.get(name), *ranges[name]) for name in read):
                for area in self.above(record.area, record.day):
                    found[area, record.day] += record.times
        return found

    # -- exposures --------------------------------------------------------------------------

    def on_day(self, exposure: str, code: str, day: date) -> int:
        """An area's exposure on a day; 0 where there is none."""
        key = exposure, code, day
        if key not in self._person_days:
            self._person_days[key] = self._on_day(exposure, code, day)
        return self._person_days[key]

    def _on_day(self, exposure: str, code: str, day: date) -> int:
        known = [
            row
            for row in self.pack.exposures[exposure]
            if row.area == code and (self.known_on is None or row.known_from <= self.known_on)
        ]
        if known:
            begun = [row for row in known if row.valid_from <= day]
            if begun:
                return max(begun, key=lambda row: (row.valid_from, row.known_from)).value
            start = min(row.valid_from for row in known)
            return max(
                (row for row in known if row.valid_from == start), key=lambda row: row.known_from
            ).value
        children = [
            child for child in self.pack.codes if self.above(child, day)[:2] == [child, code]
        ]
        return sum(self.on_day(exposure, child, day) for child in children)

    # -- sums over a range --------------------------------------------------------------------

    def state(self, sources: Iterable[str], day: date) -> list[int]:
        return [self.states[source].get(day, NONE) for source in sources]

    def counts_on(self, sources: Iterable[str], code: str, day: date) -> bool:
        """Whether a day counts: full for every source, and the area valid on it."""
        full = all(state == FULL for state in self.state(sources, day))
        return full and self.row(code, day) is not None

    def sums(
        self, measure: Measure, per: Measure | str | None, code: str, first: date, last: date
    ) -> Sums:
        """m, e and D of an area over the counting days of a closed range. `per` is an exposure's
        name, a second measure, or nothing (e is 0)."""
        key = measure, per, code, first, last
        if key in self._sums:
            return self._sums[key]
        sources = {*measure.sources, *(per.sources if isinstance(per, Measure) else ())}
        m = e = days = 0
        for day in days_of(max(first, self.first), min(last, self.last)):
            if not self.counts_on(sources, code, day):
                continue
            days += 1
            m += self.counted(measure).get((code, day), 0)
            if isinstance(per, Measure):
                e += self.counted(per).get((code, day), 0)
            elif per is not None:
                e += self.on_day(per, code, day)
        self._sums[key] = Sums(m, e, days)
        return self._sums[key]

    def last_full(self, source: str) -> date | None:
        full = [day for day, state in self.states[source].items() if state == FULL]
        return max(full, default=None)
