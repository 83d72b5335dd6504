"""Since when an episode is likeliest raised, and what its next seven days should bring."""

from __future__ import annotations

from datetime import date

import numpy as np

from qingyu.flows.warn_episodes import Raised, cells_of
from qingyu.flows.warn_judge import day_of
from qingyu.flows.warn_live import Found
from qingyu.flows.warn_series import Series
from qingyu.index.hierarchy import day_number
from qingyu.warn.detectors import detector
from qingyu.warn.outlook import Outlook, outlook, since
from qingyu.warn.points import Summed
from qingyu.warn.reference import Timeline

_REACH = 90  # days before an episode's last one in which it may have begun
_WEEK = 7


def since_of(series: Series, found: Found, one: Raised) -> date | None:
    """The likeliest first day of the rise, from the counts of each day against what the rule
    expected of its window; None for rules that do not count."""
    watch = next((w for w in one.watches if w.rule.detect), None)
    if watch is None or watch.rule.detect is None:
        return None
    daily = series.of(series.pack.indicator(one.subject), one.episode.last - series.first)
    row, last = series.areas.index(one.area), one.episode.last - daily.first
    days = range(max(last - _REACH, 0), last + 1)
    window = watch.rule.detect.window.days
    counts, expected = np.full(len(days), np.nan), np.full(len(days), np.nan)
    for place, column in enumerate(days):
        cells = cells_of(found, watch, one.area, column + daily.first)
        if column < daily.known.shape[1] and daily.known[row, column]:
            counts[place] = daily.counts[row, column]
        if cells:
            expected[place] = cells["expected"] / window
    start = since(counts, expected)
    return None if start is None else day_of(days[start] + daily.first)


def ahead_of(series: Series, one: Raised, cells: dict[str, float]) -> Outlook | None:
    """The seven days after the last one that spoke."""
    watch = next((w for w in one.watches if w.rule.detect), None)
    if watch is None or watch.rule.detect is None or not cells:
        return None
    method = watch.rule.detect
    if method.window.days != _WEEK:
        return None
    daily = series.of(series.pack.indicator(one.subject), one.episode.last - series.first)
    column = one.episode.last - daily.first
    if not 0 <= column < daily.counts.shape[1]:
        return None
    by = detector("farrington_flexible", method.years)
    points = Summed(daily).points(column, _WEEK, by.needs(52) + 1)
    assert points.timeline.dates is not None
    # the week to come: as if nothing were known of it but what it is drawn from
    row = series.areas.index(one.area)
    counts = np.append(points.counts[[row]], [[0.0]], axis=1)
    exposure = np.append(points.exposure[[row]], points.exposure[[row], -1:], axis=1)
    dates = np.append(points.timeline.dates, points.timeline.dates[-1] + np.timedelta64(7, "D"))
    judged = by.judge(counts, [counts.shape[1] - 1], Timeline(52, dates), 0.95, exposure)
    usual, phi = float(judged.expected[0, 0]), float(judged.phi[0, 0])
    return outlook(cells["count"], cells["expected"], usual, phi)


__all__ = ["ahead_of", "day_number", "since_of"]
