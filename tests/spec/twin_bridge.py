"""The twin, section 10: areas that were split, merged or renamed, with exact fractions.

A period sees the areas of its last day. For each state of the areas (a *view*) there is one set
of days on which an area has the history of its origins, and the cells of a period are those of its
view; what is never bridged is asked of the plain cells.
"""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from twin_cells import Cell, Cells, Range
from twin_days import Days, Sums, half_even
from twin_outlines import placed
from twin_pack import MICRO, AreaRow, ChangeRow, Indicator, Measure
from twin_periods import DAY, Period, days_of

Shares = dict[str, Fraction]


class History:
    """Whose counts are an area's on a day, as seen after the change day `view`."""

    def __init__(self, days: Days, view: date) -> None:
        self.days = days
        self.rows = [row for row in days.pack.changes if row.day <= view]
        self.dates = sorted({row.day for row in self.rows}, reverse=True)
        kept = {(row.day, row.heir) for row in self.rows if row.source == row.heir}
        self.made = [row for row in self.rows if (row.day, row.heir) not in kept]
        self.before = self._walk()

    def origins(self, code: str, day: date) -> Shares:
        """code → share, of the areas whose counts on the day are this area's."""
        passed = [c for c in self.dates if c > day]
        if not passed:
            return {code: Fraction(1)}
        return self.before[min(passed)].get(code, {code: Fraction(1)})

    def since(self, code: str) -> date:
        """The first day of the history."""
        sources = [row.source for row in self.made if row.heir == code]
        if sources:
            return max(self.since(source) for source in sources)
        starts = [row.since or date.min for row in self.days.pack.areas if row.code == code]
        return min(starts)

    def _walk(self) -> dict[date, dict[str, Shares]]:
        """Change day → heir → origins on the days just before it, back to the change before."""
        gone: set[str] = set()
        for row in sorted(self.rows, key=lambda row: row.day):
            today = [other for other in self.rows if other.day == row.day]
            gone -= {other.heir for other in today}
            gone |= {other.source for other in today} - {other.heir for other in today}
        heirs = sorted({row.heir for row in self.rows} - gone)
        held: dict[str, Shares] = {heir: {heir: Fraction(1)} for heir in heirs}
        found = {}
        for day in self.dates:
            held = {heir: self._back(held[heir], day) for heir in heirs}
            found[day] = _whole_micros(held)
        return found

    def _back(self, shares: Shares, day: date) -> Shares:
        earlier: Shares = defaultdict(Fraction)
        for code, share in shares.items():
            into: list[ChangeRow] = [r for r in self.rows if r.day == day and r.heir == code]
            for row in into:
                earlier[row.source] += share * Fraction(row.share, MICRO)
            if not into:
                earlier[code] += share
        return dict(earlier)


def _whole_micros(held: dict[str, Shares]) -> dict[str, Shares]:
    """By largest remainder among the heirs of each origin."""
    found: dict[str, Shares] = {heir: {} for heir in held}
    for origin in {code for shares in held.values() for code in shares}:
        exact = {h: shares[origin] * MICRO for h, shares in held.items() if origin in shares}
        down = {heir: share.__floor__() for heir, share in exact.items()}
        left = int(sum(exact.values(), Fraction(0))) - sum(down.values())
        order = sorted(exact, key=lambda heir: (-(exact[heir] - down[heir]), heir))
        for heir in exact:
            more = heir in order[:left]
            found[heir][origin] = Fraction(down[heir] + more, MICRO)
    return found


