"""Small packs written out by hand, for examples that a reader checks by eye.

A `Scene` is one city `c` of towns, one or more sources, one or more indicators; everything left
unsaid is as plain as can be: whole days covered, nothing suspect, one grade scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import agree
import twin
from draw import Drawn
from draw_pack import Shape, contract
from draw_text import DAY, START, Raw, block, entry, flow, names
from twin_cells import Cell
from twin_days import Record
from twin_index import Area
from twin_periods import Period, holding

LINE = Raw("[[0, 100], [2, 0]]")  # points = 100 − 50·x
NEVER = {"usual": {"least": 1_000_000}}  # no day is ever suspect
Spec = dict[str, Any]


def indicator(**changes: Any) -> Spec:
    """Calls per 10,000 residents, held against a target of one a day, without shrinkage."""
    spec: Spec = {
        "name": names("calls"),
        "dimension": "order",
        "nature": "harm",
        "measure": {"count": "calls"},
        "per": {"exposure": "residents", "unit": 10_000},
        "better": "lower",
        "compare": [target(1)],
        "shrink": {"kappa": 0},
        "weight": [entry(START, 1)],
    }
    return {key: value for key, value in (spec | changes).items() if value is not None}


def target(value: Any, weight: Any = 1) -> Spec:
    return {"with": "target", "weight": weight, "curve": LINE, "target": [entry(START, value)]}


def held(with_: str, weight: Any = 1, **more: Any) -> Spec:
    return {"with": with_, "weight": weight, "curve": LINE, **more}


def gap(first: date, last: date) -> dict[str, object]:
    return {"from": first, "to": last, "reason": "a power cut"}


def towns(count: int, class_: str = "") -> tuple[str, ...]:
    return tuple(f"t{n},Town {n},,town,c,{class_},,,true," for n in range(1, count + 1))


@dataclass
class Scene:
    folder: Path
    towns: Sequence[str] = ("t1,Town 1,,town,c,,,,true,", "t2,Town 2,,town,c,,,,true,")
    city: str = "c,City,,city,,,,,false,"
    residents: Mapping[str, int] = field(default_factory=dict)  # by town; else 10,000
    exposure_rows: Sequence[str] = ()
    indicators: Mapping[str, Spec] = field(default_factory=lambda: {"calls": indicator()})
    dimensions: Sequence[Spec] = ({"id": "order"},)
    sources: Mapping[str, Spec] = field(default_factory=lambda: {"calls": {}})
    grades: Spec = field(default_factory=dict)
    index: Spec = field(default_factory=dict)
    festivals: Sequence[date] = ()
    first: date = date(2024, 1, 1)
    last: date = date(2024, 12, 31)
    records: dict[str, list[Record]] = field(default_factory=dict)
    covers: dict[str, list[tuple[date, date]]] = field(default_factory=dict)
    known_on: date | None = None

    def happen(
        self, area: str, first: date, last: date, each_day: int, source: str = "calls", **more: str
    ) -> Scene:
        """`each_day` records on every day of a range."""
        day = first
        while day <= last and each_day:
            self.records.setdefault(source, []).append(Record(day, area, more, each_day))
            day += DAY
        return self

    def drawn(self, kind: str, day: date) -> Drawn:
        places = ("c", *dict.fromkeys(row.split(",")[0] for row in self.towns))
        return Drawn(
            files=self.files(),
            shape=Shape(places, tuple(self.sources)),
            first=self.first,
            last=self.last,
            covers={
                name: self.covers.get(name, [(self.first, self.last)]) for name in self.sources
            },
            kind=kind,
            periods=[holding(day, kind)],
            known_on=self.known_on,
            records={name: self.records.get(name, []) for name in self.sources},
        )

    def rows(self, kind: str, day: date) -> dict[str, Area]:
        """What the twin publishes for the period that holds `day`; the product must agree."""
        drawn = self.drawn(kind, day)
        folder = drawn.write(self.folder)
        mine = agree.twin_rows(drawn, folder)
        assert agree.differences(mine, agree.product_rows(*agree.product(drawn, folder))) == []
        period: Period = drawn.periods[0]
        found = twin.compute(
            folder,
            drawn.records,
            drawn.covers,
            self.first,
            self.last,
            [period],
            self.known_on,
        )
        return dict(found[period])

    def cell(self, kind: str, day: date, area: str = "t1", name: str = "calls") -> Cell:
        return self.rows(kind, day)[area].cells[name]

    # -- the folder ---------------------------------------------------------------------------

    def files(self) -> dict[str, str]:
        head = "code,name,name_zh,level,parent,class,from,to,rankable,aliases"
        found = {
            "areas.csv": "\n".join([head, self.city, *self.towns]) + "\n",
            "exposures/residents.csv": self._residents(),
            "dimensions.yaml": "".join(
                f"- {flow({'name': names('d'), 'weight': [entry(START, 1)], **spec})}\n"
                for spec in self.dimensions
            ),
            "grades.yaml": block({"scales": [self._scale()], **self.grades}),
            "pack.yaml": block(self._head()),
            "calendar.yaml": f"festivals: {flow(list(self.festivals))}\n",
        }
        for name, habits in self.sources.items():
            found[f"sources/{name}.yaml"] = contract(name, {"edges": "full", **NEVER, **habits})
        for name, spec in self.indicators.items():
            found[f"indicators/{name}.yaml"] = block(spec)
        return found

    def _residents(self) -> str:
        rows = list(self.exposure_rows)
        if not rows:
            for code in dict.fromkeys(row.split(",")[0] for row in self.towns):
                if "town" in "".join(row for row in self.towns if row.startswith(f"{code},")):
                    rows.append(f"{code},{START},{START},{self.residents.get(code, 10_000)}")
        return "\n".join(["area,valid_from,known_from,value", *rows]) + "\n"

    def _scale(self) -> Spec:
        cuts = {"blue": 90, "yellow": 80, "orange": 70, "red": 0}
        grades = [{"id": id_, "name": names(id_), "from": cut} for id_, cut in cuts.items()]
        return {"from": START, "grades": grades, "reference": "by hand"}

    def _head(self) -> Spec:
        levels = [("city", True), ("district", True), ("town", True), ("abroad", False)]
        index: Spec = {
            "id": "whole",
            "name": names("whole"),
            "periods": ["day", "week", "ten_days", "month", "quarter", "year"],
            "dimensions": [spec["id"] for spec in self.dimensions],
            **self.index,
        }
        return {
            "id": "scene",
            "name": names("scene"),
            "version": "1.0.0",
            "time_zone": "Asia/Shanghai",
            "levels": [{"id": i, "name": names(i), "graded": g} for i, g in levels],
            "classes": [
                {"id": "all", "name": names("all")},
                {"id": "urban", "name": names("urban"), "parent": "all"},
                {"id": "rural", "name": names("rural"), "parent": "all"},
            ],
            "indices": [index],
        }
