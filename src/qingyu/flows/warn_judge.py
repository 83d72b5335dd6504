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
from qingyu.flows.publish import compute_from
from qingyu.flows.warn_series import Series
from qingyu.index.hierarchy import day_number
from qingyu.index.ingredients import MISSING
from qingyu.index.results import Results
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

    def of(self, indicator: Indicator, column: int | None = None) -> Daily: ...


class DayJudge:
    """Judges days of one panel by the rules over counts. `beside`: watches that are asked too, so
    that those with one method are judged in one go."""

    def __init__(self, series: AreaSeries, zones: Scan, beside: Sequence[Watch] = ()) -> None:
        self.series, self.zones, self.beside = series, zones, beside
        self._summed: dict[str, Summed] = {}
        self._made: dict[tuple[object, ...], Cells] = {}
        self._levels = np.array(series.levels())

    def judge(self, watch: Watch, column: int) -> Cells:
        """[area] of each field; areas of other levels are NaN, and `MISSING`."""
        rows = np.flatnonzero(np.isin(self._levels, watch.rule.levels))
        method, _ = method_of(watch.rule)
        found = Cells()
        for name in FIELDS:
            found[name] = np.full(len(self._levels), np.nan)
        found["state"][:] = State.MISSING
        if column < 0 or not len(rows):
            return found
        made = self._cells(watch, column)
        for name, values in made.items():
            found[name][rows] = values[rows]
        if isinstance(method, Detect) and method.by == "scan":
            groups = self.zones.of(rows, method.reach)
            found["tail"][rows] = scan(
                found["count"][rows], found["expected"][rows], found["phi"][rows], groups
            )
        return found

    def _cells(self, watch: Watch, column: int) -> Cells:
        """Of all areas, once for all rules that ask alike. Whether a day is an alarm is read from
        `tail`; the bound that is shown is that of the rule that asked first."""
        key = (watch.subject, *_question(watch), column)
        if key not in self._made:
            asked = self._alike(watch, column)
            method, by = method_of(watch.rule)
            points = [self._points(one.subject, method, by, column) for one in asked]
            made = judge_points(by, _stacked(points), _level(watch))
            for place, one in enumerate(asked):
                mine = slice(place * len(self._levels), (place + 1) * len(self._levels))
                cells = {name: values[mine] for name, values in made.items()}
                self._made[one.subject, *_question(one), column] = cells
        return self._made[key]

    def _alike(self, watch: Watch, column: int) -> list[Watch]:
        """The watch, and one watch of each other subject that is asked the same at one level."""
        found = {watch.subject: watch}
        for one in self.beside:
            same = _question(one) == _question(watch) and _level(one) == _level(watch)
            if same and (one.subject, *_question(one), column) not in self._made:
                found.setdefault(one.subject, one)
        return list(found.values())

    def _points(self, subject: str, method: Detect | Quiet, by: Detector, column: int) -> Points:
        daily = self.series.of(self.series.pack.indicator(subject), column)
        if subject not in self._summed or self._summed[subject].daily is not daily:
            self._summed[subject] = Summed(daily)
        window = method.window.days
        frequency = _WEEKS if window == 7 else 365 // window
        return self._summed[subject].points(column, window, by.needs(frequency) + 1)


def _question(watch: Watch) -> tuple[str, int, int]:
    """What decides the answer, besides the subject and the day."""
    method, by = method_of(watch.rule)
    return by.name, method.window.days, method.years


def _level(watch: Watch) -> float:
    method = watch.rule.detect
    return 1 - method.enter / MICRO if method else _LEVEL


def _stacked(points: Sequence[Points]) -> Points:
    """All series below one another; they have one time axis."""
    return Points(
        np.concatenate([one.counts for one in points]),
        np.concatenate([one.exposure for one in points]),
        points[0].timeline,
    )


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
    return judge_periods(series, known, [period], wanted)[period]


def judge_periods(
    series: Series, known: Known, periods: Sequence[Period], wanted: Sequence[Watch]
) -> dict[Period, dict[str, Cells]]:
    """The same of consecutive periods of one kind, whose scores are computed together."""
    scored = [one for one in wanted if one.rule.rise is None]
    results = None
    if scored and periods:
        asked = [previous(periods[0]), *periods]
        asked = asked if any(one.rule.rank_fall for one in scored) else list(periods)
        results = compute_from(series.pack, series.panel, asked, known).results
    found = {}
    for place, period in enumerate(reversed(periods), 1):  # the last column is the last period
        found[period] = {one.key: _judged(series, one, period, results, -place) for one in wanted}
    return {period: found[period] for period in periods}


def _judged(
    series: Series, watch: Watch, period: Period, results: Results | None, column: int
) -> Cells:
    """Of one watch, the period's results being in `column`."""
    levels = np.array(series.levels())
    cells = {name: np.full(len(levels), np.nan) for name in FIELDS}
    if results is None or watch.rule.rise:
        cells["count"], cells["expected"] = _rise(series, watch.subject, period)
    elif watch.rule.reds:
        cells["count"] = _scores(results, watch.subject, column)
    elif watch.rule.incomplete:
        cells["count"] = results.completeness[:, column] / MICRO
    else:
        cells["count"], cells["expected"] = _ranks(results, column), _ranks(results, column - 1)
    mine = np.isin(levels, watch.rule.levels) & series.valid_on(period.last)
    for name in FIELDS:
        cells[name] = np.where(mine, cells[name], np.nan)
    state = np.where(np.isnan(cells["count"]), State.MISSING, State.JUDGED)
    return cells | {"state": state.astype(np.float64)}


def _rise(series: Series, subject: str, period: Period) -> tuple[Floats, Floats]:
    """Cases of the period, and what those of a year before come to with what there is now."""
    daily = series.of(series.pack.indicator(subject), day_number(period.last) - series.first)
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


def _scores(results: Results, subject: str, column: int) -> Floats:
    if subject == results.labels.index:
        return _or_nan(results.score[:, column], _MILLI)
    place = results.labels.dimensions.index(subject)
    return _or_nan(results.dimension[place, :, column], MICRO)


def _ranks(results: Results, column: int) -> Floats:
    ranks = results.rank[:, column]
    return np.where(ranks > 0, ranks, np.nan)


def _or_nan(values: np.ndarray, unit: int) -> Floats:
    return np.where(values == MISSING, np.nan, values / unit)


def day_of(number: int) -> date:
    """The date of a day number."""
    found: date = np.datetime64(int(number), "D").astype(object)
    return found