class BridgedDays(Days):
    """Days as one view sees them: sums and validity of heirs reach back to their origins."""

    def __init__(self, real: Days, view: date) -> None:
        self.__dict__.update(copy(real.__dict__))
        self.real = real
        self.history = History(real, view)
        self._sums = {}
        self._placed: dict[Measure, dict[tuple[str, date], list[tuple[str, int, date]]]] = {}

    def row(self, code: str, day: date) -> AreaRow | None:
        found = self.real.row(code, day)
        if found is None and day >= self.history.since(code):
            rows = [row for row in self.pack.areas if row.code == code]
            first = min(rows, key=lambda row: row.since or date.min)
            return first if day < (first.since or date.min) else None
        return found

    def odd(self, measure: Measure) -> dict[tuple[str, date], int]:
        real = self.real.odd(measure)
        return {
            (code, day): 1
            for code in self.pack.codes
            for day in {day for _, day in real}
            if any(
                share > 0 and self.real.row(origin, day) and real.get((origin, day), 0) > 0
                for origin, share in self.history.origins(code, day).items()
            )
        }

    def sums(
        self, measure: Measure, per: Measure | str | None, code: str, first: date, last: date
    ) -> Sums:
        sources = {*measure.sources, *(per.sources if isinstance(per, Measure) else ())}
        m = e = Fraction(0)
        days = 0
        for day in days_of(max(first, self.first), min(last, self.last)):
            if not self.counts_on(sources, code, day):
                continue
            days += 1
            m += self.heard(measure, code, day)
            if isinstance(per, Measure):
                e += self.heard(per, code, day)
            elif per is not None:
                for origin, share in self.history.origins(code, day).items():
                    if self.real.row(origin, day) is not None:
                        e += share * self.real.on_day(per, origin, day)
        return Sums(m, e, days)  # type: ignore[arg-type]  # fractions go where integers went

    def heard(self, measure: Measure, code: str, day: date) -> Fraction:
        """What the area's origins counted on a day: by points where records lie in an heir, else
        by shares. What lies in an heir is shared among its own later heirs."""
        found = Fraction(0)
        for origin, share in self.history.origins(code, day).items():
            if self.real.row(origin, day) is None:
                continue
            rest = self.real.counted(measure).get((origin, day), 0)
            for heir, value, change in self.placed(measure).get((origin, day), ()):
                rest -= value
                found += self.history.origins(code, change).get(heir, Fraction(0)) * value
            found += share * rest
        return found

    def placed(self, measure: Measure) -> dict[tuple[str, date], list[tuple[str, int, date]]]:
        """(split area, day) → heirs with what lies in them, and the change day, of all that this
        view sees and of which there are outlines."""
        if measure not in self._placed:
            found: dict[tuple[str, date], list[tuple[str, int, date]]] = defaultdict(list)
            for change in self.pack.outlines:
                if change in self.history.dates:
                    records, above = self.real.of(measure), self.real.above
                    there = placed(self.pack, change, measure, records, above)
                    for (split, heir, day), value in there.items():
                        found[split, day].append((heir, value, change))
            self._placed[measure] = dict(found)
        return self._placed[measure]


@dataclass
class _View(Cells):
    """The cells of one view; never bridged: the pooled rate and κ."""

    real: Cells = field(kw_only=True)

    def window(self, ind: Indicator, code: str, period: Period) -> Range | None:
        kind, first, last = period
        if kind != "day" or ind.daily is None:
            return (first, last) if kind != "day" else None
        month = last.replace(day=1)
        year = month - 365 * DAY, month - DAY
        level = self.level(code, last)
        pooled = [self.real.sums(ind, other, year) for other in self.codes_ever(level)]
        big_m, big_e = sum(s.m for s in pooled), sum(s.e for s in pooled)
        if self.source_days(ind, year) < 28 or big_m <= 0 or big_e <= 0:
            return None
        for width in range(ind.daily.window, ind.daily.at_most + 1, ind.daily.window):
            span = last - (width - 1) * DAY, last
            expected = half_even(MICRO * big_m * self.sums(ind, code, span).e, big_e)
            if expected >= ind.daily.least_expected:
                return span
        return None

    def kappa(self, ind: Indicator, with_: str, code: str, period: Period) -> int:
        return self.real.kappa(ind, with_, code, period)


@dataclass
class BridgedCells(Cells):
    """The cells of every period, each as its own view has it."""

    _views: dict[date, _View] = field(default_factory=dict)

    def cell(self, ind: Indicator, code: str, period: Period) -> Cell | None:
        dates = [row.day for row in self.days.pack.changes if row.day <= period[2]]
        if not dates:
            return super().cell(ind, code, period)
        view = max(dates)
        if view not in self._views:
            self._views[view] = _View(BridgedDays(self.days, view), real=Cells(self.days))
        return self._views[view].cell(ind, code, period)
