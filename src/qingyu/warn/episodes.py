"""From daily words to episodes: when one begins, what joins it, when it is over.

A pure function of what was said of each day, in the order of the days: it does not know when it is
run, so that a missed day or a restart changes nothing, and what is known of the first days alone
gives the first episodes alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qingyu.warn.verdict import Bools


@dataclass(frozen=True)
class Word:
    """What one rule says of one series on consecutive days, each [day].

    enter: begins an episode; hold: keeps one open (every day that enters also holds); known: the
    rule could judge. A day that is not known neither begins nor ends anything.
    """

    enter: Bools
    hold: Bools
    known: Bools


@dataclass(frozen=True)
class Stretch:
    """Days of an episode, as places on the axis. first: the first that entered; last: the last
    that held; over: the day on which enough calm days had passed (None: it is open)."""

    first: int
    last: int
    over: int | None

    @property
    def open(self) -> bool:
        return self.over is None


def stretches(word: Word, quiet: int) -> list[Stretch]:
    """Episodes of one rule and series: over after `quiet` known days without a word, in a row but
    for days that are not known. What comes before that joins."""
    found: list[Stretch] = []
    first = last = -1
    calm = 0
    enter, hold, known = (part.tolist() for part in (word.enter, word.hold, word.known))
    for day in range(len(known)):
        if not known[day]:
            continue
        if first < 0:
            if enter[day]:
                first, last, calm = day, day, 0
        elif hold[day] or enter[day]:
            last, calm = day, 0
        else:
            calm += 1
            if calm >= quiet:
                found.append(Stretch(first, last, day))
                first = -1
    if first >= 0:
        found.append(Stretch(first, last, None))
    return found


@dataclass(frozen=True)
class Said:
    """A stretch with the rule that said it."""

    rule: str
    stretch: Stretch


@dataclass(frozen=True)
class Episode:
    """Stretches of all rules of one area and subject that touch. first, last, over as of a
    `Stretch`; said: in order of their first days."""

    first: int
    last: int
    over: int | None
    said: tuple[Said, ...]

    @property
    def open(self) -> bool:
        return self.over is None

    @property
    def rules(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.rule for one in self.said))


def joined(said: Sequence[Said]) -> list[Episode]:
    """Repeats join the episode: a stretch that begins before another is over belongs to it."""
    found: list[Episode] = []
    for one in sorted(said, key=lambda one: (one.stretch.first, one.stretch.last, one.rule)):
        stretch = one.stretch
        if found and (found[-1].over is None or stretch.first <= found[-1].over):
            before = found[-1]
            over = (
                None if before.over is None or stretch.open else max(before.over, stretch.over or 0)
            )
            last = max(before.last, stretch.last)
            found[-1] = Episode(before.first, last, over, (*before.said, one))
        else:
            found.append(Episode(stretch.first, stretch.last, stretch.over, (one,)))
    return found


def entered_by(tail: np.ndarray, counts: np.ndarray, level: float, least: int) -> Bools:
    """Days whose tail is at most `level` with at least so many cases; a tail that is not a number
    is no word."""
    with np.errstate(invalid="ignore"):
        return np.asarray((tail <= level) & (counts >= least))
