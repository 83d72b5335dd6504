"""How many false episodes the rules cost: they are run over simulated calm cities.

The rules over counts are asked of every day of a simulated year, in areas of the budget's level;
whatever they say there is false. If all together say more than the budget allows, or less, all
`enter` levels are moved by one factor until they keep it; the pack's author writes the new levels
into `warnings.yaml`. Rules over scores and silence have no part in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.errors import NotFoundError
from qingyu.flows.publish import count_new_measures
from qingyu.flows.warn_judge import Cells, DayJudge, Watch, watches
from qingyu.flows.warn_live import neighbours
from qingyu.flows.warn_series import Series
from qingyu.i18n import T
from qingyu.index.exact_json import Fixed
from qingyu.pack.model import MICRO, Indicator, Pack
from qingyu.warn import rules
from qingyu.warn.calm import Calm, draw, learn
from qingyu.warn.episodes import Said, Word, joined, stretches
from qingyu.warn.points import Daily
from qingyu.warn.scan import Scan
from qingyu.warn.verdict import Floats

_DAYS = 364
_SEED = 2014
_FACTORS = tuple(2.0 ** (step / 2) for step in range(12, -25, -1))  # 64 … 1/4096
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class RuleCost:
    """enter: as declared, in micros; alone: false episodes a town and year in hundredths;
    suggested: the level at which all rules together keep the budget."""

    rule: str
    enter: int
    alone: Fixed
    suggested: int


@dataclass(frozen=True)
class Calibration:
    """together, kept: false episodes a town and year of all rules, at the declared and at the
    suggested levels; town_years: how much was simulated."""

    pack: Pack
    budget: Fixed
    town_years: int
    together: Fixed
    kept: Fixed
    rules: tuple[RuleCost, ...]

    @property
    def within(self) -> bool:
        return self.together.units <= self.budget.units

    def to_json(self) -> dict[str, object]:
        return {
            "simulated": True,
            "budget": self.budget,
            "town_years": self.town_years,
            "together": self.together,
            "kept": self.kept,
            "within": self.within,
            "rules": [
                {"rule": one.rule, "enter": Fixed(one.enter, 6), "alone": one.alone,
                 "suggested": Fixed(one.suggested, 6)}
                for one in self.rules
            ],
        }  # fmt: skip


class CalmSeries:
    """Simulated series in the place of `Series`: areas of one level, every day known."""

    def __init__(self, pack: Pack, areas: tuple[str, ...], level: str, made: dict[str, Daily]):
        self.pack, self.areas, self._level, self._made = pack, areas, level, made

    def levels(self) -> list[str]:
        return [self._level] * len(self.areas)

    def of(self, indicator: Indicator) -> Daily:
        return self._made[indicator.id]


def calibrate(
    home: Home, pack: Pack, cities: int = 1, progress: Progress = lambda done, of: None
) -> Calibration:
    """`cities` simulated calm cities of one year each."""
    assert pack.warnings is not None
    count_new_measures(home, pack)
    level = pack.warnings.budget.level
    real = Series(pack, load_panel(home, pack))
    rows = np.flatnonzero(np.array(real.levels()) == level)
    areas = tuple(real.areas[row] for row in rows.tolist())
    wanted = [one for one in watches(pack) if one.rule.detect and level in one.rule.levels]
    models = _models(pack, real, rows, wanted)
    wanted = [one for one in wanted if one.subject in models]
    if not wanted:
        raise NotFoundError(
            str(home.folder),
            T("no two years of counts"),
            T("a history from which a calm city can be drawn"),
            T("Receive the past first; until then the levels stand as declared."),
        )
    zones = Scan.between(areas, neighbours(pack, areas))
    draws = np.random.Generator(np.random.Philox(_SEED))
    words = []
    for city in range(cities):
        made = {name: _drawn(model, daily, draws) for name, (model, daily) in models.items()}
        series = CalmSeries(pack, areas, level, made)
        words.append(_year(series, zones, wanted, partial(_told, progress, city, cities)))
    return _weighed(pack, wanted, words, len(areas) * cities)


def _told(progress: Progress, city: int, cities: int, day: int) -> None:
    progress(city * _DAYS + day, cities * _DAYS)


def _models(
    pack: Pack, real: Series, rows: np.ndarray, wanted: list[Watch]
) -> dict[str, tuple[Calm, Daily]]:
    found = {}
    for name in dict.fromkeys(one.subject for one in wanted):
        whole = real.of(pack.indicator(name))
        daily = Daily(whole.counts[rows], whole.exposure[rows], whole.known[rows], whole.first)
        told = np.flatnonzero(daily.known.any(axis=0))
        model = learn(daily, int(told[-1])) if len(told) else None
        if model is not None:
            found[name] = (model, daily)
    return found


def _drawn(model: Calm, daily: Daily, draws: np.random.Generator) -> Daily:
    counts = draw(model, draws)
    return Daily(counts, np.ones(counts.shape), np.ones(counts.shape, bool), daily.first)


Table = dict[str, Floats]  # key of a watch and field → [area, day]


def _year(
    series: CalmSeries, zones: Scan, wanted: list[Watch], progress: Callable[[int], None]
) -> Table:
    """The cells of the last year's days."""
    days: dict[str, list[Cells]] = {one.key: [] for one in wanted}
    for back in range(_DAYS):
        judge = DayJudge(series, zones)
        for one in wanted:
            size = series.of(series.pack.indicator(one.subject)).counts.shape[1]
            days[one.key].append(judge.judge(one, size - _DAYS + back))
        progress(back + 1)
    return {
        f"{key}#{name}": np.stack([cells[name] for cells in mine], axis=1)
        for key, mine in days.items()
        for name in ("tail", "count", "state")
    }


