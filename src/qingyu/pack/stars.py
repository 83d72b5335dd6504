"""What the stars of villages count, and by which rules they will be given: `stars.yaml`.

Only the counting is done so far: each measure here is kept in the cube like those of the
indicators, so that stars can be computed for months gone by. Nothing computes a star yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from qingyu.i18n import T
from qingyu.pack.method import Measure, Per
from qingyu.pack.values import MICRO, Dated, Micro, Model, Names, Nature, PeriodKind

MOST_STARS = 5


class StarList(Model):
    """One reading of an item that official lists define in different ways."""

    name: Names
    reference: str
    measure: Measure


class StarItem(Model):
    """One thing that the stars count.

    Either `indicator`, which takes everything from the indicator of that name; or `name`,
    `nature`, `better` and what is counted: `measure`, or `lists` of which `list` names the one
    that counts (all of them are kept, so that another choice has its past at once). `per` as of an
    indicator; without it the count itself is compared, within the class. `classes`: of those the
    stars are given in (default: all); where an item does not apply, the others share its weight.
    """

    id: str
    indicator: str | None = None
    name: Names | None = None
    nature: Nature | None = None
    better: Literal["lower", "higher"] | None = None
    measure: Measure | None = None
    list_: str | None = Field(default=None, alias="list")
    lists: dict[str, StarList] = Field(default_factory=dict)
    per: Per | None = None
    confirmed_by: str | None = None  # as of an indicator
    classes: tuple[str, ...] = ()
    weight: tuple[Dated, ...] = Field(min_length=1)
    caveat: Names | None = None

    @model_validator(mode="after")
    def _taken_or_own(self) -> StarItem:
        own = (self.name, self.nature, self.better, self.measure, self.list_, self.per,
               self.confirmed_by, self.lists or None)  # fmt: skip
        if self.indicator is not None:
            if any(value is not None for value in own):
                raise ValueError(T("beside `indicator` only id, classes, weight and caveat"))
        elif self.name is None or self.nature is None or self.better is None:
            raise ValueError(T("`indicator`, or name, nature, better and what is counted"))
        elif (self.measure is None) != bool(self.lists) or (self.list_ is None) == bool(self.lists):
            raise ValueError(T("either `measure`, or `lists` and the `list` that counts"))
        return self

    @property
    def chosen(self) -> Measure | None:
        """What is counted; None if an indicator says it (or the list named is not there)."""
        if self.list_ is None:
            return self.measure
        found = self.lists.get(self.list_)
        return found.measure if found is not None else None

    def measures(self) -> Iterator[tuple[str, Measure]]:
        """Every measure written here, with its key below the item's; those of all lists."""
        if self.measure is not None:
            yield "measure", self.measure
        for name, one in self.lists.items():
            yield f"lists/{name}/measure", one.measure
        if self.per is not None and self.per.measure is not None:
            yield "per/measure", self.per.measure


class StarBand(Model):
    """`stars` for the next `share` of a class, counted from the best."""

    stars: int = Field(ge=1, le=MOST_STARS)
    share: Micro = Field(gt=0, le=MICRO)


class StarVeto(Model):
    """At most so many stars where a dimension has the grade: the village's own, or that of the
    area of `level` it lies in. `dimensions`: which (default: any)."""

    level: str
    grade: str
    dimensions: tuple[str, ...] = ()
    at_most: int = Field(ge=0, le=MOST_STARS)


class StarRules(Model):
    """The rules that hold from a date on.

    `certainty`: an area gets the most stars of which it is at least so likely that it deserves
    them or more; what cannot be told apart gets no more. `least_share`: the weight that must have
    data. `least_members`: a class with fewer is taken with the others of its parent.
    """

    since: date = Field(alias="from")
    reference: str
    why: str | None = None
    bands: tuple[StarBand, ...] = Field(min_length=1)
    certainty: Micro = Field(ge=MICRO // 2, lt=MICRO)
    least_share: Micro = Field(default=600_000, ge=0, le=MICRO)
    least_members: int = Field(default=5, ge=1)
    vetoes: tuple[StarVeto, ...] = ()


class Stars(Model):
    """`stars.yaml`: a monthly rating of the areas of one level within their class. Counted, and
    not computed yet."""

    level: str
    classes: tuple[str, ...] = Field(min_length=1)
    periods: tuple[PeriodKind, ...] = Field(default=("month",), min_length=1)
    items: tuple[StarItem, ...] = Field(min_length=1)
    rules: tuple[StarRules, ...] = Field(min_length=1)

    def measures(self) -> Iterator[tuple[str, Measure]]:
        """Every measure that is written in the file, with its key."""
        for item in self.items:
            for below, measure in item.measures():
                yield f"stars/items/{item.id}/{below}", measure
