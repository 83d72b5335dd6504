"""Small random packs as folders, and small random tables of records: the twin's and the
product's common ground.

What shapes a pack is drawn by hypothesis, so that a failure shrinks; bulk (counts of each day)
comes from a seeded generator. Everything is text until one of the two reads it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from draw_method import METHODS
from draw_pack import Files, Shape, pack_files
from draw_text import DAY, KINDS
from hypothesis import strategies as st
from twin_days import Record
from twin_periods import Period, before, holding

PERIODS = ("day", "month", "week", "ten_days", "quarter", "year")


@dataclass(frozen=True)
class Drawn:
    """A pack and what was received for it."""

    files: Files
    shape: Shape
    first: date
    last: date
    covers: dict[str, list[tuple[date, date]]]
    kind: str
    periods: list[Period]
    known_on: date | None
    records: dict[str, list[Record]] = field(repr=False)

    def write(self, folder: Path) -> Path:
        """The pack's folder, written below `folder`."""
        pack = folder / "pack"
        for name, text in self.files.items():
            path = pack / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return pack


@st.composite
def drawn(
    draw: st.DrawFn, methods: tuple[str, ...] = METHODS, kinds: tuple[str, ...] = PERIODS
) -> Drawn:
    """A pack, records over 20 to 500 days, and one to three consecutive periods to compute.
    `methods`: of which the index puts its parts together by one, and its dimensions by another."""
    length = draw(st.sampled_from([470, 440, 500, 430, 400, 200, 120, 60, 20]))
    first = date(2023, 1, 1) + DAY * draw(st.integers(0, 420))
    last = first + (length - 1) * DAY
    kind = draw(st.sampled_from(kinds))
    files, shape = draw(pack_files(first, last, kind, methods))
    seed = draw(st.integers(0, 2**32 - 1))
    records = {
        source: _records(random.Random(f"{seed} {source}"), shape, first, last, draw)
        for source in shape.sources
    }
    covers = {source: draw(_covers(first, last)) for source in shape.sources}
    end = holding(last + DAY * draw(st.sampled_from([0, -1, -2, -5, -9, -30, 1, 2, 3])), kind)
    periods = [end]
    for _ in range(draw(st.integers(0, 2))):
        periods.insert(0, before(periods[0]))
    known_on = draw(st.sampled_from([None, None, first + 30 * DAY, last, first - 300 * DAY]))
    return Drawn(files, shape, first, last, covers, kind, periods, known_on, records)


def _records(
    chance: random.Random, shape: Shape, first: date, last: date, draw: st.DrawFn
) -> list[Record]:
    """Counts around a rate of each area, with quiet days, festivals, busy spells, empty areas."""
    busy = draw(st.sampled_from([2.0, 0.4, 12.0, 0.05]))
    least = draw(st.sampled_from([0, 0, 0, -1500]))  # refunds and the like: sums may be negative
    special = set(chance.sample(range((last - first).days + 1), 5))
    rates = {code: busy * chance.choice([0, 0.3, 1, 1, 3]) for code in shape.places}
    swing = {code: chance.choice([0, 0, 0.5]) for code in shape.places}
    found = []
    for number in range((last - first).days + 1):
        day = first + number * DAY
        for code in shape.places:
            rate = rates[code] * (1 + swing[code] * ((number // 40) % 3 - 1))
            if number in special:
                rate *= chance.choice([0, 0.2, 6])
            for kind in KINDS:
                times = _count(chance, rate / len(KINDS))
                if times:
                    amount = Decimal(chance.randint(least, 900)) / 100
                    found.append(Record(day, code, {"kind": kind, "amount": str(amount)}, times))
    return found


def _count(chance: random.Random, rate: float) -> int:
    """A count of mean `rate`, more often nothing than not when that is small."""
    whole, rest = divmod(rate, 1)
    return int(whole) + (chance.random() < rest) + (rate > 2) * chance.randint(-2, 2)


@st.composite
def _covers(draw: st.DrawFn, first: date, last: date) -> list[tuple[date, date]]:
    """Batches: mostly the whole range, sometimes cut with holes, overlaps and a late tail."""
    late = draw(st.sampled_from([0, 0, 0, 1, 2, 5]))
    end = max(first, last - late * DAY)
    whole = (first - 3 * DAY, end + draw(st.sampled_from([0, 1])) * DAY)
    if draw(st.integers(0, 3)):
        return [whole]
    found = [whole] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, 3))):
        start = first + DAY * draw(st.integers(-2, (end - first).days))
        found.append((start, start + DAY * draw(st.integers(0, 400))))
    return [(a, min(b, end + DAY)) for a, b in found if a <= min(b, end + DAY)]
