"""What drawn packs are written with: values as YAML text, names, dated entries, weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

DAY = timedelta(days=1)
Value = Any
KINDS = ("theft", "fire", "crash")
START = date(2020, 1, 1)  # where everything that is dated begins, unless it begins late


def names(text: str) -> dict[str, str]:
    return {"zh": f"{text} 名", "en": text}


def flow(value: Value) -> str:
    """A plain value as one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, str):
        return '"' + value + '"'
    if isinstance(value, Sequence):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


@dataclass(frozen=True)
class Raw:
    """YAML that is written as it is."""

    text: str


def block(value: dict[str, Value]) -> str:
    return "".join(f"{key}: {flow(item)}\n" for key, item in value.items())


def entry(since: date, value: Value) -> dict[str, Value]:
    return {"from": since, "value": value, "reference": "drawn", "why": "a test"}


@st.composite
def parts_of_one(draw: st.DrawFn, count: int) -> list[Decimal]:
    """`count` positive decimals that sum to one."""
    cuts = draw(
        st.lists(
            st.one_of(st.integers(1, 9).map(lambda n: n * 100_000), st.integers(1, 999_999)),
            min_size=count - 1,
            max_size=count - 1,
            unique=True,
        )
    )
    ends = [0, *sorted(cuts), 10**6]
    return [Decimal(b - a) / 10**6 for a, b in pairwise(ends)]
