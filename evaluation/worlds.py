"""What a world is: series without outbreaks, the same with one in the current points, and where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qingyu.warn.reference import Timeline

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class World:
    """calm, observed [series, time]: without any outbreak, and with those of the past and one now;
    current: the points that are judged; group, replicate, strength [series]: scenario (from 1),
    its replicate (from 0) and k; first, last [series]: points from the outbreak's first moment to
    its last case; level [series]: true mean of a day, over the current points."""

    name: str
    timeline: Timeline
    current: range
    calm: Floats
    observed: Floats
    group: Ints
    replicate: Ints
    strength: Ints
    first: Ints
    last: Ints
    level: Floats

    def __len__(self) -> int:
        return len(self.calm)


@dataclass(frozen=True)
class Series:
    """One series of a world; fields as there."""

    calm: Floats
    observed: Floats
    group: int
    replicate: int
    strength: int
    first: int
    last: int
    level: float


def gathered(name: str, timeline: Timeline, current: range, series: list[Series]) -> World:
    def ints(field: str) -> Ints:
        return np.array([getattr(one, field) for one in series], np.int64)

    return World(
        name, timeline, current,
        np.stack([one.calm for one in series]), np.stack([one.observed for one in series]),
        ints("group"), ints("replicate"), ints("strength"), ints("first"), ints("last"),
        np.array([one.level for one in series]),
    )  # fmt: skip


def negative_binomial(rng: np.random.Generator, mean: Floats, phi: float) -> Floats:
    """Counts with variance φ·mean; Poisson at φ = 1."""
    if phi == 1.0:
        return rng.poisson(mean).astype(np.float64)
    return rng.negative_binomial(mean / (phi - 1), 1 / phi).astype(np.float64)


@dataclass(frozen=True)
class Spread:
    """How an outbreak's cases come: after ⌊lognormal(center, width)⌋ points."""

    center: float = 0.0
    width: float = 0.5


def outbreak(
    rng: np.random.Generator, counts: Floats, at: int, size: float, spread: Spread, end: int
) -> int:
    """Adds Poisson(size) cases from `at` on to the counts, in place; those that would come at `end`
    or later are lost. Returns the point of the last case, or `at`."""
    cases = rng.poisson(size)
    points = at + np.floor(rng.lognormal(spread.center, spread.width, cases)).astype(np.int64)
    points = points[points < end]
    np.add.at(counts, points, 1.0)
    return int(points.max(initial=at))


_WEEKLY = Spread()
PAST_STRENGTHS = (2, 3, 5, 10)


def strength_of(group: int, replicate: int) -> int:
    """k from 1 to 10, each as often, and not the same in all groups of a replicate."""
    return 1 + (replicate + 3 * group) % 10


def with_outbreaks(
    rng: np.random.Generator,
    calm: Floats,
    sd: Floats,
    strength: int,
    now: int,
    spread: Spread = _WEEKLY,
) -> tuple[Floats, int, int]:
    """The counts with four past outbreaks and one from `now` on: counts, first and last point."""
    observed, length = calm.copy(), len(calm)
    for start in rng.integers(0, now, 4):
        size = rng.choice(PAST_STRENGTHS) * sd[start]
        outbreak(rng, observed, int(start), size, spread, now)
    first = int(rng.integers(now, length))
    last = outbreak(rng, observed, first, strength * sd[first], spread, length)
    return observed, first, last
