"""What would have been sent in a past year, as known each morning, and the work it makes.

Where a year's mornings are not in the home (its records came later, at once), hindsight stands in
and says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qingyu.engine.panel import load_panel
from qingyu.engine.store import Home
from qingyu.flows.publish import count_new_measures
from qingyu.flows.warn_episodes import Raised, raised
from qingyu.flows.warn_judge import day_of
from qingyu.flows.warn_live import Found, judged_days, live, mornings_of
from qingyu.flows.warn_past import hindsight
from qingyu.index.hierarchy import day_number
from qingyu.pack.model import Pack
from qingyu.periods import Period, parse


@dataclass(frozen=True)
class Month:
    """New episodes that speak, by rule, and how many of all are linked to another."""

    month: str
    sent: int
    linked: int
    by_rule: dict[str, int]
    by_severity: dict[str, int]


@dataclass(frozen=True)
class Backtest:
    """judged: days of the period that were judged; towns: areas of the budget's level."""

    pack: Pack
    period: str
    hindsight: bool
    judged: int
    days: int
    towns: int
    months: tuple[Month, ...]
    busiest: tuple[str, int] | None  # the day on which most would have been sent

    def to_json(self) -> dict[str, object]:
        return {
            "period": self.period,
            "simulated": self.pack.simulated,
            "hindsight": self.hindsight,
            "judged": self.judged,
            "days": self.days,
            "towns": self.towns,
            "sent": sum(month.sent for month in self.months),
            "busiest": None if self.busiest is None else {
                "day": self.busiest[0], "sent": self.busiest[1],
            },
            "months": [dict(vars(month)) for month in self.months],
        }  # fmt: skip


@dataclass(frozen=True)
class Tried:
    """What the rules said, and the days asked for. every: all episodes, those of other days too."""

    period: Period
    found: Found
    every: tuple[Raised, ...]

    @property
    def mine(self) -> list[Raised]:
        """Episodes that begin in the period."""
        start, end = day_number(self.period.first), day_number(self.period.last)
        return [one for one in self.every if start <= one.episode.first <= end]


def tried(home: Home, pack: Pack, period: str, *, looking_back: bool) -> Tried:
    """The rules over a past period: as known each morning, or in hindsight."""
    wanted = parse(period)
    count_new_measures(home, pack)
    if looking_back:
        found = hindsight(pack, load_panel(home, pack), wanted.first, wanted.last)
    else:
        found = live(home, pack, mornings_of(home, pack, home.clock()))
    return Tried(wanted, found, tuple(raised(pack, found)))


def backtest(home: Home, pack: Pack, period: str, *, looking_back: bool) -> Backtest:
    return backtest_of(pack, tried(home, pack, period, looking_back=looking_back), looking_back)


def backtest_of(pack: Pack, year: Tried, looking_back: bool) -> Backtest:
    """By month."""
    assert pack.warnings is not None
    wanted, mine = year.period, year.mine
    months: dict[str, list[int]] = {}
    for place, one in enumerate(mine):
        months.setdefault(day_of(one.episode.first).isoformat()[:7], []).append(place)
    days = Counter(day_of(one.episode.first).isoformat() for one in mine if one.told_by is None)
    level = pack.warnings.budget.level
    return Backtest(
        pack=pack,
        period=wanted.label,
        hindsight=looking_back,
        judged=judged_days(pack, year.found, wanted.first, wanted.last),
        days=(wanted.last - wanted.first).days + 1,
        towns=sum(_valid(area.since, area.until, wanted.last) and area.level == level
                  for area in pack.areas),
        months=tuple(_month(month, [mine[p] for p in places])
                     for month, places in sorted(months.items())),
        busiest=min(days.items(), key=lambda item: (-item[1], item[0]), default=None),
    )  # fmt: skip


def _month(month: str, mine: Sequence[Raised]) -> Month:
    speaking = [one for one in mine if one.told_by is None]
    return Month(
        month,
        len(speaking),
        len(mine) - len(speaking),
        dict(sorted(Counter(one.watches[0].rule.id for one in speaking).items())),
        dict(sorted(Counter(one.severity for one in speaking).items())),
    )


def _valid(since: date | None, until: date | None, day: date) -> bool:
    return (since is None or since <= day) and (until is None or day <= until)
