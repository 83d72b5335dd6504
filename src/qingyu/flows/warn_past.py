"""Hindsight: the rules over all days of a stretch of time, from one panel.

Each day is judged with the days before it as they are known now. The same walk serves a simulated
calm city, whose whole past is known at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from qingyu.engine.tables import DayState, Panel
from qingyu.flows.opening import Known
from qingyu.flows.warn_judge import DayJudge, Watch, judge_periods, watches
from qingyu.flows.warn_live import Found, Sheet, neighbours
from qingyu.flows.warn_series import Series, sources_of
from qingyu.index.hierarchy import day_number
from qingyu.pack.model import Pack
from qingyu.periods import Kind, Period, period_of
from qingyu.warn.scan import Scan

Progress = Callable[[int, int], None]


def hindsight(
    pack: Pack, panel: Panel, first: date, last: date, progress: Progress = lambda done, of: None
) -> Found:
    """What every rule finds of the days and periods that end between `first` and `last`, or with
    the last day of which anything is known."""
    series = Series(pack, panel)
    last = min(last, last_full(panel, last))
    sheets = {one.key: Sheet() for one in watches(pack)}
    _days(series, day_number(first), day_number(last), sheets, progress)
    _periods(series, first, last, sheets)
    return Found(series.areas, (), sheets)


def _days(
    series: Series, first: int, last: int, sheets: dict[str, Sheet], progress: Progress
) -> None:
    pack = series.pack
    mine = [one for one in watches(pack) if one.daily]
    full = {one.key: series.full(sources_of(pack, pack.indicator(one.subject))) for one in mine}
    zones = Scan.between(series.areas, neighbours(pack, series.areas))
    judge = DayJudge(series, zones, mine)
    for day in range(first, last + 1):
        column = day - series.first
        for one in mine:
            if 0 <= column < len(full[one.key]) and full[one.key][column]:
                sheets[one.key].add(day, last + 1, judge.judge(one, column))
        progress(day - first + 1, last - first + 1)


def _periods(series: Series, first: date, last: date, sheets: dict[str, Sheet]) -> None:
    """All periods of a kind at once."""
    kinds: dict[Kind, list[Watch]] = {}
    for one in watches(series.pack):
        if not one.daily:
            kinds.setdefault(one.rule.period, []).append(one)
    known = Known(series.panel.known, None)
    for kind, mine in kinds.items():
        periods = _between(kind, first, last)
        for period, found in judge_periods(series, known, periods, mine).items():
            for one in mine:
                end = day_number(period.last)
                sheets[one.key].add(end, day_number(last) + 1, found[one.key])


def _between(kind: Kind, first: date, last: date) -> list[Period]:
    found = []
    period = period_of(first, kind)
    while period.last <= last:
        found.append(period)
        period = period_of(period.last + timedelta(days=1), kind)
    return found


def last_full(panel: Panel, otherwise: date) -> date:
    """The last day on which any source is full: after it there is nothing to look back on."""
    days = panel.coverage["day"].values[(panel.coverage.values == DayState.FULL).any(axis=0)]
    if not len(days):
        return otherwise
    found: date = days[-1].astype("datetime64[D]").astype(object)
    return found
