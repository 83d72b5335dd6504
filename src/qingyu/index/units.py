"""What a sum is counted in: the unit of the contract's column."""

from __future__ import annotations

from qingyu.pack.model import Measure, Names, Pack

_CASE_DAYS = Names(zh="件·天", en="case-days")


def unit_of(pack: Pack, measure: Measure) -> Names | None:
    """The printed unit of a measure: that of the column it sums, of a stock times days. None for
    plain counts, which are of events, and for sums whose contract names no unit."""
    if measure.of is None:
        return _CASE_DAYS if measure.stock is not None else None
    columns = pack.source(measure.source).columns
    unit = next((column.unit for column in columns if column.name == measure.of), None)
    if unit is None or measure.stock is None:
        return unit
    return Names(zh=f"{unit.zh}·天", en=f"{unit.en} × days")
