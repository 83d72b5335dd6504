"""Every split adds up to the score, to the last digit."""

from __future__ import annotations

from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyu.index.methods import combine
from qingyu.index.splits import (
    BEST,
    MOST_SHAPLEY,
    Branch,
    Member,
    Split,
    Taken,
    can_split,
    losses,
    split_score,
)
from qingyu.pack.model import MICRO, Method

SPLITTABLE: list[Method] = [m for m in get_args(Method) if m != "copeland"]


def points(value: float) -> int:
    return round(value * MICRO)


def total(split: Split) -> int:
    return sum(split.contributions.values()) + sum(split.charges.values())


def branch(name: str, weight: float, value: float, **members: tuple[float, float]) -> Branch:
    """members: indicator=(weight, value)."""
    inside = tuple(Member(m, points(w), points(v)) for m, (w, v) in members.items())
    return Branch(name, points(weight), inside, (), points(value))


def test_arithmetic_is_weight_times_value() -> None:
    # dimension  weight  indicator  weight  value   share of the index
    # ems        0.6     a          0.5     80      0.6 * 0.5 * 80 = 24
    #                    b          0.5     90      0.6 * 0.5 * 90 = 27
    # fire       0.4     c          1       70      0.4 * 70       = 28
    branches = [
        branch("ems", 0.6, 85, a=(0.5, 80), b=(0.5, 90)),
        branch("fire", 0.4, 70, c=(1, 70)),
    ]
    split = split_score(branches, 79_000, "arithmetic", "arithmetic")
    assert split is not None
    assert split.contributions == {
        ("ems", "a"): points(24),
        ("ems", "b"): points(27),
        ("fire", "c"): points(28),
    }


def test_a_missing_dimension_gives_its_weight_to_the_rest() -> None:
    split = split_score([branch("fire", 0.4, 70, c=(0.3, 70))], 70_000, "arithmetic", "arithmetic")
    assert split is not None
    assert split.contributions == {("fire", "c"): points(70)}


def test_rounding_goes_by_largest_remainder() -> None:
    # Thirds: 100 / 3 = 33.333333 each and a unit over; weights and remainders are equal, so the
    # first id has it. The index is rounded to 100.000 exactly.
    members = (Member("a", 1, BEST), Member("b", 1, BEST), Member("c", 1, BEST))
    split = split_score([Branch("d", 1, members, (), BEST)], 100_000, "arithmetic", "arithmetic")
    assert split is not None
    assert list(split.contributions.values()) == [33_333_334, 33_333_333, 33_333_333]


def test_the_score_s_own_rounding_is_in_the_split() -> None:
    # (70.0001 + 70.0002) / 2 = 70.00015, published as 70.000
    members = (Member("a", 1, 70_000_100), Member("b", 1, 70_000_200))
    found = split_score(
        [Branch("d", 1, members, (), 70_000_150)], 70_000, "arithmetic", "arithmetic"
    )
    assert found is not None
    assert total(found) == 70_000_000
    assert found.contributions == {("d", "a"): 34_999_975, ("d", "b"): 35_000_025}


def test_deductions_are_lines_of_their_own() -> None:
    # 80 less 5 in a dimension of weight 0.6: −3 in the index
    members = (Member("a", MICRO, points(80)),)
    branches = [
        Branch("ems", 600_000, members, (Taken("deaths", points(5)),), points(75)),
        branch("fire", 0.4, 70, c=(1, 70)),
    ]
    split = split_score(branches, 73_000, "arithmetic", "arithmetic")
    assert split is not None
    assert split.charges == {("ems", "deaths"): points(-3)}
    assert split.contributions == {("ems", "a"): points(48), ("fire", "c"): points(28)}


def test_geometric_by_log_means() -> None:
    # sqrt(25 * 100) = 50: all the loss is a's
    members = [Member("a", 1, points(25)), Member("b", 1, points(100))]
    assert losses(members, "geometric") == {"a": points(-50), "b": 0}
    # Equal values share by weight.
    members = [Member("a", 1, points(50)), Member("b", 3, points(50))]
    assert losses(members, "geometric") == {"a": points(-12.5), "b": points(-37.5)}


def test_geometric_with_a_zero_loses_everything_there() -> None:
    members = [Member("a", 1, 0), Member("b", 3, points(50)), Member("c", 1, 0)]
    assert losses(members, "geometric") == {"a": points(-50), "b": 0, "c": points(-50)}


