from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_town import GRADES, TOWNS, area, index, make_pack, make_panel, names, source

from qingyu.errors import NotFoundError
from qingyu.index.grade import _placed, upper_limit
from qingyu.index.ingredients import MISSING
from qingyu.index.results import Results
from qingyu.index.steps import compute
from qingyu.pack.model import Grades
from qingyu.periods import parse


def graded(calls: dict[str, Any], tips: dict[str, int] | None = None, **more: Any) -> Results:
    """January and February of towns with these calls a day (1 → 85, 2 → 40, 0 → 100)."""
    grades = GRADES | {key: more.pop(key) for key in ("caps", "vetoes", "scales") if key in more}
    pack = make_pack(
        sources=(source(), source("tips")), grades=Grades.model_validate(grades), **more
    )
    panel = make_panel(pack, 90, calls, more={"tips": tips or {}})
    return compute(pack, panel, [parse("2015-02")])


def test_ranks_share_the_better_place() -> None:
    found = graded({"A": 1, "B": 1, "D": 2})
    assert found.score[1:, 0].tolist() == [85_000, 85_000, 40_000, *[100_000] * 3]
    assert found.rank[1:, 0].tolist() == [4, 4, 6, 1, 1, 1]
    assert found.of[:, 0].tolist() == [1, *[6] * 6]
    assert found.grade[1:, 0].tolist() == [0, 0, 3, 0, 0, 0]


def test_places_that_are_not_rankable_have_a_score_and_no_rank() -> None:
    rows = (area("C", "city", None), *(area(c, rankable=c != "E") for c in TOWNS))
    found = graded({"A": 1}, areas=rows)
    place = found.labels.areas.index("E")
    assert (found.score[place, 0], found.rank[place, 0], found.of[place, 0]) == (100_000, 0, 5)


def cap(grade: str, at_least: int = 1) -> dict[str, Any]:
    return {
        "id": f"cap_{grade}", "name": names("cap"), "measure": {"count": "tips"},
        "at_least": at_least, "grade": grade,
    }  # fmt: skip


def test_a_cap_stops_a_milli_point_below_the_better_grade() -> None:
    found = graded({"B": 2}, {"A": 1, "B": 1}, caps=[cap("yellow", 28)])
    assert found.before_caps[1:3, 0].tolist() == [100_000, 40_000]
    assert found.score[1:3, 0].tolist() == [84_999, 40_000]
    assert found.cap[1:3, 0].tolist() == [0, -1]  # B is below it anyway
    assert found.grade[1, 0] == 1
    assert graded({}, {"A": 1}, caps=[cap("yellow", 29)]).score[1, 0] == 100_000
    assert graded({}, {"A": 1}, caps=[cap("blue")]).score[1, 0] == 100_000


def test_the_hardest_cap_holds() -> None:
    found = graded({}, {"A": 1}, caps=[cap("yellow"), cap("orange")])
    assert (found.score[1, 0], found.cap[1, 0]) == (69_999, 1)


def test_a_veto_gives_the_last_grade_and_no_rank() -> None:
    veto = {"id": "v", "name": names("v"), "measure": {"count": "tips"}}
    found = graded({"B": 2}, {"A": 1, "B": 1}, vetoes=[veto])
    assert found.score[1:3, 0].tolist() == [59_999, 40_000]
    assert found.grade[1:3, 0].tolist() == [3, 3]
    assert found.rank[1:, 0].tolist() == [0, 0, 1, 1, 1, 1]
    assert found.of[1, 0] == 4
    assert found.veto[1:4, 0].tolist() == [0, 0, -1]


def test_the_scale_in_force_on_the_last_day() -> None:
    harder = GRADES["scales"][0] | {
        "from": date(2015, 2, 28),
        "grades": [
            g | {"from": 90 if g["id"] == "blue" else g["from"]}
            for g in GRADES["scales"][0]["grades"]
        ],
    }
    found = graded({"A": 1}, scales=[GRADES["scales"][0], harder])
    assert found.grade[1, 0] == 1


def test_cuts_with_decimals_and_the_milli_point_below() -> None:
    scale = Grades.model_validate(GRADES).scales[0]
    grades = tuple(g.model_copy(update={"cut": g.cut + 500}) for g in scale.grades)
    assert upper_limit(grades, 1) == 85_000  # below 85.0005
    assert upper_limit(scale.grades, 1) == 84_999
    assert upper_limit(scale.grades, 0) is None


def test_change_is_against_the_period_before() -> None:
    calls = np.concatenate([np.full(31, 1), np.full(59, 2)])
    found = graded({"A": calls})
    assert found.change[:, 0].tolist()[1:3] == [-45_000, 0]
    first = make_pack()
    only = compute(first, make_panel(first, 31), [parse("2015-01")])
    assert only.change[:, 0].tolist() == [MISSING] * 7


scores = st.lists(
    st.lists(st.integers(0, 5), min_size=1, max_size=6), min_size=1, max_size=9
).filter(lambda rows: len({len(row) for row in rows}) == 1)


@given(scores)
def test_places_either_way(rows: list[list[int]]) -> None:
    table = np.array(rows)
    wanted = 1 + (table[None] > table[:, None]).sum(axis=1)
    assert _placed(table).tolist() == wanted.tolist()


def test_no_index_for_a_kind_is_said_so() -> None:
    pack = make_pack(indices=(index(periods=["month"]),))
    with pytest.raises(NotFoundError, match="month"):
        compute(pack, make_panel(pack, 90), [parse("2015-W05")])
