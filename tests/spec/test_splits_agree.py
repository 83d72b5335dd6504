"""The splits of a score and of its change, by the product and by the twin, to the last digit."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import agree
import agree_splits
import pytest
from draw import PERIODS, Drawn, drawn
from draw_method import METHODS
from hypothesis import Phase, given, seed, settings

from qingyu.index.causes import GROUPS, Line

LINES = {"part", "deduction", "cap", "veto", "change"}
ROUNDS = 30
# A drawn pack takes minutes to shrink and says no more for it: the differences name their causes.
DRAWN = (Phase.generate,)


def differences(draw: Drawn) -> tuple[agree_splits.Rows, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        pack = draw.write(Path(folder))
        mine = agree_splits.twin_rows(draw, pack)
        return mine, agree.differences(mine, agree_splits.product_rows(draw, pack))


@dataclass
class Compared:
    """What drawn packs gave: every difference, and the lines and causes that moved a score."""

    differences: list[str] = field(default_factory=list)
    met: Counter[object] = field(default_factory=Counter)

    def draw(self, number: int, examples: int, methods: tuple[str, ...]) -> Compared:
        @seed(number)
        @settings(max_examples=examples, phases=DRAWN)
        @given(drawn(methods, PERIODS))
        def compare(one: Drawn) -> None:
            mine, found = differences(one)
            self.differences += found
            for key, value in mine.items():
                if value and key[2] in LINES:
                    self.met[key[2]] += 1
                    self.met[key[-1]] += key[2] == "change"

        compare()
        return self


def agree_until_rich(examples: int, methods: tuple[str, ...]) -> None:
    """Until every kind of line was met and every cause moved a score."""
    wanted, compared = LINES | {"late_data", *GROUPS}, Compared()
    for number in range(1, ROUNDS + 1):
        compared.draw(number, examples, methods)
        assert compared.differences == []
        if all(compared.met[name] for name in wanted):
            return
    pytest.fail(f"never met: {sorted(name for name in wanted if not compared.met[name])}")


def test_the_splits_agree() -> None:
    agree_until_rich(5, METHODS)


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_the_splits_of_each_method_agree(method: str) -> None:
    assert Compared().draw(7, 40, (method, "arithmetic")).differences == []


def test_a_line_that_is_wrong_by_one_unit_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = ((n, Compared().draw(n, 4, ("arithmetic",))) for n in range(3, 3 + ROUNDS))
    number, found = next((n, one) for n, one in tried if one.met)  # draws whose scores changed
    assert found.differences == []
    real = agree_splits.split_change

    def wrong(*given: object) -> tuple[Line, ...]:
        first, *others = real(*given)  # type: ignore[arg-type]
        return (replace(first, amount=first.amount + 1), *others)

    monkeypatch.setattr(agree_splits, "split_change", wrong)
    assert Compared().draw(number, 4, ("arithmetic",)).differences != []
