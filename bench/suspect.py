"""How often a whole day is called suspect, and how often a day cut short is not: by a simulated
city, whose files are known to be whole. `python -m bench.suspect [FIRST_SEED [SEEDS]]`.

A day is judged on the morning after: what came of it, against what was known by then of the days
like it in the weeks before; and once more at the end, when cases that changed have moved on to the
day of their last change. Cut short means that a part of its rows is all that came.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from qingyu.pack.load import load_pack
from qingyu.pack.model import MICRO, Pack, Source
from qingyu.pack.workdays import Workdays
from qingyu.simulate.city.events import DAY
from qingyu.simulate.city.records.books import MAKERS
from qingyu.simulate.city.shapes import number_of
from qingyu.simulate.city.world import world_of

Ints = npt.NDArray[np.int64]

FIRST, LAST = date(2023, 11, 1), date(2025, 10, 31)
KEPT = (0.5, 0.25, 0.1, 0.0)  # of the rows of a day that was cut short
_WEEK, _LEAST_DAYS = 7, 3
_NAMES = ("suspect", "holidays", "later", "above")


@dataclass
class Judged:
    """Days of one source. suspect: whole days called so on the morning after; holidays: how many of
    them are public holidays; later: those called so at the end; above: whole
    days called outlying on the morning after; missed: for each of KEPT, days that
    would not be called suspect on the morning after."""

    days: int
    suspect: int
    holidays: int
    later: int
    above: int
    missed: tuple[int, ...]


def totals_of(pack: Pack, source: Source, seed: int) -> Ints:
    """Records of each day as known at its end, one, two, … steps after (`_step`), and at the end
    of all days, int64 [step, day]."""
    world = world_of(pack, seed)
    first, last = number_of(FIRST), number_of(LAST)
    book = MAKERS[source.id].book(world, first, last)
    found = []
    steps = range(0, _WEEK * source.usual.weeks + 1, _step(source))
    ages = [(book.day + days + 1) * DAY - 1 for days in steps]
    for moment in [*ages, np.full_like(book.day, (last + 1) * DAY - 1)]:
        stands = (book.since <= moment) & (moment < book.until)
        at = book.day[stands & (book.day >= first) & (book.day <= last)] - first
        found.append(np.bincount(at, minlength=last - first + 1))
    return np.stack(found)


def _step(source: Source) -> int:
    """The days from one that may say what is usual to the next."""
    return 1 if source.usual.by == "working" else _WEEK


def judge(source: Source, totals: Ints, rests: Sequence[bool], works: Sequence[bool]) -> Judged:
    """The rule of `engine.coverage`, with each day's neighbours as they were known on it."""
    fresh = [True] * totals.shape[1]
    settled = list(fresh)
    found = Judged(0, 0, 0, 0, 0, (0,) * len(KEPT))
    for day in range(_LEAST_DAYS * _WEEK, len(fresh)):
        before = _before(source, totals, day, fresh, works)
        here = int(totals[0, day])
        fresh[day] = not _below(here, before, source)
        last = np.broadcast_to(totals[-1], totals.shape)
        then = _before(source, last, day, settled, works)
        settled[day] = not _below(int(last[0, day]), then, source)
        found.days += 1
        found.suspect += not fresh[day]
        found.holidays += not fresh[day] and rests[day]
        found.later += not settled[day]
        found.above += _above(here, before, source)
        cut = (not _below(int(here * kept), before, source) for kept in KEPT)
        found.missed = tuple(a + b for a, b in zip(found.missed, cut, strict=True))
    return found


def _before(
    source: Source, totals: Ints, day: int, full: list[bool], works: Sequence[bool]
) -> list[int]:
    """What was known of the days like it in the weeks before."""
    step = _step(source)
    places = [(back, day - step * back) for back in range(1, len(totals) - 1)]
    return [
        int(totals[back, place])
        for back, place in places
        if place >= 0 and full[place] and (step == _WEEK or works[place] == works[day])
    ]


def _twice(before: list[int]) -> int | None:
    """Twice the median; None of too few."""
    if len(before) < _LEAST_DAYS:
        return None
    middle, usual = len(before) // 2, sorted(before)
    return usual[middle] + usual[middle - 1 + len(usual) % 2]


def _below(total: int, before: list[int], source: Source) -> bool:
    twice, rule = _twice(before), source.usual
    if twice is None or twice < 2 * rule.least:
        return False
    return 2 * MICRO * total < rule.below * twice


def _above(total: int, before: list[int], source: Source) -> bool:
    twice, rule = _twice(before), source.usual
    if twice is None or rule.above is None:
        return False
    return 2 * MICRO * total > rule.above * max(twice, 2 * rule.least)


def main(first_seed: int = 101, seeds: int = 3) -> None:
    pack = load_pack(Path(__file__).resolve().parents[1] / "packs" / "zhuhai")
    first = number_of(FIRST)
    resting = {number_of(day) - first for day in pack.calendar.holidays}
    rests = [day in resting for day in range(number_of(LAST) - first + 1)]
    calendar = Workdays(pack.calendar, FIRST, LAST)
    works = [calendar.works(FIRST + timedelta(days=day)) for day in range(len(rests))]
    print(f"seeds {first_seed} to {first_seed + seeds - 1}; of 1,000 days")
    kept = "".join(f"{f'missed at {share:.0%}':>16}" for share in KEPT)
    names = "".join(f"{name:>10}" for name in _NAMES)
    print(f"{'source':18}{'rows a day':>12}{names}{kept}")
    for source in pack.sources:
        found, rows = [], 0.0
        for seed in range(first_seed, first_seed + seeds):
            totals = totals_of(pack, source, seed)
            rows += float(totals[0].mean()) / seeds
            found.append(judge(source, totals, rests, works))
        days = sum(one.days for one in found)
        columns = [sum(getattr(one, name) for one in found) for name in _NAMES]
        missed = [sum(one.missed[n] for one in found) for n in range(len(KEPT))]
        shares = [1000 * number / days for number in columns]
        cells = "".join(f"{share:10.1f}" for share in shares)
        cells += "".join(f"{1000 * n / days:16.1f}" for n in missed)
        print(f"{source.id:18}{rows:12.1f}{cells}", flush=True)


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
