"""The chain against a plain model: any order, repeat, loss and fork of bundles."""

from __future__ import annotations

from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyu.intake.bundle.chain import Choice, Link, Policy, judge

A = [Link(n, f"a{n}", f"a{n - 1}" if n > 1 else None) for n in range(1, 7)]


def branch(name: str, after: int, length: int) -> list[Link]:
    """Bundles that follow number `after` of A, as a restored backup would make them."""
    links: list[Link] = []
    for number in range(after + 1, after + 1 + length):
        before = links[-1].digest if links else (f"a{after}" if after else None)
        links.append(Link(number, f"{name}{number}", before))
    return links


def needing(links: list[Link], mends: dict[int, int]) -> list[Link]:
    return [
        Link(
            b.number,
            b.digest,
            b.previous,
            frozenset({mends[b.number]} if b.number in mends else ()),
        )
        for b in links
    ]


class Model:
    """One bundle after the other, as a clerk with a list would do it."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.seen: list[Link] = []
        self.taken: list[Link] = []

    def arrive(self, bundle: Link) -> None:
        if bundle not in self.seen:
            self.seen.append(bundle)
        while not self.contradicts():
            ready = [b for b in sorted(self.seen) if b not in self.taken and self.is_ready(b)]
            if not ready:
                return
            self.taken.append(ready[0])

    def contradicts(self) -> bool:
        claims = [(b.number, b.digest) for b in self.seen]
        claims += [(b.number - 1, b.previous) for b in self.seen if b.previous]
        return any(n == m and d != e for n, d in claims for m, e in claims)

    def is_ready(self, bundle: Link) -> bool:
        done = {b.number for b in self.taken}
        if self.policy == "wait" and not set(range(1, bundle.number)) <= done:
            return False
        return all(n in done or n not in self.at_hand() | self.gone() for n in bundle.needs)

    def at_hand(self) -> set[int]:
        return {b.number for b in self.seen}

    def gone(self) -> set[int]:
        return set(range(1, max(self.at_hand()))) - self.at_hand()


@st.composite
def arrivals(draw: st.DrawFn) -> list[Link]:
    """Bundles of one sender, perhaps of its restored backup too, in any order, some repeated,
    some lost."""
    mends = draw(st.dictionaries(st.integers(2, 6), st.integers(1, 5), max_size=2))
    world = needing(A, {n: m for n, m in mends.items() if m < n})
    if draw(st.booleans()):
        world += branch("b", draw(st.integers(0, 5)), draw(st.integers(1, 3)))
    return draw(st.lists(st.sampled_from(world), min_size=1, max_size=14))


@settings(max_examples=400)
@given(arrivals(), st.sampled_from(["take", "wait"]))
def test_what_is_taken_is_what_the_model_takes(coming: list[Link], policy: Policy) -> None:
    model = Model(policy)
    seen: list[Link] = []
    taken: set[str] = set()
    for bundle in coming:
        model.arrive(bundle)
        seen.append(bundle)
        state = judge(seen, taken, [], policy)
        taken |= {link.digest for link in state.take}
        assert taken == {b.digest for b in model.taken}
        assert bool(state.forks) == model.contradicts()
        assert set(state.gaps) == model.gone()
        assert {link.digest for link in state.wait} == {b.digest for b in seen} - taken


@given(st.permutations(A), st.sampled_from(["take", "wait"]))
def test_all_of_one_sender_in_any_order_are_all_taken(coming: list[Link], policy: Policy) -> None:
    taken: set[str] = set()
    for at in range(len(coming)):
        taken |= {link.digest for link in judge(coming[: at + 1], taken, [], policy).take}
    state = judge(coming, taken, [], policy)
    assert taken == {link.digest for link in A}
    assert (state.gaps, state.forks, state.wait, state.last) == ((), {}, (), 6)


@settings(max_examples=200)
@given(st.integers(0, 5), st.integers(1, 4), st.booleans(), st.data())
def test_after_the_decision_the_order_no_longer_matters(
    after: int, length: int, ours: bool, data: st.DataObject
) -> None:
    """Whichever side a person decides for, that side and no other is in force in the end; what was
    received of the other is undone."""
    other = branch("b", after, length)
    world = [*A, *other]
    coming = data.draw(st.permutations(world))
    taken: set[str] = set()
    for at in range(len(coming)):
        taken |= {link.digest for link in judge(coming[: at + 1], taken, [], "take").take}
    side = A if ours else [*A[:after], *other]
    choices: list[Choice] = []
    while forks := judge(coming, taken, choices, "take").forks:
        number = min(forks)
        right = [link.digest for link in side if link.number == number]
        if not right:
            break
        choices.append(Choice(number, right[0]))
        state = judge(coming, taken, choices, "take")
        taken -= {link.digest for link in state.undo}
        taken |= {link.digest for link in judge(coming, taken, choices, "take").take}
    state = judge(coming, taken, choices, "take")
    if after < len(A):  # else the other side only goes on where ours ends: no fork
        assert taken == {link.digest for link in side}
    assert state.forks == {}
    assert state.undo == ()


def test_a_fork_shows_in_successors_too() -> None:
    """Bundle 2 is missing; two bundles 3 name different ones."""
    b = branch("b", 1, 2)
    state = judge([A[0], A[2], b[1]], ["a1"], [], "take")
    assert state.forks == {2: ("a2", "b2"), 3: ("a3", "b3")}
    assert state.take == ()
    # And one bundle that follows another than the one we have.
    assert judge([A[0], A[1], b[1]], ["a1", "a2"], [], "take").forks == {2: ("a2", "b2")}


def test_followers_of_what_was_set_aside_are_aside_whenever_they_come() -> None:
    b = branch("b", 1, 3)
    links = [*A[:3], *b[:1]]
    choices = [Choice(2, "a2")]
    assert judge(links, ["a1"], choices, "take").aside == {"b2"}
    assert judge([*links, *b], ["a1"], choices, "take").aside == {"b2", "b3", "b4"}
    assert judge([*links, *b], ["a1"], choices, "take").forks == {}


def test_a_decision_ends_those_about_higher_numbers() -> None:
    """First number 3 was decided; then a fork of number 2 came to light, and was decided the other
    way: what followed is judged anew."""
    b = branch("b", 1, 2)
    links = [*A[:3], *b]
    choices = [Choice(3, "a3"), Choice(2, "b2")]
    state = judge(links, ["a1", "a2", "a3"], choices, "take")
    assert state.aside == {"a2", "a3"}
    assert [link.digest for link in state.undo] == ["a3", "a2"]
    assert [link.digest for link in state.take] == ["b2", "b3"]


def test_a_lost_bundle_holds_nothing_up() -> None:
    links = needing([A[0], A[2], A[3]], {4: 2})
    assert judge(links, ["a1"], [], "wait").take == ()
    lost = judge(links, ["a1"], [Choice(2, None)], "wait")
    assert [link.number for link in lost.take] == [3, 4]
    assert (lost.gaps, lost.lost) == ((), (2,))
    # If it comes after all, it is taken, and is no longer lost.
    found = judge([*links, A[1]], ["a1", "a3", "a4"], [Choice(2, None)], "wait")
    assert [link.number for link in found.take] == [2]
    assert found.lost == ()


@pytest.mark.parametrize("policy", ["take", "wait"])
def test_a_supplement_waits_for_its_batch(policy: Policy) -> None:
    links = needing(A[:4], {4: 2})
    for order in permutations(links):
        taken: list[int] = []
        done: set[str] = set()
        for at in range(4):
            state = judge(order[: at + 1], done, [], policy)
            taken += [link.number for link in state.take]
            done |= {link.digest for link in state.take}
        assert taken.index(2) < taken.index(4)
        if policy == "wait":
            assert all(a < b for a, b in pairwise(taken))
