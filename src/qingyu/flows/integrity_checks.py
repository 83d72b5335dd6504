"""From what the pack declares to looks: each check counts its records and judges the counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from qingyu.evaluate.integrity.cut_off import postponed
from qingyu.evaluate.integrity.dispersion import Ints
from qingyu.evaluate.integrity.effort import Moved, moved
from qingyu.evaluate.integrity.flooded import flooded
from qingyu.evaluate.integrity.heaped import heaped
from qingyu.evaluate.integrity.hugging import hugging
from qingyu.evaluate.integrity.ledger import held_back, withdrawn
from qingyu.evaluate.integrity.look import Looks
from qingyu.evaluate.integrity.lows import lows
from qingyu.evaluate.integrity.reclassified import reclassified
from qingyu.evaluate.integrity.repeated import repeated
from qingyu.evaluate.integrity.shares import Flags
from qingyu.flows.integrity_rows import (
    Rows,
    Span,
    bursts,
    every,
    having,
    ledger,
    near_limit,
    rounded,
    tally,
)
from qingyu.pack.integrity import EffortMoved, Integrity, WatchedCount
from qingyu.pack.model import MICRO, Measure, Names
from qingyu.periods import Period

Records = Callable[[str], AbstractContextManager[Rows]]

KINDS = (
    "reclassified", "withdrawn", "held_back", "postponed", "heaped", "hugging", "low", "repeated",
    "flooded",
)  # fmt: skip


@dataclass(frozen=True)
class When:
    """periods: in order, the last being the one asked for. Of each source: `covered`, bool
    [period]; `followed`, bool [period, day]: whether the first, first two, … days after a period
    are covered; `counted`, int64 [period]: the batch with which the period was whole, 0 where no
    batch tells (years of history in one file)."""

    periods: tuple[Period, ...]
    covered: Mapping[str, Flags]
    followed: Mapping[str, Flags]
    counted: Mapping[str, Ints]

    @property
    def spans(self) -> list[Span]:
        return [(period.first, period.last) for period in self.periods]


@dataclass(frozen=True)
class Checked:
    """A declared check, done. `kind`: one of `KINDS`; `id`, `name`: of the declaration."""

    kind: str
    id: str
    name: Names
    source: str
    looks: Looks


def checked(checks: Integrity, records: Records, when: When) -> Iterator[Checked]:
    """Every declared check that looks at areas, in the pack's order."""
    yield from _reclassified(checks, records, when)
    for one in checks.counted:
        yield from _counted(one, records, when)
    yield from _heaped(checks, records, when)
    yield from _hugging(checks, records, when)
    yield from _low(checks, records, when)
    yield from _repeated(checks, records, when)
    yield from _flooded(checks, records, when)


def _reclassified(checks: Integrity, records: Records, when: When) -> Iterator[Checked]:
    for one in checks.reclassified:
        with records(one.count) as rows:
            parts = {"scored": having(rows, one.scored), "other": having(rows, one.other)}
            found = tally(rows, one.on, when.spans, parts | {"all": every})
        rest = found["all"] - found["scored"] - found["other"]
        looks = reclassified(found["scored"], found["other"], rest, when.covered[one.count])
        yield Checked("reclassified", one.id, one.name, one.count, looks)


def _counted(one: WatchedCount, records: Records, when: When) -> Iterator[Checked]:
    source, measure = one.measure.source, one.measure
    covered, counted = when.covered[source], when.counted[source]
    parts_of = {}
    with records(source) as rows:
        where = {"n": having(rows, measure.where)}
        changes = ledger(rows, measure, when.spans, counted.tolist())
        for side, spans in (("last", _ends(when, one.days)), ("after", _starts(when, one.days))):
            parts_of[side] = tally(rows, measure.on, spans, where)["n"]
    told = covered & (counted > 0)
    looks = withdrawn(changes["gone"], changes["counted"], told)
    yield Checked("withdrawn", one.id, one.name, source, looks)
    looks = held_back(changes["late"], changes["known"], told)
    yield Checked("held_back", one.id, one.name, source, looks)
    followed = covered & when.followed[source][:, one.days - 1]
    looks = postponed(parts_of["last"], parts_of["after"], followed)
    yield Checked("postponed", one.id, one.name, source, looks)


def _ends(when: When, days: int) -> list[Span]:
    return [(p.last - timedelta(days=days - 1), p.last) for p in when.periods]


def _starts(when: When, days: int) -> list[Span]:
    return [(p.last + timedelta(days=1), p.last + timedelta(days=days)) for p in when.periods]


def _heaped(checks: Integrity, records: Records, when: When) -> Iterator[Checked]:
    for one in checks.heaped:
        with records(one.count) as rows:
            found = tally(rows, one.on, when.spans, rounded(rows, one))
        looks = heaped(found["rounded"], found["written"], when.covered[one.count])
        yield Checked("heaped", one.id, one.name, one.count, looks)


def _hugging(checks: Integrity, records: Records, when: When) -> Iterator[Checked]:
    for one in checks.hugging:
        with records(one.count) as rows:
            found = tally(rows, one.limit, when.spans, near_limit(rows, one))
        looks = hugging(found["just_in_time"], found["closed"], when.covered[one.count])
        yield Checked("hugging", one.id, one.name, one.count, looks)


def _low(checks: Integrity, records: Records, when: When) -> Iterator[Checked]:
    for one in checks.low:
        seen, other = _numbers(one.measure, records, when), _numbers(one.beside, records, when)
        both = when.covered[one.measure.source] & when.covered[one.beside.source]
        yield Checked("low", one.id, one.name, one.measure.source, lows(seen, other, both))


def _numbers(measure: Measure, records: Records, when: When) -> Ints:
    with records(measure.source) as rows:
        parts = {"n": having(rows, measure.where)}
        return tally(rows, measure.on, when.spans, parts, measure)["n"]


def _repeated(checks: Integrity, records: Records, when: When) -> Iterator[Checked]:
    for one in checks.repeated:
        with records(one.count) as rows:
            found = bursts(rows, one, when.spans)
        looks = repeated(found["close"], found["records"], when.covered[one.count])
        yield Checked("repeated", one.id, one.name, one.count, looks)


def _flooded(checks: Integrity, records: Records, when: When) -> Iterator[Checked]:
    for one in checks.flooded:
        with records(one.count) as rows:
            parts = {"good": having(rows, one.good), "marks": every}
            found = tally(rows, one.on, when.spans, parts)
        looks = flooded(found["good"], found["marks"], when.covered[one.count])
        yield Checked("flooded", one.id, one.name, one.count, looks)


def efforts(checks: Integrity, records: Records, when: When) -> Iterator[tuple[EffortMoved, Moved]]:
    """Where the effort of recording moved."""
    for one in checks.effort:
        numbers = _numbers(one.effort, records, when)
        usable = when.covered[one.effort.source]
        yield one, moved(numbers, usable, one.moved / MICRO)


def nothing_told(periods: int) -> Ints:
    """No period of which a batch tells when it was whole."""
    return np.zeros(periods, np.int64)
