"""What a pack says, as frozen models: the one truth behind loader, schema and manual.

Numbers that enter arithmetic are `Micro`: decimals of at most six places kept as integers in
millionths, so that no binary float ever stands in a pack. Values that change over time are lists
of entries with `from`; an entry holds until the next one begins.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from qingyu.i18n import T

MICRO = 1_000_000

Nature = Literal["harm", "handling", "voice", "effort", "opinion"]
PeriodKind = Literal["day", "week", "ten_days", "month", "quarter", "year"]
Method = Literal[
    "arithmetic",
    "geometric",
    "harmonic",
    "generalised",
    "median",
    "copeland",
    "mazziotta_pareto",
]


def to_micro(value: Any) -> int:
    """A decimal of at most six places as integer millionths; anything else is a ValueError that
    says what was expected."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal | float):
        raise ValueError(T("a number"))
    # A YAML scalar such as 0.7 arrives as the shortest text of its float or as ruamel's
    # ScalarFloat: both print the digits that were written, so the text is what is parsed.
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(T("a number")) from None
    if not number.is_finite():
        raise ValueError(T("a finite number"))
    # Bounds before arithmetic: 1e999999 is a short text and a very long integer.
    if number and number.adjusted() >= 12:
        raise ValueError(T("a number below a million million"))
    exponent = number.as_tuple().exponent
    scaled = Fraction(number) * MICRO if int(exponent) > -60 else Fraction(1, 2)
    if scaled.denominator != 1:
        raise ValueError(T("at most six decimal places"))
    return int(scaled)


def to_text(value: Any) -> Any:
    """A number or date of a condition as the text that was written; others as they are."""
    if isinstance(value, date) or (
        isinstance(value, int | Decimal) and not isinstance(value, bool)
    ):
        return str(value)
    return value


Micro = Annotated[int, BeforeValidator(to_micro)]
Plain = Annotated[str, BeforeValidator(to_text)]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Names(Model):
    """A printed name in both languages."""

    zh: str
    en: str


class Dated(Model):
    """One entry of a dated value: `{from: 2026-01-01, value: 0.6, reference: …, why: …}`."""

    since: date = Field(alias="from")
    value: Micro
    reference: str
    why: str | None = None


class Span(Model):
    """Days or weeks as written in a pack: `7 days`, `8 weeks`; kept in days."""

    days: int = Field(ge=1)

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            amount, _, unit = value.strip().partition(" ")
            factor = {"day": 1, "days": 1, "week": 7, "weeks": 7}.get(unit)
            if factor is None or not amount.isdigit():
                raise ValueError(T("a span such as '7 days' or '8 weeks'"))
            return {"days": int(amount) * factor}
        return value


# -- measures ---------------------------------------------------------------------------------


class Condition(Model):
    """One field's test; exactly one of the keys is given. Values are compared as text, except
    `between`, which compares numbers or ISO dates and includes both ends."""

    equals: Plain | None = None
    among: tuple[Plain, ...] | None = Field(default=None, alias="in")
    between: tuple[Plain, Plain] | None = None
    negated: Condition | None = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _exactly_one(self) -> Condition:
        given = [v for v in (self.equals, self.among, self.between, self.negated) if v is not None]
        if len(given) != 1:
            raise ValueError(T("exactly one of: equals, in, between, not"))
        return self


class Measure(Model):
    """An additive integer over one source's records: a count, or the sum of a decimal field
    (kept at `places` decimals as a scaled integer)."""

    count: str | None = None
    sum: str | None = None
    of: str | None = None
    places: int = Field(default=0, ge=0, le=6)
    where: dict[str, Condition] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_kind(self) -> Measure:
        if (self.count is None) == (self.sum is None):
            raise ValueError(T("either count: SOURCE, or sum: SOURCE with of: FIELD"))
        if (self.sum is None) != (self.of is None):
            raise ValueError(T("of: FIELD beside sum: SOURCE, and not beside count: SOURCE"))
        return self

    @property
    def source(self) -> str:
        return self.count or self.sum or ""