def test_median_by_shapley() -> None:
    # The middle of (60, 80, 90): with one short, the median of (60, 100, 100) is 100; with two,
    # 80 or 90 (whichever is the larger of the two). Shares over the six orders of coming in:
    #   a: {a} 0; then after b −(100−80), after c −(100−90), last −(80−80) or −(90−80)…
    members = [Member("a", 1, points(60)), Member("b", 1, points(80)), Member("c", 1, points(90))]
    found = losses(members, "median")
    # v(ab) = 80, v(ac) = 90, v(bc) = 90, v(abc) = 80
    # a: 1/6 (v(ab) − v(b)) + 1/6 (v(ac) − v(c)) + 1/3 (v(abc) − v(bc)) = (−20 − 10 − 20) / 6
    # b: 1/6 (80 − 100) + 1/6 (90 − 100) + 1/3 (80 − 90)
    # c: 1/6 (90 − 100) + 1/6 (90 − 100) + 1/3 (80 − 80)
    assert found == {
        "a": Fraction(-50 * MICRO, 6),
        "b": Fraction(-50 * MICRO, 6),
        "c": Fraction(-20 * MICRO, 6),
    }


def test_copeland_has_no_split() -> None:
    assert not can_split("copeland", 2)
    found = split_score([branch("d", 1, 70, a=(1, 70))], 70_000, "copeland", "arithmetic")
    assert found is None


def test_too_many_members_for_shapley() -> None:
    assert can_split("median", MOST_SHAPLEY)
    assert not can_split("median", MOST_SHAPLEY + 1)
    assert can_split("geometric", 1000)


values = st.integers(0, BEST) | st.sampled_from([0, BEST])
weights = st.integers(1, MICRO)


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[Branch], int, Method, Method, int]:
    method, within = draw(st.sampled_from(SPLITTABLE)), draw(st.sampled_from(SPLITTABLE))
    exponent = draw(st.sampled_from([-2, -1, 2, 3])) * MICRO // 2
    branches = []
    for number in range(draw(st.integers(1, 4))):
        members = tuple(
            Member(f"i{place}", draw(weights), draw(values))
            for place in range(draw(st.integers(1, 4)))
        )
        before = combine(within, [m.value for m in members], [m.weight for m in members], exponent)
        taken = draw(st.lists(st.integers(1, 20 * MICRO), max_size=2))
        charges, left = [], before
        for place, amount in enumerate(taken):
            charges.append(Taken(f"q{place}", min(amount, left)))
            left -= min(amount, left)
        branches.append(Branch(f"d{number}", draw(weights), members, tuple(charges), left))
    score = combine(
        method, [b.value for b in branches], [b.weight for b in branches], exponent, 1000
    )
    return branches, score, method, within, exponent


@given(trees())
def test_adds_up_to_the_digit(tree: tuple[list[Branch], int, Method, Method, int]) -> None:
    branches, score, method, within, exponent = tree
    split = split_score(branches, score, method, within, exponent)
    assert split is not None
    assert total(split) == score * 1000
    assert all(amount <= 0 for amount in split.charges.values())
    assert set(split.contributions) == {(b.id, m.id) for b in branches for m in b.members}


@given(st.sampled_from(SPLITTABLE), st.lists(st.tuples(weights, values), min_size=1, max_size=5))
def test_losses_add_up_to_what_is_short(method: Method, drawn: list[tuple[int, int]]) -> None:
    members = [Member(f"i{place}", w, v) for place, (w, v) in enumerate(drawn)]
    whole = combine(method, [v for _, v in drawn], [w for w, _ in drawn])
    assert abs(sum(losses(members, method).values()) - (whole - BEST)) <= 1


@given(st.sampled_from(SPLITTABLE), st.lists(weights, min_size=1, max_size=5))
def test_a_perfect_member_loses_nothing(method: Method, drawn: list[int]) -> None:
    if method == "mazziotta_pareto":  # it punishes being uneven, whoever is the odd one
        return
    members = [Member(f"i{place}", w, BEST) for place, w in enumerate(drawn)]
    members[0] = Member("i0", drawn[0], BEST // 2)
    found = losses(members, method)
    assert all(found[m.id] == 0 for m in members[1:])


@pytest.mark.parametrize("method", SPLITTABLE)
def test_order_of_members_means_nothing(method: Method) -> None:
    members = [Member("a", 3, points(61)), Member("b", 2, points(83)), Member("c", 4, points(97))]
    assert losses(members, method, 2 * MICRO) == losses(members[::-1], method, 2 * MICRO)
