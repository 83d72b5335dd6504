"""The odds of a grade in one sentence: the published grade first, whatever its chance."""

from __future__ import annotations

import pytest

from qingyu.i18n import render
from qingyu.index.odds.said import say_odds
from qingyu.pack.method import Grade
from qingyu.pack.model import Names

SCALE = [
    Grade(id=name, name=Names(zh=name, en=word), **{"from": cut})
    for name, word, cut in (
        ("blue", "fine", 90), ("yellow", "good", 80), ("orange", "fair", 70), ("red", "poor", 0)
    )
]  # fmt: skip


@pytest.mark.parametrize(
    ("shares", "published", "said"),
    [
        ([0, 98, 2, 0], 1, "Yellow: good, hardly anything else (98 %)."),
        ([0, 70, 30, 0], 1, "Yellow: good, could be Orange: fair: 30 %."),
        ([20, 70, 10, 0], 1, "Yellow: good, could be Blue: fine: 20 %, or Orange: fair: 10 %."),
        ([0, 95, 5, 0], 2, "Orange: fair, could be Yellow: good: 95 %."),
        (
            [0, 96, 4, 0],
            2,
            "Orange: fair by what was counted; at the rates known here it would be Yellow: good"
            " (96 %). So it is either chance or something new.",
        ),
        ([0, 100, 0, 0], -1, "No grade, and so no odds."),
    ],
)
def test_one_sentence(shares: list[int], published: int, said: str) -> None:
    assert render(say_odds(SCALE, shares, published).text, "en") == said
