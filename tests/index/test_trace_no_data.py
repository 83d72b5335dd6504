"""Why there is no score: not covered, suspect, late, too little to go by."""

from __future__ import annotations

import pytest
from index_explained import english, explained
from index_town import (
    compare,
    day,
    indicator,
    make_pack,
    make_panel,
    source,
)

from qingyu.engine.tables import DayState


def test_uncovered() -> None:
    pack = make_pack()
    cover = {day(n): DayState.NONE for n in range(10)}
    found = explained(pack, make_panel(pack, 31, cover=cover))
    assert found.score is None
    assert found.state == "no_data"
    assert english(found) == (
        "No data. calls covers 21 of 31 days. This says neither good nor bad."
    )
    assert found.sentence.numbers == {"covered": 21, "days": 31}
    assert found.split_note is not None


def test_suspect() -> None:
    pack = make_pack()
    cover = {day(n): DayState.SUSPECT for n in range(10)}
    found = explained(pack, make_panel(pack, 31, cover=cover))
    assert found.state == "suspect"
    assert english(found).startswith("No data. calls sent far fewer records than usual.")


def test_late() -> None:
    pack = make_pack()
    found = explained(pack, make_panel(pack, 20), period="2015-01-21")
    assert found.state in ("late", "no_data")
    late = make_pack(
        indicators=(
            indicator(daily={"window": "7 days", "least_expected": 1, "at_most": "7 days"}),
        )
    )
    found = explained(late, make_panel(late, 20, {"A": 1}), period="2015-01-21")
    assert found.state == "late"
    assert english(found).startswith("No data. The records of calls are late.")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (DayState.GAP, "calls is known to have failed on this day."),
        (DayState.PARTIAL, "calls does not cover the whole of this day."),
        (DayState.SUSPECT, "calls sent far fewer records than usual."),
    ],
)
def test_a_day_that_does_not_count(state: DayState, words: str) -> None:
    pack = make_pack(
        indicators=(
            indicator(daily={"window": "7 days", "least_expected": 1, "at_most": "7 days"}),
        )
    )
    panel = make_panel(pack, 90, {"A": 1}, cover={day(60): state})
    assert english(explained(pack, panel, period=day(60).isoformat())) == (
        f"No data. {words} This says neither good nor bad."
    )


def test_of_two_sources_the_one_that_failed_is_named() -> None:
    # calls: 31 full days; checks: none of the last 10
    pack = make_pack(
        sources=(source("calls"), source("checks")),
        indicators=(indicator(per={"measure": {"count": "checks"}}),),
    )
    panel = make_panel(pack, 31, {"A": 1}, more={"checks": {"A": 2}})
    panel.coverage.values[1, 21:] = DayState.SUSPECT
    assert english(explained(pack, panel)).startswith("No data. checks sent far fewer")
    panel.coverage.values[1, 21:] = DayState.GAP
    found = explained(pack, panel)
    assert english(found).startswith("No data. Only 21 of 31 days are covered.")
    assert found.parts[0].window is not None
    assert found.parts[0].window.states == {
        "calls": {"full": 31},
        "checks": {"gap": 10, "full": 21},
    }


def test_no_window_is_long_enough() -> None:
    pack = make_pack(
        indicators=(
            indicator(daily={"window": "7 days", "least_expected": 50, "at_most": "14 days"}),
        )
    )
    found = explained(pack, make_panel(pack, 90, {"A": 1}), period="2015-03-15")
    assert english(found).startswith("No data. Too few events are expected here to judge one day.")
    assert found.parts[0].window is None


def test_nothing_to_compare_with() -> None:
    pack = make_pack(indicators=(indicator(compare=[compare("previous")]),))
    found = explained(pack, make_panel(pack, 31, {"A": 1}))
    assert english(found).startswith("No data. There is nothing to compare with yet.")


def test_too_few_indicators() -> None:
    other = indicator("fire", compare=[compare("previous")])
    pack = make_pack(indicators=(indicator(), other))
    found = explained(pack, make_panel(pack, 31, {"A": 1}))
    assert found.sentence.numbers == {"present": 1, "whole": 2}
    assert english(found).startswith("No data. Only 1 of 2 indicators have data.")
