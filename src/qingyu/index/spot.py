"""One cell of the arithmetic, looked at closely: an area in one of the asked periods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from qingyu.engine.tables import Panel
from qingyu.exact import round_half_even
from qingyu.index.bridge import day_of
from qingyu.index.exact_json import Fixed
from qingyu.index.ingredients import MISSING, SCORED, Ingredients, Slot, State
from qingyu.index.results import Results
from qingyu.pack.model import MICRO, Area, Indicator, Pack
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

    @cached_property
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

    def amount(self, units: int, places: int = 0) -> Fixed:
        """A count or an exposure as it is, of what the ingredients hold in parts of one: with
        `places` decimals, and as many more as its shares need."""
        millionths = units * (MICRO // self.ingredients.unit)
        more = 6
        while more and millionths % 10 == 0:
            millionths, more = millionths // 10, more - 1
        return Fixed(millionths, places + more)

    def number(self, units: int) -> int | Fixed:
        """The same without decimals: an integer where it is one."""
        found = self.amount(units)
        return found if found.places else found.units

    def whole(self, units: int) -> int:
        """The nearest whole number (half-even) of a count or an exposure, for words."""
        return round_half_even(units, self.ingredients.unit)

    def window_since(self, indicator: str) -> date | None:
        """Since when a split or a merge of areas stands behind the count itself."""
        bridged = self.ingredients.bridged
        if bridged is None:
            return None
        return day_of(self.given(bridged.window, self.place_of(indicator)))

    def held_since(self, slot: Slot) -> date | None:
        """The same of what a comparison holds the count against."""
        bridged = self.ingredients.bridged
        return None if bridged is None else day_of(self.given(bridged.against[slot]))

    @property
    def bridged_since(self) -> date | None:
        """The last split or merge behind any number of the score."""
        if self.ingredients.bridged is None:
            return None
        found = [self.part_since(one) for one in self.indicators]
        return max((day for day in found if day is not None), default=None)

    def part_since(self, indicator: Indicator) -> date | None:
        """The last split or merge behind an indicator's own score."""
        if self.ingredients.bridged is None or not self.has_own_score(indicator.id):
            return None
        slots = [(indicator.id, place) for place in range(len(indicator.compare))]
        used = [one for one in slots if self.found(self.results.comparisons[one].available)]
        found = [self.window_since(indicator.id), *(self.held_since(slot) for slot in used)]
        return max((day for day in found if day is not None), default=None)

    @cached_property
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


_latest: tuple[tuple[Area, ...], dict[str, list[Area]]] = ((), {})


def _rows_of(pack: Pack) -> dict[str, list[Area]]:
    """The rows of `areas.csv` by code, kept for as long as the same pack is asked."""
    global _latest
    areas, rows = _latest
    if areas is not pack.areas:
        rows = {}
        for area in pack.areas:
            rows.setdefault(area.code, []).append(area)
        _latest = (pack.areas, rows)
    return rows


def area_of(pack: Pack, code: str, period: Period) -> Area:
    """The row of `areas.csv` that holds on the period's last day (else the code's last row)."""
    rows = _rows_of(pack)[code]
    valid = [area for area in rows if valid_on(area, period.last)]
    return valid[-1] if valid else rows[-1]


def valid_on(area: Area, day: date) -> bool:
    """Whether a row of `areas.csv` holds on a day."""
    begun = area.since is None or area.since <= day
    return begun and (area.until is None or area.until >= day)


def sources_of(pack: Pack, indicator: Indicator) -> tuple[str, ...]:
    """The sources an indicator reads: its measure's (of a union all), then its second measure's."""
    measures = [m for m in (indicator.measure, indicator.per.measure) if m is not None]
    return tuple(dict.fromkeys(one for m in measures for one in pack.sources_of(m)))
