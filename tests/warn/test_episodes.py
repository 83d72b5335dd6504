"""When an episode begins, what joins it, when it is over; and that the future changes nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qingyu.warn.episodes import Said, Stretch, Word, joined, stretches

_DAYS = {"!": (True, True, True), "~": (False, True, True), ".": (False, False, True),
         "?": (False, False, False)}  # fmt: skip


def word(drawn: str) -> Word:
    """`!` enters, `~` holds, `.` is calm, `?` is not known."""
    parts = np.array([_DAYS[one] for one in drawn], bool).reshape(-1, 3)
    return Word(parts[:, 0], parts[:, 1], parts[:, 2])


def test_it_is_over_after_so_many_calm_days() -> None:
    assert stretches(word("..!~..."), 2) == [Stretch(2, 3, 5)]


def test_what_only_holds_begins_nothing() -> None:
    assert stretches(word("~~~~"), 1) == []


def test_repeats_join_until_it_is_over() -> None:
    assert stretches(word("!.!..!"), 2) == [Stretch(0, 2, 4), Stretch(5, 5, None)]


def test_days_that_are_not_known_neither_end_nor_begin_anything() -> None:
    assert stretches(word("!???.?.!"), 3) == [Stretch(0, 7, None)]
    assert stretches(word("???"), 1) == []


@given(st.text("!~.?", max_size=40), st.integers(1, 5), st.integers(0, 40))
def test_the_first_days_alone_give_the_first_episodes_alone(
    drawn: str, quiet: int, until: int
) -> None:
    whole, part = stretches(word(drawn), quiet), stretches(word(drawn[:until]), quiet)
    cut = min(until, len(drawn))
    done = [one for one in whole if one.over is not None and one.over < cut]
    assert [one for one in part if not one.open] == done
    assert [one.first for one in part if one.open] == [
        one.first for one in whole if one.first < cut and one not in done
    ]


def test_rules_of_one_subject_share_an_episode() -> None:
    said = [
        Said("b", Stretch(4, 9, None)),
        Said("a", Stretch(1, 3, 6)),
        Said("c", Stretch(20, 21, 30)),
    ]
    (one,) = joined(said)
    assert (one.first, one.last, one.over, one.rules) == (1, 21, None, ("a", "b", "c"))


def test_what_is_over_is_not_joined_again() -> None:
    assert len(joined([Said("a", Stretch(1, 3, 6)), Said("a", Stretch(7, 8, 12))])) == 2
