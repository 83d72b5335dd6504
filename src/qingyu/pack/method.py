"""The method proper: measures, indicators, comparisons, dimensions, indices and grades."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from qingyu.i18n import T
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
)


class Within(Model):
    """Not later than so many calendar days after another date of the record. (Working days are a
    matter of the calendar, not of a condition: let intake work out the date, `computed`.)"""

    of: str
    days: int = Field(ge=0, le=3660)


class Condition(Model):
    """One field's test; exactly one of the keys is given. Values are compared as text, except
    `between`, which compares numbers or ISO dates and includes both ends; `beyond`, a number below
    the one or above the other; `no_later_than` and `within`, which compare two dates of the record
    by their days; and `given`, which asks whether there is a value. An empty value satisfies none
    of them (so `not` keeps it), save `given: false`."""

    equals: Plain | None = None
    among: tuple[Plain, ...] | None = Field(default=None, alias="in")
    between: tuple[Plain, Plain] | None = None
    beyond: tuple[Plain, Plain] | None = None
    negated: Condition | None = Field(default=None, alias="not")
    no_later_than: str | None = None  # another date of the record
    within: Within | None = None
    given: bool | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Condition:
        given = [value for _, value in self if value is not None]
        if len(given) != 1:
            raise ValueError(
                T("exactly one of: equals, in, between, beyond, not, no_later_than, within, given")
            )
        return self


class Measure(Model):
    """An additive integer over one source's records (or over a union of several sources):

    `count`: how many; `sum` with `of`: a decimal field (kept at `places` decimals as a scaled
    integer); `stock`: how many are open at the end of each day, from `opened` up to the day before
    `closed` (with `of`: how much). Over a period a stock adds up to case-days.

    Of a union (`matching.yaml`) only `count`: how many events, each once; `where` may ask its
    `kind`.

    `on` names the date of the record that decides the day (default: the source's time).
    Whatever is declared of a sum counts in its scale: with `places: 2` a target, the bounds of
    `minmax` and a deduction's points are per hundredth."""

    count: str | None = None
    sum: str | None = None
    stock: str | None = None
    of: str | None = None
    on: str | None = None
    opened: str | None = None
    closed: str | None = None
    places: int = Field(default=0, ge=0, le=6)
    where: dict[str, Condition] = Field(default_factory=dict)
    # Of a union: how it matches, as a digest. Filled in by the loader, so that another way of
    # matching makes another measure; nobody writes it.
    matched: SkipJsonSchema[str | None] = None

    @model_validator(mode="after")
    def _one_kind(self) -> Measure:
        if len([v for v in (self.count, self.sum, self.stock) if v is not None]) != 1:
            raise ValueError(T("one of: count: SOURCE; sum: SOURCE with of: FIELD; stock: SOURCE"))
        if self.stock is None and (self.sum is None) != (self.of is None):
            raise ValueError(T("of: FIELD beside sum: SOURCE, and not beside count: SOURCE"))
        if self.stock is None and (self.opened or self.closed):
            raise ValueError(T("opened and closed only beside stock: SOURCE"))
        if self.stock is not None and (self.closed is None or self.on is not None):
            raise ValueError(T("closed: FIELD, and no on, beside stock: SOURCE"))
        return self

    @property
    def source(self) -> str:
        return self.count or self.sum or self.stock or ""


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
    # Of one record's number about the true mean, in its unit squared; for means (a sum of a
    # source's records per count of them). What neighbouring records share belongs in it.
    variance: Micro | None = Field(default=None, gt=0)
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
