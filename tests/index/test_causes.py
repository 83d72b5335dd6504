"""Why a score moved: each cause alone moves its own line, and the lines add up."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from index_town import (
    GRADES,
    TOWNS,
    compare,
    dated,
    day,
    dimension,
    index,
    indicator,
    make_pack,
    make_panel,
    names,
    people,
)

from qingyu.engine.tables import DayState, Panel
from qingyu.index.causes import (
    GROUPS,
    LATE_DATA,
    Line,
    before_and_now,
    hybrids,
    score_of,
    split_change,
)
from qingyu.index.steps import compute, gather
from qingyu.pack.model import Exposure, Grades, Pack
from qingyu.periods import parse

CAUSES = (LATE_DATA, *GROUPS)


def lines(
    pack: Pack, panel: Panel, period: str = "2015-02", first_known: int | None = None
) -> dict[str, int]:
    found = changed(pack, panel, period, first_known)
    return {line.cause: line.amount for line in found}


def changed(
    pack: Pack, panel: Panel, period: str = "2015-02", first_known: int | None = None
) -> tuple[Line, ...]:
    wanted = parse(period)
    before, now = before_and_now(gather(pack, panel, [wanted]))
    return split_change(pack, first_known, before, now, 1)


def only(cause: str, amount: int) -> dict[str, int]:
    return {name: amount if name == cause else 0 for name in CAUSES}


def test_the_counts_alone() -> None:
    # January 1 a day (85 points), February 2 a day (40 points) against a target
    pack = make_pack()
    assert lines(pack, make_panel(pack, 59, {"A": [1] * 31 + [2] * 28})) == only("world", -45_000)


def test_late_data() -> None:
    pack = make_pack()
    panel = make_panel(pack, 59, {"A": 1})
    assert lines(pack, panel, first_known=91_000) == only(LATE_DATA, -6_000)


def test_exposure() -> None:
    # 1,000 people, from February on 2,000: half the rate, so compared 0.5: 95 points
    rows = [*people({"A": 1000}).rows, *people({"A": 2000}, since=date(2015, 2, 1)).rows]
    pack = make_pack(exposures=(Exposure(id="people", rows=tuple(rows)),))
    assert lines(pack, make_panel(pack, 59, {"A": 1})) == only("exposure", 10_000)


def test_method() -> None:
    # theft (85 points) and fire (40) change their weights in February
    pack = make_pack(
        indicators=(
            indicator("theft", weight=[dated("0.5"), dated("0.9", date(2015, 2, 1))]),
            indicator(
                "fire",
                weight=[dated("0.5"), dated("0.1", date(2015, 2, 1))],
                compare=[compare("target", target=[dated("0.5")])],
            ),
        )
    )
    # 0.5 · 85 + 0.5 · 40 = 62.5; 0.9 · 85 + 0.1 · 40 = 80.5
    assert lines(pack, make_panel(pack, 59, {"A": 1})) == only("method", 18_000)


def test_a_lower_target_is_a_baseline() -> None:
    target = [dated(2), dated(1, date(2015, 2, 1))]
    pack = make_pack(indicators=(indicator(compare=[compare("target", target=target)]),))
    assert lines(pack, make_panel(pack, 59, {"A": 2})) == only("baseline", -45_000)


def test_availability() -> None:
    # The trailing weeks can be had from February on: 85 points beside the target's 40
    both = [
        compare("target", "0.5", target=[dated("0.5")]),
        compare("trailing", "0.5", weeks=4, at_least=4),
    ]
    pack = make_pack(indicators=(indicator(compare=both),))
    assert lines(pack, make_panel(pack, 59, {"A": 1})) == only("availability", 22_500)


def test_peers() -> None:
    # A stays at 1 a day while its peers go from 1 to 2
    pack = make_pack(indicators=(indicator(compare=[compare("peers")]),))
    others = [1] * 31 + [2] * 28
    panel = make_panel(pack, 59, {code: 1 if code == "A" else others for code in TOWNS})
    found = lines(pack, panel)
    assert found["peers"] > 0
    assert found["world"] == found["baseline"] == found["exposure"] == 0


def test_no_score_no_lines() -> None:
    pack = make_pack()
    cover = {day(n): DayState.NONE for n in range(31)}
    assert changed(pack, make_panel(pack, 59, {"A": 1}, cover=cover)) == ()
    later = {day(n): DayState.NONE for n in range(31, 59)}
    assert changed(pack, make_panel(pack, 59, {"A": 1}, cover=later)) == ()


def test_a_step_without_a_score_joins_the_next() -> None:
    # In February a heavy indicator enters whose comparison could not be had in January: after
    # `method` alone there is too little of the index present.
    heavy = indicator(
        "fire",
        weight=[dated("0.9", date(2015, 2, 1))],
        compare=[compare("previous")],
    )
    light = indicator("theft", weight=[dated("0.1")])
    pack = make_pack(indicators=(light, heavy))
    found = {line.cause: line for line in changed(pack, make_panel(pack, 59, {"A": 2}))}
    assert [cause for cause, line in found.items() if line.joined] == ["method"]
    # January: theft alone, 40 points. February: 0.1 · 40 + 0.9 · 85 (as the month before, with
    # which the comparison comes: January's count is what it is held against)
    assert {cause: line.amount for cause, line in found.items()} == only("availability", 40_500)


def test_the_last_hybrid_is_now() -> None:
    pack = make_pack()
    before, now = before_and_now(gather(pack, make_panel(pack, 59, {"A": 1}), [parse("2015-02")]))
    *_, (cause, last) = hybrids(before, now)
    assert cause == "world"
    assert last is now


def _busy_pack(carry: bool) -> Pack:
    missing = {"after": "1 day", "then": "carry" if carry else "parent"}
    all_kinds = [
        compare("peers", "0.3"),
        compare("previous", "0.2"),
        compare("trailing", "0.2", weeks=4, at_least=3),
        compare("parent", "0.1"),
        compare("target", "0.2", target=[dated(1), dated(2, date(2015, 2, 1))]),
    ]
    off: list[dict[str, Any]] = [
        {"id": "deaths", "name": names("d"), "measure": {"count": "calls"},
         "points": "0.01", "at_most": 5}
    ]  # fmt: skip
    cap = {"id": "cap", "name": names("c"), "measure": {"count": "calls"}, "at_least": 100,
           "grade": "orange"}  # fmt: skip
    rows = [*people(dict.fromkeys(TOWNS, 900)).rows]
    rows += people({"A": 1500, "B": 700}, since=date(2015, 2, 10)).rows
    return make_pack(
        exposures=(Exposure(id="people", rows=tuple(rows)),),
        dimensions=(
            dimension("order", "0.6", deductions=off),
            dimension("safety", "0.4"),
        ),
        indicators=(
            indicator("theft", compare=all_kinds, missing=missing, shrink={}),
            indicator("fraud", weight=[dated("0.3"), dated("0.7", date(2015, 2, 1))]),
            indicator("fire", dimension="safety", compare=all_kinds, dispersion="1.5", shrink={}),
        ),
        indices=(index(("order", "safety"), least_share="0.3"),),
        grades=Grades.model_validate({**GRADES, "caps": [cap]}),
    )


@settings(max_examples=12)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["2015-02", "2015-03", "2015-04"]), st.booleans())
def test_lines_add_up(seed: int, period: str, carry: bool) -> None:
    """Over random counts, holes, dated weights and all comparisons at once."""
    chance = np.random.default_rng(seed)
    pack = _busy_pack(carry)
    counts = {code: chance.poisson(1.2, 120) for code in TOWNS}
    holes = {day(int(n)): DayState.NONE for n in chance.integers(0, 120, int(chance.integers(12)))}
    panel = make_panel(pack, 120, counts, cover=holes)
    wanted = parse(period)
    ingredients = gather(pack, panel, [wanted])
    before, now = before_and_now(ingredients)
    results = compute(pack, panel, [wanted])
    for place in (0, 1):  # the city, and A
        start, end = score_of(pack, before, place), score_of(pack, now, place)
        found = split_change(pack, 70_000, before, now, place)
        if start is None or end is None:
            assert found == ()
            continue
        assert [line.cause for line in found] == list(CAUSES)
        assert sum(line.amount for line in found) == end - 70_000
        assert end == results.score[place, 0]
        assert end - start == results.change[place, 0]