class Per(Model):
    """What a measure is divided by: an exposure (person-days) or a second measure."""

    exposure: str | None = None
    measure: Measure | None = None
    unit: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _one_kind(self) -> Per:
        if (self.exposure is None) == (self.measure is None):
            raise ValueError(T("either exposure: NAME or measure: …"))
        return self


# -- indicators -------------------------------------------------------------------------------

CurvePoint = tuple[Micro, Micro]
Comparand = Literal["own", "trailing", "peers", "previous", "parent", "target", "minmax"]


class Comparison(Model):
    """What a value is held against. `weight`s of an indicator sum to one; one that cannot be
    had gives its weight to the others, and the trace says so.

    `own`: the same days of `years` earlier years, widened to `window`, at least `at_least` years.
    `trailing`: the `weeks` just before the window, at least `at_least` of them covered.
    `peers`: the pooled rate of the area's class in the same window.
    `previous`: the window of the period before. `parent`: the parent's rate in the same window.
    `target`: a declared rate per `per.unit` (and day, if `per` is an exposure).
    `minmax`: the rate's place between two declared rates, `low` and `high` (dated and frozen, so
    that a score does not move when another area does); no curve, `better` says which end is 100.
    """

    with_: Comparand = Field(alias="with")
    weight: Micro = Field(gt=0, le=MICRO)
    curve: tuple[CurvePoint, ...] = ()
    years: int | None = Field(default=None, ge=1, le=20)
    weeks: int | None = Field(default=None, ge=1, le=52)
    at_least: int | None = Field(default=None, ge=1)
    window: Span | None = None
    target: tuple[Dated, ...] | None = None
    low: tuple[Dated, ...] | None = None
    high: tuple[Dated, ...] | None = None

    @model_validator(mode="after")
    def _curve_or_bounds(self) -> Comparison:
        bounds = bool(self.low) and bool(self.high)
        if self.with_ == "minmax" and (self.curve or not bounds):
            raise ValueError(T("low and high, and no curve, with minmax"))
        if self.with_ != "minmax" and (len(self.curve) < 2 or self.low or self.high):
            raise ValueError(T("a curve of at least two points, and no low or high"))
        return self


class Shrink(Model):
    """How strongly small numbers are drawn to one. `kappa` declares it (in expected counts);
    otherwise it is estimated per level and month from the trailing year, and `otherwise` holds
    where that year is too short."""

    kappa: Micro | None = Field(default=None, ge=0)
    otherwise: Micro = Field(default=25 * MICRO, ge=0)


class Daily(Model):
    """The window behind a daily indicator: `window`, widened by whole windows up to `at_most`
    until `least_expected` events are expected; else no data."""

    window: Span
    least_expected: Micro = Field(gt=0)
    at_most: Span


class Missing(Model):
    """What an uncovered period means: for `after` days it is late, and then `then` holds."""

    after: Span = Span(days=2)
    then: Literal["no_data", "carry", "parent"] = "no_data"


class Indicator(Model):
    id: str  # the file's stem
    name: Names
    dimension: str
    nature: Nature
    measure: Measure
    per: Per
    better: Literal["lower", "higher"]
    weight: tuple[Dated, ...] = Field(min_length=1)
    compare: tuple[Comparison, ...] = Field(min_length=1)
    daily: Daily | None = None
    shrink: Shrink = Shrink()
    dispersion: Micro = Field(default=MICRO, ge=MICRO)  # φ: variance over mean of the counts
    missing: Missing = Missing()
    least_covered: Micro = Field(default=800_000, ge=0, le=MICRO)  # share of days with data
    confirmed_by: str | None = None  # field that names the ruling behind a complaint
    caveat: Names | None = None


# -- dimensions, index, grades ------------------------------------------------------------------


class Deduction(Model):
    """`points` off per unit of a measure in the period itself, `at_most` in all."""

    id: str
    name: Names
    measure: Measure
    points: Micro = Field(gt=0)
    at_most: Micro = Field(gt=0)


