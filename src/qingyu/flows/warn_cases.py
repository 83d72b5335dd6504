"""A pack's own tests of its warning rules: days as given, and the episodes that they must give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from qingyu.flows.warn_episodes import quiet_of, word_of
from qingyu.flows.warn_judge import FIELDS, Watch, day_of, judge_points, method_of
from qingyu.i18n import pick
from qingyu.index.hierarchy import day_number
from qingyu.index.pack_lines import line_of
from qingyu.pack.model import MICRO, Pack, WarningCase, WarningRule
from qingyu.warn.episodes import Word, stretches
from qingyu.warn.points import Daily, Summed
from qingyu.warn.verdict import Floats, State


@dataclass(frozen=True)
class RuleOutcome:
    """What one case expects of its rule, and what came: episodes as text, `first..last`."""

    name: str
    where: str
    rule: str
    expected: str
    found: str


def run_rule_cases(pack: Pack) -> Iterator[RuleOutcome]:
    """All cases of `cases/warnings*.yaml`."""
    for number, case in enumerate(pack.warning_cases):
        assert pack.warnings is not None
        rule = pack.warnings.rule(case.rule)
        where = line_of(pack, f"warning_cases/{number}") or "cases"
        found = _episodes(pack, rule, case)
        wanted = [(one.first, one.last) for one in case.expect]
        name = pick(case.name.model_dump())
        yield RuleOutcome(name, where, rule.id, _text(wanted), _text(found))


def _episodes(pack: Pack, rule: WarningRule, case: WarningCase) -> list[tuple[date, date | None]]:
    """(first day that warned, last one, or None while it is open)."""
    assert case.judged.last is not None
    watch = Watch(rule, rule.of[0])
    days = np.arange(day_number(case.judged.first), day_number(case.judged.last) + 1)
    cells = np.stack([_judged(watch, case, int(day)) for day in days], axis=-1)
    word = word_of(pack, watch, days, cells)
    one = Word(word.enter[0], word.hold[0], word.known[0])
    return [
        (day_of(int(days[s.first])), None if s.open else day_of(int(days[s.last])))
        for s in stretches(one, quiet_of(watch, days))
    ]


def _judged(watch: Watch, case: WarningCase, day: int) -> Floats:
    """[field, 1] of one day."""
    cells = {name: np.full(1, np.nan) for name in FIELDS}
    cells["state"] = np.array([float(State.MISSING)])
    given = _given(case)
    if watch.rule.reds:
        score = given.get(day_of(day))
        if score is not None:
            cells["count"], cells["state"] = np.array([score]), np.array([float(State.JUDGED)])
    elif day_of(day) in given:
        daily = _daily(given)
        method, by = method_of(watch.rule)
        column = day - daily.first
        frequency = 52 if method.window.days == 7 else 365 // method.window.days
        points = Summed(daily.upto(column + 1)).points(
            column, method.window.days, by.needs(frequency) + 1
        )
        cells = judge_points(by, points, 0.99)
    return np.stack([cells[name] for name in FIELDS])


def _given(case: WarningCase) -> dict[date, float]:
    found: dict[date, float] = {}
    for one in case.given:
        value = one.each_day if one.each_day is not None else (one.score or 0) / MICRO
        day = one.first
        while day <= one.last:
            found[day] = float(value)
            day += timedelta(days=1)
    return found


def _daily(given: dict[date, float]) -> Daily:
    first, last = day_number(min(given)), day_number(max(given))
    counts, known = np.zeros((1, last - first + 1)), np.zeros((1, last - first + 1), bool)
    for day, value in given.items():
        counts[0, day_number(day) - first] = value
        known[0, day_number(day) - first] = True
    return Daily(counts, np.ones(counts.shape), known, first)


def _text(episodes: list[tuple[date, date | None]]) -> str:
    words = [f"{a.isoformat()}..{b.isoformat() if b else ''}" for a, b in episodes]
    return ", ".join(words) or "-"
