"""Numbers that belong together: curves, comparisons, windows, grades, dates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from qingyu.i18n import T, Text
from qingyu.pack.draft import Draft
from qingyu.pack.faults import did_you_mean
from qingyu.pack.model import MICRO, Comparison, Dated, Indicator, in_force
from qingyu.pack.rules.base import Rule, decimal, rule

# What each comparison must say, and what it may say besides `with`, `weight` and `curve`.
_NEEDED = {
    "own": ("years", "at_least"),
    "trailing": ("weeks", "at_least"),
    "target": ("target",),
    "peers": (),
    "previous": (),
    "parent": (),
    "minmax": ("low", "high"),
}
_ALLOWED = {"own": ("window",)}
_OPTIONAL = ("years", "weeks", "at_least", "window", "target", "low", "high")
_BEST_TO_WORST = ("blue", "yellow", "orange", "red")


def _comparison_fields(draft: Draft) -> None:
    for key, _, comparison in _comparisons(draft):
        kind = comparison.with_
        needed, allowed = _NEEDED[kind], (*_NEEDED[kind], *_ALLOWED.get(kind, ()))
        for name in _OPTIONAL:
            given = getattr(comparison, name) is not None
            if given and name not in allowed:
                draft.fault(
                    f"{key}/{name}",
                    T("“{name}” beside `with: {kind}`", name=name, kind=kind),
                    T("only the keys that this comparison reads: {keys}",
                      keys=", ".join((*_common(kind), *allowed))),
                    T("Take it away."),
                )  # fmt: skip
            elif not given and name in needed:
                draft.fault(
                    f"{key}/{name}",
                    T("`with: {kind}` without “{name}”", name=name, kind=kind),
                    T("the keys that this comparison needs: {keys}", keys=", ".join(needed)),
                    T("Add it."),
                )
        _at_least(draft, key, comparison)


def _common(kind: str) -> tuple[str, ...]:
    return ("with", "weight") if kind == "minmax" else ("with", "weight", "curve")


def _at_least(draft: Draft, key: str, comparison: Comparison) -> None:
    name = {"own": "years", "trailing": "weeks"}.get(comparison.with_)
    most = getattr(comparison, name) if name else None
    if most is not None and comparison.at_least is not None and comparison.at_least > most:
        draft.fault(
            f"{key}/at_least",
            str(comparison.at_least),
            T("at most the {count} of `{name}`", count=most, name=name),
            T("Lower `at_least` or raise `{name}`.", name=name),
        )


def _targets(draft: Draft) -> None:
    for key, _, comparison in _comparisons(draft):
        for number, entry in enumerate(comparison.target or ()):
            if entry.value <= 0:
                draft.fault(
                    f"{key}/target/{number}/value",
                    decimal(entry.value),
                    T("a target above 0"),
                    T("Set the rate that is aimed at; a ratio to nothing cannot be told."),
                )


def _bounds(draft: Draft) -> None:
    """`minmax`: at every date the low rate is below the high one."""
    for key, _, comparison in _comparisons(draft):
        low, high = comparison.low or (), comparison.high or ()
        for day in sorted({entry.since for entry in (*low, *high)}):
            under, over = in_force(low, day), in_force(high, day)
            if under is None or over is None or under.value >= over.value:
                draft.fault(
                    f"{key}/low",
                    T("{low} and {high} from {day}", low=_or_none(under), high=_or_none(over),
                      day=day.isoformat()),
                    T("a low rate and a higher one at every date"),
                    T("Mend `low` or `high`; both begin on the same day."),
                )  # fmt: skip
                break


def _or_none(entry: Dated | None) -> Text:
    return T("nothing") if entry is None else decimal(entry.value)


def _curves(draft: Draft) -> None:
    for key, indicator, comparison in _comparisons(draft):
        curve = comparison.curve
        for number, (x, y) in enumerate(curve):
            here = f"{key}/curve/{number}"
            if not 0 <= y <= 100 * MICRO:
                draft.fault(
                    f"{here}/1",
                    decimal(y),
                    T("points from 0 to 100"),
                    T("Points are 0 at worst and 100 at best."),
                )
            if number and x <= curve[number - 1][0]:
                draft.fault(
                    f"{here}/0",
                    T("{x} after {before}", x=decimal(x), before=decimal(curve[number - 1][0])),
                    T("compared values that rise from point to point"),
                    T("Put the points in order, each value once."),
                )
        _direction(draft, key, indicator, [y for _, y in curve])


def _direction(draft: Draft, key: str, indicator: Indicator, points: Sequence[int]) -> None:
    falling = indicator.better == "lower"
    for number in range(1, len(points)):
        step = points[number] - points[number - 1]
        if (step > 0) if falling else (step < 0):
            draft.fault(
                f"{key}/curve/{number}/1",
                T("{y} after {before}", y=decimal(points[number]),
                  before=decimal(points[number - 1])),
                T("points that never rise, since lower is better")
                if falling
                else T("points that never fall, since higher is better"),
                T("Mend the points, or `better`."),
            )  # fmt: skip


def _windows(draft: Draft) -> None:
    for indicator in draft.indicators:
        if indicator.daily is None:
            continue
        window, most = indicator.daily.window.days, indicator.daily.at_most.days
        if most < window or most % window:
            draft.fault(
                f"indicators/{indicator.id}/daily/at_most",
                T("{days} days", days=most),
                T("a multiple of the window of {days} days", days=window),
                T("Windows widen by whole windows: {examples} days.",
                  examples=", ".join(str(window * n) for n in (1, 2, 3, 4))),
            )  # fmt: skip


def _grades(draft: Draft) -> None:
    for number, scale in enumerate(draft.grades.scales if draft.grades else ()):
        key = f"grades/scales/{number}/grades"
        for place, grade in enumerate(scale.grades):
            above = scale.grades[place - 1] if place else None
            if above is not None and grade.cut >= above.cut:
                draft.fault(
                    f"{key}/{place}/from",
                    T("{cut} after {before}", cut=decimal(grade.cut), before=decimal(above.cut)),
                    T("cut-offs that fall from the best grade to the worst"),
                    T("Put the grades in order, best first."),
                )
            if above is not None and _rank(grade.id) <= _rank(above.id):
                draft.fault(
                    f"{key}/{place}/id",
                    T("{grade} after {before}", grade=grade.id, before=above.id),
                    T("each grade once, in the order {order}", order=", ".join(_BEST_TO_WORST)),
                    T("Put the grades in order, best first."),
                )
        if scale.grades[-1].cut != 0:
            draft.fault(
                f"{key}/{len(scale.grades) - 1}/from",
                decimal(scale.grades[-1].cut),
                T("0 for the last grade, so that every score has one"),
                T("Write `from: 0`."),
            )


def _rank(grade: str) -> int:
    return _BEST_TO_WORST.index(grade)


def _dates(draft: Draft) -> None:
    """Nothing is dated twice on one day, and lists run from the oldest entry to the newest."""
    for indicator in draft.indicators:
        ascending(draft, f"indicators/{indicator.id}/weight", indicator.weight)
    for key, _, comparison in _comparisons(draft):
        for name in ("target", "low", "high"):
            ascending(draft, f"{key}/{name}", getattr(comparison, name) or ())
    for dimension in draft.dimensions:
        ascending(draft, f"dimensions/{dimension.id}/weight", dimension.weight)
    scales = draft.grades.scales if draft.grades else ()
    days_ascend(draft, "grades/scales", [scale.since for scale in scales], "/from")
    for name in ("festivals", "holidays", "workdays"):
        days_ascend(draft, f"calendar/{name}", getattr(draft.calendar, name), "")
    years = [day.year for day in draft.calendar.festivals]
    for number, year in enumerate(years):
        if year in years[:number]:
            draft.fault(
                f"calendar/festivals/{number}",
                T("a second festival in {year}", year=str(year)),
                T("one date a year: the day that moves with the moon"),
                T("Take one of the two away; fixed days stand under `holidays`."),
            )
    for day in sorted(set(draft.calendar.holidays) & set(draft.calendar.workdays)):
        draft.fault(
            f"calendar/workdays/{draft.calendar.workdays.index(day)}",
            T("{day}, which is a holiday too", day=day.isoformat()),
            T("a day that is one or the other"),
            T("Take it out of one of the lists."),
        )


def ascending(draft: Draft, key: str, entries: Sequence[Dated]) -> None:
    days_ascend(draft, key, [entry.since for entry in entries], "/from")


def days_ascend(draft: Draft, key: str, days: Sequence[date], below: str) -> None:
    for number in range(1, len(days)):
        if days[number] <= days[number - 1]:
            draft.fault(
                f"{key}/{number}{below}",
                T("{day} after {before}", day=days[number].isoformat(),
                  before=days[number - 1].isoformat()),
                T("dates that rise, none of them twice"),
                T("Put the entries in order of time; a change is a new entry."),
            )  # fmt: skip


def _zones(draft: Draft) -> None:
    zones = [("pack/time_zone", draft.head.time_zone)] if draft.head else []
    zones += [(f"sources/{s.id}/zone", s.zone) for s in draft.sources if s.zone is not None]
    for key, zone in zones:
        if not _is_zone(zone):
            draft.fault(
                key,
                f"“{zone}”",
                T("a time zone such as Asia/Shanghai"),
                did_you_mean(zone, available_timezones(), T("See the IANA list of zones.")),
            )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _comparisons(draft: Draft) -> Iterator[tuple[str, Indicator, Comparison]]:
    for indicator in draft.indicators:
        for number, comparison in enumerate(indicator.compare):
            yield f"indicators/{indicator.id}/compare/{number}", indicator, comparison


def _variances(draft: Draft) -> None:
    """A record's variance only of a mean: a sum of a source's records per count of them."""
    for indicator in draft.indicators:
        measure, second = indicator.measure, indicator.per.measure
        mean = measure.sum is not None and second is not None and second.count == measure.sum
        if indicator.variance is not None and not mean:
            draft.fault(
                f"indicators/{indicator.id}/variance",
                decimal(indicator.variance),
                T("a variance only beside a sum per count of the same source"),
                T("Take it away; chance is told from the past of counts and shares."),
            )


RULES: tuple[Rule, ...] = (
    rule(_variances),
    rule(_comparison_fields),
    rule(_targets),
    rule(_bounds),
    rule(_curves),
    rule(_windows),
    rule(_grades),
    rule(_dates),
    rule(_zones),
)
