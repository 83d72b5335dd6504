"""Numbers leave as the digits they were made from."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyu.i18n import T
from qingyu.index import exact_json
from qingyu.index.exact_json import Fixed, dumps, micro, milli, nearest


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Fixed(87345, 3), "87.345"),
        (Fixed(100000, 3), "100.000"),
        (Fixed(-5, 3), "-0.005"),
        (Fixed(-1200, 3), "-1.200"),
        (Fixed(0, 6), "0.000000"),
        (Fixed(7, 0), "7"),
        (Fixed(-7, 0), "-7"),
    ],
)
def test_prints_every_place(number: Fixed, text: str) -> None:
    assert str(number) == text == dumps(number)


@given(st.integers(-(10**30), 10**30), st.integers(0, 9))
def test_reads_back_as_the_same_decimal(units: int, places: int) -> None:
    number = Fixed(units, places)
    read = json.loads(f"[{number}]", parse_float=Decimal)[0]
    assert Fraction(read) == number.fraction


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values, st.booleans())
def test_any_tree_reads_back(value: object, indent: bool) -> None:
    assert json.loads(dumps(value, indent=indent)) == value


def test_layout_is_that_of_json_dumps() -> None:
    value = {"a": [1, {"b": None}], "c": {}, "d": [], "e": "南"}
    assert dumps(value) == json.dumps(value, indent=2, ensure_ascii=False)
    assert dumps(value, indent=False) == json.dumps(value, ensure_ascii=False)


def test_dates_and_messages_are_text() -> None:
    assert dumps([date(2016, 10, 1)], indent=False) == '["2016-10-01"]'
    assert dumps(T("no such words {n}", n=3)) == '"no such words 3"'


def test_refuses_floats() -> None:
    with pytest.raises(TypeError, match="float"):
        dumps({"score": 87.345})


def test_nothing_stays_nothing() -> None:
    assert milli(None) is None
    assert micro(None) is None
    assert milli(5) == Fixed(5, 3)
    assert micro(5) == Fixed(5, 6)


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(1, 8), "0.12"), (Fraction(3, 8), "0.38"), (Fraction(2, 3), "0.67")],
)
def test_nearest_is_half_even(value: Fraction, text: str) -> None:
    assert str(nearest(value, 2)) == text


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.dates()
    | st.builds(Fixed, st.integers(), st.integers(0, 6))
    | st.sampled_from(["\ue000", "x, 1.5", "[2.5", ": 3e9", "\ue0001.5\ue000", 'a"b\\', "水"])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner)
    | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(VALUES)
def test_on_one_line_it_prints_the_same_in_whatever_way(value: object) -> None:
    """The standard library's encoder where it can be trusted, ours where it cannot."""
    assert dumps(value, indent=False) == "".join(exact_json._pieces(value, None))


@pytest.mark.parametrize("value", [1.5, 1e-9, [2.0], {"a": 1e99}, [[-0.5]], float("nan")])
@pytest.mark.parametrize("indent", [True, False])
def test_a_float_is_refused_in_every_place(value: object, indent: bool) -> None:
    with pytest.raises(TypeError):
        dumps(value, indent=indent)
