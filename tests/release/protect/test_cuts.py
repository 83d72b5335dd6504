"""Which boundaries are shown, on scores drawn by hand; and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from attack_drawn import PACKS

from qingyu.errors import ReleaseError
from qingyu.flows.edition_protect import protected_of
from qingyu.pack.load import load_pack
from qingyu.release.protect.cuts import Reach, bands, colours, shown_cuts
from qingyu.release.protect.secret import Secret, commitment

CUTS = np.array([90_000, 80_000, 70_000])


def shown(best: int, worst: int, up: int, low: int, step: int = 100) -> list[bool]:
    reach = Reach(np.array([best]), np.array([worst]), np.array([[up]]), np.array([[low]]),
                  np.array([step]))  # fmt: skip
    return [bool(one) for one in shown_cuts(CUTS, reach)[:, 0]]


@pytest.mark.parametrize(
    ("best", "worst", "up", "low", "wanted"),
    [
        (99_000, 10_000, 95_000, 20_000, [True, True, True]),  # nothing decides alone
        (91_000, 10_000, 89_000, 20_000, [False, True, True]),  # one count bars the way up
        (99_000, 10_000, 95_000, 75_000, [True, True, False]),  # one count bars the way down
        (89_999, 10_000, 60_000, 65_000, [True, False, False]),  # out of reach: it tells nothing
        (85_000, 81_000, 82_000, 84_000, [True, True, True]),  # open inputs decide all
    ],
)
def test_a_boundary_is_shown_if_no_single_count_decides_it(
    best: int, worst: int, up: int, low: int, wanted: list[bool]
) -> None:
    assert shown(best, worst, up, low) == wanted


def test_boundaries_nearer_than_a_record_jumps_are_not_both_shown() -> None:
    assert shown(99_000, 10_000, 95_000, 20_000, step=10_000) == [True, False, True]


def test_colours_run_together_over_boundaries_that_are_not_shown() -> None:
    hidden = np.array([[True, False, False, True], [True, False, True, False],
                       [True, True, True, True]])  # fmt: skip
    worst, best = colours(np.array([1, 1, 1, 1]), hidden)
    assert worst.tolist() == [1, 2, 1, 2]
    assert best.tolist() == [1, 0, 0, 1]
    least, greatest = bands(CUTS, worst, best)
    assert least.tolist() == [80_000, 70_000, 80_000, 70_000]
    assert greatest.tolist() == [89_999, 100_000, 100_000, 89_999]


def test_a_share_of_protected_counts_is_refused() -> None:
    pack = load_pack(PACKS / "zhuhai")
    assert pack.publication is not None
    assert not protected_of(pack, "monthly")
    levels = tuple(
        one.model_copy(update={"level": "small_counts"} if one.source == "petitions" else {})
        for one in pack.publication.protection
    )
    public = pack.publication.model_copy(update={"protection": levels})
    guarded = pack.model_copy(update={"publication": public})
    with pytest.raises(ReleaseError, match="a share of a protected count"):
        protected_of(guarded, "monthly")
    assert not protected_of(guarded, "daily")


def test_salts_of_editions_and_rows_differ() -> None:
    secret = Secret(bytes(range(32)))
    salts = {secret.salt(*one) for one in (("row", "a"), ("row", "b"), ("ro", "wa"))}
    assert len(salts) == 3
    assert commitment(secret.salt("x"), "1", "2") != commitment(secret.salt("x"), "12")
    assert repr(secret.key) not in repr(secret)
