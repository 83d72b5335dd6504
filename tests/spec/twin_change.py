"""The twin, section 9, second half: why a score is not that of the period before.

The ingredients of now take the place of those of then, group by group, and everything is
computed anew after each; a group's line is what it moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from twin_cells import NOTHING, Cell, Cells
from twin_days import Sums, half_even
from twin_held import Against, hold, mean_points
from twin_index import Scores
from twin_pack import Dimension, Indicator, Measure, in_force
from twin_periods import Period, before

CAUSES = ("exposure", "method", "availability", "peers", "baseline", "world")


def changes(
    scores: Scores, code: str, now: Period, first: int | None = None
) -> list[tuple[str, int]]:
    """The lines of the change of an area's score from the period before, in their order.

    `first`: the score of that period as first known, if it is not what is known of it now. Both
    periods must have a score.
    """
    then = before(now)
    start = scores.plain(then)[code].score
    assert start is not None
    assert scores.plain(now)[code].score is not None
    lines = [("late_data", 0 if first is None else start - first)]
    for number, cause in enumerate(CAUSES, start=1):
        score = Hybrid.of(scores, frozenset(CAUSES[:number])).score(code, now)
        if score is None:  # what has no score has not moved: the next that has one says so
            score = start
        lines.append((cause, score - start))
        start = score
    return lines


@dataclass(frozen=True)
class Given:
    """The ingredients of one cell, by group."""

    shown: bool = False  # world
    sums: Sums = NOTHING  # m and D: world; e over D days: exposure
    valid: int = 0  # world
    state: str = "not_shown"  # availability
    covered: bool = False  # availability: by days and by an exposure
    against: Mapping[int, Against] = field(
        default_factory=dict
    )  # peers or baseline; which: availability


@dataclass
class HybridCells(Cells):
    """Cells of now in the groups taken, and in the others of the period before."""

    real: Cells | None = None
    taken: frozenset[str] = frozenset()
    _found: dict[tuple[str, str, Period], Given] = field(default_factory=dict)

    def of(self, group: str, now: Period) -> Period:
        return now if group in self.taken else before(now)

    def given(self, ind: Indicator, code: str, period: Period) -> Given:
        assert self.real is not None
        key = ind.id, code, period
        if key not in self._found:
            cell = self.real.cell(ind, code, period)
            found = Given()
            if cell is not None:
                covered = cell.covered and cell.sums.e > 0
                found = Given(True, cell.sums, cell.valid, cell.state, covered)
            if cell is not None and cell.window is not None:
                every = {
                    number: self.real.against(ind, number, code, period, cell.window)
                    for number in range(len(ind.compare))
                }
                found = replace(found, against={n: a for n, a in every.items() if a is not None})
            self._found[key] = found
        return self._found[key]

    def cell(self, ind: Indicator, code: str, period: Period) -> Cell | None:
        """The cell by its own right."""
        world = self.given(ind, code, self.of("world", period))
        if not world.shown:
            return None
        there = self.given(ind, code, self.of("availability", period))
        level = self.given(ind, code, self.of("exposure", period))
        # An area that is gone keeps its exposure until the availability takes it.
        exposure = (level if level.shown else self.given(ind, code, before(period))).sums
        m, days = world.sums.m, world.sums.days
        e = half_even(exposure.e * days, exposure.days) if exposure.days else 0
        held = []
        for number, comparison in enumerate(ind.compare):
            group = "peers" if comparison.with_ == "peers" else "baseline"
            base = self.given(ind, code, self.of(group, period)).against.get(number)
            if base is None:  # it did not exist then: it comes with the sums of now
                base = self.given(ind, code, period).against.get(number)
            if base is not None and number in there.against and there.covered and e > 0:
                found = hold(ind, number, base, m, e)
                held += [] if found is None else [found]
        state = there.state if held or not there.covered else "no_data"
        score = mean_points(held) if held else None
        return Cell(state, None, world.valid, Sums(m, e, days), held=tuple(held), score=score)

    def cell_above(self, ind: Indicator, code: str, period: Period) -> Cell | None:
        row = self.days.row(code, self.of("world", period)[2])
        return None if row is None or row.parent is None else self.cell(ind, row.parent, period)


@dataclass
class Hybrid(Scores):
    """Scores of which some groups of ingredients are those of the period before."""

    taken: frozenset[str] = frozenset()

    @classmethod
    def of(cls, scores: Scores, taken: frozenset[str]) -> Hybrid:
        cells = HybridCells(scores.cells.days, real=scores.cells, taken=taken)
        return cls(cells, taken=taken)

    def score(self, code: str, now: Period) -> int | None:
        found = self.plain(now)
        return found[code].score if code in found else None

    def group(self, name: str, now: Period) -> Period:
        return now if name in self.taken else before(now)

    def codes(self, level: str, period: Period) -> list[str]:
        return super().codes(level, self.group("world", period))

    def indicators(self, dimension: str, period: Period) -> list[Indicator]:
        return super().indicators(dimension, self.group("method", period))

    def weights(self, dimension: str, period: Period) -> dict[str, int]:
        day = self.group("method", period)[2]
        return {i.id: in_force(i.weight, day) or 0 for i in self.indicators(dimension, period)}

    def dimension_weight(self, dimension: Dimension, period: Period) -> int:
        return super().dimension_weight(dimension, self.group("method", period))

    def scale(self, period: Period) -> tuple[tuple[str, int], ...]:
        return super().scale(self.group("method", period))

    def counted(self, measure: Measure, code: str, period: Period) -> int:
        return super().counted(measure, code, self.group("world", period))

    def rankable(self, code: str, period: Period) -> bool:
        return super().rankable(code, self.group("world", period))
