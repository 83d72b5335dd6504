"""Decimals of a pack are exact; dated values hold from their day on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from qingyu.pack.model import MICRO, Condition, Dated, Span, in_force, to_micro


@pytest.mark.parametrize(
    ("value", "micros"),
    [
        (0, 0),
        (1, 1_000_000),
        ("0.7", 700_000),
        (0.1, 100_000),
        (0.3, 300_000),
        ("0.000001", 1),
        ("-0.5", -500_000),
        (Decimal("1.50000000000000"), 1_500_000),
        ("1e3", 1_000_000_000),
        ("999999999999.999999", 999_999_999_999_999_999),
    ],
)
def test_to_micro(value: object, micros: int) -> None:
    assert to_micro(value) == micros


@pytest.mark.parametrize(
    "value",
    [
        True, None, "", "x", "1,5", "NaN", "Infinity", float("nan"), float("inf"), "0.0000001",
        0.1 + 0.2, "0.1234560000000000000000000000000000000001", "1e999999999", "1e-999999999",
        1_000_000_000_000, [], {},
    ],
)  # fmt: skip
def test_what_is_no_decimal_of_six_places_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"number|decimal"):
        to_micro(value)


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=6))
def test_six_places_are_kept_exactly(value: Decimal) -> None:
    assert Fraction(to_micro(value), MICRO) == Fraction(value)
    assert to_micro(str(value)) == to_micro(value)


@given(st.integers(-(10**12), 10**12), st.integers(7, 12))
def test_more_places_are_refused_unless_they_are_noughts(digits: int, places: int) -> None:
    value = Decimal(digits).scaleb(-places)
    exact = Fraction(value) * MICRO
    if exact.denominator == 1:
        assert to_micro(value) == exact
    else:
        with pytest.raises(ValueError, match="at most six"):
            to_micro(value)


@given(st.integers(-999_999_999, 999_999_999))
def test_binary_floats_mean_the_digits_that_were_written(micros: int) -> None:
    """What a YAML reader made a float of still counts as its shortest decimal text."""
    written = f"{Decimal(micros).scaleb(-6):f}"
    assert to_micro(float(written)) == micros


def _dated(*days: date) -> tuple[Dated, ...]:
    return tuple(
        Dated.model_validate({"from": day, "value": number, "reference": "x"})
        for number, day in enumerate(days)
    )


DATES = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(st.lists(DATES, unique=True, max_size=6), DATES)
def test_the_last_entry_that_has_begun_is_in_force(days: list[date], day: date) -> None:
    begun = [other for other in days if other <= day]
    found = in_force(_dated(*days), day)
    assert (found.since if found else None) == (max(begun) if begun else None)


@given(st.lists(DATES, unique=True, min_size=1, max_size=6), DATES, DATES)
def test_a_later_entry_never_changes_an_earlier_day(
    days: list[date], added: date, day: date
) -> None:
    """Old periods recompute to the digit when a pack gains an entry."""
    entries = _dated(*sorted(days))
    more = (*entries, Dated.model_validate({"from": added, "value": 99, "reference": "y"}))
    if day < added:
        assert in_force(more, day) == in_force(entries, day)


@pytest.mark.parametrize(
    ("text", "days"), [("7 days", 7), ("1 day", 1), ("8 weeks", 56), ("1 week", 7)]
)
def test_span(text: str, days: int) -> None:
    assert Span.model_validate(text).days == days


@pytest.mark.parametrize(
    "text", ["7", "days", "7days", "0 days", "-1 days", "7 months", "1.5 days", 7]
)
def test_what_is_no_span_is_refused(text: Any) -> None:
    with pytest.raises(ValidationError):
        Span.model_validate(text)


def test_values_of_conditions_are_text_as_written() -> None:
    assert Condition.model_validate({"equals": 12}).equals == "12"
    assert Condition.model_validate({"in": [Decimal("1.50"), "x"]}).among == ("1.50", "x")
    between = Condition.model_validate({"between": [date(2016, 1, 2), 3]}).between
    assert between == ("2016-01-02", "3")
    with pytest.raises(ValidationError):
        Condition.model_validate({"equals": True})
