"""Places and how many people they hold."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from qingyu.pack.values import MICRO, Model, Names


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


ChangeKind = Literal["split", "merge", "rename"]


class Change(Model):
    """One row of `changes.csv`: from `day` on, `share` of the ground of `source` is `heir`.

    `source` ends the day before, and `heir` begins on the day; an area that gives ground away or
    takes some in and keeps its code is its own heir by a row of its own.
    """

    day: date = Field(alias="date")
    kind: ChangeKind
    source: str = Field(alias="from")
    heir: str = Field(alias="to")
    share: int = Field(default=MICRO, gt=0, le=MICRO)  # micros of what the source counted
    reference: str | None = None  # the decision that ordered it


class Outline(Model):
    """One file of `boundaries/`: the areas as they are from a day on, as polygons, by which
    records of the days before are placed anew."""

    day: date
    digest: str  # of the file


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
