"""The product and the twin agree on packs whose areas are split, merged and renamed."""

from __future__ import annotations

from collections import Counter

import agree
import pytest
from draw import PERIODS, Drawn, drawn
from draw_changes import changed
from hypothesis import Phase, given, seed, settings
from test_twin import both

METHODS = ("arithmetic", "geometric")


def agree_on(number: int, examples: int, kinds: tuple[str, ...]) -> Counter[object]:
    """Draws so many packs, compares, and counts the stations met of areas that were made."""
    met: Counter[object] = Counter()

    @seed(number)
    @settings(max_examples=examples, phases=(Phase.generate,))  # shrinking takes minutes
    @given(changed(drawn(METHODS, kinds)))
    def compared(draw: Drawn) -> None:
        mine, theirs = both(draw)
        assert agree.differences(mine, theirs) == []
        kinds_met = {row.split(",")[1] for row in draw.files["changes.csv"].splitlines()[1:]}
        met.update(kinds_met)
        met.update(key[-1] for key in mine if str(key[1]).startswith("x"))

    compared()
    return met


def test_they_agree_on_areas_that_change() -> None:
    met: Counter[object] = Counter()
    for turn in range(6):
        met += agree_on(500 + turn, 12, PERIODS)
        lacking = {word for word in ("split", "merge", "rename") if not met[word]}
        if not lacking and met["expected"] > 30 and met["score"] > 10:
            return
    raise AssertionError(met)


@pytest.mark.slow
@pytest.mark.parametrize("kind", PERIODS)
def test_they_agree_on_many(kind: str) -> None:
    met: Counter[object] = Counter()
    for turn in range(8):  # a year is seldom changed in its middle, and few of its draws tell much
        met += agree_on(700 + turn, 30, (kind,))
        if met["expected"] > 40:
            return
    raise AssertionError(met)
