"""`now`: today so far, against the same hours of comparable days. Provisional, never published.

What has come in of a day says nothing of the hours after its newest record, so every day is looked
at up to the same time of day: the latest moment that the source's records of today reach.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

import numpy as np

from qingyu.engine.store import Home
from qingyu.engine.tables import UNPLACED, DayState, Panel
from qingyu.errors import NotFoundError
from qingyu.exact import round_half_even
from qingyu.flows.comparable import comparable_days
from qingyu.flows.hours import Hours, hours_of
from qingyu.flows.opening import area_code, as_known
from qingyu.flows.publish import panel_of
from qingyu.i18n import T
from qingyu.index import hierarchy
from qingyu.index.exact_json import Fixed, micro, nearest
from qingyu.index.score import curve_points
from qingyu.index.spot import area_of
from qingyu.intake.place import folded
from qingyu.pack.model import (
    MICRO,
    Area,
    Comparison,
    Dated,
    GradeScale,
    Indicator,
    Names,
    Pack,
    in_force,
)
from qingyu.periods import period_of

LEAST_DAYS = 4  # comparable days without which nothing is said


@dataclass(frozen=True)
class Part:
    """One indicator in one area, so far. expected: the mean of the comparable days at the same
    hours; least, most: over these days. Without enough of them there is no expectation."""

    indicator: str
    dimension: str
    until: datetime
    count: Fixed
    expected: Fixed | None
    least: Fixed | None
    most: Fixed | None
    days: int
    points: int | None  # micros

    def to_json(self) -> dict[str, object]:
        return {
            "indicator": self.indicator,
            "dimension": self.dimension,
            "until": self.until.isoformat(timespec="minutes"),
            "count": self.count,
            "expected": self.expected,
            "least": self.least,
            "most": self.most,
            "days": self.days,
            "points": micro(self.points),
        }


@dataclass(frozen=True)
class AreaNow:
    """One area: the weighted points of its parts so far, and the grade they would give."""

    area: Area
    points: int | None
    grade: str | None
    parts: tuple[Part, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "area": self.area.code,
            "name": self.area.name,
            "level": self.area.level,
            "points": micro(self.points),
            "grade": self.grade,
            "state": "provisional",
            "parts": [part.to_json() for part in self.parts],
        }


@dataclass(frozen=True)
class Now:
    """`day` so far. silent: indicators asked for whose sources have sent nothing of that day."""

    day: date
    known: int
    areas: tuple[AreaNow, ...]
    silent: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "day": self.day.isoformat(),
            "known": self.known,
            "areas": [area.to_json() for area in self.areas],
            "silent": list(self.silent),
        }


def now(
    home: Home,
    pack: Pack,
    day: date,
    topic: str | None = None,
    area: str | None = None,
    known: str | None = None,
) -> Now:
    """`day` so far in every graded area (or one), for the indicators of the pack's daily index (or
    of one dimension, or one indicator), worst first; as known then."""
    seen = as_known(home, pack, known)
    panel = panel_of(home, pack, seen)
    asked = indicators_now(pack, topic)
    below = below_on(pack, day)
    places = [area_code(pack, area)] if area else list(below)
    likely = comparable_days(pack.calendar, day)
    read: dict[str, tuple[Hours, tuple[date, ...]]] = {}
    for source in sorted({one.measure.source for one in asked}):
        full = _full(panel, source, likely)
        hours = hours_of(home, pack, source, day, full, panel.known)
        if hours is not None:
            read[source] = hours, full
    heard = [one for one in asked if one.measure.source in read]
    areas = [_area(pack, code, below[code], heard, read, day) for code in places]
    ordered = sorted(areas, key=lambda one: _order(pack, one))
    silent = tuple(one.id for one in asked if one.measure.source not in read)
    return Now(day, panel.known, tuple(ordered), silent)


def indicators_now(pack: Pack, topic: str | None) -> list[Indicator]:
    """Counts per exposure that have a window of days: shares and stocks say nothing by the hour."""
    able = [
        one
        for one in pack.indicators
        if one.daily is not None and one.per.exposure is not None and _by_the_hour(pack, one)
    ]
    if topic is None:
        return able
    asked = folded(topic)
    chosen = [one for one in able if asked in _names(one.id, one.name)]
    if not chosen:
        inside = {one.id for one in pack.dimensions if asked in _names(one.id, one.name)}
        chosen = [one for one in able if one.dimension in inside]
    if not chosen:
        known = [*dict.fromkeys(one.dimension for one in able), *(one.id for one in able)]
        raise NotFoundError(
            topic,
            T("no topic of this name that can be told by the hour"),
            T("one of {words}", words=", ".join(known)),
            T("Name a dimension or an indicator that is counted by events of the day."),
        )
    return chosen


def _names(name: str, printed: Names) -> set[str]:
    return {folded(one) for one in (name, printed.zh, printed.en)}


def _by_the_hour(pack: Pack, indicator: Indicator) -> bool:
    measure = indicator.measure
    if pack.union(measure.source) is not None:
        return False  # what is one event is known when all its departments have sent
    source = pack.source(measure.source)
    timed = source.column(source.time).type == "timestamp"
    return timed and source.kind != "reading" and measure.stock is None and measure.on is None


def _full(panel: Panel, source: str, days: Sequence[date]) -> tuple[date, ...]:
    """Those of the days on which the source is full."""
    coverage = panel.coverage.sel(source=source)
    axis = coverage["day"].values
    full = set(axis[coverage.values == DayState.FULL].astype("datetime64[D]").astype(object))
    return tuple(day for day in days if day in full)


def below_on(pack: Pack, day: date) -> dict[str, frozenset[str]]:
    """Graded areas that are valid on the day, each with the codes whose records are its own: it
    and all below it on that day; with the root go the records of no area."""
    tree = hierarchy.build(pack)
    epoch = int(tree.epoch_of(np.array([hierarchy.day_number(day)], np.int64))[0])
    parent, valid = tree.parent[epoch].tolist(), tree.valid[epoch].tolist()
    found: dict[int, set[str]] = {place: set() for place in tree.graded.tolist() if valid[place]}
    for place, code in enumerate(tree.codes):
        above = place if valid[place] else tree.root
        while above >= 0:
            if above in found:
                found[above].add(code)
            above = parent[above]
    if tree.root in found:
        found[tree.root].add(UNPLACED)
    return {tree.codes[place]: frozenset(codes) for place, codes in found.items()}


def _area(
    pack: Pack,
    code: str,
    inside: frozenset[str],
    asked: Sequence[Indicator],
    read: Mapping[str, tuple[Hours, tuple[date, ...]]],
    day: date,
) -> AreaNow:
    parts = tuple(_part(inside, one, *read[one.measure.source], day) for one in asked)
    points = _points(pack, parts, day)
    scale = _scale(pack, day)
    grade = None
    if points is not None and scale is not None:
        grade = next((g.id for g in scale.grades if points >= g.cut), scale.grades[-1].id)
    return AreaNow(area_of(pack, code, period_of(day, "day")), points, grade, parts)


def _part(
    inside: frozenset[str], indicator: Indicator, hours: Hours, full: Sequence[date], day: date
) -> Part:
    by_day = hours.counts(indicator.measure, inside)
    count, usual = by_day.get(day, 0), [by_day.get(one, 0) for one in full]
    places = indicator.measure.places
    enough = len(usual) >= LEAST_DAYS
    expected = nearest(Fraction(sum(usual), len(usual) * 10**places), 1) if enough else None
    return Part(
        indicator=indicator.id,
        dimension=indicator.dimension,
        until=hours.until,
        count=Fixed(count, places),
        expected=expected,
        least=Fixed(min(usual), places) if enough else None,
        most=Fixed(max(usual), places) if enough else None,
        days=len(usual),
        points=_curve(indicator, count, usual) if enough else None,
    )


def _curve(indicator: Indicator, count: int, usual: Sequence[int]) -> int | None:
    """Points as the method gives them for a count against what is usual (arithmetic.md 5, 6), with
    the declared κ, or the one that holds without a year of history."""
    curve = _usual_curve(indicator)
    if curve is None:
        return None
    declared = indicator.shrink.kappa
    kappa = declared if declared is not None else indicator.shrink.otherwise
    expected = round_half_even(MICRO * sum(usual), len(usual))
    if expected + kappa <= 0:
        return None
    compared = round_half_even(MICRO * (MICRO * count + kappa), expected + kappa)
    return int(curve_points(np.array([compared], np.int64), curve.curve)[0])


def _usual_curve(indicator: Indicator) -> Comparison | None:
    """The comparison nearest to "what is usual here": the weeks before, else earlier years."""
    for kind in ("trailing", "own", "previous"):
        for comparison in indicator.compare:
            if comparison.with_ == kind:
                return comparison
    return None


def _points(pack: Pack, parts: Sequence[Part], day: date) -> int | None:
    """The weighted mean of the parts that have points, dimension by dimension."""
    whole = weights = 0
    for dimension in dict.fromkeys(part.dimension for part in parts):
        inside = [
            (part.points, _weight(pack.indicator(part.indicator).weight, day))
            for part in parts
            if part.dimension == dimension and part.points is not None
        ]
        inside_weight = sum(weight for _, weight in inside)
        weight = _weight(pack.dimension(dimension).weight, day)
        if inside_weight and weight:
            mean = round_half_even(sum(p * w for p, w in inside), inside_weight)
            whole, weights = whole + mean * weight, weights + weight
    return round_half_even(whole, weights) if weights else None


def _weight(values: tuple[Dated, ...], day: date) -> int:
    held = in_force(values, day)
    return held.value if held is not None else 0


def _scale(pack: Pack, day: date) -> GradeScale | None:
    begun = [scale for scale in pack.grades.scales if scale.since <= day]
    return max(begun, key=lambda scale: scale.since, default=None)


def _order(pack: Pack, one: AreaNow) -> tuple[int, int, str]:
    levels = [level.id for level in pack.levels]
    points = one.points if one.points is not None else 101 * MICRO
    return levels.index(one.area.level), points, one.area.code
