"""Measures over unions learn what their union means, so that each has the name of what it counts.

A measure is known in the cube by the fingerprint of what it says; what `count: incidents` says
stands in another file, and partly in `areas.csv`.
"""

from __future__ import annotations

from collections.abc import Mapping

from qingyu.pack.method import Dimension, Grades, Indicator, Measure, Per
from qingyu.pack.model import Pack
from qingyu.pack.stars import StarItem, Stars
from qingyu.pack.unions import meaning, places_of, sealed

Meanings = Mapping[str, str]


def seal(pack: Pack) -> Pack:
    """The pack with every measure of a union sealed; one without unions as it is."""
    if not pack.unions:
        return pack
    meanings = {one.id: meaning(one, places_of(one, pack.areas)) for one in pack.unions}
    return pack.model_copy(
        update={
            "indicators": tuple(_indicator(one, meanings) for one in pack.indicators),
            "dimensions": tuple(_dimension(one, meanings) for one in pack.dimensions),
            "grades": _grades(pack.grades, meanings),
            "stars": None if pack.stars is None else _stars(pack.stars, meanings),
        }
    )


def _indicator(indicator: Indicator, meanings: Meanings) -> Indicator:
    measure = sealed(indicator.measure, meanings)
    return indicator.model_copy(update={"measure": measure, "per": _per(indicator.per, meanings)})


def _per(per: Per, meanings: Meanings) -> Per:
    if per.measure is None:
        return per
    return per.model_copy(update={"measure": sealed(per.measure, meanings)})


def _dimension(dimension: Dimension, meanings: Meanings) -> Dimension:
    found = tuple(
        one.model_copy(update={"measure": sealed(one.measure, meanings)})
        for one in dimension.deductions
    )
    return dimension.model_copy(update={"deductions": found})


def _grades(grades: Grades, meanings: Meanings) -> Grades:
    def with_sealed(measure: Measure) -> dict[str, Measure]:
        return {"measure": sealed(measure, meanings)}

    caps = tuple(one.model_copy(update=with_sealed(one.measure)) for one in grades.caps)
    vetoes = tuple(one.model_copy(update=with_sealed(one.measure)) for one in grades.vetoes)
    return grades.model_copy(update={"caps": caps, "vetoes": vetoes})


def _stars(stars: Stars, meanings: Meanings) -> Stars:
    items = tuple(_star_item(one, meanings) for one in stars.items)
    return stars.model_copy(update={"items": items})


def _star_item(item: StarItem, meanings: Meanings) -> StarItem:
    lists = {
        name: one.model_copy(update={"measure": sealed(one.measure, meanings)})
        for name, one in item.lists.items()
    }
    return item.model_copy(
        update={
            "measure": None if item.measure is None else sealed(item.measure, meanings),
            "lists": lists,
            "per": None if item.per is None else _per(item.per, meanings),
        }
    )
