"""What each rule found on one day: the cells that episodes are made of.

A day is judged from one panel and from nothing that came after it; the same function serves the
live answer, hindsight, the backtest and the pack's cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from qingyu.flows.opening import Known
from qingyu.flows.publish import Published, compute_from
from qingyu.flows.warn_series import Series
from qingyu.index.hierarchy import day_number
from qingyu.index.ingredients import MISSING
from qingyu.pack.model import MICRO, Detect, Indicator, Pack, Quiet, WarningRule
from qingyu.periods import Period, previous, same_of_earlier_year
from qingyu.warn.detectors import Detector, detector
from qingyu.warn.points import LEAST_SHARE, Daily, Points, Summed
from qingyu.warn.scan import Scan, scan
from qingyu.warn.verdict import Floats, State

FIELDS = ("count", "expected", "upper", "tail", "phi", "state")
_MILLI = 1000
_WEEKS = 52
_LEVEL = 0.99

Cells = dict[str, Floats]  # field → [area]


@dataclass(frozen=True)
class Watch:
    """One rule on one of its subjects."""

    rule: WarningRule
    subject: str

    @property
    def key(self) -> str:
        return f"{self.rule.id}/{self.subject}"

    @property
    def daily(self) -> bool:
        """Whether it judges counts, day by day."""
        return self.rule.detect is not None or self.rule.silent is not None


def watches(pack: Pack) -> list[Watch]:
    """Every rule with every subject, in the pack's order."""
    rules = pack.warnings.rules if pack.warnings else ()
    return [Watch(rule, subject) for rule in rules for subject in rule.of]


class AreaSeries(Protocol):
    """What a judge reads: `Series`, or simulated ones in its place."""

    pack: Pack

    def levels(self) -> list[str]: ...

    def of(self, indicator: Indicator) -> Daily: ...


class DayJudge:
    """Judges days of one panel by the rules over counts."""

    def __init__(self, series: AreaSeries, zones: Scan) -> None:
        self.series, self.zones = series, zones
        self._summed: dict[str, Summed] = {}
        self._made: dict[tuple[object, ...], Cells] = {}
        self._levels = np.array(series.levels())

    def judge(self, watch: Watch, column: int) -> Cells:
        """[area] of each field; areas of other levels are NaN, and `MISSING`."""
        rows = np.flatnonzero(np.isin(self._levels, watch.rule.levels))
        method, by = method_of(watch.rule)
        found = Cells()
        for name in FIELDS:
            found[name] = np.full(len(self._levels), np.nan)
        found["state"][:] = State.MISSING
        if column < 0 or not len(rows):
            return found
        made = self._cells(watch.subject, method, by, column)
        for name, values in made.items():
            found[name][rows] = values[rows]
        if isinstance(method, Detect) and method.by == "scan":
            groups = self.zones.of(rows, method.reach)
            found["tail"][rows] = scan(
                found["count"][rows], found["expected"][rows], found["phi"][rows], groups
            )
        return found

    def _cells(self, subject: str, method: Detect | Quiet, by: Detector, column: int) -> Cells:
        """Of all areas, once for all rules that ask alike. Whether a day is an alarm is read from
        `tail`; the bound that is shown is that of the rule that asked first."""
        key = (subject, by.name, method.window.days, method.years, column)
        if key not in self._made:
            points = self._points(subject, method, by, column)
            level = 1 - method.enter / MICRO if isinstance(method, Detect) else _LEVEL
            self._made[key] = judge_points(by, points, level)
        return self._made[key]

    def _points(self, subject: str, method: Detect | Quiet, by: Detector, column: int) -> Points:
        if subject not in self._summed:
            daily = self.series.of(self.series.pack.indicator(subject))
            self._summed[subject] = Summed(daily)
        window = method.window.days
        frequency = _WEEKS if window == 7 else 365 // window
        return self._summed[subject].points(column, window, by.needs(frequency) + 1)


def method_of(rule: WarningRule) -> tuple[Detect | Quiet, Detector]:
    method = rule.detect or rule.silent
    assert method is not None
    name = method.by if isinstance(method, Detect) else "farrington_flexible"
    return method, detector("default" if name == "scan" else name, method.years)


