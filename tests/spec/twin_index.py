"""The twin, sections 7 and 8: dimensions, index, grade, rank, change, completeness, state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from twin_cells import Cell, Cells
from twin_held import MICRO
from twin_methods import Weighted, combine, copeland, rounded
from twin_pack import Dimension, Index, Indicator, Measure, Threshold, in_force
from twin_periods import Period, before, days_of

MILLI = Fraction(1, 1000)


@dataclass(frozen=True)
class Area:
    """What is published of one area for one period."""

    level: str
    cells: Mapping[str, Cell]
    dimensions: Mapping[str, int]  # those present, in micro-points
    before_limits: int | None  # milli-points, before caps and vetoes
    score: int | None  # milli-points
    grade: str | None
    rank: int | None
    of: int
    change: int | None
    completeness: int  # micros
    state: str
    vetoed: bool


@dataclass
class Scores:
    """All areas of all graded levels, period by period."""

    cells: Cells
    _seen: dict[Period, dict[str, Area]] = field(default_factory=dict)

    def period(self, period: Period) -> dict[str, Area]:
        """The published rows of a period, with the change from the one before."""
        now, then = self.plain(period), self.plain(before(period))
        changed = {}
        for code, area in now.items():
            earlier = then[code].score if code in then else None
            if area.score is not None and earlier is not None:
                area = replace(area, change=area.score - earlier)
            changed[code] = area
        return changed

    def plain(self, period: Period) -> dict[str, Area]:
        if period not in self._seen:
            found: dict[str, Area] = {}
            for level, graded in self.cells.days.pack.levels:
                if graded:
                    found |= self.level(level, period)
            self._seen[period] = found
        return self._seen[period]

    # -- one level --------------------------------------------------------------------------

    def index(self, period: Period) -> Index:
        pack = self.cells.days.pack
        return next(index for index in pack.indices if period[0] in index.periods)

    def indicators(self, dimension: str, period: Period) -> list[Indicator]:
        """Those of a dimension that are in the index of this kind of period."""
        return [
            ind
            for ind in self.cells.days.pack.indicators
            if ind.dimension == dimension
            and (period[0] != "day" or ind.daily is not None)
            and (in_force(ind.weight, period[2]) or 0) > 0
        ]

    def dimensions(self, index: Index, period: Period) -> list[tuple[Dimension, int]]:
        """The dimensions that are part of the index, with their weights."""
        found = []
        for dimension in self.cells.days.pack.dimensions:
            weight = self.dimension_weight(dimension, period)
            inside = self.indicators(dimension.id, period)
            if dimension.id in index.dimensions and weight > 0 and inside:
                found.append((dimension, weight))
        return found

    def dimension_weight(self, dimension: Dimension, period: Period) -> int:
        return in_force(dimension.weight, period[2]) or 0

    def level(self, level: str, period: Period) -> dict[str, Area]:
        pack, index = self.cells.days.pack, self.index(period)
        codes = self.codes(level, period)
        parts = self.dimensions(index, period)
        cells: dict[str, dict[str, Cell]] = {}
        for code in codes:
            filled = {
                ind.id: self.cells.filled(ind, code, period)
                for ind in pack.indicators
                if period[0] != "day" or ind.daily is not None
            }
            cells[code] = {name: cell for name, cell in filled.items() if cell is not None}
        scored: dict[str, dict[str, int]] = {code: {} for code in codes}
        for dimension, _ in parts:
            for code, value in self.dimension(index, dimension, period, cells).items():
                scored[code][dimension.id] = value
        weights = {dimension.id: weight for dimension, weight in parts}
        whole = self.whole(index, weights, scored)
        return self.published(level, period, cells, scored, whole)

    def codes(self, level: str, period: Period) -> list[str]:
        return self.cells.days.valid_codes(level, period[2])

    def weights(self, dimension: str, period: Period) -> dict[str, int]:
        found = self.indicators(dimension, period)
        return {ind.id: in_force(ind.weight, period[2]) or 0 for ind in found}

    def dimension(
        self,
        index: Index,
        dimension: Dimension,
        period: Period,
        cells: Mapping[str, Mapping[str, Cell]],
    ) -> dict[str, int]:
        weights = self.weights(dimension.id, period)
        rows: dict[str, dict[str, Weighted]] = {}
        for code, mine in cells.items():
            present = {
                name: (score, weight)
                for name, weight in weights.items()
                if name in mine and (score := mine[name].any_score) is not None
            }
            if self.enough(index, present, weights):
                rows[code] = present
        values = self.combined(index.within, rows, Fraction(1), index.exponent)
        return {
            code: max(0, value - self.deducted(dimension, code, period))
            for code, value in values.items()
        }

    def enough(
        self, index: Index, present: Mapping[str, Weighted], weights: Mapping[str, int]
    ) -> bool:
        have = sum(weight for _, weight in present.values())
        return have > 0 and MICRO * have >= index.least_share * sum(weights.values())

    def combined(
        self,
        method: str,
        rows: Mapping[str, Mapping[str, Weighted]],
        scale: Fraction,
        exponent: int | None,
    ) -> dict[str, int]:
        if method == "copeland":
            return copeland(rows, int(MICRO * scale))
        return {
            code: combine(method, list(row.values()), scale, exponent) for code, row in rows.items()
        }

    def deducted(self, dimension: Dimension, code: str, period: Period) -> int:
        return sum(
            min(d.points * max(0, self.counted(d.measure, code, period)), d.at_most)
            for d in dimension.deductions
        )

    def whole(
        self, index: Index, weights: Mapping[str, int], scored: Mapping[str, Mapping[str, int]]
    ) -> dict[str, int]:
        rows = {}
        for code, mine in scored.items():
            present = {name: (value, weights[name]) for name, value in mine.items()}
            if self.enough(index, present, weights):
                rows[code] = present
        return self.combined(index.method, rows, MILLI, index.exponent)

    # -- section 8 ----------------------------------------------------------------------------

    def published(
        self,
        level: str,
        period: Period,
        cells: Mapping[str, Mapping[str, Cell]],
        scored: Mapping[str, Mapping[str, int]],
        whole: Mapping[str, int],
    ) -> dict[str, Area]:
        final: dict[str, int] = {}
        vetoed: set[str] = set()
        for code, score in whole.items():
            final[code] = self.limited(score, code, period)
            if any(self.reached(veto, code, period) for veto in self.cells.days.pack.vetoes):
                vetoed.add(code)
        ranked = {
            code: score
            for code, score in final.items()
            if code not in vetoed and self.rankable(code, period)
        }
        found = {}
        for code in cells:
            mine = final.get(code)
            rank = None
            if code in ranked:
                rank = 1 + sum(other > ranked[code] for other in ranked.values())
            found[code] = Area(
                level=level,
                cells=cells[code],
                dimensions=scored[code],
                before_limits=whole.get(code),
                score=mine,
                grade=None if mine is None else self.grade(mine, period),
                rank=rank,
                of=len(ranked),
                change=None,
                completeness=self.completeness(cells[code], period),
                state=self.state(cells[code], mine, code, period),
                vetoed=code in vetoed,
            )
        return found

    def rankable(self, code: str, period: Period) -> bool:
        row = self.cells.days.row(code, period[2])
        return row is not None and row.rankable

    def scale(self, period: Period) -> tuple[tuple[str, int], ...]:
        """The grades in force, best first."""
        begun = [s for s in self.cells.days.pack.scales if s[0] <= period[2]]
        return max(begun, key=lambda s: s[0])[1]

    def grade(self, score: int, period: Period) -> str:
        return next(name for name, cut in self.scale(period) if cut <= 1000 * score)

    def upper_limit(self, grade: str, period: Period) -> int | None:
        """The greatest score of a grade; the best one has none."""
        names = [name for name, _ in self.scale(period)]
        place = names.index(grade)
        if place == 0:
            return None
        cut = self.scale(period)[place - 1][1]
        return -(-cut // 1000) - 1

    def reached(self, threshold: Threshold, code: str, period: Period) -> bool:
        return self.counted(threshold.measure, code, period) >= threshold.at_least

    def counted(self, measure: Measure, code: str, period: Period) -> int:
        """A measure over the period's own counting days."""
        return self.cells.days.sums(measure, None, code, *period[1:]).m

    def limited(self, score: int, code: str, period: Period) -> int:
        """The index after caps and vetoes."""
        pack = self.cells.days.pack
        last = self.scale(period)[-1][0]
        for threshold in (*pack.caps, *pack.vetoes):
            if self.reached(threshold, code, period):
                limit = self.upper_limit(threshold.grade or last, period)
                score = min(score, limit) if limit is not None else score
        return score

    def weighed(self, period: Period) -> list[tuple[str, Fraction]]:
        """Each indicator of the index with its weight in the whole."""
        index = self.index(period)
        found = []
        for dimension, big in self.dimensions(index, period):
            weights = self.weights(dimension.id, period)
            total = sum(weights.values())
            found += [(name, Fraction(big * w, total)) for name, w in weights.items()]
        return found

    def completeness(self, cells: Mapping[str, Cell], period: Period) -> int:
        weighed = self.weighed(period)
        total = sum((w for _, w in weighed), Fraction(0))
        if total == 0:
            return 0
        have = Fraction(0)
        for name, weight in weighed:
            cell = cells[name]
            if cell.any_score is not None and cell.valid > 0:
                have += weight * Fraction(cell.sums.days, cell.valid)
        return rounded(MICRO * have / total)

    def charges_in_doubt(self, code: str, period: Period) -> bool:
        """Whether a deduction, a cap or a veto of the index rests on what is far from usual."""
        pack, days = self.cells.days.pack, self.cells.days
        index = self.index(period)
        charges = [d.measure for one in pack.dimensions if one.id in index.dimensions
                   for d in one.deductions]  # fmt: skip
        charges += [one.measure for one in (*pack.caps, *pack.vetoes)]
        return any(
            (
                any(day in days.outlying[source] for source in one.sources)
                or days.odd(one).get((code, day), 0) > 0
            )
            and days.counts_on(one.sources, code, day)
            for one in charges
            for day in days_of(period[1], period[2])
        )

    def state(self, cells: Mapping[str, Cell], score: int | None, code: str, period: Period) -> str:
        mine = [cells[name] for name, _ in self.weighed(period)]
        missing = {cell.state for cell in mine if cell.any_score is None}
        if score is None:
            return missing.pop() if len(missing) == 1 else "no_data"
        states = {cell.state for cell in mine if cell.any_score is not None}
        if "suspect" in states:
            return "suspect"
        if "provisional" in states or "late" in missing or self.charges_in_doubt(code, period):
            return "provisional"
        return "ok"
