"""What ruins trust without anyone lying: false praise and blame on cities whose truth is known.

Six traps, each read in the way that falls into it and in the way the index goes. The truth never
changes in any of them (or changes for the better in all parts), so that every praise or blame that
is counted is false. Scores are read off the curve of the Zhuhai pack's crime indicator against its
own history, with its κ; "praised" and "blamed" mean ten points up or down, "red" a score below 70.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evaluation.integrity import MONTH, by_size, chosen, city_of
from qingyu.flows.integrity_checks import efforts
from qingyu.pack.load import load_pack
from qingyu.pack.model import MICRO, Pack
from qingyu.simulate.city.model import Episode

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

PACK = Path(__file__).resolve().parents[1] / "packs" / "zhuhai"
CITIES, TOWNS, SEED = 2000, 25, 515
POINTS, RED, LEAST_EXPECTED = 10.0, 70.0, 5.0
EFFORT_SEEDS = tuple(range(2001, 2013))


@dataclass(frozen=True)
class Told:
    """trap, reading: their names; wrong: false praise or blame, `of`: how often it could be."""

    trap: str
    reading: str
    wrong: int
    of: int

    @property
    def share(self) -> float:
        return self.wrong / self.of


@dataclass(frozen=True)
class Judge:
    """The pack's curve; `kappa` expected events by which a ratio is drawn to one."""

    x: Floats
    y: Floats
    kappa: float

    def score(self, seen: Floats, expected: Floats, kappa: float | None = None) -> Floats:
        """0 to 100, best 100."""
        drawn = self.kappa if kappa is None else kappa
        ratio = (seen + drawn) / np.maximum(expected + drawn, 1e-9)
        return np.asarray(np.interp(ratio, self.x, self.y))


def judge_of(pack: Pack) -> Judge:
    indicator = pack.indicator("crime_calls")
    curve = next(one.curve for one in indicator.compare if one.with_ == "own")
    x, y = (np.array(part) / MICRO for part in zip(*curve, strict=True))
    assert indicator.shrink.kappa is not None
    return Judge(x, y, indicator.shrink.kappa / MICRO)


def counts(rng: np.random.Generator, mean: Floats, clusters: float = 1.5) -> Floats:
    """NB1: variance `clusters` times the mean."""
    size = np.maximum(mean, 1e-9) / (clusters - 1.0)
    return rng.negative_binomial(size, 1.0 / clusters).astype(np.float64)


def regression_to_the_mean(rng: np.random.Generator, judge: Judge) -> Iterator[Told]:
    """The worst five of a month get a notice that does nothing; "success" in the next month."""
    usual = np.exp(rng.normal(3.5, 0.8, (CITIES, TOWNS)))
    before, after = counts(rng, usual), counts(rng, usual)
    for reading, kappa in (("plain ratio", 0.0), ("drawn to one by κ", judge.kappa)):
        first, then = judge.score(before, usual, kappa), judge.score(after, usual, kappa)
        worst = np.argsort(first, axis=1)[:, :5]
        change = np.take_along_axis(then - first, worst, axis=1)
        yield Told("regression to the mean", reading, int((change >= POINTS).sum()), change.size)
    # What a comparison would say: the change beyond that of towns that were as bad and got nothing.
    first, then = judge.score(before, usual), judge.score(after, usual)
    worst = np.argsort(first, axis=1)[:, :10]
    change = np.take_along_axis(then - first, worst, axis=1)
    noticed, not_noticed = change[:, ::2].mean(axis=1), change[:, 1::2].mean(axis=1)
    wrong = int((noticed - not_noticed >= POINTS).sum())
    yield Told("regression to the mean", "against towns as bad without a notice", wrong, CITIES)


def simpson(rng: np.random.Generator, judge: Judge) -> Iterator[Told]:
    """Two towns merge. Both get safer by 8 %; the more dangerous one grows, the other shrinks."""
    people = rng.uniform(2, 10, (CITIES, 2))
    rate = np.stack([rng.uniform(8, 14, CITIES), rng.uniform(25, 40, CITIES)], axis=1)
    moved = people * np.array([0.6, 1.9])
    seen = counts(rng, moved * rate * 0.92).sum(axis=1)
    crude = (people * rate).sum(axis=1) / people.sum(axis=1) * moved.sum(axis=1)
    parts = (moved * rate).sum(axis=1)
    for reading, expected in (("merged past", crude), ("the parts' own pasts", parts)):
        blamed = judge.score(seen, expected) <= 85.0 - POINTS
        yield Told("Simpson reversal after a merge", reading, int(blamed.sum()), CITIES)


