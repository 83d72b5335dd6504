"""κ against the formulas of the page, in fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_town import TOWNS, area, classes, compare, day, indicator, make_pack, make_panel, people

from qingyu.engine.tables import DayState
from qingyu.index.ingredients import Ingredients
from qingyu.index.marshall import moments, poisson_rates
from qingyu.index.shrink import CAP, from_blocks, from_peers
from qingyu.index.steps import gather
from qingyu.pack.model import MICRO
from qingyu.periods import parse

counts = st.integers(0, 5000)
people_days = st.integers(0, 10**9)
phis = st.sampled_from([MICRO, 1_300_000, 4 * MICRO])


def by_the_page(phi: int, members: list[tuple[int, int]]) -> int | None:
    used = [(m, e) for m, e in members if e > 0]
    whole, under = sum(m for m, _ in used), sum(e for _, e in used)
    if len(used) < 5 or whole == 0:
        return None
    pairs = [(m, round(Fraction(MICRO * whole * e, under))) for m, e in used]
    pairs = [(m, x) for m, x in pairs if x > 0]
    if len(pairs) < 5:
        return None
    chi = sum(round(Fraction(MICRO * (MICRO * m - x) ** 2, MICRO * x)) for m, x in pairs)
    beyond = chi - phi * len(pairs)
    return CAP if beyond <= 0 else min(round(Fraction(phi * MICRO * whole, beyond)), CAP)


@given(phis, st.lists(st.tuples(counts, people_days), min_size=1, max_size=9))
def test_kappa_of_peers(phi: int, members: list[tuple[int, int]]) -> None:
    members = [(m if e else 0, e) for m, e in members]
    m, e = (np.array(column) for column in zip(*members, strict=True))
    assert from_peers(phi, m[:, None], e[:, None]) == [by_the_page(phi, members)]


def blocks_by_the_page(phi: int, areas: list[list[tuple[int, int, bool]]]) -> int | None:
    t, q, p, most = Fraction(0), 0, 0, 0
    for blocks in areas:
        used = [(m, e) for m, e, good in blocks if good]
        k, whole, under = len(used), sum(m for m, _ in used), sum(e for _, e in used)
        if k < 2 or whole == 0 or under == 0:
            continue
        most = max(most, k)
        expected = [round(Fraction(MICRO * whole * e, under)) for _, e in used]
        s = sum((MICRO * m - x) ** 2 for (m, _), x in zip(used, expected, strict=True))
        t += Fraction(s * k, k - 1)
        q, p = q + sum(x * x for x in expected), p + sum(expected)
    if most < 6 or q == 0:
        return None
    beyond = t - phi * p
    return CAP if beyond <= 0 else min(round(Fraction(phi * q) / beyond), CAP)


block = st.tuples(counts, st.integers(1, 10**9), st.sampled_from([True, True, True, False]))


@given(phis, st.lists(st.lists(block, min_size=13, max_size=13), min_size=1, max_size=4))
def test_kappa_of_a_level(phi: int, areas: list[list[tuple[int, int, bool]]]) -> None:
    table = np.array([[list(cell) for cell in blocks] for blocks in areas], np.int64)
    got = from_blocks(phi, *(table[:, :, None, part] for part in range(3)))
    assert got == [blocks_by_the_page(phi, areas)]


def test_five_equal_towns_tell_nothing_apart() -> None:
    """No variance beyond chance: all is drawn to one."""
    assert from_peers(MICRO, np.full((5, 1), 10), np.full((5, 1), 1000)) == [CAP]


def test_five_towns_of_which_one_has_all() -> None:
    """E = 10 each; χ = 40²/10 + 4·10²/10 = 200; κ = 50/(200 − 5)."""
    (got,) = from_peers(MICRO, np.array([[50], [0], [0], [0], [0]]), np.full((5, 1), 1000))
    assert got == round(Fraction(50 * MICRO, 195))
    assert got == pytest.approx(moments([50, 0, 0, 0, 0], [1000] * 5).kappa * MICRO, abs=1)


def test_marshalls_rates_lie_between_own_and_pooled() -> None:
    for rate, own in zip(
        poisson_rates([50, 0, 0, 0, 0], [1000] * 5), [0.05, 0, 0, 0, 0], strict=True
    ):
        assert min(own, 0.01) <= rate <= max(own, 0.01)
    assert poisson_rates([10] * 5, [1000] * 5) == [0.01] * 5
    assert moments([10] * 5, [1000] * 5).kappa == float("inf")


def kappas(with_: str, days: int, counts_by_town: dict[str, object], **more: object) -> Ingredients:
    cover = more.pop("cover", None)
    pack = make_pack(
        indicators=(
            indicator(compare=[compare(with_, **_needs(with_))], shrink=more.pop("shrink", {})),
        ),
        **more,
    )
    panel = make_panel(pack, days, counts_by_town, cover=cover)  # type: ignore[arg-type]
    return gather(pack, panel, [parse("2016-02")])


def _needs(with_: str) -> dict[str, int]:
    return {"weeks": 8, "at_least": 1} if with_ == "trailing" else {}


def test_kappa_of_the_month_looks_at_the_year_before_it() -> None:
    """Town A has two a day and the others one; the year to February 2016 has 365 days."""
    found = kappas("peers", 500, dict.fromkeys(TOWNS, 1) | {"A": 2})
    year = [(365 * (2 if town == "A" else 1), 365_000) for town in TOWNS]
    assert found.against(("theft", 0)).kappa[1, -1] == by_the_page(MICRO, year)
    assert found.against(("theft", 0)).kappa[0, -1] == 25 * MICRO  # one city: `otherwise`


def test_a_short_year_has_the_packs_own_kappa() -> None:
    """90 counting days before 1 February 2016 are asked for."""
    few = {day(n): DayState.NONE for n in range(500) if not 306 <= n < 395}
    assert (
        kappas("peers", 500, {"A": 1}, cover=few).against(("theft", 0)).kappa[1, -1] == 25 * MICRO
    )
    more = {day(n): DayState.NONE for n in range(500) if not 305 <= n < 396}
    assert (
        kappas("peers", 500, {"A": 1}, cover=more).against(("theft", 0)).kappa[1, -1] != 25 * MICRO
    )


def test_blocks_of_the_year_before_the_month() -> None:
    """A calls twice a day in every second block of 28 days, counted back from 1 February."""
    calls = np.zeros(500, np.int64)
    for turn in range(0, 13, 2):
        calls[396 - 28 * (turn + 1) : 396 - 28 * turn] = 2
    found = kappas("trailing", 500, {"A": calls})
    blocks = [(56 if turn % 2 == 0 else 0, 28_000, True) for turn in range(13)]
    silent = [(0, 28_000, True)] * 13
    towns = blocks_by_the_page(MICRO, [blocks, *[silent] * 5])
    assert found.against(("theft", 0)).kappa[1, -1] == towns
    city = blocks_by_the_page(MICRO, [[(m, 6 * e, good) for m, e, good in blocks]])
    assert found.against(("theft", 0)).kappa[0, -1] == city


def test_a_declared_kappa_is_taken_as_it_is() -> None:
    found = kappas("peers", 500, {"A": 1}, shrink={"kappa": "3.5"})
    assert found.against(("theft", 0)).kappa[:, -1].tolist() == [3_500_000] * 7


def test_classes_have_their_own_kappa() -> None:
    """Five rural towns alike, and five urban ones of which one has all."""
    names = [f"t{n}" for n in range(10)]
    rows = [area("C", "city", None)] + [
        area(name, "town", "C", **{"class": "rural" if n < 5 else "urban"})
        for n, name in enumerate(names)
    ]
    calls = dict.fromkeys(names[:5], 1) | {"t5": 5}
    found = kappas(
        "peers", 500, calls, areas=rows, classes=classes(("rural", None), ("urban", None)),
        exposures=(people(dict.fromkeys(names, 1000)),),
    )  # fmt: skip
    kappa = found.against(("theft", 0)).kappa[:, -1].tolist()
    urban = by_the_page(MICRO, [(5 * 365, 365_000), *[(0, 365_000)] * 4])
    assert kappa[1:] == [CAP] * 5 + [urban] * 5
