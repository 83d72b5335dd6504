from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from index_town import dated, day, dimension, index, indicator, make_pack, make_panel, source

from qingyu.engine.tables import DayState
from qingyu.index.ingredients import State
from qingyu.index.results import Results
from qingyu.index.steps import compute
from qingyu.periods import parse

DAYS = 28  # of February


@given(
    st.integers(0, DAYS),
    st.integers(0, DAYS),
    st.tuples(*[st.integers(1, 10**6)] * 3),
    st.tuples(*[st.integers(1, 10**6)] * 2),
)
def test_completeness_in_fractions(
    calls: int, tips: int, inner: tuple[int, int, int], outer: tuple[int, int]
) -> None:
    """Calls cover so many days of February, tips so many others; all that is covered is present."""
    found = covering(calls, tips, inner, outer)
    theft, fraud, _ = inner
    share = Fraction(theft * calls + fraud * tips, (theft + fraud) * DAYS)
    want = (outer[0] * share + outer[1] * Fraction(tips, DAYS)) / sum(outer)
    assert found.completeness[1, 0] == round(10**6 * want)


def covering(
    calls: int, tips: int, inner: tuple[int, ...] = (1, 1, 1), outer: tuple[int, ...] = (1, 1)
) -> Results:
    def micro(value: int) -> str:
        return f"{value // 10**6}.{value % 10**6:06d}"

    more = {"least_covered": 0, "measure": {"count": "tips"}}
    pack = make_pack(
        sources=(source(), source("tips")),
        dimensions=(dimension("order", micro(outer[0])), dimension("fire", micro(outer[1]))),
        indicators=(
            indicator(weight=[dated(micro(inner[0]))], least_covered=0),
            indicator("fraud", weight=[dated(micro(inner[1]))], **more),
            indicator("fires", dimension="fire", weight=[dated(micro(inner[2]))], **more),
        ),
        indices=(index(("order", "fire"), least_share=0),),
    )
    panel = make_panel(pack, 59, {}, more={"tips": {}})
    panel.coverage.values[0, 31 : 59 - calls] = DayState.GAP
    panel.coverage.values[1, 31 + tips :] = DayState.GAP
    return compute(pack, panel, [parse("2015-02")])


def words(cover: dict[int, DayState], tips: dict[int, DayState]) -> str:
    """State of town A in February when days of calls and of tips are in these states."""
    pack = make_pack(
        sources=(source(), source("tips")),
        indicators=(
            indicator(weight=[dated("0.7")]),
            indicator("fraud", weight=[dated("0.3")], measure={"count": "tips"}),
        ),
    )
    panel = make_panel(pack, 59, {}, more={"tips": {}})
    for row, states in enumerate((cover, tips)):
        for number, state in states.items():
            panel.coverage.values[row, 30 + number] = state
    found = compute(pack, panel, [parse("2015-02")])
    return State(found.area_state[1, 0]).word


def days(first: int, last: int, state: DayState) -> dict[int, DayState]:
    return dict.fromkeys(range(first, last + 1), state)


def test_an_area_is_as_doubtful_as_its_most_doubtful_score() -> None:
    suspect, open_ = days(1, 1, DayState.SUSPECT), days(2, 2, DayState.NONE)
    assert words({}, {}) == "ok"
    assert words({}, open_) == "provisional"
    assert words(suspect, open_) == "suspect"


def test_an_indicator_that_is_late_leaves_the_area_provisional() -> None:
    assert words({}, days(27, 28, DayState.NONE)) == "provisional"
    late = days(20, 28, DayState.NONE)  # nine days: no data, and not late any more
    assert words({}, late) == "ok"


def test_without_a_score_the_common_reason_or_none() -> None:
    silent, doubtful = days(1, 28, DayState.NONE), days(1, 28, DayState.SUSPECT)
    assert words(silent, silent) == "no_data"
    assert words(doubtful, doubtful) == "suspect"
    assert words(doubtful, silent) == "no_data"


def test_the_day_numbers_of_these_tests() -> None:
    assert day(31).isoformat() == "2015-02-01"
    assert np.int64(day(58).day) == DAYS
