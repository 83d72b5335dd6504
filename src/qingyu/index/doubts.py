"""What makes a score provisional, in words: which day of which source, how much, what is usual."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from qingyu.engine.tables import Odd, Outlying, fingerprint
from qingyu.i18n import TN, Message, T
from qingyu.index.exact_json import Fixed
from qingyu.index.sentence import Sentence, named
from qingyu.pack.model import Column, Names, Pack
from qingyu.pack.usually import odd_columns, odd_records


@dataclass(frozen=True)
class Doubt:
    """A day that counts, with far more records than is usual; or records of a day of which a number
    lies where it seldom does.

    total: the day's records, or the odd ones among them. usual: of the days like it; None for odd
    records. column: of the odd records, with the ends of its usual range."""

    source: str
    name: Names
    day: date
    total: int
    usual: int | Fixed | None = None
    column: str | None = None
    least: Fixed | None = None
    most: Fixed | None = None

    @property
    def sentence(self) -> Sentence:
        if self.column is not None:
            return Sentence(self._odd(self.column), {"total": self.total})
        assert self.usual is not None
        words = T(
            "{source}: {total} records on {day}, {usual} are usual; counted, to be confirmed.",
            source=named(self.name),
            total=self.total,
            day=self.day.isoformat(),
            usual=self.usual,
        )
        return Sentence(words, {"total": self.total, "usual": self.usual})

    def _odd(self, column: str) -> Message:
        return TN(
            "{source}: one record of {day} with an unusual “{column}” ({range}); counted, to "
            "be confirmed.",
            "{source}: {count} records of {day} with an unusual “{column}” ({range}); counted, to "
            "be confirmed.",
            self.total,
            source=named(self.name),
            day=self.day.isoformat(),
            column=column,
            range=range_words(self.least, self.most),
        )

    def to_json(self) -> dict[str, object]:
        return {
            "source": self.source,
            "day": self.day,
            "total": self.total,
            "usual": self.usual,
            "column": self.column,
            "least": self.least,
            "most": self.most,
            "sentence": self.sentence.to_json(),
        }


def doubt_of(name: Names, one: Outlying) -> Doubt:
    """An outlying day as people are told of it."""
    return Doubt(one.source, name, one.day, one.total, usual_of(one))


def odd_doubt(pack: Pack, source: str, column: Column, day: date, records: int) -> Doubt:
    """A day's odd records in a column as people are told of them."""
    least, most = ends_of(column)
    name = pack.source(source).name
    return Doubt(source, name, day, records, column=column.name, least=least, most=most)


def odd_doubts(pack: Pack, odd: Iterable[Odd]) -> tuple[Doubt, ...]:
    """All odd records of each source's own days, in order of time."""
    asked = {
        fingerprint(odd_records(source, column)): (source.id, column)
        for source in pack.sources
        for column in odd_columns(source)
    }
    mine = [(one, asked[one.measure]) for one in odd if one.measure in asked]
    return all_doubts(
        [[odd_doubt(pack, source, column, one.day, one.records)] for one, (source, column) in mine]
    )


def ends_of(column: Column) -> tuple[Fixed | None, Fixed | None]:
    """The ends of a column's usual range, in its own places."""
    assert column.usually is not None
    least, most = column.usually.least, column.usually.most
    return _end(least), _end(most)


def _end(micros: int | None) -> Fixed | None:
    if micros is None:
        return None
    places = 6
    while places and micros % 10 == 0:
        micros, places = micros // 10, places - 1
    return Fixed(micros, places)


def range_words(least: Fixed | None, most: Fixed | None) -> Message:
    """Where a number usually lies."""
    if least is None:
        return T("usually at most {most}", most=most)
    if most is None:
        return T("usually at least {least}", least=least)
    return T("usually {least} to {most}", least=least, most=most)


def usual_of(one: Outlying) -> int | Fixed:
    """What it was held against: whole, or with a half."""
    whole, half = divmod(one.usual, 2)
    return Fixed(10 * whole + 5, 1) if half else whole


def all_doubts(parts: Iterable[Iterable[Doubt]]) -> tuple[Doubt, ...]:
    """Each day of each source and column once, in order of time; of several areas that hold the
    same records the one with the most of them."""
    found: dict[tuple[date, str, str], Doubt] = {}
    for one in (one for doubts in parts for one in doubts):
        key = one.day, one.source, one.column or ""
        if key not in found or found[key].total < one.total:
            found[key] = one
    return tuple(found[key] for key in sorted(found))
