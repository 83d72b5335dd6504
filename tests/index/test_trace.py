"""What stands behind a score, drawn so that it can be checked by eye."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from index_explained import english, explained
from index_town import (
    TOWNS,
    compare,
    dated,
    dimension,
    index,
    indicator,
    make_pack,
    make_panel,
    people,
)

from qingyu.index.exact_json import Fixed
from qingyu.index.held import segment_of


def test_one_indicator_against_a_target() -> None:
    # A: 2 a day for 31 days among 1,000 people: 62 in 31,000 person-days; the target is 1 a
    # day among 1,000, so 31 are expected: compared 2, which the curve puts at 40 points.
    found = explained(make_pack(), make_panel(make_pack(), 31, {"A": 2}))
    (part,) = found.parts
    (held,) = part.comparisons
    assert part.count == Fixed(62, 0)
    assert part.exposure == 31_000
    assert str(part.rate) == "2.000000"
    assert part.window is not None
    assert (part.window.first, part.window.last) == (date(2015, 1, 1), date(2015, 1, 31))
    assert part.window.states == {"calls": {"full": 31}}
    assert held.expected == 31_000_000
    assert held.compared == 2_000_000
    assert held.segment == ((1_300_000, 70_000_000), (2_000_000, 40_000_000))
    assert part.points == held.points == 40_000_000
    assert (part.share, part.contribution) == (1_000_000, 40_000_000)
    assert found.score == 40_000
    assert found.grade == "red"
    assert english(found) == "Red: red. theft: 62 events, about double; about 31 by the target."


def test_one_record_more_changes_words_and_fields() -> None:
    pack = make_pack()
    before = explained(pack, make_panel(pack, 31, {"A": [2] * 31}))
    after = explained(pack, make_panel(pack, 31, {"A": [2] * 30 + [6]}))
    assert english(after) == "Red: red. theft: 66 events, more than double; about 31 by the target."
    assert before.sentence.numbers["count"] == 62
    assert after.sentence.numbers["count"] == 66
    assert after.parts[0].count == Fixed(66, 0)
    assert after.score is not None
    assert before.score is not None
    assert after.score < before.score


@pytest.mark.parametrize(
    ("compared", "segment"),
    [
        (0, ((0, 100),)),
        (0.5, ((0, 100), (0.8, 92))),
        (0.8, ((0, 100), (0.8, 92))),
        (3, ((3, 0),)),
        (9, ((3, 0),)),
    ],
)
def test_curve_segments(compared: float, segment: tuple[tuple[float, float], ...]) -> None:
    (comparison,) = indicator().compare
    found = segment_of(comparison, round(compared * 10**6))
    assert [(x / 10**6, y / 10**6) for x, y in found] == list(segment)


def test_weight_of_a_missing_comparison_goes_to_the_rest() -> None:
    both = [compare("previous", "0.75"), compare("target", "0.25", target=[dated(1)])]
    pack = make_pack(indicators=(indicator(compare=both),))
    first = explained(pack, make_panel(pack, 31, {"A": 1})).parts[0]
    assert [held.weight_given for held in first.comparisons] == [0, 1_000_000]
    assert [held.available for held in first.comparisons] == [False, True]
    second = explained(pack, make_panel(pack, 59, {"A": 1}), period="2015-02").parts[0]
    assert [held.weight_given for held in second.comparisons] == [750_000, 250_000]
    assert second.comparisons[0].ranges == ((date(2015, 1, 1), date(2015, 1, 31)),)
    assert second.leading is second.comparisons[0]


def test_a_dimension_without_data_gives_its_share_away() -> None:
    lonely = indicator("fire", dimension="safety", per={"exposure": "nobody", "unit": 1})
    pack = make_pack(
        dimensions=(dimension("order", "0.6"), dimension("safety", "0.4")),
        indicators=(indicator(), lonely),
        indices=(index(("order", "safety")),),
        exposures=(people(dict.fromkeys(TOWNS, 1000)), _nobody()),
    )
    found = explained(pack, make_panel(pack, 31, {"A": 1}))
    assert [part.share for part in found.parts] == [1_000_000, 0]
    assert [part.contribution for part in found.parts] == [85_000_000, None]
    reason = found.parts[1].reason
    assert reason is not None
    assert reason.text.render("en") == "There is nothing to divide the counts by."


def _nobody() -> Any:
    return people({}).model_copy(update={"id": "nobody"})
