"""What the twin keeps of a pack: plain frozen values, as `twin_read` reads them from its folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

MICRO = 10**6
Condition = tuple[
    str, Any
]  # ("equals", text) ("in", texts) ("between" or "beyond", pair) ("not", condition)
Dated = tuple[date, int]
Ring = tuple[tuple[Fraction, Fraction], ...]  # longitude and latitude of each corner, closed


@dataclass(frozen=True)
class Measure:
    source: str
    of: str | None  # the field summed, or None: counted
    places: int
    where: tuple[tuple[str, Condition], ...]
    reads: tuple[str, ...] = ()  # of a union: its sources

    @property
    def sources(self) -> tuple[str, ...]:
        return self.reads or (self.source,)


@dataclass(frozen=True)
class Union:
    """Sources that write down the same events. kinds: in their order, each with the conditions on
    the records of each source that may be of it; same: `area`, a level, or `none`."""

    id: str
    sources: tuple[str, ...]
    kinds: tuple[tuple[str, tuple[tuple[str, tuple[tuple[str, Condition], ...]], ...]], ...]
    minutes: int
    metres: int | None
    same: str
    within_source: bool


@dataclass(frozen=True)
class Comparison:
    with_: str
    weight: int
    curve: tuple[tuple[int, int], ...]
    years: int | None
    weeks: int | None
    at_least: int | None
    window: int | None
    target: tuple[Dated, ...]
    low: tuple[Dated, ...]
    high: tuple[Dated, ...]


@dataclass(frozen=True)
class Daily:
    window: int
    least_expected: int
    at_most: int


@dataclass(frozen=True)
class Indicator:
    id: str
    dimension: str
    measure: Measure
    per: Measure | str
    unit: int
    better: str
    weight: tuple[Dated, ...]
    compare: tuple[Comparison, ...]
    daily: Daily | None
    kappa: int | None
    otherwise: int
    dispersion: int
    missing_after: int
    missing_then: str
    least_covered: int

    @property
    def sources(self) -> tuple[str, ...]:
        also = self.per.sources if isinstance(self.per, Measure) else ()
        return tuple(sorted({*self.measure.sources, *also}))


@dataclass(frozen=True)
class AreaRow:
    code: str
    level: str
    parent: str | None
    class_: str | None
    since: date | None
    until: date | None
    rankable: bool


@dataclass(frozen=True)
class ChangeRow:
    """From `day` on, `share` (micros) of what `source` counted is `heir`'s."""

    day: date
    source: str
    heir: str
    share: int


@dataclass(frozen=True)
class ExposureRow:
    area: str
    valid_from: date
    known_from: date
    value: int


@dataclass(frozen=True)
class Source:
    id: str
    edges: str
    gaps: tuple[tuple[date, date], ...]
    confirmed: tuple[date, ...]
    usual_below: int
    usual_weeks: int
    usual_least: int
    usual_above: int | None = None
    usual_by: str = "weekday"
    usually: tuple[tuple[str, int | None, int | None], ...] = ()  # column, least, most (micros)


@dataclass(frozen=True)
class Deduction:
    id: str
    measure: Measure
    points: int
    at_most: int


@dataclass(frozen=True)
class Threshold:
    """A cap (with its grade) or a veto (without)."""

    id: str
    measure: Measure
    at_least: int
    grade: str | None


@dataclass(frozen=True)
class Dimension:
    id: str
    weight: tuple[Dated, ...]
    deductions: tuple[Deduction, ...]


@dataclass(frozen=True)
class Index:
    id: str
    periods: tuple[str, ...]
    dimensions: tuple[str, ...]
    method: str
    within: str
    exponent: int | None
    least_share: int


@dataclass(frozen=True)
class Pack:
    levels: tuple[tuple[str, bool], ...]
    class_parent: dict[str, str | None]
    areas: tuple[AreaRow, ...]
    exposures: dict[str, tuple[ExposureRow, ...]]
    festivals: list[date]
    sources: dict[str, Source]
    dimensions: tuple[Dimension, ...]
    indicators: tuple[Indicator, ...]
    indices: tuple[Index, ...]
    scales: tuple[tuple[date, tuple[tuple[str, int], ...]], ...]  # (from, (id, cut) best first)
    caps: tuple[Threshold, ...]
    vetoes: tuple[Threshold, ...]
    changes: tuple[ChangeRow, ...] = ()
    holidays: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    unions: dict[str, Union] = field(default_factory=dict)
    outlines: dict[date, dict[str, list[Ring]]] = field(default_factory=dict)

    def works(self, day: date) -> bool:
        """Whether a day is a working day of the city's calendar."""
        if day in self.make_up_days:
            return True
        return day.isoweekday() <= 5 and day not in self.holidays

    @property
    def codes(self) -> list[str]:
        return list(dict.fromkeys(row.code for row in self.areas))

    def graded(self, level: str) -> bool:
        return dict(self.levels)[level]

    def within(self, class_: str | None, ancestor: str) -> bool:
        """Whether a class is `ancestor` or lies below it."""
        while class_ is not None:
            if class_ == ancestor:
                return True
            class_ = self.class_parent[class_]
        return False


def in_force(values: Sequence[Dated], day: date) -> int | None:
    """The value that holds on a day: of the entries begun, the one begun last."""
    begun = [value for value in values if value[0] <= day]
    return max(begun)[1] if begun else None