def denominators(rng: np.random.Generator, judge: Judge) -> Iterator[Told]:
    """A census finds 25 % more people than were carried forward; nothing happened."""
    usual = np.exp(rng.normal(4.5, 0.6, CITIES))
    seen = counts(rng, usual)
    for reading, expected in (("new people, old past", 1.25 * usual), ("one vintage", usual)):
        praised = judge.score(seen, expected) >= 85.0 + POINTS * 0.5
        yield Told("denominator vintages", reading, int(praised.sum()), CITIES)


def tiny_village(rng: np.random.Generator, judge: Judge) -> Iterator[Told]:
    """A village with one event in four months on average: how many of its months are red?"""
    usual = np.full(CITIES, 0.25)
    seen = counts(rng, usual, 1.0001)
    plain = judge.score(seen, usual, 0.0) < RED
    yield Told("one event in a tiny village", "plain ratio", int(plain.sum()), CITIES)
    drawn = judge.score(seen, usual) < RED
    yield Told("one event in a tiny village", "drawn to one by κ", int(drawn.sum()), CITIES)
    known = usual >= LEAST_EXPECTED
    told = int((drawn & known).sum())
    yield Told("one event in a tiny village", "no data below five expected", told, CITIES)


def feedback(rng: np.random.Generator, judge: Judge) -> Iterator[Told]:
    """Patrol doubles; what there is does not change. Found: a share that saturates."""
    there = np.exp(rng.normal(5.0, 0.4, CITIES))
    usual, doubled = 0.30, 0.60
    seen = counts(rng, there * doubled)
    by_people, by_hours = there * usual, there * usual * 2.0
    for reading, expected in (("for each resident", by_people), ("for each hour", by_hours)):
        red = judge.score(seen, expected) < RED
        yield Told("more patrol, more recorded", reading, int(red.sum()), CITIES)


def caveats(pack: Pack) -> Iterator[Told]:
    """Whether the audit shows its caveat in the simulated city where patrol doubles, and whether it
    shows one where it does not (in months in which patrols move as they always do)."""
    assert pack.integrity is not None
    missed = false = others = 0
    for seed in EFFORT_SEEDS:
        towns = by_size(pack, city_of(pack, seed))
        town = chosen([code for third in towns for code in third], seed, 77)
        days = ((0, 1000), (1, 2000), (29, 2000), (30, 1000))
        twice = Episode("x", "x", "x", (town,), ("street_events",), MONTH.first, days, "patrol")
        city = city_of(pack, seed, (twice,))
        ((_, moved),) = efforts(pack.integrity, city.records(), city.when)
        place = city.world.towns.codes.index(town)
        missed += not moved.moved[place]
        false += int(np.delete(moved.moved, place).sum())
        others += len(moved.moved) - 1
    yield Told("more patrol, more recorded", "caveat missing where patrol doubled", missed,
               len(EFFORT_SEEDS))  # fmt: skip
    yield Told("more patrol, more recorded", "caveat where it did not", false, others)


TRAPS: tuple[Callable[[np.random.Generator, Judge], Iterator[Told]], ...] = (
    regression_to_the_mean, simpson, denominators, tiny_village, feedback,
)  # fmt: skip


def drawn(pack: Pack) -> list[Told]:
    """All traps but the caveats, each with a generator of its own."""
    judge = judge_of(pack)
    return [
        told
        for number, trap in enumerate(TRAPS)
        for told in trap(np.random.default_rng((SEED, number)), judge)
    ]


def main(out: Path) -> None:
    """Write `integrity_pitfalls.csv` below `out`."""
    pack = load_pack(PACK)
    out.mkdir(parents=True, exist_ok=True)
    with (out / "integrity_pitfalls.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["trap", "reading", "wrong", "of"])
        for one in (*drawn(pack), *caveats(pack)):
            writer.writerow([one.trap, one.reading, one.wrong, one.of])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "results")
