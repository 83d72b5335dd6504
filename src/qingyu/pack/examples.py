"""A pack's own tests, readable by an official."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from qingyu.pack.values import Micro, Model, Names, Plain


class CaseCounts(Model):
    """`each_day` records of an indicator's measure in an area on each of the days (of a sum: so
    much of it; of a stock: so many open at the end of the day)."""

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
