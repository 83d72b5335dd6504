"""The chain of one stream: what is missing, what contradicts, what may be taken. Pure functions.

Each bundle names its number and the digest of the one before. Nothing here depends on the order in
which bundles arrived, only on which are known, which were taken, and what people decided:

- a *gap* is a number below the highest known one that nobody has brought;
- a *fork* is a number for which two different digests are named, by bundles of that number or by
  their successors: from then on nothing more of the stream is taken until a person decides;
- a bundle is *aside* if it was decided against, or follows one that is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Policy = Literal["take", "wait"]


@dataclass(frozen=True, order=True)
class Link:
    """A bundle's place. `needs`: numbers of earlier bundles that its supplements mend."""

    number: int
    digest: str
    previous: str | None
    needs: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Choice:
    """A person's decision: of bundle `number` this digest counts; None: it is lost for good."""

    number: int
    digest: str | None


@dataclass(frozen=True)
class State:
    """What one stream comes to. `take` and `wait` are in the order of numbers; `undo` (taken, and
    aside since) from the newest to the oldest."""

    last: int
    gaps: tuple[int, ...]
    lost: tuple[int, ...]
    forks: dict[int, tuple[str, ...]]
    aside: frozenset[str]
    take: tuple[Link, ...]
    wait: tuple[Link, ...]
    undo: tuple[Link, ...]


def judge(
    links: Iterable[Link], taken: Iterable[str], choices: Sequence[Choice], policy: Policy
) -> State:
    """The state of a stream from the bundles known, the digests taken, and the decisions in the
    order in which they were made (a decision ends those about higher numbers)."""
    known, done = sorted(set(links)), frozenset(taken)
    chosen, lost = _in_force(choices)
    aside = _aside(known, chosen)
    live = [link for link in known if link.digest not in aside]
    forks = {n: tuple(sorted(c)) for n, c in _named(live).items() if len(c) > 1}
    here = {link.number for link in live}
    last = max(here, default=0)
    gaps = [n for n in range(1, last) if n not in here]
    missing = {n for n in gaps if n not in lost}
    take = [] if forks else _takeable(live, done, missing, policy)
    open_ = [link for link in live if link.digest not in done]
    return State(
        last=last,
        gaps=tuple(sorted(missing)),
        lost=tuple(n for n in gaps if n in lost),
        forks=forks,
        aside=aside,
        take=tuple(take),
        wait=tuple(link for link in open_ if link not in take),
        undo=tuple(link for link in reversed(known) if link.digest in aside & done),
    )


def _in_force(choices: Sequence[Choice]) -> tuple[dict[int, str], set[int]]:
    chosen: dict[int, str] = {}
    lost: set[int] = set()
    for choice in choices:
        if choice.digest is None:
            lost.add(choice.number)
        else:
            chosen = {n: digest for n, digest in chosen.items() if n < choice.number}
            chosen[choice.number] = choice.digest
    return chosen, lost


def _aside(known: Sequence[Link], chosen: dict[int, str]) -> frozenset[str]:
    """Digests decided against, and their followers; `known` is in the order of numbers."""
    aside = {
        digest
        for number, digests in _named(known).items()
        if number in chosen
        for digest in digests - {chosen[number]}
    }
    for link in known:
        if link.previous in aside:
            aside.add(link.digest)
    return frozenset(aside)


def _named(links: Iterable[Link]) -> dict[int, set[str]]:
    """For each number, the digests that bundles or their successors name."""
    named: dict[int, set[str]] = defaultdict(set)
    for link in links:
        named[link.number].add(link.digest)
        if link.previous is not None:
            named[link.number - 1].add(link.previous)
    return named


def _takeable(
    live: Sequence[Link], done: frozenset[str], missing: set[int], policy: Policy
) -> list[Link]:
    """Bundles whose turn it is. Of a bundle that waits, its dependants wait too."""
    absent = set(missing)
    take = []
    for link in live:
        if link.digest in done:
            continue
        behind_gap = policy == "wait" and any(n < link.number for n in absent)
        if behind_gap or link.needs & absent:
            absent.add(link.number)
        else:
            take.append(link)
    return take
