"""The table of traps: it is what the module makes, and the traps are traps."""

from __future__ import annotations

import pytest
from evaluation.integrity_page import PAGE, committed, written
from evaluation.integrity_pitfalls import PACK, caveats, drawn, judge_of

from qingyu.pack.load import load_pack


def test_the_drawn_part_comes_out_again() -> None:
    made = drawn(load_pack(PACK))
    assert made == committed()[: len(made)]


@pytest.mark.slow
def test_the_caveats_come_out_again() -> None:
    assert list(caveats(load_pack(PACK))) == committed()[-2:]


def test_each_trap_has_a_reading_that_falls_into_it_and_one_that_does_less() -> None:
    for trap in dict.fromkeys(one.trap for one in committed()):
        shares = [one.share for one in committed() if one.trap == trap]
        assert shares[1] < shares[0] / 2, trap


def test_the_curve_is_the_packs() -> None:
    judge = judge_of(load_pack(PACK))
    assert judge.kappa == 50.0
    assert judge.score(100.0, 100.0) == 85.0  # type: ignore[arg-type]
    assert judge.score(350.0, 150.0, 0.0) < 40.0  # type: ignore[arg-type]


def test_the_manual_prints_these_numbers() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert written(text) == text, "run `python -m evaluation.integrity_page`"
    assert all(one.reading in text for one in committed())
