"""The words change with the counts, and every number said is a field."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyu.i18n import LANGUAGES, T
from qingyu.index.exact_json import Fixed
from qingyu.index.sentence import (
    MOST_CHARACTERS,
    MOST_WORDS,
    Finding,
    Sentence,
    fits,
    grade_words,
    say_cap,
    say_deduction,
    say_finding,
    say_no_data,
    say_usual,
    say_veto,
)
from qingyu.pack.model import MICRO, Comparand, Grade, Names

RED = Grade(id="red", name=Names(zh="较差", en="poor"), **{"from": 0})
ORANGE = Grade(id="orange", name=Names(zh="平稳", en="stable"), **{"from": 60})
CARDIAC = Names(zh="心脏急救", en="Cardiac calls")
LEAD = grade_words(RED)


def cardiac(count: int, expected: float, **more: object) -> Finding:
    plain = Finding(CARDIAC, count, round(expected * MICRO), "trailing", weeks=8)
    return replace(plain, **more)


def both(sentence: Sentence) -> tuple[str, str]:
    return sentence.text.render("en"), sentence.text.render("zh")


@pytest.mark.parametrize(
    ("count", "expected", "english", "chinese"),
    [
        # count, expected      English                                    Chinese
        (38, 17.2, "38 events, more than double; about 17", "38起，多一倍多，按前8周约17起"),
        (34, 17.0, "34 events, about double; about 17", "34起，约多一倍，按前8周约17起"),
        (30, 20.0, "30 events, about 50% more; about 20", "30起，多约50%，按前8周约20起"),
        (19, 15.0, "19 events, more than usual; about 15", "19起，偏多，按前8周约15起"),
        (30, 19.9, "30 events, more than usual; about 20", "30起，偏多，按前8周约20起"),
        (5, 3.0, "5 events, more than usual; about 3", "5起，偏多，按前8周约3起"),
        (76, 18.0, "76 events, about 4 times as many; about 18", "76起，约为4倍，按前8周约18起"),
        (20, 6.6, "20 events, about 3 times as many; about 7", "20起，约为3倍，按前8周约7起"),
        (
            70,
            20.0,
            "70 events, more than 3 times as many; about 20",
            "70起，3倍以上，按前8周约20起",
        ),
        (55, 20.0, "55 events, about 3 times as many; about 20", "55起，约为3倍，按前8周约20起"),
        (54, 20.0, "54 events, more than double; about 20", "54起，多一倍多，按前8周约20起"),
        (19, 4.0, "19 events, more than double; about 4", "19起，多一倍多，按前8周约4起"),
        (
            205,
            20.0,
            "205 events, about 10 times as many; about 20",
            "205起，约为10倍，按前8周约20起",
        ),
        (
            999,
            2.0,
            "999 events, more than 10 times as many; about 2",
            "999起，10倍以上，按前8周约2起",
        ),
        (
            30,
            0.2,
            "30 events, more than 10 times as many; hardly any",
            "30起，10倍以上，按前8周几乎没有",
        ),
        (1, 0.2, "1 event, more than double; hardly any", "1起，多一倍多，按前8周几乎没有"),
        (10, 20.0, "10 events, about half; about 20", "10起，约少一半，按前8周约20起"),
        (4, 20.0, "4 events, less than half; about 20", "4起，少一半多，按前8周约20起"),
        (24, 32.0, "24 events, about 25% fewer; about 32", "24起，少约25%，按前8周约32起"),
        (3, 4.0, "3 events, fewer than usual; about 4", "3起，偏少，按前8周约4起"),
    ],
)
def test_how_much(count: int, expected: float, english: str, chinese: str) -> None:
    en, zh = both(say_finding(LEAD, cardiac(count, expected)))
    assert en == f"Red: poor. Cardiac calls: {english} by the 8 weeks before."
    assert zh == f"红·较差。心脏急救{chinese}。"


@pytest.mark.parametrize(
    ("against", "english", "chinese"),
    [
        ("own", "about 17 in earlier years", "往年同期约17起"),
        ("peers", "about 17 at the rate of its peers", "按同类水平约17起"),
        ("previous", "about 17 in the period before", "上期约17起"),
        ("parent", "about 17 at the rate of the area above it", "按上级平均约17起"),
        ("target", "about 17 by the target", "按目标约17起"),
    ],
)
def test_against_what(against: Comparand, english: str, chinese: str) -> None:
    en, zh = both(say_finding(LEAD, cardiac(38, 17.2, against=against)))
    assert english in en
    assert chinese in zh


def test_amounts_have_no_measure_word() -> None:
    finding = cardiac(1250, 500.0, events=False, places=1)
    en, zh = both(say_finding(LEAD, finding))
    assert (
        en == "Red: poor. Cardiac calls: 125.0, more than double; roughly 50 by the 8 weeks before."
    )
    assert zh == "红·较差。心脏急救125.0，多一倍多，按前8周约50。"
    en, zh = both(say_finding(LEAD, replace(finding, count=2000)))
    assert "200.0, about 4 times as much; roughly 50" in en
    assert zh == "红·较差。心脏急救200.0，约为4倍，按前8周约50。"
    en, zh = both(say_finding(LEAD, replace(finding, count=1750)))
    assert "more than 3 times as much" in en
    assert "3倍以上" in zh


def test_no_percentage_of_a_share_or_of_few() -> None:
    assert cardiac(30, 20.0).percent == 50
    assert cardiac(30, 20.0, share=True).percent is None
    assert cardiac(19, 25.0).percent is None
    assert cardiac(25, 19.9).percent is None


def test_stable_never_without_its_colour() -> None:
    assert str(grade_words(ORANGE).render("zh")) == "橙·平稳"
    for sentence in (
        say_finding(grade_words(ORANGE), cardiac(38, 17.2)),
        say_usual(grade_words(ORANGE), best=False),
    ):
        assert "橙·平稳" in sentence.text.render("zh")


def test_rules_of_their_own() -> None:
    assert both(say_veto(LEAD, CARDIAC, Fixed(1, 0))) == (
        "Red: poor. Cardiac calls: 1 event; by rule the last grade and no rank.",
        "红·较差。心脏急救1起，按规定定为最低等级，不排名。",
    )
    assert both(say_cap(LEAD, CARDIAC, Fixed(3, 0), ORANGE)) == (
        "Red: poor. Cardiac calls: 3 events; by rule no better than Orange: stable.",
        "红·较差。心脏急救3起，按规定最高为橙·平稳。",
    )
    assert both(say_deduction(LEAD, CARDIAC, Fixed(3, 0), Fixed(15, 1))) == (
        "Red: poor. Cardiac calls: 3 events; 1.5 points off.",
        "红·较差。心脏急救3起，扣1.5分。",
    )


def test_sums_say_what_they_are_counted_in() -> None:
    people, loss = Names(zh="人", en="people"), Names(zh="万元", en="ten thousand yuan")
    assert both(say_deduction(LEAD, CARDIAC, Fixed(3, 0), Fixed(15, 0), people)) == (
        "Red: poor. Cardiac calls: 3 people; 15 points off.",
        "红·较差。心脏急救3人，扣15分。",
    )
    capped = say_cap(LEAD, CARDIAC, Fixed(250, 1), ORANGE, loss)
    assert "25.0 ten thousand yuan;" in both(capped)[0]
    assert "25.0万元" in both(capped)[1]
    assert capped.numbers == {"count": Fixed(250, 1)}
    finding = cardiac(1250, 500.0, events=False, places=1, days=7, unit=loss)
    en, zh = both(say_finding(LEAD, finding))
    assert "125.0 ten thousand yuan in 7 days, more than double" in en
    assert zh == "红·较差。心脏急救7天125.0万元，多一倍多，按前8周约50。"


def test_no_data_says_neither() -> None:
    reason = Sentence(T("{source} is late.", source=T("x")), {})
    assert say_no_data(reason).text.render("en").endswith("This says neither good nor bad.")


name_texts = st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=10)
findings = st.builds(
    Finding,
    name=st.builds(Names, zh=name_texts, en=name_texts),
    count=st.integers(0, 10**5),
    expected=st.integers(0, 10**11),
    against=st.sampled_from(get_args(Comparand)),
    weeks=st.integers(1, 52),
    share=st.booleans(),
) | st.builds(
    Finding,
    name=st.builds(Names, zh=name_texts, en=name_texts),
    count=st.integers(0, 10**9),
    expected=st.integers(0, 10**15),
    against=st.sampled_from(get_args(Comparand)),
    weeks=st.integers(1, 52),
    places=st.integers(0, 2),
    events=st.just(False),
)


@given(findings)
def test_short_and_every_number_a_field(finding: Finding) -> None:
    sentence = say_finding(LEAD, finding)
    said = {str(number) for number in sentence.numbers.values()}
    for language in LANGUAGES:
        words = sentence.text.render(language).replace(finding.name.zh, "")
        words = words.replace(finding.name.en, "")
        assert set(re.findall(r"\d+(?:\.\d+)?", words)) <= said
    assert len(sentence.text.render("en").split()) <= MOST_WORDS
    assert len(sentence.text.render("zh")) <= MOST_CHARACTERS


def test_long_names_shorten_the_rest() -> None:
    long = Names(
        zh="夜间施工噪音扰民投诉经核查属实的件数", en="Confirmed complaints of works at night"
    )
    sentence = say_finding(LEAD, cardiac(38, 17.2, name=long))
    assert fits(sentence.text)
    assert (
        sentence.text.render("zh")
        == "红·较差。夜间施工噪音扰民投诉经核查属实的件数38起，按前8周约17起。"
    )
