"""The twin, sections 3 to 6: window, state, comparisons, κ and score of each cell."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from twin_days import FULL, NONE, PARTIAL, SUSPECT, Days, Sums, half_even
from twin_held import MICRO, Against, Held, hold, mean_points
from twin_pack import Comparison, Dated, Indicator, Measure, in_force
from twin_periods import (
    DAY,
    Period,
    before,
    days_of,
    same_of_earlier_year,
)

CAP = 10**12
LEAST_PEERS = 5
Range = tuple[date, date]
NOTHING = Sums(0, 0, 0)


@dataclass(frozen=True)
class Cell:
    """Area × indicator × period. `score` is its own right's; `filled` says who lent it one."""

    state: str
    window: Range | None = None
    valid: int = 0  # N
    sums: Sums = NOTHING
    covered: bool = False  # by enough days: states 1 to 3 are passed
    held: tuple[Held, ...] = ()
    score: int | None = None
    filled: str | None = None  # "carried" or "from_parent"
    filled_score: int | None = None

    @property
    def any_score(self) -> int | None:
        return self.score if self.filled is None else self.filled_score


@dataclass
class Cells:
    """Every cell of one pack and one state of knowledge."""

    days: Days
    _cells: dict[tuple[str, str, Period], Cell | None] = field(default_factory=dict)
    _kappas: dict[tuple[object, ...], int] = field(default_factory=dict)

    def sums(self, ind: Indicator, code: str, span: Range) -> Sums:
        return self.days.sums(ind.measure, ind.per, code, *span)

    # -- section 3 ----------------------------------------------------------------------------

    def window(self, ind: Indicator, code: str, period: Period) -> Range | None:
        kind, first, last = period
        if kind != "day":
            return first, last
        if ind.daily is None:
            return None
        month = last.replace(day=1)
        year = month - 365 * DAY, month - DAY
        level = self.level(code, last)
        pooled = [self.sums(ind, other, year) for other in self.codes_ever(level)]
        big_m, big_e = sum(s.m for s in pooled), sum(s.e for s in pooled)
        if self.source_days(ind, year) < 28 or big_m <= 0 or big_e <= 0:
            return None
        width = ind.daily.window
        while width <= ind.daily.at_most:
            span = last - (width - 1) * DAY, last
            expected = half_even(MICRO * big_m * self.sums(ind, code, span).e, big_e)
            if expected >= ind.daily.least_expected:
                return span
            width += ind.daily.window
        return None

    def level(self, code: str, day: date) -> str:
        row = self.days.row(code, day)
        assert row is not None
        return row.level

    def codes_ever(self, level: str) -> list[str]:
        """All areas of a level; on the days on which one is not valid it adds nothing."""
        return [
            code
            for code in self.days.pack.codes
            if any(r.code == code and r.level == level for r in self.days.pack.areas)
        ]

    def source_days(self, ind: Indicator, span: Range) -> int:
        """Counting days of the sources, whatever the areas."""
        return sum(
            all(state == FULL for state in self.days.state(ind.sources, day))
            for day in days_of(*span)
        )

    # -- section 4 ----------------------------------------------------------------------------

    def cell(self, ind: Indicator, code: str, period: Period) -> Cell | None:
        """The cell, or None where the area is not shown for this period."""
        key = ind.id, code, period
        if key not in self._cells:
            shown = self.days.row(code, period[2]) is not None
            self._cells[key] = self._cell(ind, code, period) if shown else None
        return self._cells[key]

    def _cell(self, ind: Indicator, code: str, period: Period) -> Cell:
        last = period[2]
        window = self.window(ind, code, period)
        cell = Cell("no_data", window)
        if window is not None:
            valid = [d for d in days_of(*window) if self.days.row(code, d) is not None]
            cell = replace(cell, valid=len(valid), sums=self.sums(ind, code, window))
        if period[0] == "day" and not self.days.counts_on(ind.sources, code, last):
            if self.suspect(ind, last):
                return replace(cell, state="suspect")
            return replace(cell, state="late" if self.late(ind, last) else "no_data")
        if window is None:
            return cell
        if cell.sums.days * MICRO < ind.least_covered * cell.valid:
            more = sum(self.suspect(ind, day) for day in valid)
            if (cell.sums.days + more) * MICRO >= ind.least_covered * cell.valid:
                return replace(cell, state="suspect")
            return replace(cell, state="late" if self.late(ind, last) else "no_data")
        cell = replace(cell, covered=True)
        if cell.sums.e <= 0:
            return cell
        cell = replace(cell, held=self.compare(ind, code, period, window, cell.sums))
        if not cell.held:
            return cell
        score = mean_points(cell.held)
        states = [s for day in valid for s in self.days.state(ind.sources, day)]
        if any(self.suspect(ind, day) for day in valid):
            return replace(cell, state="suspect", score=score)
        unsure = NONE in states or PARTIAL in states or self.in_doubt(ind, code, period, window)
        return replace(cell, state="provisional" if unsure else "ok", score=score)

    def in_doubt(self, ind: Indicator, code: str, period: Period, window: Range) -> bool:
        """Whether the window, or the other days of a comparison that exists, hold an outlying
        day that counts, or an odd record on one."""
        odd = self.odd_on(ind, code)
        if not odd and not any(self.days.outlying[source] for source in ind.sources):
            return False
        spans = [window]
        for comparison in ind.compare:
            others = self.others(ind, comparison, code, period, window)
            if others and self.baseline(ind, comparison, code, period, window) is not None:
                spans += others
        return any(
            (day in odd or any(day in self.days.outlying[source] for source in ind.sources))
            and self.days.counts_on(ind.sources, code, day)
            for span in spans
            for day in days_of(*span)
        )

    def odd_on(self, ind: Indicator, code: str) -> set[date]:
        """The days on which the area has odd records."""
        second = (ind.per,) if isinstance(ind.per, Measure) else ()
        return {
            day
            for measure in (ind.measure, *second)
            for (area, day), records in self.days.odd(measure).items()
            if area == code and records > 0
        }

    def suspect(self, ind: Indicator, day: date) -> bool:
        """Whether the day would count if suspect days did."""
        states = self.days.state(ind.sources, day)
        return SUSPECT in states and all(state in (SUSPECT, FULL) for state in states)

    def late(self, ind: Indicator, day: date) -> bool:
        for source in ind.sources:
            full = self.days.last_full(source)
            if full is not None and full < day <= full + ind.missing_after * DAY:
                return True
        return False

    def filled(self, ind: Indicator, code: str, period: Period) -> Cell | None:
        """The cell with what `missing.then` lends it."""
        cell = self.cell(ind, code, period)
        if cell is None or cell.score is not None or cell.state != "no_data":
            return cell
        if ind.missing_then == "parent":
            above = self.cell_above(ind, code, period)
            if above is not None and above.score is not None:
                return replace(cell, filled="from_parent", filled_score=above.score)
        if ind.missing_then == "carry":
            earlier = period
            for _ in range(12):
                earlier = before(earlier)
                then = self.cell(ind, code, earlier)
                if then is not None and then.score is not None:
                    return replace(cell, filled="carried", filled_score=then.score)
        return cell

    def cell_above(self, ind: Indicator, code: str, period: Period) -> Cell | None:
        row = self.days.row(code, period[2])
        return None if row is None or row.parent is None else self.cell(ind, row.parent, period)

    # -- section 5 ----------------------------------------------------------------------------

    def compare(
        self, ind: Indicator, code: str, period: Period, window: Range, now: Sums
    ) -> tuple[Held, ...]:
        found = []
        for number in range(len(ind.compare)):
            against = self.against(ind, number, code, period, window)
            held = None if against is None else hold(ind, number, against, now.m, now.e)
            if held is not None:
                found.append(held)
        return tuple(found)

    def against(
        self, ind: Indicator, number: int, code: str, period: Period, window: Range
    ) -> Against | None:
        """What a comparison holds the area against, where that exists."""
        comparison = ind.compare[number]
        if comparison.with_ == "minmax":
            low = in_force(comparison.low, period[2])
            high = in_force(comparison.high, period[2])
            if low is None or high is None or low >= high:
                return None
            return Against(low, high, 0)
        base = self.baseline(ind, comparison, code, period, window)
        if base is None:
            return None
        return Against(*base, self.kappa(ind, comparison.with_, code, period))

    def baseline(
        self, ind: Indicator, comparison: Comparison, code: str, period: Period, window: Range
    ) -> tuple[int, int] | None:
        """(mb, eb) of a comparison, or None where its baseline does not exist."""
        if comparison.with_ == "own":
            return self.own(ind, comparison, code, period, window)
        if comparison.with_ == "trailing":
            assert comparison.at_least is not None
            (span,) = self.others(ind, comparison, code, period, window)
            base = self.sums(ind, code, span)
            return (base.m, base.e) if base.days >= 7 * comparison.at_least else None
        if comparison.with_ == "peers":
            members = self.members(code, period[2], period[2])
            if members is None:
                return None
            sums = [self.sums(ind, member, window) for member in members]
            if sum(s.e > 0 for s in sums) < LEAST_PEERS:
                return None
            return sum(s.m for s in sums), sum(s.e for s in sums)
        if comparison.with_ == "previous":
            (span,) = self.others(ind, comparison, code, period, window)
            base = self.sums(ind, code, span)
            enough = self.covered(ind, code, span, base)
            return (base.m, base.e) if enough else None
        if comparison.with_ == "parent":
            row = self.days.row(code, period[2])
            if row is None or row.parent is None:
                return None
            above = self.days.row(row.parent, period[2])
            if above is None or not self.days.pack.graded(above.level):
                return None
            base = self.sums(ind, row.parent, window)
            return base.m, base.e
        assert comparison.with_ == "target", comparison.with_
        return self.target(comparison.target, ind.unit, period[2])

    def target(self, target: tuple[Dated, ...], unit: int, day: date) -> tuple[int, int] | None:
        entry = in_force(target, day)
        return None if entry is None else (entry, unit)

    def own(
        self, ind: Indicator, comparison: Comparison, code: str, period: Period, window: Range
    ) -> tuple[int, int] | None:
        assert comparison.at_least is not None
        spans = self.others(ind, comparison, code, period, window)
        covered = [self.sums(ind, code, span) for span in spans]
        if len(covered) < comparison.at_least:
            return None
        return sum(base.m for base in covered), sum(base.e for base in covered)

    def others(
        self, ind: Indicator, comparison: Comparison, code: str, period: Period, window: Range
    ) -> list[Range]:
        """The other days that a comparison sums; of earlier years those that are covered."""
        first, last = window
        if comparison.with_ == "own":
            assert comparison.years is not None
            spans = [
                self.earlier(comparison, period, window, years)
                for years in range(1, comparison.years + 1)
            ]
            return [s for s in spans if self.covered(ind, code, s, self.sums(ind, code, s))]
        if comparison.with_ == "trailing":
            assert comparison.weeks is not None
            return [(first - 7 * comparison.weeks * DAY, first - DAY)]
        if comparison.with_ == "previous":
            if period[0] == "day":
                return [(first - (last - first) - DAY, first - DAY)]
            return [before(period)[1:]]
        return []

    def earlier(self, comparison: Comparison, period: Period, window: Range, years: int) -> Range:
        """The same window `years` earlier, widened."""
        first, last = same_of_earlier_year(period, years, self.days.pack.festivals)
        if period[0] == "day":
            first = last - (window[1] - window[0])
        extra = (comparison.window or 0) - ((last - first).days + 1)
        if extra > 0:
            first -= (extra - extra // 2) * DAY
            last += (extra // 2) * DAY
        return first, min(last, window[0] - DAY)

    def covered(self, ind: Indicator, code: str, span: Range, base: Sums) -> bool:
        valid = sum(self.days.row(code, day) is not None for day in days_of(*span))
        return valid > 0 and base.days * MICRO >= ind.least_covered * valid

    def members(self, code: str, class_day: date, day: date) -> list[str] | None:
        """The class of an area: its members valid and rankable on `day`; None under 5."""
        pack = self.days.pack
        row = self.days.row(code, class_day)
        assert row is not None
        level = [
            (other, found.class_)
            for other in self.days.valid_codes(row.level, day)
            if (found := self.days.row(other, day)) is not None and found.rankable
        ]
        class_ = row.class_
        if class_ is not None:
            inside = [other for other, theirs in level if pack.within(theirs, class_)]
            while len(inside) < LEAST_PEERS and (class_ := pack.class_parent[class_]) is not None:
                inside = [other for other, theirs in level if pack.within(theirs, class_)]
            if len(inside) >= LEAST_PEERS:
                return inside
        return [other for other, _ in level] if len(level) >= LEAST_PEERS else None

    # -- κ --------------------------------------------------------------------------------------

    def kappa(self, ind: Indicator, with_: str, code: str, period: Period) -> int:
        if ind.kappa is not None:
            return ind.kappa
        month = period[1].replace(day=1)
        if with_ == "peers":
            members = self.members(code, period[2], month)
            key: tuple[object, ...] = ind.id, month, tuple(members or ())
            if key not in self._kappas:
                self._kappas[key] = self.kappa_of_peers(ind, members or [], month)
            return self._kappas[key]
        level = self.level(code, period[2])
        key = ind.id, month, level
        if key not in self._kappas:
            self._kappas[key] = self.kappa_of_level(ind, level, month)
        return self._kappas[key]

    def kappa_of_peers(self, ind: Indicator, members: list[str], month: date) -> int:
        year = month - 365 * DAY, month - DAY
        sums = [s for s in (self.sums(ind, member, year) for member in members) if s.e > 0]
        big_m, big_x = sum(s.m for s in sums), sum(s.e for s in sums)
        if big_m <= 0 or self.source_days(ind, year) < 90:
            return ind.otherwise
        chi = n = 0
        for s in sums:
            expected = half_even(MICRO * big_m * s.e, big_x)
            if expected > 0:
                n += 1
                chi += half_even(MICRO * (MICRO * s.m - expected) ** 2, MICRO * expected)
        if n < LEAST_PEERS:
            return ind.otherwise
        spare = chi - ind.dispersion * n
        return min(CAP, half_even(ind.dispersion * MICRO * big_m, spare)) if spare > 0 else CAP

    def kappa_of_level(self, ind: Indicator, level: str, month: date) -> int:
        total_t, total_q, total_p, most = Fraction(0), 0, 0, 0
        for code in self.days.valid_codes(level, month):
            blocks = []
            for number in range(13):
                end = month - 28 * number * DAY - DAY
                block = self.sums(ind, code, (end - 27 * DAY, end))
                if block.days >= 23:
                    blocks.append(block)
            k = len(blocks)
            big_m, big_x = sum(b.m for b in blocks), sum(b.e for b in blocks)
            if k < 2 or big_m <= 0 or big_x <= 0:
                continue
            most = max(most, k)
            expected = [half_even(MICRO * big_m * b.e, big_x) for b in blocks]
            s = sum((MICRO * b.m - x) ** 2 for b, x in zip(blocks, expected, strict=True))
            total_t += Fraction(s * k, k - 1)
            total_q += sum(x * x for x in expected)
            total_p += sum(expected)
        if most < 6 or total_q == 0:
            return ind.otherwise
        spare = total_t - ind.dispersion * total_p
        if spare <= 0:
            return CAP
        ratio = ind.dispersion * total_q / spare
        return min(CAP, half_even(ratio.numerator, ratio.denominator))
