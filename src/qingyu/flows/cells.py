"""The cells in which a record counts: for each kind of period, an indicator's count and points and
the area's score and grade, up to the root."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qingyu.engine.store import Home
from qingyu.engine.tables import Panel
from qingyu.flows.opening import Known
from qingyu.flows.publish import compute_from, panel_of
from qingyu.index.exact_json import Fixed, micro, milli
from qingyu.index.spot import Spot, area_of, spot
from qingyu.index.story import grade_in_force
from qingyu.pack.model import Grade, Pack
from qingyu.periods import KINDS, Kind, Period, period_of


@dataclass(frozen=True)
class Cell:
    """One indicator of one area in one period. points: micros; score: milli; None = no data."""

    area: str
    name: str
    period: str
    indicator: str
    count: Fixed
    points: int | None
    state: str
    score: int | None
    grade: Grade | None

    def to_json(self) -> dict[str, object]:
        return {
            "area": self.area,
            "name": self.name,
            "period": self.period,
            "indicator": self.indicator,
            "count": self.count,
            "points": micro(self.points),
            "state": self.state,
            "score": milli(self.score),
            "grade": None if self.grade is None else self.grade.id,
        }


def cells_of(
    home: Home, pack: Pack, area: str, day: date, indicators: Sequence[str]
) -> tuple[Cell, ...]:
    """The day's, the month's … cells of the area a record lies in (of the root area for one that
    nobody could place), for each kind of period that an index of the pack has."""
    if not indicators:
        return ()
    seen = Known(home.last, None)
    panel = panel_of(home, pack, seen)
    kinds: set[Kind] = {kind for index in pack.indices for kind in index.periods}
    found: list[Cell] = []
    for kind in (kind for kind in KINDS if kind in kinds):
        found += _of_period(pack, panel, seen, area, period_of(day, kind), indicators)
    return tuple(found)


def _of_period(
    pack: Pack, panel: Panel, seen: Known, area: str, period: Period, indicators: Sequence[str]
) -> list[Cell]:
    published = compute_from(pack, panel, [period], seen)
    labels = published.results.labels
    code = area if area in labels.areas else labels.areas[0]
    place = spot(pack, panel, published.ingredients, published.results, code, period)
    mine = {indicator.id for indicator in place.indicators}
    return [_cell(place, name) for name in indicators if name in mine]


def _cell(place: Spot, name: str) -> Cell:
    position = place.place_of(name)
    count = place.given(place.ingredients.world.count, position)
    return Cell(
        area=place.code,
        name=area_of(place.pack, place.code, place.period).name,
        period=place.period.label,
        indicator=name,
        count=place.amount(count, place.pack.indicator(name).measure.places),
        points=place.score(place.results.indicator, position),
        state=place.state(name).word,
        score=place.score(place.results.score),
        grade=grade_in_force(place),
    )