def judge_points(by: Detector, points: Points, level: float) -> Cells:
    found = by.judge(points.counts, [points.last], points.timeline, level, points.exposure)
    return {
        "count": points.counts[:, -1],
        "expected": found.expected[:, 0],
        "upper": found.upper[:, 0],
        "tail": found.tail[:, 0],
        "phi": found.phi[:, 0],
        "state": found.state[:, 0].astype(np.float64),
    }


# -- rules over scores ----------------------------------------------------------------------------


def judge_period(
    series: Series, known: Known, period: Period, wanted: Sequence[Watch]
) -> dict[str, Cells]:
    """The rules over scores and whole periods, of one period that has come in."""
    found: dict[str, Cells] = {}
    pack, panel = series.pack, series.panel
    scored = [one for one in wanted if one.rule.rise is None]
    now = compute_from(pack, panel, [period], known) if scored else None
    before = None
    if any(one.rule.rank_fall for one in scored):
        before = compute_from(pack, panel, [previous(period)], known)
    levels = np.array(series.levels())
    valid = series.valid_on(period.last)
    for one in wanted:
        cells = {name: np.full(len(levels), np.nan) for name in FIELDS}
        if now is None or one.rule.rise:
            cells["count"], cells["expected"] = _rise(series, one.subject, period)
        else:
            cells["count"], cells["expected"] = _scored(one, now, before)
        mine = np.isin(levels, one.rule.levels) & valid
        for name in FIELDS:
            cells[name] = np.where(mine, cells[name], np.nan)
        state = np.where(np.isnan(cells["count"]), State.MISSING, State.JUDGED)
        found[one.key] = cells | {"state": state.astype(np.float64)}
    return found


def _scored(watch: Watch, now: Published, before: Published | None) -> tuple[Floats, Floats]:
    nothing = np.full(len(now.results.labels.areas), np.nan)
    if watch.rule.reds:
        return _scores(now, watch.subject), nothing
    if watch.rule.incomplete:
        return now.results.completeness[:, -1] / MICRO, nothing
    assert before is not None
    return _ranks(now), _ranks(before)


def _rise(series: Series, subject: str, period: Period) -> tuple[Floats, Floats]:
    """Cases of the period, and what those of a year before come to with what there is now."""
    daily = series.of(series.pack.indicator(subject))
    first, last = same_of_earlier_year(period, 1, series.pack.calendar.festivals)
    count, exposure = _over(daily, period.first, period.last)
    earlier, base = _over(daily, first, last)
    with np.errstate(invalid="ignore", divide="ignore"):
        return count, np.where(base > 0, earlier * exposure / base, np.nan)


def _over(daily: Daily, first: date, last: date) -> tuple[Floats, Floats]:
    """Sums over days of which enough are known; else NaN."""
    low = max(day_number(first) - daily.first, 0)
    part = slice(low, max(day_number(last) - daily.first + 1, low))
    known = daily.known[:, part]
    enough = known.sum(axis=1) >= LEAST_SHARE * ((last - first).days + 1)
    count, exposure = (np.where(known, values[:, part], 0.0).sum(axis=1)
                       for values in (daily.counts, daily.exposure))  # fmt: skip
    return np.where(enough, count, np.nan), np.where(enough, exposure, np.nan)


def _scores(published: Published, subject: str) -> Floats:
    results = published.results
    if subject == results.labels.index:
        return _or_nan(results.score[:, -1], _MILLI)
    place = results.labels.dimensions.index(subject)
    return _or_nan(results.dimension[place, :, -1], MICRO)


def _ranks(published: Published) -> Floats:
    return np.where(published.results.rank[:, -1] > 0, published.results.rank[:, -1], np.nan)


def _or_nan(values: np.ndarray, unit: int) -> Floats:
    return np.where(values == MISSING, np.nan, values / unit)


def day_of(number: int) -> date:
    """The date of a day number."""
    found: date = np.datetime64(int(number), "D").astype(object)
    return found
