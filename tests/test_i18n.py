"""Two languages from one source of words."""

from __future__ import annotations

import pytest

from qingyu import i18n
from qingyu.i18n import TN, Message, T, language_of_environment, pick, render, use_language


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "zh"),
        ({"LANG": "C"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_MESSAGES": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"QINGYU_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"QINGYU_LANG": "zh_CN", "LANG": "en_US.UTF-8"}, "zh"),
        ({"QINGYU_LANG": "EN"}, "en"),
        ({"QINGYU_LANG": "xx", "LANG": "en_US.UTF-8"}, "en"),
    ],
)
def test_the_language_of_an_environment(environment: dict[str, str], language: str) -> None:
    assert language_of_environment(environment) == language


def test_a_message_is_rendered_in_the_language_in_use() -> None:
    message = T("a list of {count}", count=3)
    use_language("en")
    assert str(message) == "a list of 3"
    use_language("zh")
    assert str(message) == "3 项的列表"
    assert message.render("en") == "a list of 3"


def test_a_message_inside_a_message_takes_the_same_language() -> None:
    message = T("{what}: {words}", what=T("a grade"), words="x")
    assert message.render("en") == "a grade: x"
    assert message.render("zh") == "一个等级：x"


def test_values_may_hold_braces_and_percent_signs() -> None:
    message = T("Write “{word}”.", word="{x} %s {")
    assert message.render("en") == "Write “{x} %s {”."
    assert message.render("zh") == "请写“{x} %s {”。"


def test_a_field_may_be_called_text() -> None:
    assert T("{text}", text="x").render("en") == "x"


def test_an_unknown_sentence_stays_english() -> None:
    assert T("nobody translated {this}", this="it").render("zh") == "nobody translated it"


def test_numbers_choose_one_or_many() -> None:
    def rows(count: int) -> Message:
        return TN("{count} drawn row", "{count} drawn rows", count)

    assert [rows(n).render("en") for n in (0, 1, 2)] == [
        "0 drawn rows", "1 drawn row", "2 drawn rows",
    ]  # fmt: skip


def test_plain_text_renders_as_itself() -> None:
    assert render("x", "zh") == "x"


@pytest.mark.parametrize(
    ("names", "language", "picked"),
    [
        ({"zh": "渡口", "en": "Ford"}, "zh", "渡口"),
        ({"zh": "渡口", "en": "Ford"}, "en", "Ford"),
        ({"en": "Ford"}, "zh", "Ford"),
        ({"zh": "渡口"}, "en", "渡口"),
        ({"fr": "Gué"}, "en", "Gué"),
        ({"zh": "", "en": "Ford"}, "zh", "Ford"),
    ],
)
def test_pick(names: dict[str, str], language: i18n.Language, picked: str) -> None:
    assert pick(names, language) == picked
    use_language(language)
    assert pick(names) == picked
