"""One feed of one department under a contract, and what it promises."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from qingyu.pack.values import Micro, Model, Names, Span

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
