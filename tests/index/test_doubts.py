"""What is said of a day far above usual: its source, day, records and what is usual."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from index_explained import explained
from index_town import TOWNS, compare, indicator, make_pack, make_panel

from qingyu.engine.tables import Outlying, Panel
from qingyu.index.doubts import all_doubts, doubt_of
from qingyu.index.exact_json import Fixed, dumps
from qingyu.pack.model import Names, Pack

DAY = date(2016, 3, 9)
NAME = Names(zh="警情", en="calls")
ONE = Outlying("calls", DAY, 700, 15)


def town(*compared: dict[str, object]) -> Pack:
    return make_pack(indicators=(indicator(compare=list(compared)),))


def with_outlying(pack: Pack, *outlying: Outlying) -> Panel:
    return replace(make_panel(pack, 500, dict.fromkeys(TOWNS, 1)), outlying=outlying)


def test_the_sentence_names_day_source_total_and_usual() -> None:
    said = doubt_of(NAME, ONE)
    assert said.sentence.text.render("en") == (
        "calls: 700 records on 2016-03-09, 7.5 are usual; counted, to be confirmed."
    )
    assert said.sentence.text.render("zh") == ("警情2016-03-09有700条，往常7.5条；计入，待核实。")
    assert said.sentence.numbers == {"total": 700, "usual": Fixed(75, 1)}
    assert doubt_of(NAME, Outlying("calls", DAY, 700, 14)).usual == 7
    assert '"usual": 7.5' in dumps(said.to_json())


def test_each_day_of_each_source_is_said_once_in_order_of_time() -> None:
    first, second = doubt_of(NAME, ONE), doubt_of(NAME, replace(ONE, day=date(2016, 3, 2)))
    assert all_doubts([[first, second], [first]]) == (second, first)


def test_a_part_names_what_its_state_rests_on() -> None:
    pack = town(compare("previous"))
    panel = with_outlying(pack, ONE, Outlying("fire", DAY, 9, 2))
    february, march, april = (
        explained(pack, panel, period=period) for period in ("2016-02", "2016-03", "2016-04")
    )
    assert (february.state, march.state, april.state) == (
        "ok",
        "provisional",
        "provisional",
    )
    said = [[one.day for one in found.doubts] for found in (february, march, april)]
    assert said == [[], [DAY], [DAY]]
    assert march.to_json()["doubts"] == [march.parts[0].doubts[0].to_json()]


def test_without_a_score_nothing_rests_on_the_day() -> None:
    pack = town(compare("own", years=3, at_least=3))  # there is one earlier year
    found = explained(pack, with_outlying(pack, ONE), period="2016-03")
    assert (found.score, found.state, found.doubts) == (None, "no_data", ())
