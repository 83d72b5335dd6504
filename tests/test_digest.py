"""Fingerprints tell apart what differs, and nothing else."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyu.digest import digest_of, digest_of_file, digest_of_tree, framed

PART = st.none() | st.text() | st.integers() | st.binary()


@pytest.mark.parametrize(
    ("part", "data"),
    [
        (None, b"-"),
        ("", b"0:"),
        ("ab", b"2:ab"),
        ("晴", "3:晴".encode()),
        (12, b"2:12"),
        (b"x", b"1:x"),
    ],
)
def test_framed(part: object, data: bytes) -> None:
    assert framed(part) == data


def test_known_value() -> None:
    """The form is fixed for ever: digests stand in receipts."""
    assert digest_of(["ab", None, 1]) == hashlib.sha256(b"2:ab-1:1").hexdigest()


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (["ab", "c"], ["a", "bc"]),
        ([""], [None]),
        ([""], []),
        (["a", ""], ["a"]),
        (["1:a"], ["a"]),
        (["-"], [None]),
        (["a", "b"], ["b", "a"]),
    ],
)
def test_lists_that_differ_have_other_digests(one: list[object], two: list[object]) -> None:
    assert digest_of(one) != digest_of(two)


@given(st.lists(PART), st.lists(PART))
def test_only_equal_lists_are_equal(one: list[object], two: list[object]) -> None:
    def plain(parts: list[object]) -> list[object]:
        return [p if p is None else p if isinstance(p, bytes) else str(p).encode() for p in parts]

    assert (digest_of(one) == digest_of(two)) == (plain(one) == plain(two))


def test_a_float_has_no_digest() -> None:
    with pytest.raises(TypeError):
        digest_of([0.1])
    with pytest.raises(TypeError):
        digest_of_tree({"x": 0.1})


def test_trees_do_not_depend_on_the_order_of_keys() -> None:
    one = {"a": 1, "b": {"c": [1, 2], "d": None}}
    two = {"b": {"d": None, "c": (1, 2)}, "a": 1}
    assert digest_of_tree(one) == digest_of_tree(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ([1, 2], [2, 1]),
        ({"a": None}, {}),
        ({"a": 1}, {"a": "1"}),
        ({"a": True}, {"a": 1}),
        ({"a": "x"}, {"a": ["x"]}),
    ],
)
def test_trees_that_differ_have_other_digests(one: object, two: object) -> None:
    assert digest_of_tree(one) != digest_of_tree(two)


def test_trees_of_decimals_dates_and_sets() -> None:
    assert digest_of_tree(Decimal("1.50")) == digest_of_tree(Decimal("1.5"))
    assert digest_of_tree(Decimal("100")) == digest_of_tree(Decimal("1E+2"))
    assert digest_of_tree(date(2016, 1, 2)) == digest_of_tree("2016-01-02")
    assert digest_of_tree({"b", "a"}) == digest_of_tree(["a", "b"])


def test_a_file_is_its_bytes(tmp_path: Path) -> None:
    data = bytes(range(256)) * 5000  # over one block
    (tmp_path / "x").write_bytes(data)
    assert digest_of_file(tmp_path / "x") == hashlib.sha256(data).hexdigest()
