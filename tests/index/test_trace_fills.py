"""Cells that were filled from the parent or carried on are marked."""

from __future__ import annotations

from typing import Any

from index_explained import explained, total
from index_town import (
    TOWNS,
    area,
    day,
    indicator,
    make_pack,
    make_panel,
)

from qingyu.engine.tables import DayState


def test_filled_cells_are_marked() -> None:
    for then, fill in (("carry", "carried"), ("parent", "from_parent")):
        filled = indicator(missing={"after": "1 day", "then": then})
        pack = make_pack(areas=_with_newcomer(), indicators=(filled,))
        cover = {day(n): DayState.NONE for n in range(31, 59)} if then == "carry" else {}
        panel = make_panel(pack, 90, {"A": 1}, cover=cover)
        code, period = ("A", "2015-02") if then == "carry" else ("N", "2015-02")
        found = explained(pack, panel, code, period)
        (part,) = found.parts
        assert (part.fill, part.state) == (fill, "no_data")
        assert part.carried_from == ("2015-01" if then == "carry" else None)
        assert part.reason is not None
        assert total(found) == (found.score or 0) * 1000


def _with_newcomer() -> Any:
    """N has nobody to divide by, so that only its parent can fill it."""
    return (area("C", "city", None), *(area(code) for code in TOWNS), area("N"))
