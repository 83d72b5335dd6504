from __future__ import annotations

from datetime import date

import numpy as np
from index_town import area, make_pack

from qingyu.index.exposure import fill_levels
from qingyu.index.hierarchy import build, day_number
from qingyu.pack.model import Exposure, ExposureRow

FIRST = date(2020, 1, 1)


def row(code: str, day: int, value: int, known: int | None = None) -> ExposureRow:
    valid = date(2020, 1, day)
    return ExposureRow(
        area=code,
        valid_from=valid,
        known_from=date(2020, 1, known) if known else valid,
        value=value,
    )


def levels(
    *rows: ExposureRow, known_on: date | None = None, areas: object = None
) -> dict[str, list[int]]:
    towns = areas or (area("C", "city", None), area("A"), area("B"))
    tree = build(make_pack(areas=towns))
    found = np.zeros((len(tree.codes), 4), np.int64)
    days = day_number(FIRST) + np.arange(4)
    fill_levels(Exposure(id="people", rows=rows), tree, found, days, known_on)
    return dict(zip(tree.codes, found.tolist(), strict=True))


def test_the_last_row_that_has_begun_holds_and_before_all_the_first() -> None:
    found = levels(row("A", 2, 100), row("A", 4, 120), row("B", 1, 50))
    assert found["A"] == [100, 100, 100, 120]
    assert found["C"] == [150, 150, 150, 170]  # the city has no rows: the sum of its towns


def test_rows_of_ones_own_are_not_added_up() -> None:
    assert levels(row("C", 1, 999), row("A", 1, 1))["C"] == [999] * 4


def test_what_was_not_known_yet_is_left_out() -> None:
    rows = row("A", 1, 100, known=1), row("A", 1, 110, known=3), row("A", 3, 130, known=9)
    assert levels(*rows)["A"] == [110, 110, 130, 130]
    assert levels(*rows, known_on=date(2020, 1, 2))["A"] == [100] * 4
    assert levels(*rows, known_on=date(2019, 1, 1))["A"] == [0] * 4


def test_an_area_counts_only_while_it_is_valid() -> None:
    towns = (area("C", "city", None), area("A"), area("B", to=date(2020, 1, 2)))
    found = levels(row("A", 1, 10), row("B", 1, 7), areas=towns)
    assert found["B"] == [7, 7, 0, 0]
    assert found["C"] == [17, 17, 10, 10]


def test_nothing_at_all_is_zero() -> None:
    assert levels(row("A", 1, 10))["B"] == [0] * 4
