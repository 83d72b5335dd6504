"""A city of one source, drawn in a few lines: packs and panels for the tests of the arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import xarray as xr

from qingyu.engine.tables import UNPLACED, DayState, Panel, fingerprint
from qingyu.pack.model import (
    Area,
    AreaClass,
    Dimension,
    Exposure,
    ExposureRow,
    Grades,
    Index,
    Indicator,
    Level,
    Measure,
    Pack,
    Source,
)

START = date(2015, 1, 1)
CALLS = {"count": "calls"}
RATIO = [["0", "100"], ["0.8", "92"], ["1", "85"], ["1.3", "70"], ["2", "40"], ["3", "0"]]


def names(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def dated(value: str | int, since: date = date(2000, 1, 1)) -> dict[str, Any]:
    return {"from": since, "value": str(value), "reference": "drawn"}


def area(code: str, level: str = "town", parent: str | None = "C", **more: Any) -> Area:
    return Area(code=code, name=code, level=level, parent=parent, **more)


TOWNS = tuple("ABDEFG")
AREAS = (area("C", "city", None), *(area(code) for code in TOWNS))


def indicator(name: str = "theft", **more: Any) -> Indicator:
    """Counts of `calls` per person and day against a target of one in a thousand."""
    given: dict[str, Any] = {
        "id": name,
        "name": names(name),
        "dimension": "order",
        "nature": "harm",
        "measure": CALLS,
        "per": {"exposure": "people", "unit": 1000},
        "better": "lower",
        "weight": [dated(1)],
        "compare": [compare("target", target=[dated(1)])],
        "shrink": {"kappa": "0"},
    }
    return Indicator.model_validate(given | more)


def compare(with_: str, weight: str = "1", **more: Any) -> dict[str, Any]:
    curve = {} if with_ == "minmax" else {"curve": RATIO}
    return {"with": with_, "weight": weight, **curve, **more}


def dimension(name: str = "order", weight: str = "1", **more: Any) -> Dimension:
    return Dimension.model_validate(
        {"id": name, "name": names(name), "weight": [dated(weight)], **more}
    )


GRADES: dict[str, Any] = {
    "scales": [
        {
            "from": date(2000, 1, 1),
            "reference": "drawn",
            "grades": [
                {"id": "blue", "name": names("blue"), "from": 85},
                {"id": "yellow", "name": names("yellow"), "from": 70},
                {"id": "orange", "name": names("orange"), "from": 60},
                {"id": "red", "name": names("red"), "from": 0},
            ],
        }
    ]
}


def source(name: str = "calls") -> Source:
    return Source.model_validate(
        {
            "id": name,
            "name": names(name),
            "department": "police",
            "columns": [{"name": "at", "type": "timestamp"}, {"name": "twp", "type": "text"}],
            "key": ["at"],
            "time": "at",
            "version": {"by": "newest"},
            "delivery": "increment",
            "place": {"by": ["name"], "name": "twp"},
        }
    )


def people(
    values: Mapping[str, int], since: date = date(2000, 1, 1), known: date | None = None
) -> Exposure:
    rows = [
        ExposureRow(area=code, valid_from=since, known_from=known or since, value=value)
        for code, value in values.items()
    ]
    return Exposure(id="people", rows=tuple(rows))


def make_pack(**more: Any) -> Pack:
    """A city C of six towns of a thousand people each, one indicator, all periods."""
    given: dict[str, Any] = {
        "id": "drawn",
        "name": names("drawn"),
        "version": "1",
        "time_zone": "UTC",
        "levels": (Level(id="city", name=names("city")), Level(id="town", name=names("town"))),
        "classes": (),
        "areas": AREAS,
        "exposures": (people(dict.fromkeys(TOWNS, 1000)),),
        "sources": (source(),),
        "dimensions": (dimension(),),
        "indicators": (indicator(),),
        "indices": (index(),),
        "grades": Grades.model_validate(GRADES),
        "digest": "",
        "folder": "",
    }
    return Pack.model_validate(given | more)


def index(dimensions: Sequence[str] = ("order",), **more: Any) -> Index:
    kinds = ["day", "week", "ten_days", "month", "quarter", "year"]
    given = {"id": "safety", "name": names("safety"), "periods": kinds, "dimensions": dimensions}
    return Index.model_validate(given | more)


def classes(*pairs: tuple[str, str | None]) -> tuple[AreaClass, ...]:
    return tuple(
        AreaClass.model_validate({"id": name, "name": names(name), "parent": parent})
        for name, parent in pairs
    )


def make_panel(
    pack: Pack,
    days: int,
    counts: Mapping[str, int | Sequence[int]] | None = None,
    *,
    first: date = START,
    cover: Mapping[date, DayState] | None = None,
    more: Mapping[str, Mapping[str, int | Sequence[int]]] | None = None,
) -> Panel:
    """`counts`: area → records of the source `calls` on each day (or on every day); the source is
    full but on the days of `cover`. `more`: the same for measures of other sources."""
    measures = {"calls": counts or {}, **(more or {})}
    codes = [*dict.fromkeys(one.code for one in pack.areas), UNPLACED]
    values = np.zeros((len(measures), len(codes), days), np.int64)
    for row, (_, mine) in enumerate(measures.items()):
        for code, given in mine.items():
            values[row, codes.index(code)] = given
    sources = [one.id for one in pack.sources]
    states = np.full((len(sources), days), int(DayState.FULL), np.uint8)
    for day, state in (cover or {}).items():
        states[0, (day - first).days] = state
    when = np.datetime64(first) + np.arange(days)
    marks = [fingerprint(Measure(count=name)) for name in measures]
    return Panel(
        xr.DataArray(
            values, {"measure": marks, "area": codes, "day": when}, ("measure", "area", "day")
        ),
        xr.DataArray(states, {"source": sources, "day": when}, ("source", "day")),
        1,
    )


def day(number: int, first: date = START) -> date:
    return first + timedelta(days=number)
