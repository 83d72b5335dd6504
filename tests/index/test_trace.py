"""What stands behind a score, drawn so that it can be checked by eye."""

from __future__ import annotations

from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_town import (
    GRADES,
    TOWNS,
    area,
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
    source,
)

from qingyu.engine.tables import DayState, Panel
from qingyu.index.exact_json import Fixed, dumps
from qingyu.index.explanation import Explanation
from qingyu.index.held import segment_of
from qingyu.index.spot import spot
from qingyu.index.steps import evaluate, gather
from qingyu.index.trace import explain, no_change
from qingyu.pack.model import Grades, Method, Pack
from qingyu.periods import parse, previous

JANUARY = "2015-01"


def explained(pack: Pack, panel: Panel, code: str = "A", period: str = JANUARY) -> Explanation:
    wanted = parse(period)
    ingredients = gather(pack, panel, [wanted])
    place = spot(pack, panel, ingredients, evaluate(pack, ingredients), code, wanted)
    return explain(place, no_change(previous(wanted), None))


def english(found: Explanation) -> str:
    return found.sentence.text.render("en")


def total(found: Explanation) -> int:
    parts = sum(part.contribution or 0 for part in found.parts)
    return parts + sum(charge.amount or 0 for charge in found.charges)


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


# -- no data --------------------------------------------------------------------------------------


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


# -- fills ----------------------------------------------------------------------------------------


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


# -- deductions, caps, vetoes ---------------------------------------------------------------------

DEATHS = {"id": "deaths", "name": names("deaths"), "measure": {"count": "calls"}}


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


# -- sentences of scored areas --------------------------------------------------------------------


def test_nothing_unusual() -> None:
    pack = make_pack()
    assert english(explained(pack, make_panel(pack, 31, {"A": 0}))) == (
        "Blue: blue. Everything is as usual or better."
    )
    strict = make_pack(
        indicators=(indicator(compare=[{**compare("target", target=[dated(1)]), "curve": FLAT}]),)
    )
    assert english(explained(strict, make_panel(strict, 31, {"A": 1}))) == (
        "Yellow: yellow. Much as usual; nothing special to watch."
    )


FLAT = [["0", "80"], ["1", "75"], ["2", "0"]]


def test_a_declared_target_has_a_rate_but_no_count() -> None:
    (part,) = explained(make_pack(), make_panel(make_pack(), 31, {"A": 2})).parts
    (held,) = part.comparisons
    assert (held.count, held.exposure, str(held.rate)) == (None, None, "1.000000")


def test_between_two_declared_rates() -> None:
    # 1 a day among 1,000: three quarters of the way from 0 down to 4, better lower: 75 points
    between = compare("minmax", low=[dated(0)], high=[dated(4)])
    pack = make_pack(indicators=(indicator(compare=[between]),))
    found = explained(pack, make_panel(pack, 31, {"A": 1}))
    (held,) = found.parts[0].comparisons
    assert held.compared == 1_000_000
    assert held.segment == ((0, 100_000_000), (4_000_000, 0))
    assert (held.count, held.kappa, held.expected, held.usual) == (None, None, None, None)
    assert found.score == 75_000
    assert english(found) == "Yellow: yellow. Much as usual; nothing special to watch."
    # 3 a day: 25 points. No count to hold it against, yet red must not pass for usual.
    found = explained(pack, make_panel(pack, 31, {"A": 3}))
    assert english(found) == "Red: red. Weakest: theft, 25.0 points."
    assert found.sentence.numbers == {"points": Fixed(250, 1)}


def test_fewer_is_worse_where_more_is_better() -> None:
    curve = [["0", "0"], ["1", "85"], ["2", "100"]]
    handled = indicator(
        better="higher", compare=[{**compare("target", target=[dated(2)]), "curve": curve}]
    )
    pack = make_pack(indicators=(handled,))
    found = explained(pack, make_panel(pack, 31, {"A": 1}))
    assert english(found) == "Red: red. theft: 31 events, about half; about 62 by the target."
    assert english(explained(pack, make_panel(pack, 31, {"A": 4}))).startswith("Blue: blue.")


def test_a_day_names_its_window() -> None:
    pack = make_pack(
        indicators=(
            indicator(daily={"window": "7 days", "least_expected": 1, "at_most": "28 days"}),
        )
    )
    counts = [1] * 80 + [4] * 10
    found = explained(pack, make_panel(pack, 90, {"A": counts}), period="2015-03-31")
    assert english(found) == (
        "Red: red. theft: 28 events in 7 days, more than double; about 7 by the target."
    )
    assert found.sentence.text.render("zh") == "红·red。theft7天28起，多一倍多，按目标约7起。"
    assert found.sentence.numbers["days"] == 7
    window = found.parts[0].window
    assert window is not None
    assert window.days == 7


# -- sums and print -------------------------------------------------------------------------------


def _two_dimensions(method: Method, within: Method) -> Pack:
    half = [dated("0.37")]
    off = [{**DEATHS, "points": "0.013", "at_most": 9}]
    return make_pack(
        dimensions=(dimension("order", "0.6", deductions=off), dimension("safety", "0.4")),
        indicators=(
            indicator("theft", weight=half),
            indicator("fraud", compare=[compare("peers")]),
            indicator("fire", dimension="safety", compare=[compare("parent")]),
            indicator("smoke", dimension="safety", weight=half),
        ),
        indices=(index(("order", "safety"), method=method, within=within, exponent="2"),),
    )


@settings(max_examples=40)
@given(
    st.sampled_from(get_args(Method)),
    st.sampled_from([m for m in get_args(Method) if m != "copeland"]),
    st.lists(st.integers(0, 6), min_size=6, max_size=6),
)
def test_parts_add_up_to_the_score(method: Method, within: Method, counts: list[int]) -> None:
    pack = _two_dimensions(method, within)
    panel = make_panel(pack, 31, dict(zip(TOWNS, counts, strict=True)))
    for code in ("A", "C"):
        found = explained(pack, panel, code)
        if found.score is None:
            continue
        if method == "copeland":
            assert all(part.contribution is None for part in found.parts)
            assert found.split_note is not None
            assert "no split" in found.split_note.render("en")
        else:
            assert found.split_note is None
            assert total(found) == found.score * 1000


def test_names_of_the_json() -> None:
    pack = make_pack()
    found = explained(pack, make_panel(pack, 31, {"A": 2})).to_json()
    assert {"score", "grade", "parts", "change"} <= set(found)
    parts = found["parts"]
    assert isinstance(parts, list)
    assert {
        "indicator", "dimension", "measure", "count", "window", "exposure", "rate", "baseline",
        "points", "weight", "contribution", "pack_line",
    } <= set(parts[0])  # fmt: skip
    text = dumps(found)
    assert '"score": 40.000' in text
    assert '"contribution": 40.000000' in text
