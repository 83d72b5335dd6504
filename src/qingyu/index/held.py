"""The windows and comparisons behind one indicator's score, for people to follow."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from qingyu.engine.tables import DayState
from qingyu.exact import round_half_even
from qingyu.index.exact_json import Fixed
from qingyu.index.explanation import Held, Window
from qingyu.index.ingredients import Against, Slot
from qingyu.index.pack_lines import line_of
from qingyu.index.sentence import Finding
from qingyu.index.splits import BEST
from qingyu.index.spot import Spot, sources_of
from qingyu.index.units import unit_of
from qingyu.pack.model import MICRO, Comparison, Indicator
from qingyu.periods import previous, same_of_earlier_year

_RATE_PLACES = 6

Days = tuple[date, date]
Segment = tuple[tuple[int, int], ...]


def window_of(spot: Spot, indicator: Indicator) -> Window | None:
    """The days behind the count; None if no window reaches the least expected count."""
    days = days_of(spot, indicator)
    if days is None:
        return None
    first, last = days
    place = spot.place_of(indicator.id)
    return Window(
        first=first,
        last=last,
        days=spot.given(spot.ingredients.world.span, place),
        counting=spot.given(spot.ingredients.world.days, place),
        states={
            source: states_of(spot, source, first, last)
            for source in sources_of(spot.pack, indicator)
        },
    )


def days_of(spot: Spot, indicator: Indicator) -> Days | None:
    """The first and the last day of the window."""
    length = spot.given(spot.ingredients.world.length, spot.place_of(indicator.id))
    last = spot.period.last
    return (last - timedelta(days=length - 1), last) if length > 0 else None


def states_of(spot: Spot, source: str, first: date, last: date) -> dict[str, int]:
    """How many days of `first … last` are in which state, worst first."""
    coverage = spot.panel.coverage
    rows = coverage["source"].values.tolist()
    found: Counter[int] = Counter()
    if source in rows and coverage.sizes["day"]:
        start = (first - spot.panel.first).days
        stop = (last - spot.panel.first).days + 1
        row = coverage.values[rows.index(source)]
        found.update(row[max(start, 0) : max(stop, 0)].tolist())
    found[int(DayState.NONE)] += (last - first).days + 1 - found.total()
    return {state.name.lower(): found[int(state)] for state in DayState if found[int(state)]}


def rate(count: int, exposure: int, indicator: Indicator) -> Fixed | None:
    """Per `per.unit` of exposure (and day, for person-days)."""
    if exposure <= 0:
        return None
    places = indicator.measure.places
    scaled = count * indicator.per.unit * 10**_RATE_PLACES
    return Fixed(round_half_even(scaled, exposure * 10**places), _RATE_PLACES)


def comparisons_of(spot: Spot, indicator: Indicator, *, brief: bool = False) -> tuple[Held, ...]:
    """Every comparison of the pack, available or not, in the pack's order. `brief`: without its
    days, its place on the curve, what people would say of it, and its lines of the pack."""
    slots = [(indicator.id, place) for place in range(len(indicator.compare))]
    usable = [
        slot
        for slot in slots
        if spot.has_own_score(indicator.id)
        and bool(spot.found(spot.results.comparisons[slot].available))
    ]
    whole = sum(indicator.compare[place].weight for _, place in usable)
    return tuple(_held(spot, indicator, slot, slot in usable, whole, brief) for slot in slots)


def _held(
    spot: Spot, indicator: Indicator, slot: Slot, usable: bool, whole: int, brief: bool
) -> Held:
    comparison = indicator.compare[slot[1]]
    stations = spot.results.comparisons[slot]
    expected = spot.score(stations.expected) if usable else None
    compared = spot.score(stations.compared) if usable else None
    count, exposure, kappa, baseline_rate = _baseline(spot, indicator, slot, usable)
    said = None if brief else _said(spot, indicator, comparison, expected)
    near = () if brief or compared is None else _segment(spot, indicator, slot, compared)
    key = f"indicators/{indicator.id}/compare/{slot[1]}"
    return Held(
        kind=comparison.with_,
        available=usable,
        ranges=() if brief else ranges_of(spot, indicator, comparison),
        count=None if count is None else spot.number(count),
        exposure=None if exposure is None else spot.number(exposure),
        rate=baseline_rate,
        kappa=kappa,
        expected=expected,
        compared=compared,
        points=spot.score(stations.points) if usable else None,
        weight=comparison.weight,
        weight_given=round_half_even(MICRO * comparison.weight, whole) if usable else 0,
        segment=near,
        usual=None if said is None else said.usual,
        percent=None if said is None or said.expected <= 0 else said.percent,
        bridged_since=spot.held_since(slot) if usable else None,
        pack_line=None if brief else line_of(spot.pack, key),
        curve_line=None if brief else line_of(spot.pack, f"{key}/curve"),
    )


def _baseline(
    spot: Spot, indicator: Indicator, slot: Slot, usable: bool
) -> tuple[int | None, int | None, int | None, Fixed | None]:
    """Count, exposure, κ and rate of what is compared with; a target has only the last two, and
    two declared rates (minmax) nothing but their points on the line."""
    kind = indicator.compare[slot[1]].with_
    if not usable or kind == "minmax":
        return None, None, None, None
    against: Against = spot.ingredients.against(slot)
    count, exposure = spot.given(against.count), spot.given(against.exposure)
    kappa, held = spot.given(against.kappa), rate(count, exposure, indicator)
    if kind == "target":
        return None, None, kappa, held
    return count, exposure, kappa, held


def _said(
    spot: Spot, indicator: Indicator, comparison: Comparison, expected: int | None
) -> Finding | None:
    return None if expected is None else finding_of(spot, indicator, comparison, expected)


def finding_of(spot: Spot, indicator: Indicator, comparison: Comparison, expected: int) -> Finding:
    """The comparison as a sentence would tell it."""
    sources = map(spot.pack.source, spot.pack.sources_of(indicator.measure))
    no_reading = all(source.kind != "reading" for source in sources)
    events = indicator.measure.count is not None and no_reading
    place = spot.place_of(indicator.id)
    length = spot.given(spot.ingredients.world.length, place)
    return Finding(
        name=indicator.name,
        count=spot.whole(spot.given(spot.ingredients.world.count, place)),
        expected=expected,
        against=comparison.with_,
        places=indicator.measure.places,
        weeks=comparison.weeks,
        years=comparison.years,
        days=length if spot.period.kind == "day" else None,
        events=events,
        unit=unit_of(spot.pack, indicator.measure),
        share=indicator.per.measure is not None,
    )


def _segment(spot: Spot, indicator: Indicator, slot: Slot, compared: int) -> Segment:
    comparison = indicator.compare[slot[1]]
    if comparison.with_ != "minmax":
        return segment_of(comparison, compared)
    bounds = spot.ingredients.against(slot)
    low, high = spot.given(bounds.count), spot.given(bounds.exposure)
    at_low, at_high = (BEST, 0) if indicator.better == "lower" else (0, BEST)
    return ((low, at_low), (high, at_high))


def segment_of(comparison: Comparison, compared: int) -> Segment:
    """The two points of the curve around `compared`; beyond its ends, the end point alone."""
    curve = comparison.curve
    if compared <= curve[0][0]:
        return (curve[0],)
    if compared >= curve[-1][0]:
        return (curve[-1],)
    upper = next(place for place, (x, _) in enumerate(curve) if compared <= x)
    return (curve[upper - 1], curve[upper])


def ranges_of(spot: Spot, indicator: Indicator, comparison: Comparison) -> tuple[Days, ...]:
    """The days a comparison looks at (of these only counting days, and only earlier years that
    are covered, enter its sums)."""
    window = days_of(spot, indicator)
    if window is None or comparison.with_ in ("target", "minmax"):
        return ()
    first, last = window
    if comparison.with_ == "own":
        return _earlier_years(spot, comparison, window)
    if comparison.with_ == "trailing":
        return (_before(first, 7 * (comparison.weeks or 0)),)
    if comparison.with_ == "previous":
        if spot.period.kind == "day":
            return (_before(first, (last - first).days + 1),)
        past = previous(spot.period)
        return ((past.first, past.last),)
    return (window,)


def _before(day: date, days: int) -> Days:
    return day - timedelta(days=days), day - timedelta(days=1)


def _earlier_years(spot: Spot, comparison: Comparison, now: Days) -> tuple[Days, ...]:
    festivals = spot.pack.calendar.festivals
    length = (now[1] - now[0]).days + 1
    found = []
    for years in range(1, (comparison.years or 0) + 1):
        first, last = same_of_earlier_year(spot.period, years, festivals)
        if spot.period.kind == "day":
            first = last - timedelta(days=length - 1)
        span = (last - first).days + 1
        extra = max((comparison.window.days if comparison.window else span) - span, 0)
        first -= timedelta(days=extra - extra // 2)
        last = min(last + timedelta(days=extra // 2), now[0] - timedelta(days=1))
        found.append((first, last))
    return tuple(found)