class Cap(Model):
    """When a measure reaches `at_least` in the period, the grade is at best `grade`."""

    id: str
    name: Names
    measure: Measure
    at_least: int = Field(default=1, ge=1)
    grade: str


class Veto(Model):
    """When a measure reaches `at_least`, the area gets the last grade and no rank."""

    id: str
    name: Names
    measure: Measure
    at_least: int = Field(default=1, ge=1)


class Dimension(Model):
    id: str
    name: Names
    weight: tuple[Dated, ...] = Field(min_length=1)
    deductions: tuple[Deduction, ...] = ()


class Index(Model):
    """One published index: which periods, which dimensions, how they are put together."""

    id: str
    name: Names
    periods: tuple[PeriodKind, ...] = Field(min_length=1)
    dimensions: tuple[str, ...] = Field(min_length=1)
    method: Method = "arithmetic"
    exponent: Micro | None = None  # of the generalised mean
    within: Method = "arithmetic"  # indicators into a dimension
    least_share: Micro = Field(default=600_000, ge=0, le=MICRO)


class Grade(Model):
    id: Literal["blue", "yellow", "orange", "red"]
    name: Names
    cut: Micro = Field(alias="from", ge=0, le=100 * MICRO)  # the least score of this grade


class GradeScale(Model):
    """Grades from best to worst, with the date from which this scale holds."""

    since: date = Field(alias="from")
    grades: tuple[Grade, ...] = Field(min_length=2)
    reference: str


class Grades(Model):
    scales: tuple[GradeScale, ...] = Field(min_length=1)
    caps: tuple[Cap, ...] = ()
    vetoes: tuple[Veto, ...] = ()


# -- areas, exposures ---------------------------------------------------------------------------


class Level(Model):
    """A storey of the hierarchy, from the top down. `graded: false` marks places that records
    may name but that the index does not cover (neighbours)."""

    id: str
    name: Names
    graded: bool = True


class Area(Model):
    """One row of `areas.csv`: a place under one parent during `since … until`."""

    code: str
    name: str
    name_zh: str | None = None
    level: str
    parent: str | None = None
    class_: str | None = Field(default=None, alias="class")
    since: date | None = Field(default=None, alias="from")
    until: date | None = Field(default=None, alias="to")  # last day of validity
    rankable: bool = True
    aliases: tuple[str, ...] = ()


class AreaClass(Model):
    id: str
    name: Names
    parent: str | None = None


class ExposureRow(Model):
    area: str
    valid_from: date
    known_from: date
    value: int = Field(ge=0)


class Exposure(Model):
    """One file of `exposures/`: persons (or vehicles …) per area, as step values by date."""

    id: str  # the file's stem
    rows: tuple[ExposureRow, ...]


# -- sources --------------------------------------------------------------------------------------

ColumnType = Literal["text", "integer", "decimal", "date", "timestamp", "code"]


class Column(Model):
    name: str  # as in the sender's file
    type: ColumnType
    required: bool = False  # each row must have a value
    optional: bool = False  # the file may lack the whole column
    # `use`: read to place the record, then dropped: never stored, printed or logged
    personal: Literal["keep", "cut", "digest", "use"] = "keep"
    among: tuple[str, ...] | None = None
    pattern: str | None = None
    least: Micro | None = None
    most: Micro | None = None
    places: int = Field(default=0, ge=0, le=6)  # decimals kept of a decimal column
    format: str | None = None  # strptime form of a date or timestamp
    description: str | None = None


class Version(Model):
    """The source's own version of a batch or row. `newest` = the largest event time in the whole
    file, `sequence` = a number given with `--version`, `extract` = a moment given with
    `--version`, `column` = a column of each row."""

    by: Literal["newest", "sequence", "extract", "column"]
    column: str | None = None


