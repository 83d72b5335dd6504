"""YAML scalars keep the digits that were written, and every node knows its line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyu.pack.tree import parse, walk


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("0.70", Decimal("0.70")),
        (".5", Decimal("0.5")),
        ("-0.10", Decimal("-0.10")),
        ("00012", "00012"),  # a code: no digit is lost
        ("007.5", "007.5"),
        ("1_000", "1_000"),
        ("0x1f", "0x1f"),
        ("0o14", "0o14"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("12:30", "12:30"),
        ("yes", "yes"),
        ("no", "no"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("2016-02-29", date(2016, 2, 29)),
        ("2015-02-29", "2015-02-29"),
        ("2016-02-29 10:00:00", "2016-02-29 10:00:00"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("'2016-02-29'", "2016-02-29"),
        ("晴雨", "晴雨"),
    ],
)
def test_scalars(text: str, value: Any) -> None:
    tree = parse(f"key: {text}\n", "x.yaml")
    assert tree.faults == []
    assert tree.value == {"key": value}
    assert type(tree.value["key"]) is type(value)


def test_lines_of_keys_items_anchors_and_aliases() -> None:
    tree = parse("a:\n  b: &x\n    - 1\n    - c: 2\nd:\n  - *x\n  - [3,\n     4]\n", "x.yaml")
    assert {path: tree.lines[path] for path, _ in walk(tree.value)} == {
        (): 1,
        ("a",): 1,
        ("a", "b"): 2,
        ("a", "b", 0): 3,
        ("a", "b", 1): 4,
        ("a", "b", 1, "c"): 4,
        ("d",): 5,
        ("d", 0): 6,
        ("d", 0, 0): 3,  # what the alias stands for was written there
        ("d", 0, 1): 4,
        ("d", 0, 1, "c"): 4,
        ("d", 1): 7,
        ("d", 1, 0): 7,
        ("d", 1, 1): 8,
    }


def test_a_missing_path_has_the_line_of_what_should_hold_it() -> None:
    tree = parse("a:\n  b: 1\n", "x.yaml")
    assert str(tree.spot(("a", "c", 0))) == "x.yaml:1, a.c[0]"
    assert str(tree.spot(("z",))) == "x.yaml:1, z"


def test_own_keys_win_over_merged_ones() -> None:
    tree = parse("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: {<<: [*a, {z: 4}]}\n", "x.yaml")
    assert tree.value["b"] == {"x": 1, "y": 3}
    assert tree.value["c"] == {"x": 1, "y": 2, "z": 4}
    assert tree.lines["b", "x"] == 2


@pytest.mark.parametrize(
    "text",
    ["x: &a [*a]", "x: &a {b: *a}", "x: &a {<<: *a}", "[" * 60 + "]" * 60],
)
def test_circles_and_depths_end_in_a_fault(text: str) -> None:
    tree = parse(text, "x.yaml")
    assert [str(fault.found) for fault in tree.faults] == [
        "anchors that expand without end, or very deep nesting"
    ]


@given(st.text(max_size=200))
def test_any_text_is_a_tree_or_a_fault(text: str) -> None:
    """Whatever stands in a file, the answer is a value or a sentence: never a traceback."""
    tree = parse(text, "x.yaml")
    assert tree.value is not None or tree.faults or tree.lines == {(): 1}
    for fault in tree.faults:
        assert fault.where.startswith("x.yaml:")


@given(st.text(alphabet="ab:-[]{}&*<>!|'\"#%@ \n\t0159.", max_size=80))
def test_text_close_to_yaml_is_a_tree_or_a_fault(text: str) -> None:
    for fault in parse(text, "x.yaml").faults:
        assert fault.where.startswith("x.yaml:")
