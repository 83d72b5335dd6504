"""Rows in order: levels from the top, no data last, ties by code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qingyu.i18n import T
from qingyu.index.rows import Order, Row, in_order
from qingyu.index.sentence import Sentence

LEVELS = ("city", "town")


def row(area: str, score: int | None, level: str = "town") -> Row:
    return Row(
        area=area, name=area, name_zh=None, level=level, parent=None, period="2016-10",
        score=score, grade=None, grade_place=None, rank=None, of=3, change=-5,
        completeness=1_000_000, state="ok", sentence=Sentence(T("{lead}. Much", lead="x")),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("order", "expected"),
    [("worst", "C B A D E F"), ("rank", "C D A B E F"), ("area", "C A B D E F")],
)
def test_orders(order: Order, expected: str) -> None:
    # A and D differ; E and F have no data; C is of the level above
    rows = [
        row("F", None), row("E", None), row("D", 90_000), row("A", 80_000), row("B", 70_000),
        row("C", 50_000, "city"),
    ]  # fmt: skip
    assert [one.area for one in in_order(rows, order, LEVELS)] == expected.split()


def test_ties_by_code() -> None:
    rows = [row("B", 80_000), row("A", 80_000)]
    assert [one.area for one in in_order(rows, "worst", LEVELS)] == ["A", "B"]
    assert in_order(rows, "worst", LEVELS) == in_order(rows[::-1], "worst", LEVELS)


def test_numbers_leave_exactly() -> None:
    found = replace(row("A", 87_345), rank=2).to_json()
    assert [str(found[name]) for name in ("score", "change", "completeness", "rank", "of")] == [
        "87.345", "-0.005", "1.000000", "2", "3",
    ]  # fmt: skip
    assert row("A", None).to_json()["score"] is None
