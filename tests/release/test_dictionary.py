"""A page for each indicator, in both languages, from `method.json` alone."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.release.reading import ATTACKS, parsed, tags, words

from qingyu.release.documents.definition import conditions, dated, measured
from qingyu.release.documents.dictionary import NATURES, dictionary_of
from qingyu.release.words import named

SOURCES = {"calls": named({"zh": "110警情", "en": "Police calls"})}
RATIO = [["0", "100"], ["1", "85"], ["3", "0"]]


def comparison(with_: str, **more: Any) -> dict[str, Any]:
    none = dict.fromkeys(("target", "low", "high", "years", "weeks", "at_least", "window"))
    return {"with": with_, "weight": 0.5, "curve": RATIO, "declared": [], **none, **more}


INDICATOR: dict[str, Any] = {
    "id": "crime", "name": {"zh": "警情", "en": "Crime calls"}, "dimension": "order",
    "nature": "harm", "better": "lower", "weight": 0.6, "unit": 10000, "places": 0,
    "measure": {"count": "calls", "on": "found", "where": {"outcome": {"equals": "有效"}}},
    "per": {"exposure": "residents", "unit": 10000}, "sources": ["calls"],
    "compare": [comparison("own", years=3), comparison("peers"), comparison("target", target=1.5),
                comparison("minmax", curve=[], low=0.1, high=2.5), comparison("trailing", weeks=8)],
    "caveat": {"zh": "警情不是立案。", "en": "Calls are not filed cases."},
    "weights": [{"from": "2021-01-01", "value": 0.6, "reference": "print", "why": "broad"}],
    "window": {"days": 7, "at_most": 28, "least_expected": 5},
    "missing": {"after": 2, "then": "carry"},
}  # fmt: skip
METHOD: dict[str, Any] = {
    "id": "daily", "name": {"zh": "日度指数", "en": "daily index"},
    "dimensions": [{"id": "order", "name": {"zh": "治安", "en": "public order"}, "weight": 0.16}],
    "indicators": [INDICATOR], "grades": [],
    "sources": [{"id": "calls", "name": {"zh": "110警情", "en": "Police calls"},
                 "department": "Police", "kind": "event", "protection": "small_counts"}],
}  # fmt: skip
MANIFEST: dict[str, Any] = {
    "name": {"zh": "城市", "en": "City"}, "period": "2026-03-05", "simulated": True,
    "pack": {"version": "1.2.3"},
}  # fmt: skip


def pages(method: dict[str, Any] = METHOD, **manifest: Any) -> dict[str, bytes]:
    members = {
        "method.json": json.dumps(method).encode(),
        "manifest.json": json.dumps({**MANIFEST, **manifest}).encode(),
    }
    return dictionary_of(members)


def changed(**changes: Any) -> dict[str, Any]:
    return {**METHOD, "indicators": [{**INDICATOR, **changes}]}


def test_a_page_in_both_languages_and_an_index() -> None:
    assert set(pages()) == {
        "dictionary/index.html", "dictionary/index.en.html", "dictionary/crime.html",
        "dictionary/crime.en.html",
    }  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        "Crime calls",
        "Calls are not filed cases.",
        "the number of records of “Police calls”; the day is that of “found”",
        "“outcome” is 有效",
        "By “residents” and day, for each 10,000.",
        "Nature: harm",
        "Police",
        "small counts are withheld",
        "Dimension: public order.",
        "Lower is better.",
        "the same days of earlier years (3 years)",
        "a declared target (1.5)",
        "the weeks just before (8 weeks)",
        "counts over 7 days, widened to at most 28 until 5 are expected",
        "silent for more than 2 days, the last score is carried on",
        "2021-01-01",
        "print (broad)",
        "method version 1.2.3",
        "5 March 2026",
        "Simulated data",
    ],
)
def test_it_says_what_a_reader_needs(said: str) -> None:
    assert said in words(parsed(pages()["dictionary/crime.en.html"]))


def test_what_it_does_not_say_comes_first() -> None:
    said = words(parsed(pages()["dictionary/crime.html"]))
    assert said.index("它不说明什么") < said.index("警情不是立案") < said.index("计什么")


def test_real_data_are_not_called_simulated() -> None:
    assert "模拟" not in words(parsed(pages(simulated=False)["dictionary/crime.html"]))


def test_a_second_measure_is_told_as_the_first() -> None:
    per = {"measure": {"sum": "calls", "of": "hours"}, "unit": 1000}
    said = words(parsed(pages(changed(per=per, unit=1000))["dictionary/crime.en.html"]))
    assert "By a second count, for each 1,000 of it:" in said
    assert "the sum of “hours” over the records of “Police calls”" in said


@pytest.mark.parametrize("nature", NATURES)
def test_every_nature_has_its_words(nature: str) -> None:
    said = words(parsed(pages(changed(nature=nature))["dictionary/crime.en.html"]))
    assert f"Nature: {nature}:" in said


def test_without_a_caveat_the_page_says_so() -> None:
    said = words(parsed(pages(changed(caveat=None, window=None))["dictionary/crime.en.html"]))
    assert "Nothing is declared here." in said
    assert "widened" not in said


def test_the_ends_of_a_range_follow_what_is_better() -> None:
    def row(better: str) -> str:
        said = words(parsed(pages(changed(better=better))["dictionary/crime.en.html"]))
        return said[said.index("Rate") :][:40].replace(" ", "")

    assert row("lower").startswith("RatePoints0.11002.50")
    assert row("higher").startswith("RatePoints0.102.5100")


@pytest.mark.parametrize("text", ATTACKS)
def test_a_name_is_a_name(text: str) -> None:
    names = {"zh": text, "en": text}
    method = changed(name=names, caveat=names, measure={"count": "calls", "where": {
        text: {"equals": text}}})  # fmt: skip
    for data in pages(method).values():
        root = parsed(data)
        assert not tags(root) & {"script", "img", "b", "iframe"}
        assert not any(key.startswith("on") for one in root.iter() for key in one.attrib)


def test_pages_need_no_script_and_fetch_nothing() -> None:
    for data in pages().values():
        root = parsed(data)
        assert root.get("lang") in ("zh-Hans", "en")
        assert tags(root).isdisjoint({"script", "link", "img", "iframe", "object"})
        links = [one.get("href") for one in root.iter("a")]
        assert links
        assert all(re.fullmatch(r"[a-z_]+(\.en)?\.html", str(link)) for link in links)
        assert all(f"dictionary/{link}" in pages() for link in links)
        assert "width=device-width" in data.decode()
        assert not re.search(rb"https?:|@import|@font-face|url\(", data)


def test_headings_and_tables_are_marked_up() -> None:
    root = parsed(pages()["dictionary/crime.html"])
    assert [one.tag for one in root.iter() if one.tag == "h1"] == ["h1"]
    for table in root.iter("table"):
        assert table.find("caption") is not None
        assert all(head.get("scope") in ("col", "row") for head in table.iter("th"))


# -- words of measures --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        ({"count": "calls"}, "the number of records of “Police calls”"),
        ({"sum": "calls", "of": "h"}, "the sum of “h” over the records of “Police calls”"),
        ({"stock": "calls"}, "the cases of “Police calls” that are open, each day"),
        ({"stock": "calls", "of": "h"},
         "the sum of “h” over the cases of “Police calls” that are open, each day"),
        ({"count": "events"}, "the number of records of “events”"),
    ],
)  # fmt: skip
def test_what_is_counted(measure: dict[str, Any], said: str) -> None:
    assert measured(measure, SOURCES).render("en") == said


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ({"equals": "x"}, "“f” is x"),
        ({"in": ["x", "y"]}, "“f” is one of: x, y"),
        ({"between": [1, 2]}, "“f” is from 1 to 2"),
        ({"beyond": [1, 2]}, "“f” is below 1 or above 2"),
        ({"no_later_than": "g"}, "“f” is not later than “g”"),
        ({"within": {"of": "g", "days": 3}}, "“f” is at most 3 days after “g”"),
        ({"given": True}, "“f” is given"),
        ({"given": False}, "“f” is not given"),
        ({"not": {"in": ["x"]}}, "it is not so that “f” is one of: x"),
    ],
)
def test_conditions(test: dict[str, Any], said: str) -> None:
    (found,) = conditions({"count": "calls", "where": {"f": test}})
    assert found.render("en") == said
    assert "f" in found.render("zh")


def test_the_date_that_counts() -> None:
    assert dated({"count": "calls"}) is None
