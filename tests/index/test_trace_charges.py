"""Deductions, caps and vetoes are lines of their own."""

from __future__ import annotations

from index_explained import DEATHS, english, explained, total
from index_town import (
    GRADES,
    dimension,
    make_pack,
    make_panel,
)

from qingyu.pack.model import Grades


def test_deduction_is_a_line() -> None:
    # 31 calls: 85 points; 0.1 off each, 3.1 in all
    off = [{**DEATHS, "points": "0.1", "at_most": 10}]
    pack = make_pack(dimensions=(dimension(deductions=off),))
    found = explained(pack, make_panel(pack, 31, {"A": 1}))
    (charge,) = found.charges
    assert (charge.kind, charge.points, charge.amount) == ("deduction", 3_100_000, -3_100_000)
    assert found.score == 81_900
    assert found.parts[0].contribution == 85_000_000
    assert english(found) == "Yellow: yellow. deaths: 31 events; 3.1 points off."


def test_cap_is_a_line() -> None:
    caps = Grades.model_validate({**GRADES, "caps": [{**DEATHS, "at_least": 1, "grade": "orange"}]})
    pack = make_pack(grades=caps)
    found = explained(pack, make_panel(pack, 31, {"A": 1}))
    (charge,) = found.charges
    assert (charge.kind, charge.amount) == ("cap", -15_001_000)  # 85.000 to 69.999
    assert total(found) == 69_999_000
    assert english(found) == (
        "Orange: orange. deaths: 31 events; by rule no better than Orange: orange."
    )


def test_veto_is_a_line() -> None:
    vetoes = Grades.model_validate({**GRADES, "vetoes": [{**DEATHS, "at_least": 1}]})
    pack = make_pack(grades=vetoes)
    found = explained(pack, make_panel(pack, 31, {"A": 1}))
    (charge,) = found.charges
    assert (charge.kind, charge.amount) == ("veto", -25_001_000)  # 85.000 to 59.999
    assert found.rank is None
    assert english(found) == "Red: red. deaths: 31 events; by rule the last grade and no rank."
