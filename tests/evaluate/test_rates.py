"""The table of rates that the package carries."""

from __future__ import annotations

import pytest
from scipy import stats

from qingyu.evaluate.integrity.rates import Rate, rates, source_digest, written


def test_the_table_is_of_the_present_checks() -> None:
    assert {one.source for one in rates()} == {source_digest()}, (
        "the checks changed: run `python -m evaluation.integrity` and copy its rates"
    )


def test_every_check_has_its_false_alarms_and_its_hits() -> None:
    for kind in dict.fromkeys(one.kind for one in rates()):
        mine = [one for one in rates() if one.kind == kind]
        assert [one.world for one in mine[:2]] == ["clean", "changed"]
        assert len({one.world for one in mine}) == 3
        assert all(one.tries > 0 for one in mine)


def test_false_alarms_are_no_more_than_is_promised() -> None:
    """All kinds together, five in a hundred clean cities may have any; each kind has fewer."""
    for one in rates():
        if one.world == "clean":
            assert one.found <= stats.binom.ppf(0.99, one.tries, 0.05), one.kind


def test_intervals_are_exact() -> None:
    rate = Rate("low", "clean", 0.0, "", 3, 60, "x")
    low, high = rate.interval
    assert stats.binom.sf(2, 60, low) == pytest.approx(0.025)
    assert stats.binom.cdf(3, 60, high) == pytest.approx(0.025)
    assert Rate("low", "clean", 0.0, "", 0, 9, "x").interval[0] == 0.0
    assert Rate("low", "clean", 0.0, "", 9, 9, "x").interval[1] == 1.0


def test_written_and_read_are_the_same() -> None:
    lines = written(rates()).splitlines()
    assert len(lines) == 1 + len(rates())
    assert lines[1].startswith("reclassified,clean,0,,")
