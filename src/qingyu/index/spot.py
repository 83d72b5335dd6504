"""One cell of the arithmetic, looked at closely: an area in one of the asked periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qingyu.engine.tables import Panel
from qingyu.index.ingredients import MISSING, SCORED, Ingredients, State
from qingyu.index.results import Results
from qingyu.pack.model import Area, Indicator, Pack
from qingyu.periods import Period


@dataclass(frozen=True)
class Spot:
    """Everything a trace reads. area: position along the area axis; late: the period's position
    among all periods of the ingredients; asked: its position in the results."""

    pack: Pack
    panel: Panel
    ingredients: Ingredients
    results: Results
    area: int
    late: int
    asked: int

    @property
    def period(self) -> Period:
        return self.results.labels.periods[self.asked]

    @property
    def code(self) -> str:
        return self.results.labels.areas[self.area]

    def place_of(self, indicator: str) -> int:
        """Position along the indicator axis."""
        return self.results.labels.indicators.index(indicator)

    def given(self, array: Any, *places: int) -> int:
        """An ingredient of this cell; `places` are positions on the axes before the area's."""
        return int(array[(*places, self.area, self.late)])

    def found(self, array: Any, *places: int) -> int:
        """A result of this cell."""
        return int(array[(*places, self.area, self.asked)])

    def score(self, array: Any, *places: int) -> int | None:
        """A score of this cell; None where there is none."""
        value = self.found(array, *places)
        return None if value == MISSING else value

    def state(self, indicator: str) -> State:
        return State(self.found(self.results.state, self.place_of(indicator)))

    @property
    def area_state(self) -> State:
        return State(self.found(self.results.area_state))

    def has_own_score(self, indicator: str) -> bool:
        return int(self.state(indicator)) >= SCORED

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Those that are in an index of this kind of period."""
        labels = self.results.labels
        members = zip(labels.indicators, labels.member, strict=True)
        return tuple(self.pack.indicator(name) for name, member in members if member)

    def weight(self, indicator: str) -> int:
        """Micros in force within the dimension; 0 = none."""
        return int(self.ingredients.method.weight[self.place_of(indicator), self.late])

    def dimension_weight(self, dimension: str) -> int:
        place = self.results.labels.dimensions.index(dimension)
        return int(self.ingredients.method.dimension_weight[place, self.late])


def spot(
    pack: Pack, panel: Panel, ingredients: Ingredients, results: Results, area: str, period: Period
) -> Spot:
    """The spot of an area (by code) in one of the asked periods."""
    asked = results.labels.periods.index(period)
    place = results.labels.areas.index(area)
    late = ingredients.labels.lead + asked
    return Spot(pack, panel, ingredients, results, place, late, asked)


def area_of(pack: Pack, code: str, period: Period) -> Area:
    """The row of `areas.csv` that holds on the period's last day (else the code's last row)."""
    rows = [area for area in pack.areas if area.code == code]
    valid = [area for area in rows if _valid(area, period)]
    return valid[-1] if valid else rows[-1]


def _valid(area: Area, period: Period) -> bool:
    begun = area.since is None or area.since <= period.last
    return begun and (area.until is None or area.until >= period.last)


def sources_of(indicator: Indicator) -> tuple[str, ...]:
    """The sources an indicator reads: its measure's, then its second measure's."""
    second = indicator.per.measure.source if indicator.per.measure is not None else None
    return tuple(dict.fromkeys(s for s in (indicator.measure.source, second) if s))
