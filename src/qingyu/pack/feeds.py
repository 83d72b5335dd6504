"""One feed of one department under a contract, and what it promises."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from qingyu.i18n import T
from qingyu.pack.values import Micro, Model, Names, Span
from qingyu.pack.written import Layout, Spelling, Written

ColumnType = Literal["text", "integer", "decimal", "date", "timestamp", "code"]


class Usually(Model):
    """Where a number usually lies, both ends included. A row with one beyond is taken and counts:
    its number may be right, or a slip of the pen (a point forgotten, fen for yuan). What rests on
    it is provisional until its day is `confirmed`, or the row is sent again or corrected."""

    least: Micro | None = None
    most: Micro | None = None

    @model_validator(mode="after")
    def _an_end(self) -> Usually:
        if self.least is None and self.most is None:
            raise ValueError(T("`least`, `most` or both"))
        return self


class Column(Model):
    """One column of a file. `names` are other names it has in the sender's files, the first that
    the header has counting. `made_of` joins other columns of the contract with `joint` between
    (year, month and day; date and hour). `path` leads to a nested value in JSON Lines. `unit`: what
    a number counts or measures, as printed beside sums of it."""

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
    usually: Usually | None = None  # beyond `least` and `most` a row is refused, beyond this not
    unit: Names | None = None
    format: str | None = None  # strptime form of a date or timestamp
    description: str | None = None
    names: tuple[Spelling, ...] = ()
    made_of: tuple[str, ...] = ()
    joint: str = "-"
    path: str | None = None
    written: Written | None = None  # None: plain, as the contract's types are

    @property
    def spellings(self) -> tuple[Spelling, ...]:
        """All names, the contract's own first."""
        return (Spelling(name=self.name), *self.names)


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
    tried only when a boundaries file is given. `datum`: what the points are measured in; those of
    Chinese maps (GCJ-02, BD-09) become WGS 84. `swapped`: the sender's two columns are exchanged.
    """

    by: tuple[Literal["code", "name", "point"], ...] = Field(min_length=1)
    code: str | None = None
    name: str | None = None
    longitude: str | None = None
    latitude: str | None = None
    datum: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    swapped: bool = False
    level: str | None = None  # the level that names are looked up in; default: all
    unplaced: Literal["bucket", "refuse"] = "bucket"


class Usual(Model):
    """What a covered day is held against: the median of the days like it in the `weeks` before.
    Records under `below` of it make the day suspect, and it counts for nothing (asked only where
    that median reaches `least`); records over `above` times it (or times `least`, if that is
    more) make it outlying: it counts, and what rests on it is provisional. Without `above` that is
    not asked.

    `by`: which days are like it: those of the same `weekday`, or for `working` all working days
    (make-up days too) of a working day, and all days off (holidays too) of a day off.

    `refused`: a batch of whose rows a larger share is refused, and not yet mended by a supplement,
    leaves the days that it covers partial: they count for nothing."""

    below: Micro = 400_000
    above: Micro | None = None
    by: Literal["weekday", "working"] = "weekday"
    weeks: int = Field(default=8, ge=3)
    least: int = Field(default=20, ge=1)
    refused: Micro = 500_000


class Rhythm(Model):
    """When the source is expected: a day's records are due `after` so many days."""

    after: Span = Span(days=2)


class Reading(Model):
    """What counts of a source of readings: one value per entity and day. `entity` names the
    columns that tell one instrument from another; `reduce` says how the day's values of each
    column become one (the mean is rounded half-even at the column's places). Measures over the
    source count entity-days and sum the reduced values."""

    entity: tuple[str, ...] = Field(min_length=1)
    reduce: dict[str, Literal["mean", "max", "min", "sum"]] = Field(min_length=1)
    least: int = Field(default=1, ge=1)  # readings below which an entity's day has no value


class Computed(Model):
    """A date that intake works out from another of the record's dates, such as a legal term:
    `days` calendar days or `working_days` of the city's calendar after it."""

    id: str
    after: str  # a date or timestamp column
    days: int | None = Field(default=None, ge=0, le=3660)
    working_days: int | None = Field(default=None, ge=0, le=3660)

    @model_validator(mode="after")
    def _one_unit(self) -> Computed:
        if (self.days is None) == (self.working_days is None):
            raise ValueError(T("either days or working_days"))
        return self


class Corrections(Model):
    """How many records the index office may declare wrong: at most this share of those in force
    (one is always allowed)."""

    at_most: Micro = Field(default=10_000, ge=0, le=1_000_000)


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
    confirmed: tuple[date, ...] = ()  # days that look suspect or outlying and are right
    usual: Usual = Usual()
    rhythm: Rhythm = Rhythm()
    reading: Reading | None = None  # of a source of readings
    computed: tuple[Computed, ...] = ()  # dates that intake works out
    file: Layout = Layout()
    earliest: date | None = None  # events before this day are refused
    corrections: Corrections = Corrections()

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)
