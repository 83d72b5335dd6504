"""Parts add up to the score to the last digit, and print under stable names."""

from __future__ import annotations

from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st
from index_explained import DEATHS, explained, total
from index_town import (
    TOWNS,
    compare,
    dated,
    dimension,
    index,
    indicator,
    make_pack,
    make_panel,
)

from qingyu.index.exact_json import dumps
from qingyu.pack.model import Method, Pack


def _two_dimensions(method: Method, within: Method) -> Pack:
    half = [dated("0.37")]
    off = [{**DEATHS, "points": "0.013", "at_most": 9}]
    return make_pack(
        dimensions=(dimension("order", "0.6", deductions=off), dimension("safety", "0.4")),
        indicators=(
            indicator("theft", weight=half),
            indicator("fraud", compare=[compare("peers")]),
            indicator("fire", dimension="safety", compare=[compare("parent")]),
            indicator("smoke", dimension="safety", weight=half),
        ),
        indices=(index(("order", "safety"), method=method, within=within, exponent="2"),),
    )


@settings(max_examples=40)
@given(
    st.sampled_from(get_args(Method)),
    st.sampled_from([m for m in get_args(Method) if m != "copeland"]),
    st.lists(st.integers(0, 6), min_size=6, max_size=6),
)
def test_parts_add_up_to_the_score(method: Method, within: Method, counts: list[int]) -> None:
    pack = _two_dimensions(method, within)
    panel = make_panel(pack, 31, dict(zip(TOWNS, counts, strict=True)))
    for code in ("A", "C"):
        found = explained(pack, panel, code)
        if found.score is None:
            continue
        if method == "copeland":
            assert all(part.contribution is None for part in found.parts)
            assert found.split_note is not None
            assert "no split" in found.split_note.render("en")
        else:
            assert found.split_note is None
            assert total(found) == found.score * 1000


def test_names_of_the_json() -> None:
    pack = make_pack()
    found = explained(pack, make_panel(pack, 31, {"A": 2})).to_json()
    assert {"score", "grade", "parts", "change"} <= set(found)
    parts = found["parts"]
    assert isinstance(parts, list)
    assert {
        "indicator", "dimension", "measure", "count", "window", "exposure", "rate", "baseline",
        "points", "weight", "contribution", "pack_line",
    } <= set(parts[0])  # fmt: skip
    text = dumps(found)
    assert '"score": 40.000' in text
    assert '"contribution": 40.000000' in text
