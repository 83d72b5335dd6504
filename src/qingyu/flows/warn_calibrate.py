"""How many false episodes the rules cost: they are run over simulated calm cities.

All rules of the pack, over counts and over scores, are asked of a year of a city drawn from the
home (`warn_city`) through the same index, the same judges and the same joining of episodes as a
real one; whatever they say there is false. If all together say more than the budget allows, or
less, all levels are moved by the same steps until they keep it; the pack's author writes the new
ones into `warnings.yaml`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import numpy as np
from scipy import special

from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.engine.tables import Panel
from qingyu.errors import NotFoundError
from qingyu.flows.publish import count_new_measures
from qingyu.flows.warn_city import learn_city
from qingyu.flows.warn_episodes import raised
from qingyu.flows.warn_levers import LOOSEST, STRICTEST, level_of, moved, with_rules
from qingyu.flows.warn_live import Found
from qingyu.flows.warn_past import hindsight
from qingyu.i18n import T
from qingyu.index.exact_json import Fixed
from qingyu.pack.model import MICRO, Pack, WarningRule

YEAR = 364  # days that are judged of each city
_SEED = 2014
_TAIL = 0.05  # to each side of the interval
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Rate:
    """Episodes a town and year, in hundredths: as counted, and the ends of the interval in which
    nine in ten such simulations have the true rate (Garwood's, of a Poisson count)."""

    rate: Fixed
    low: Fixed
    high: Fixed

    @classmethod
    def of(cls, number: int, town_years: int) -> Rate:
        low = float(special.gammaincinv(number, _TAIL)) if number else 0.0
        high = float(special.gammaincinv(number + 1, 1 - _TAIL))
        return cls(*(Fixed(round(one / town_years * 100), 2) for one in (number, low, high)))


@dataclass(frozen=True)
class RuleCost:
    """lever, level: the key that makes the rule stricter, and its value as declared; alone: of this
    rule without the others; first: episodes of all rules together that it begins; suggested: the
    level at which all together keep the budget."""

    rule: str
    lever: str
    level: Fixed
    alone: Rate
    first: Rate
    suggested: Fixed


@dataclass(frozen=True)
class Calibration:
    """together, kept: false episodes that speak, of the whole city, a town and year, of all rules
    at the declared and at the suggested levels; linked: those that are told by another; town_years:
    how much was simulated; undrawn: indicators without a history to draw from."""

    pack: Pack
    budget: Fixed
    town_years: int
    together: Rate
    linked: Rate
    kept: Rate
    rules: tuple[RuleCost, ...]
    undrawn: tuple[str, ...]

    @property
    def within(self) -> bool:
        return self.together.rate.units <= self.budget.units

    @property
    def keeps(self) -> bool:
        """Whether the suggested levels keep the budget; where they do not, no level does."""
        return self.kept.rate.units <= self.budget.units

    def to_json(self) -> dict[str, object]:
        return {
            "simulated": True,
            "budget": self.budget,
            "town_years": self.town_years,
            "together": dict(vars(self.together)),
            "linked": dict(vars(self.linked)),
            "kept": dict(vars(self.kept)),
            "within": self.within,
            "rules": [
                {"rule": one.rule, "lever": one.lever, "level": one.level,
                 "alone": dict(vars(one.alone)), "first": dict(vars(one.first)),
                 "suggested": one.suggested}
                for one in self.rules
            ],
            "undrawn": list(self.undrawn),
        }  # fmt: skip


def calibrate(
    home: Home, pack: Pack, cities: int = 1, progress: Progress = lambda done, of: None
) -> Calibration:
    """`cities` simulated calm cities, a year of each. NotFoundError without half a year of counts
    in the home."""
    count_new_measures(home, pack)
    return calibrate_from(pack, load_panel(home, pack), cities, progress)


def calibrate_from(
    pack: Pack, panel: Panel, cities: int = 1, progress: Progress = lambda done, of: None
) -> Calibration:
    """The same from a panel at hand."""
    assert pack.warnings is not None
    city = learn_city(pack, panel)
    if city is None:
        raise NotFoundError(
            pack.id,
            T("no half a year of counts"),
            T("a history from which a calm city can be drawn"),
            T("Receive the past first; until then the levels stand as declared."),
        )
    draws = np.random.Generator(np.random.Philox(_SEED))
    found = []
    for number in range(cities):
        drawn = city.drawn(draws)
        told = partial(_told, progress, number, cities)
        found.append(
            hindsight(pack, drawn, drawn.last - timedelta(days=YEAR - 1), drawn.last, told)
        )
    weighing = _Weighing(pack, found, len(city.areas) * cities)
    return weighing.calibration(city.undrawn)


def _told(progress: Progress, city: int, cities: int, day: int, days: int) -> None:
    progress(city * days + day, cities * days)


@dataclass(frozen=True)
class _Weighing:
    """Counts the episodes of all cities at any levels of the rules. alone: of each rule without the
    others, as declared."""

    pack: Pack
    found: Sequence[Found]
    town_years: int
    alone: dict[str, int] = field(default_factory=dict)

    @property
    def rules(self) -> tuple[WarningRule, ...]:
        assert self.pack.warnings is not None
        return self.pack.warnings.rules

    def calibration(self, undrawn: tuple[str, ...]) -> Calibration:
        assert self.pack.warnings is not None
        budget = self.pack.warnings.budget.a_year / MICRO
        first, linked = self._count(self.rules)
        for rule in self.rules:
            self.alone[rule.id] = self._count((rule,))[0].total()
        steps = self._keeping(budget)
        return Calibration(
            pack=self.pack,
            budget=Fixed(round(budget * 100), 2),
            town_years=self.town_years,
            together=self._rate(first.total()),
            linked=self._rate(linked),
            kept=self._rate(self._at(steps)),
            rules=tuple(self._cost(rule, first[rule.id], steps) for rule in self.rules),
            undrawn=undrawn,
        )

    def _cost(self, rule: WarningRule, first: int, steps: int) -> RuleCost:
        lever, level = level_of(rule)
        suggested = level_of(self._moved(rule, steps))[1]
        alone = self._rate(self.alone[rule.id])
        return RuleCost(rule.id, lever, level, alone, self._rate(first), suggested)

    def _keeping(self, budget: float) -> int:
        """The fewest steps at which all rules together keep the budget."""
        most = budget * self.town_years
        steps = 0
        if self._at(0) > most:
            while steps < STRICTEST and self._at(steps) > most:
                steps += 1
            return steps
        while steps > LOOSEST and self._at(steps - 1) <= most:
            steps -= 1
        return steps

    def _at(self, steps: int) -> int:
        return self._count(tuple(self._moved(rule, steps) for rule in self.rules))[0].total()

    def _moved(self, rule: WarningRule, steps: int) -> WarningRule:
        """A rule that costs nothing has no reason to be stricter."""
        free = steps > 0 and not self.alone[rule.id]
        return rule if free else moved(rule, steps)

    def _count(self, rules: tuple[WarningRule, ...]) -> tuple[Counter[str], int]:
        """Episodes that speak, by the rule that spoke first; and how many do not."""
        pack = with_rules(self.pack, rules)
        every = [one for found in self.found for one in raised(pack, found)]
        speaking = Counter(one.watches[0].rule.id for one in every if one.told_by is None)
        return speaking, len(every) - speaking.total()

    def _rate(self, number: int) -> Rate:
        return Rate.of(number, self.town_years)
