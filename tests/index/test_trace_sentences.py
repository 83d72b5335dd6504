"""What is said of a score: the unusual, its numbers, and the window."""

from __future__ import annotations

from index_explained import english, explained
from index_town import (
    compare,
    dated,
    indicator,
    make_pack,
    make_panel,
)

from qingyu.index.exact_json import Fixed


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
        "Red: red. theft: 28 events in 7 days, about 4 times as many; about 7 by the target."
    )
    assert found.sentence.text.render("zh") == "红·red。theft7天28起，约为4倍，按目标约7起。"
    assert found.sentence.numbers["days"] == 7
    window = found.parts[0].window
    assert window is not None
    assert window.days == 7
