"""What makes a score provisional, in words: which day of which source, how much, what is usual."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from qingyu.engine.tables import Outlying
from qingyu.i18n import T
from qingyu.index.exact_json import Fixed
from qingyu.index.sentence import Sentence, named
from qingyu.pack.model import Names


@dataclass(frozen=True)
class Doubt:
    """A day that counts, with far more records than is usual. usual: of the days like it."""

    source: str
    name: Names
    day: date
    total: int
    usual: int | Fixed

    @property
    def sentence(self) -> Sentence:
        words = T(
            "{source}: {total} records on {day}, {usual} are usual; counted, to be confirmed.",
            source=named(self.name),
            total=self.total,
            day=self.day.isoformat(),
            usual=self.usual,
        )
        return Sentence(words, {"total": self.total, "usual": self.usual})

    def to_json(self) -> dict[str, object]:
        return {
            "source": self.source,
            "day": self.day,
            "total": self.total,
            "usual": self.usual,
            "sentence": self.sentence.to_json(),
        }


def doubt_of(name: Names, one: Outlying) -> Doubt:
    """An outlying day as people are told of it."""
    return Doubt(one.source, name, one.day, one.total, usual_of(one))


def usual_of(one: Outlying) -> int | Fixed:
    """What it was held against: whole, or with a half."""
    whole, half = divmod(one.usual, 2)
    return Fixed(10 * whole + 5, 1) if half else whole


def all_doubts(parts: Iterable[Iterable[Doubt]]) -> tuple[Doubt, ...]:
    """Each day of each source once, in order of time."""
    found = {(one.day, one.source): one for doubts in parts for one in doubts}
    return tuple(found[key] for key in sorted(found))