class Gap(Model):
    """Days on which the source is known to have failed, wholly or in part."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    reason: str


class Place(Model):
    """How a record finds its area: the first of `by` that answers wins.

    `code` and `name` name the column to read. `point` gives longitude and latitude columns,
    tried only when a boundaries file is given.
    """

    by: tuple[Literal["code", "name", "point"], ...] = Field(min_length=1)
    code: str | None = None
    name: str | None = None
    longitude: str | None = None
    latitude: str | None = None
    level: str | None = None  # the level that names are looked up in; default: all
    unplaced: Literal["bucket", "refuse"] = "bucket"


class Usual(Model):
    """When a covered day is suspect: its records are under `below` of the median of the same
    weekday in the `weeks` before (asked only where that median reaches `least`)."""

    below: Micro = 400_000
    weeks: int = Field(default=8, ge=3)
    least: int = Field(default=20, ge=1)


class Rhythm(Model):
    """When the source is expected: a day's records are due `after` so many days."""

    after: Span = Span(days=2)


class Source(Model):
    """One feed of one department under a contract (read from an ODCS v3 file)."""

    id: str  # the file's stem
    name: Names
    department: str
    kind: Literal["event", "reading", "case"] = "event"
    columns: tuple[Column, ...]
    key: tuple[str, ...] = Field(min_length=1)
    time: str  # the column of the event's time
    zone: str | None = None  # zone of times without an offset; default: the pack's
    version: Version
    delivery: Literal["increment", "snapshot"]
    covers: Literal["file_days", "must_be_given"] = "file_days"
    edges: Literal["partial", "full"] = "partial"  # first and last day of what a batch covers
    repeats: Literal["once", "each"] = "once"
    place: Place
    gaps: tuple[Gap, ...] = ()
    confirmed: tuple[date, ...] = ()  # days that look suspect and are known to be right
    usual: Usual = Usual()
    rhythm: Rhythm = Rhythm()
    earliest: date | None = None  # events before this day are refused

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


# -- cases ----------------------------------------------------------------------------------------


class CaseCounts(Model):
    """`each_day` records of an indicator's measure in an area on each of the days."""

    indicator: str
    area: str
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    each_day: int = Field(ge=0)
    part: Literal["measure", "per"] = "measure"


class CaseCover(Model):
    source: str
    first: date = Field(alias="from")
    last: date = Field(alias="to")


class CaseExpectation(Model):
    area: str
    score: Micro | None = None  # absent = not checked
    grade: str | None = None  # a grade's id, or no_data
    state: str | None = None
    indicators: dict[str, Micro] = Field(default_factory=dict)  # id → indicator score


class Case(Model):
    """One of the pack's own tests, readable by an official."""

    name: Names
    period: Plain  # as printed: 2016-10, 2016-10-15 …
    covered: tuple[CaseCover, ...]
    given: tuple[CaseCounts, ...] = ()
    expect: tuple[CaseExpectation, ...] = Field(min_length=1)


# -- the whole -------------------------------------------------------------------------------------


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
    exposures: tuple[Exposure, ...] = ()
    calendar: Calendar = Calendar()
    sources: tuple[Source, ...]
    dimensions: tuple[Dimension, ...]
    indicators: tuple[Indicator, ...]
    indices: tuple[Index, ...]
    grades: Grades
    cases: tuple[Case, ...] = ()
    digest: str  # of the logical content
    folder: str = Field(exclude=True)
    # "indicators/ems_cardiac/weight/0" → "indicators/ems_cardiac.yaml:12"
    lines: dict[str, str] = Field(default_factory=dict, exclude=True)

    def source(self, name: str) -> Source:
        return next(source for source in self.sources if source.id == name)

    def indicator(self, name: str) -> Indicator:
        return next(indicator for indicator in self.indicators if indicator.id == name)

    def dimension(self, name: str) -> Dimension:
        return next(dimension for dimension in self.dimensions if dimension.id == name)

    def index_for(self, kind: PeriodKind) -> Index:
        """The index published for periods of `kind`; `StopIteration` if there is none."""
        return next(index for index in self.indices if kind in index.periods)


def in_force(values: tuple[Dated, ...], day: date) -> Dated | None:
    """The entry that holds on `day`: the last one that has begun."""
    begun = [value for value in values if value.since <= day]
    return max(begun, key=lambda value: value.since) if begun else None