def _weighed(pack: Pack, wanted: list[Watch], tables: list[Table], towns: int) -> Calibration:
    assert pack.warnings is not None
    budget = pack.warnings.budget.a_year / MICRO
    at_one = _rate(wanted, tables, 1.0, towns)
    rates = {factor: _rate(wanted, tables, factor, towns) for factor in _FACTORS}
    keeping = [factor for factor in _FACTORS if rates[factor] <= budget]
    factor = max(keeping, default=min(_FACTORS))
    named = list({one.rule.id: one.rule for one in wanted}.values())
    return Calibration(
        pack=pack,
        budget=_hundredths(budget),
        town_years=towns,
        together=_hundredths(at_one),
        kept=_hundredths(rates[factor]),
        rules=tuple(
            RuleCost(
                rule.id,
                rule.detect.enter,
                _hundredths(_rate([o for o in wanted if o.rule.id == rule.id], tables, 1.0, towns)),
                max(int(rule.detect.enter * factor), 1),
            )
            for rule in named
            if rule.detect
        ),
    )


def _rate(wanted: list[Watch], tables: list[Table], factor: float, towns: int) -> float:
    """Episodes a town and year of these watches with all `enter` times the factor."""
    number = 0
    for table in tables:
        said: dict[tuple[int, str], list[Said]] = {}
        for one in wanted:
            assert one.rule.detect is not None
            enter = min(max(int(one.rule.detect.enter * factor), 1), one.rule.detect.leave)
            moved = one.rule.detect.model_copy(update={"enter": enter})
            tail, count, state = (table[f"{one.key}#{n}"] for n in ("tail", "count", "state"))
            word = rules.detected(moved, tail, count, state.astype(np.int8))
            for row in np.flatnonzero(word.enter.any(axis=1)).tolist():
                mine = Word(word.enter[row], word.hold[row], word.known[row])
                said.setdefault((row, one.subject), []).extend(
                    Said(one.key, s) for s in stretches(mine, one.rule.quiet.days)
                )
        number += sum(len(joined(mine)) for mine in said.values())
    return number / towns


def _hundredths(value: float) -> Fixed:
    return Fixed(round(value * 100), 2)
