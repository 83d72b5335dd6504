"""Which checks of the data look at what: `integrity.yaml`, for the auditor.

None of it changes a score; docs/explanation/integrity.md says what each check can and cannot see.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from pydantic import Field, model_validator

from qingyu.i18n import T
from qingyu.pack.method import Condition, Measure
from qingyu.pack.values import MICRO, Micro, Model, Names

Where = dict[str, Condition]
KINDS = (
    "reclassified", "counted", "heaped", "hugging", "low", "repeated", "flooded", "effort", "aimed",
)  # fmt: skip


class Reclassified(Model):
    """Two categories of one source, `scored` and the `other` beside it, whose records might be
    entered as one or the other. `on`: the date that decides the period (default: the source's
    time). The rest of the source is what `other` is held against."""

    id: str
    name: Names
    why: str
    count: str
    on: str | None = None
    scored: Where
    other: Where


class WatchedCount(Model):
    """What a `measure` counts, watched at the end of each period: what is dated in its last `days`
    against the days after; what is struck out, and what comes late, after it was counted. Name
    harm here: where more of it made a score better, nobody would gain."""

    id: str
    name: Names
    why: str
    measure: Measure
    days: int = Field(default=3, ge=1, le=10)

    @model_validator(mode="after")
    def _is_a_count(self) -> Self:
        if self.measure.count is None:
            raise ValueError(T("count: SOURCE, since records are followed one by one"))
        return self


class Heaped(Model):
    """A `field` on which round values are suspicious: a moment (`minutes`: those of the hour that
    are round) or a number (`multiples` of which are round)."""

    id: str
    name: Names
    why: str
    count: str
    on: str | None = None
    where: Where = Field(default_factory=dict)
    field: str
    minutes: tuple[int, ...] = ()
    multiples: Micro | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.minutes) == (self.multiples is not None):
            raise ValueError(T("either minutes of the hour or multiples of a number"))
        if not all(0 <= minute < 60 for minute in self.minutes):
            raise ValueError(T("minutes from 0 to 59"))
        return self


class Hugging(Model):
    """Cases `done` within the last `hours` before their `limit`, of all that are done. The limit's
    date decides the period."""

    id: str
    name: Names
    why: str
    count: str
    where: Where = Field(default_factory=dict)
    done: str
    limit: str
    hours: int = Field(ge=1, le=24 * 90)


class LowBeside(Model):
    """A `measure` that is suspicious when it is low while another, `beside` it, is not: two
    sources of one matter. Both are counts."""

    id: str
    name: Names
    why: str
    measure: Measure
    beside: Measure

    @model_validator(mode="after")
    def _are_counts(self) -> Self:
        if self.measure.count is None or self.beside.count is None:
            raise ValueError(T("two measures with count: SOURCE"))
        return self


class Repeated(Model):
    """Records with the same values of `same` in one place, at most `minutes` after one another by
    the moment `at`: one case split into many."""

    id: str
    name: Names
    why: str
    count: str
    where: Where = Field(default_factory=dict)
    at: str
    same: tuple[str, ...] = ()
    minutes: int = Field(ge=1, le=1440)


class Flooded(Model):
    """Marks of which the `good` ones may be ordered up: their part and the number of marks leap
    together."""

    id: str
    name: Names
    why: str
    count: str
    on: str | None = None
    good: Where


class EffortMoved(Model):
    """How hard was looked: when the sum of `effort` is more than 1 + `moved` times what it was, or
    less than one by that much, a change of the `indicator` carries a caveat."""

    id: str
    name: Names
    why: str
    indicator: str
    effort: Measure
    moved: Micro = Field(default=300_000, gt=0)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.effort.stock is not None:
            raise ValueError(T("count: SOURCE, or sum: SOURCE with of: FIELD"))
        return self


class AimedScores(Model):
    """Scores of an `index`, and the limits of its grades at which they might be aimed: bins of
    `width` points on both sides are compared."""

    id: str
    name: Names
    why: str
    index: str
    width: Micro = Field(default=MICRO, gt=0)


class Integrity(Model):
    """The checks of a city. `level`: the level of areas that is looked at (default: the lowest
    that is graded). `false_findings`: the share of findings that may be false on average, over
    all looks of a run (Benjamini and Hochberg). `history`: earlier periods compared with."""

    level: str | None = None
    false_findings: Micro = Field(default=50_000, gt=0, lt=MICRO)
    history: int = Field(default=12, ge=6, le=60)
    reclassified: tuple[Reclassified, ...] = ()
    counted: tuple[WatchedCount, ...] = ()
    heaped: tuple[Heaped, ...] = ()
    hugging: tuple[Hugging, ...] = ()
    low: tuple[LowBeside, ...] = ()
    repeated: tuple[Repeated, ...] = ()
    flooded: tuple[Flooded, ...] = ()
    effort: tuple[EffortMoved, ...] = ()
    aimed: tuple[AimedScores, ...] = ()

    def measures(self) -> Iterator[tuple[str, Measure]]:
        """Every whole measure that a check names, with its key."""
        for number, one in enumerate(self.counted):
            yield f"integrity/counted/{number}/measure", one.measure
        for number, low in enumerate(self.low):
            yield f"integrity/low/{number}/measure", low.measure
            yield f"integrity/low/{number}/beside", low.beside
        for number, effort in enumerate(self.effort):
            yield f"integrity/effort/{number}/effort", effort.effort

    def named(self) -> Iterator[tuple[str, str]]:
        """The id of every check, with its key."""
        for kind in KINDS:
            for number, one in enumerate(getattr(self, kind)):
                yield f"integrity/{kind}/{number}/id", one.id

    def conditions(self) -> Iterator[tuple[str, str, Where]]:
        """Every set of conditions beside those of whole measures: key, source, conditions."""
        for number, two in enumerate(self.reclassified):
            yield f"integrity/reclassified/{number}/scored", two.count, two.scored
            yield f"integrity/reclassified/{number}/other", two.count, two.other
        for kind in ("heaped", "hugging", "repeated"):
            for number, one in enumerate(getattr(self, kind)):
                yield f"integrity/{kind}/{number}/where", one.count, one.where
        for number, marks in enumerate(self.flooded):
            yield f"integrity/flooded/{number}/good", marks.count, marks.good
