"""What a pack says, as frozen models: the one truth behind loader, schema and manual.

Numbers that enter arithmetic are `Micro`: decimals of at most six places kept as integers in
millionths, so that no binary float ever stands in a pack. Values that change over time are lists
of entries with `from`; an entry holds until the next one begins.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from qingyu.pack.examples import Case, CaseCounts, CaseCover, CaseExpectation
from qingyu.pack.feeds import (
    Column,
    ColumnType,
    Computed,
    Gap,
    Place,
    Reading,
    Rhythm,
    Source,
    Usual,
    Usually,
    Version,
)
from qingyu.pack.integrity import (
    AimedScores,
    EffortMoved,
    Flooded,
    Heaped,
    Hugging,
    Integrity,
    LowBeside,
    Reclassified,
    Repeated,
    WatchedCount,
)
from qingyu.pack.method import (
    Cap,
    Comparand,
    Comparison,
    Condition,
    CurvePoint,
    Daily,
    Deduction,
    Dimension,
    Grade,
    Grades,
    GradeScale,
    Index,
    Indicator,
    Measure,
    Missing,
    Per,
    Shrink,
    Veto,
    Within,
)
from qingyu.pack.places import (
    Area,
    AreaClass,
    Change,
    ChangeKind,
    Exposure,
    ExposureRow,
    Level,
    Outline,
)
from qingyu.pack.publication import Alerts, Protection, ProtectionLevel, Publication, PublicIndex
from qingyu.pack.stars import StarBand, StarItem, StarList, StarRules, Stars, StarVeto
from qingyu.pack.unions import Union
from qingyu.pack.values import (
    MICRO,
    Dated,
    Method,
    Micro,
    Model,
    Names,
    Nature,
    PeriodKind,
    Plain,
    Span,
    in_force,
    to_micro,
    to_text,
)
from qingyu.pack.warnings import (
    SEVERITIES,
    Detect,
    DetectorName,
    FalseEpisodes,
    Incomplete,
    Quiet,
    RankFall,
    Reds,
    Rise,
    Severity,
    WarningCase,
    WarningDays,
    WarningExpected,
    WarningRule,
    Warnings,
)
from qingyu.pack.warnings import (
    Gap as RunGap,
)
from qingyu.pack.written import Layout, Spelling, Written

__all__ = [
    "MICRO",
    "SEVERITIES",
    "AimedScores",
    "Alerts",
    "Area",
    "AreaClass",
    "Calendar",
    "Cap",
    "Case",
    "CaseCounts",
    "CaseCover",
    "CaseExpectation",
    "Change",
    "ChangeKind",
    "Column",
    "ColumnType",
    "Comparand",
    "Comparison",
    "Computed",
    "Condition",
    "CurvePoint",
    "Daily",
    "Dated",
    "Deduction",
    "Detect",
    "DetectorName",
    "Dimension",
    "EffortMoved",
    "Exposure",
    "ExposureRow",
    "FalseEpisodes",
    "Flooded",
    "Gap",
    "Grade",
    "GradeScale",
    "Grades",
    "Heaped",
    "Hugging",
    "Incomplete",
    "Index",
    "Indicator",
    "Integrity",
    "Layout",
    "Level",
    "LowBeside",
    "Measure",
    "Method",
    "Micro",
    "Missing",
    "Model",
    "Names",
    "Nature",
    "Outline",
    "Pack",
    "Per",
    "PeriodKind",
    "Place",
    "Plain",
    "Protection",
    "ProtectionLevel",
    "PublicIndex",
    "Publication",
    "Quiet",
    "RankFall",
    "Reading",
    "Reclassified",
    "Reds",
    "Repeated",
    "Rhythm",
    "Rise",
    "RunGap",
    "Severity",
    "Shrink",
    "Source",
    "Span",
    "Spelling",
    "StarBand",
    "StarItem",
    "StarList",
    "StarRules",
    "StarVeto",
    "Stars",
    "Union",
    "Usual",
    "Usually",
    "Version",
    "Veto",
    "WarningCase",
    "WarningDays",
    "WarningExpected",
    "WarningRule",
    "Warnings",
    "WatchedCount",
    "Within",
    "Written",
    "in_force",
    "to_micro",
    "to_text",
]


class Calendar(Model):
    festivals: tuple[date, ...] = ()  # one a year, ascending
    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()  # make-up days that fall on a weekend


class Pack(Model):
    """Everything a city's method says. `lines` answers "which line of which file"."""

    id: str
    name: Names
    version: str
    time_zone: str
    simulated: bool = False
    licence: str | None = None
    levels: tuple[Level, ...]
    classes: tuple[AreaClass, ...] = ()
    areas: tuple[Area, ...]
    changes: tuple[Change, ...] = ()  # splits, merges and renames of areas, in order of time
    outlines: tuple[Outline, ...] = ()  # in order of time
    exposures: tuple[Exposure, ...] = ()
    calendar: Calendar = Calendar()
    sources: tuple[Source, ...]
    unions: tuple[Union, ...] = ()
    dimensions: tuple[Dimension, ...]
    indicators: tuple[Indicator, ...]
    indices: tuple[Index, ...]
    grades: Grades
    stars: Stars | None = None
    integrity: Integrity | None = None  # what the auditor's checks look at; no part of the method
    warnings: Warnings | None = None
    publication: Publication | None = None  # what is made public; no part of the method
    cases: tuple[Case, ...] = ()
    warning_cases: tuple[WarningCase, ...] = ()
    digest: str  # of the logical content
    folder: str = Field(exclude=True)
    # "indicators/ems_cardiac/weight/0" → "indicators/ems_cardiac.yaml:12"
    lines: dict[str, str] = Field(default_factory=dict, exclude=True)

    def source(self, name: str) -> Source:
        return next(source for source in self.sources if source.id == name)

    def union(self, name: str) -> Union | None:
        """The union of that name; None for a name that is a source's."""
        return next((union for union in self.unions if union.id == name), None)

    def sources_of(self, measure: Measure) -> tuple[str, ...]:
        """The sources a measure reads: its own, or all of its union's."""
        union = self.union(measure.source)
        return (measure.source,) if union is None else union.sources

    def indicator(self, name: str) -> Indicator:
        return next(indicator for indicator in self.indicators if indicator.id == name)

    def dimension(self, name: str) -> Dimension:
        return next(dimension for dimension in self.dimensions if dimension.id == name)

    def index_for(self, kind: PeriodKind) -> Index:
        """The index published for periods of `kind`; `StopIteration` if there is none."""
        return next(index for index in self.indices if kind in index.periods)
