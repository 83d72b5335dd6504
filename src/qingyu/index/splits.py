"""The exact split of a score among what made it.

Every method is split the same way: against a perfect 100. An indicator first has its share of
100 (by weight), then loses what it was short of; the losses of all add up to `score − 100`. For
the arithmetic mean that is weight × value, as everyone expects; for the geometric mean the losses
go by log means; for median, harmonic, generalised mean and Mazziotta–Pareto they are Shapley
values of the short-falls. Copeland scores an area only by comparing it with others: no split.

Sources: Ang (2004), *Energy Policy* 32, 1131–1139 (log mean weights that leave no residual);
Shapley (1953), *A value for n-person games*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import factorial

from mpmath.ctx_mp import MPContext

from qingyu.exact import largest_remainder, round_half_even
from qingyu.index.methods import combine
from qingyu.pack.model import MICRO, Method

BEST = 100 * MICRO  # points of a perfect indicator, in micros
MOST_SHAPLEY = 12  # members; beyond, 2ⁿ coalitions are no longer a glance
_LOG_DIGITS = 40

Key = tuple[str, ...]


@dataclass(frozen=True)
class Member:
    """Something with a weight and a value (micro-points) inside a mean."""

    id: str
    weight: int
    value: int


@dataclass(frozen=True)
class Taken:
    """A deduction as it took effect: micro-points off its dimension."""

    id: str
    amount: int


@dataclass(frozen=True)
class Branch:
    """A dimension that is in the index: its weight, its members, what was taken off it, and its
    value (micro-points) after that."""

    id: str
    weight: int
    members: tuple[Member, ...]
    charges: tuple[Taken, ...]
    value: int


@dataclass(frozen=True)
class Split:
    """Micro-points of the index; `contributions` by (dimension, indicator) and `charges` by
    (dimension, deduction), the latter at most zero. All of them add up to the score."""

    contributions: Mapping[Key, int]
    charges: Mapping[Key, int]


def can_split(method: Method, members: int) -> bool:
    """Whether a mean of so many members has an exact split."""
    if method == "copeland":
        return False
    return method in ("arithmetic", "geometric") or members <= MOST_SHAPLEY


def split_score(
    branches: Sequence[Branch],
    score: int,
    method: Method,
    within: Method,
    exponent: int | None = None,
) -> Split | None:
    """The split of an index score of `score` milli-points before caps and vetoes; None where the
    method has none."""
    if not can_split(method, len(branches)):
        return None
    if not all(can_split(within, len(branch.members)) for branch in branches):
        return None
    if method == within == "arithmetic":
        return _split_of_means(branches, score)
    outer = [Member(branch.id, branch.weight, branch.value) for branch in branches]
    outer_losses = losses(outer, method, exponent)
    whole = sum(branch.weight for branch in branches)
    shares: dict[Key, Fraction] = {}
    charges: dict[Key, int] = {}
    weights: dict[Key, int] = {}
    for branch in branches:
        weight = Fraction(branch.weight, whole)
        inner = losses(branch.members, within, exponent)
        scale, rest = _scale(branch, weight, outer_losses[branch.id], method, inner)
        total = sum(member.weight for member in branch.members)
        for member in branch.members:
            key = (branch.id, member.id)
            even = (weight * BEST + rest) * member.weight / total
            shares[key] = even + scale * inner[member.id]
            weights[key] = branch.weight * member.weight
        for charge in branch.charges:
            charges[branch.id, charge.id] = -round(scale * charge.amount)
    target = score * 1000 - sum(charges.values())
    return Split(largest_remainder(shares, target, lambda key: (-weights[key], key)), charges)


def _split_of_means(branches: Sequence[Branch], score: int) -> Split:
    """The same for weighted means of weighted means, where every loss is weight × short-fall, so
    that what is left of a share is weight × value."""
    whole = sum(branch.weight for branch in branches)
    shares: dict[Key, Fraction] = {}
    charges: dict[Key, int] = {}
    weights: dict[Key, int] = {}
    for branch in branches:
        total = whole * sum(member.weight for member in branch.members)
        for member in branch.members:
            key, weight = (branch.id, member.id), branch.weight * member.weight
            shares[key], weights[key] = Fraction(weight * member.value, total), weight
        for charge in branch.charges:
            lost = round_half_even(branch.weight * charge.amount, whole)
            charges[branch.id, charge.id] = -lost
    target = score * 1000 - sum(charges.values())
    return Split(largest_remainder(shares, target, lambda key: (-weights[key], key)), charges)


def _scale(
    branch: Branch,
    weight: Fraction,
    loss: Fraction,
    method: Method,
    inner: Mapping[str, Fraction],
) -> tuple[Fraction, Fraction]:
    """Micro-points of the index for each micro-point lost inside the dimension, and what the
    dimension loses though nothing in it is short (Mazziotta–Pareto's price of unevenness)."""
    if method == "arithmetic":
        return weight, Fraction(0)
    lost = sum(inner.values(), Fraction(0)) - sum(charge.amount for charge in branch.charges)
    return (loss / lost, Fraction(0)) if lost else (weight, loss)


def losses(
    members: Sequence[Member], method: Method, exponent: int | None = None
) -> dict[str, Fraction]:
    """What each member takes off a perfect 100 (at most zero for monotone methods), in
    micro-points, so that all of them add up to the mean less 100."""
    if method == "arithmetic":
        whole = sum(member.weight for member in members)
        return {m.id: Fraction(m.weight * (m.value - BEST), whole) for m in members}
    if method == "geometric":
        return _log_mean_losses(members)
    return _shapley_losses(members, method, exponent)


def _log_mean_losses(members: Sequence[Member]) -> dict[str, Fraction]:
    """w·L(G, 100)·ln(v/100), with the logarithmic mean L(a, b) = (a − b)/(ln a − ln b).

    Where a value is zero the mean is zero, and the limit holds: those at zero share the whole
    loss by weight."""
    zeros = sum(m.weight for m in members if m.value <= 0)
    if zeros:
        return {
            m.id: Fraction(-BEST * m.weight, zeros) if m.value <= 0 else Fraction(0)
            for m in members
        }
    # A context of its own: mpmath's global precision is anyone's to change.
    context = MPContext()
    context.dps = _LOG_DIGITS
    whole = sum(m.weight for m in members)
    logs = {m.id: context.log(context.mpf(m.value) / BEST) * m.weight / whole for m in members}
    total = sum(logs.values(), context.mpf(0))
    if total == 0:
        return {m.id: Fraction(0) for m in members}
    mean = BEST * context.expm1(total) / total
    return {
        name: Fraction(int(context.nint(mean * log * 10**12)), 10**12) for name, log in logs.items()
    }


def _shapley_losses(
    members: Sequence[Member], method: Method, exponent: int | None
) -> dict[str, Fraction]:
    """Shapley values of the game "these members have their value, the others are perfect"."""
    known: dict[frozenset[int], int] = {}

    def worth(short: frozenset[int]) -> int:
        if short not in known:
            values = [m.value if i in short else BEST for i, m in enumerate(members)]
            known[short] = combine(method, values, [m.weight for m in members], exponent)
        return known[short]

    return {
        member.id: _shapley_value(place, len(members), worth)
        for place, member in enumerate(members)
    }


def _shapley_value(place: int, count: int, worth: Callable[[frozenset[int]], int]) -> Fraction:
    others = [i for i in range(count) if i != place]
    found = Fraction(0)
    for size in range(count):
        share = Fraction(factorial(size) * factorial(count - size - 1), factorial(count))
        for chosen in combinations(others, size):
            before = frozenset(chosen)
            found += share * (worth(before | {place}) - worth(before))
    return found
