"""When a warning is raised, as the pack says it: `warnings.yaml`, and its cases."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from qingyu.i18n import T
from qingyu.pack.values import MICRO, Micro, Model, Names, PeriodKind, Span

DetectorName = Literal[
    "default",
    "farrington_flexible",
    "farrington_original",
    "ears_c1",
    "ears_c2",
    "ears_c3",
    "cusum",
    "glr",
    "bayes",
    "predictive_tail",
    "scan",
]
Severity = Literal["notice", "serious", "grave"]
SEVERITIES: tuple[Severity, ...] = ("notice", "serious", "grave")
Gap = Literal["breaks", "skipped", "counts"]


class Detect(Model):
    """A detector over counts of `window`, judged anew each day. A count that would come or be
    passed by chance with a probability of at most `enter` begins an episode, and one up to `leave`
    keeps it open. `least`: fewer cases than this in the window never warn.

    `years`: how many earlier years the method looks at, where it does. `reach`: of `scan`, how many
    steps from neighbour to neighbour a cluster may be wide."""

    by: DetectorName
    window: Span = Span(days=7)
    enter: Micro = Field(gt=0, lt=MICRO)
    leave: Micro = Field(gt=0, lt=MICRO)
    least: int = Field(default=5, ge=1)
    years: int = Field(default=3, ge=1, le=10)
    reach: int = Field(default=1, ge=1, le=5)

    @model_validator(mode="after")
    def _leaves_later(self) -> Detect:
        if self.leave < self.enter:
            raise ValueError(T("a `leave` that is not below `enter`: an episode ends later"))
        return self


class Reds(Model):
    """`run` periods in a row with a score of `grade` or worse. `no_data`: a period without a score
    `breaks` the run, is `skipped`, or `counts` as one of it. The episode ends when a score is
    `leave` points above the grade."""

    run: int = Field(ge=1, le=60)
    grade: Literal["red", "orange", "yellow"] = "red"
    no_data: Gap
    leave: Micro = Field(ge=0)


class Rise(Model):
    """The rate is higher than in the same period a year before by more than this share, with at
    least so many cases now. It ends at a rise below `leave`."""

    by: Micro = Field(gt=0)
    leave: Micro = Field(ge=0)
    least: int = Field(ge=1)

    @model_validator(mode="after")
    def _leaves_later(self) -> Rise:
        if self.leave > self.by:
            raise ValueError(T("a `leave` that is not above `by`: an episode ends later"))
        return self


class RankFall(Model):
    """The rank of the index fell by at least so many places since the period before."""

    places: int = Field(ge=1)


class Incomplete(Model):
    """Less than this share of the index could be computed."""

    below: Micro = Field(gt=0, le=MICRO)


class Quiet(Model):
    """Nothing at all came in `window` where at least so many cases are expected: a town that stops
    sending must not look calm while its source goes on."""

    expected: Micro = Field(gt=0)
    window: Span = Span(days=7)
    years: int = Field(default=3, ge=1, le=10)


class WarningRule(Model):
    """One rule: what it looks at (`of`: indicators, dimensions or indices; `levels`: of areas), how
    grave its word is, after how many days without it an episode is over (`quiet`), and exactly one
    way to judge. `within`: a day that becomes known later than this is not judged live."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: Names
    severity: Severity
    of: tuple[str, ...] = Field(min_length=1)
    levels: tuple[str, ...] = Field(min_length=1)
    period: PeriodKind = "day"
    quiet: Span = Span(days=7)
    within: Span = Span(days=7)
    detect: Detect | None = None
    reds: Reds | None = None
    rise: Rise | None = None
    rank_fall: RankFall | None = None
    incomplete: Incomplete | None = None
    silent: Quiet | None = None
    reference: str
    why: str

    @model_validator(mode="after")
    def _one_way(self) -> WarningRule:
        if len([one for one in self.ways if one is not None]) != 1:
            raise ValueError(T("exactly one of: detect, reds, rise, rank_fall, incomplete, silent"))
        return self

    @property
    def ways(self) -> tuple[Model | None, ...]:
        return (self.detect, self.reds, self.rise, self.rank_fall, self.incomplete, self.silent)

    @property
    def counts(self) -> bool:
        """Whether it judges the counts of indicators day by day, and so has a rate of false
        episodes that can be calibrated."""
        return self.detect is not None


class FalseEpisodes(Model):
    """The budget: at most so many false episodes a year in a town of `level`, by all rules
    together, in simulated cities in which nothing happens."""

    a_year: Micro = Field(gt=0)
    level: str
    reference: str
    why: str


class Warnings(Model):
    """`warnings.yaml`. Each day is judged from what had been received by `morning` (local time) of
    the first day on which it was known.

    `neighbours`: pairs of areas that touch, each said once; without any, the areas of one parent
    are neighbours. `nest`: from which share of a parent's surplus a part of it speaks alone.
    `settled`: an episode open longer than this is a new level, and says so."""

    morning: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    neighbours: tuple[tuple[str, str], ...] = ()
    nest: Micro = Field(default=MICRO // 2, gt=0, le=MICRO)
    settled: Span = Span(days=182)
    budget: FalseEpisodes
    rules: tuple[WarningRule, ...] = Field(min_length=1)

    def rule(self, name: str) -> WarningRule:
        return next(rule for rule in self.rules if rule.id == name)


# -- cases ----------------------------------------------------------------------------------------


class WarningDays(Model):
    """The same on each of the days: `each_day` cases; or a `score` (for rules over scores)."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    each_day: int | None = Field(default=None, ge=0)
    score: Micro | None = None

    @model_validator(mode="after")
    def _one_value(self) -> WarningDays:
        if (self.each_day is None) == (self.score is None):
            raise ValueError(T("exactly one of: each_day, score"))
        return self


class WarningExpected(Model):
    """An episode: the first day that warned, and the last (absent: it is still open)."""

    first: date = Field(alias="from")
    last: date | None = Field(default=None, alias="to")


class WarningCase(Model):
    """A rule's own test (`cases/warnings*.yaml`): what is given on which days (what is not given is
    not known; of several entries for a day the last one holds), which days are judged, and the
    episodes that must come of it. None expected means that there must be none."""

    name: Names
    rule: str
    given: tuple[WarningDays, ...] = Field(min_length=1)
    judged: WarningExpected
    expect: tuple[WarningExpected, ...]
