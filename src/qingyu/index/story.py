"""The one sentence of an area and period: the worst that is unusual, or why there is no score."""

from __future__ import annotations

from qingyu.i18n import Message
from qingyu.index import reasons
from qingyu.index.exact_json import Fixed
from qingyu.index.explanation import Charge, Held, Part
from qingyu.index.held import days_of, finding_of, states_of, window_of
from qingyu.index.ingredients import SCORED, State
from qingyu.index.sentence import (
    Finding,
    Sentence,
    grade_words,
    named,
    say_cap,
    say_deduction,
    say_finding,
    say_no_data,
    say_usual,
    say_veto,
    say_weakest,
)
from qingyu.index.splits import BEST
from qingyu.index.spot import Spot, sources_of
from qingyu.pack.model import MICRO, Grade, GradeScale, Indicator, Names


def sentence_of(spot: Spot, parts: tuple[Part, ...], charges: tuple[Charge, ...]) -> Sentence:
    """The sentence of a scored area, or of one without data."""
    grade = grade_in_force(spot)
    if grade is None:
        return say_no_data(reason_of_area(spot, parts))
    lead = grade_words(grade)
    by_rule = _rule_sentence(spot, lead, charges)
    if by_rule is not None:
        return by_rule
    worst = _worst_finding(spot, parts)
    deduction = max(
        (charge for charge in charges if charge.kind == "deduction"),
        key=lambda charge: charge.points or 0,
        default=None,
    )
    if deduction is not None and (worst is None or _outweighs(deduction, worst[0])):
        return _deduction_sentence(spot, lead, deduction)
    if worst is None:
        return _weakest_or_usual(spot, lead, parts)
    part, held = worst
    return say_finding(lead, _finding(spot, part, held))


def scale_in_force(spot: Spot) -> GradeScale | None:
    place = int(spot.ingredients.method.scale[spot.late])
    return None if place < 0 else spot.pack.grades.scales[place]


def grade_in_force(spot: Spot) -> Grade | None:
    place = spot.found(spot.results.grade)
    scale = scale_in_force(spot)
    return None if scale is None or place < 0 else scale.grades[place]


def _rule_sentence(spot: Spot, lead: Message, charges: tuple[Charge, ...]) -> Sentence | None:
    grades = spot.pack.grades
    for charge in sorted(charges, key=lambda charge: charge.kind != "veto"):
        if charge.kind == "veto":
            veto = next(veto for veto in grades.vetoes if veto.id == charge.id)
            return say_veto(lead, veto.name, charge.count, _unit(charge))
        if charge.kind == "cap":
            cap = next(cap for cap in grades.caps if cap.id == charge.id)
            scale = scale_in_force(spot)
            assert scale is not None
            limit = next(grade for grade in scale.grades if grade.id == cap.grade)
            return say_cap(lead, cap.name, charge.count, limit, _unit(charge))
    return None


def _deduction_sentence(spot: Spot, lead: Message, charge: Charge) -> Sentence:
    dimension = spot.pack.dimension(charge.dimension or "")
    deduction = next(one for one in dimension.deductions if one.id == charge.id)
    points = _short(Fixed(charge.points or 0, 6))
    return say_deduction(lead, deduction.name, charge.count, points, _unit(charge))


def _unit(charge: Charge) -> Names | None:
    return None if charge.measure_unit is None else Names(**charge.measure_unit)


def _short(number: Fixed) -> Fixed:
    """Without the zeros at its end."""
    while number.places and number.units % 10 == 0:
        number = Fixed(number.units // 10, number.places - 1)
    return number


def _outweighs(charge: Charge, part: Part) -> bool:
    """Whether a deduction takes more off its dimension than the worst indicator costs its own."""
    lost = (BEST - (part.points or 0)) * part.share
    return (charge.points or 0) * part.dimension_weight > lost


def _worst_finding(spot: Spot, parts: tuple[Part, ...]) -> tuple[Part, Held] | None:
    """The comparison that costs the index most, among those below the best grade whose count
    differs in the bad direction; None if nothing does."""
    scale = scale_in_force(spot)
    assert scale is not None
    best = scale.grades[0].cut
    below = [
        (part, held)
        for part in parts
        if part.fill == "own"
        for held in part.comparisons
        if held.points is not None and held.points < best
    ]
    dearest = sorted(below, key=_cost, reverse=True)  # of equals the first stays first
    return next((pair for pair in dearest if _is_worse(spot, *pair)), None)


def _cost(pair: tuple[Part, Held]) -> int:
    part, held = pair
    return part.share * held.weight_given * (BEST - (held.points or 0))


def _weakest_or_usual(spot: Spot, lead: Message, parts: tuple[Part, ...]) -> Sentence:
    """Where no count stands out: the indicator that costs most, if its own points would make a
    grade below the second; else that all is as usual."""
    scale = scale_in_force(spot)
    assert scale is not None
    second = scale.grades[min(1, len(scale.grades) - 2)].cut
    low = [part for part in parts if part.points is not None and part.points < second]
    weakest = max(low, key=lambda part: part.share * (BEST - (part.points or 0)), default=None)
    if weakest is None:
        return say_usual(lead, best=spot.found(spot.results.grade) == 0)
    name = spot.pack.indicator(weakest.indicator).name
    return say_weakest(lead, name, Fixed(weakest.points or 0, 6))


def _is_worse(spot: Spot, part: Part, held: Held) -> bool:
    """Whether the count differs in the bad direction, by more than people would call usual."""
    if held.expected is None or held.kind == "minmax":
        return False
    finding = _finding(spot, part, held)
    more = finding.count * MICRO > finding.expected
    bad = more == (spot.pack.indicator(part.indicator).better == "lower")
    return bad and not finding.is_usual


def _finding(spot: Spot, part: Part, held: Held) -> Finding:
    indicator = spot.pack.indicator(part.indicator)
    place = next(n for n, one in enumerate(part.comparisons) if one is held)
    assert held.expected is not None
    return finding_of(spot, indicator, indicator.compare[place], held.expected)


# -- no data --------------------------------------------------------------------------------------


def reason_of_area(spot: Spot, parts: tuple[Part, ...]) -> Sentence:
    """Why an area has no score: its heaviest missing indicator, or too few that are present."""
    if spot.found(spot.results.area_state) == int(State.NOT_SHOWN):
        return reasons.not_valid()
    present = sum(part.points is not None for part in parts)
    missing = [part for part in parts if part.points is None and part.reason is not None]
    if present or not missing:
        return reasons.least_share(present, len(parts))
    heaviest = max(missing, key=lambda part: part.dimension_weight * part.weight)
    assert heaviest.reason is not None
    return heaviest.reason


def reason_of_cell(spot: Spot, indicator: Indicator) -> Sentence | None:
    """Why an indicator has no score of its own here; None if it has one."""
    state = spot.state(indicator.id)
    if int(state) >= SCORED:
        return None
    if state is State.LATE:
        return reasons.late(_culprit(spot, indicator, "full"))
    if state is State.SUSPECT:
        return reasons.suspect(_culprit(spot, indicator, "suspect"))
    return _day_reason(spot, indicator) or _window_reason(spot, indicator)


def _culprit(spot: Spot, indicator: Indicator, state: str) -> Message:
    """The source with the fewest full days of the window (or the most suspect ones)."""
    last = spot.period.last
    first, _ = days_of(spot, indicator) or (last, last)
    sources = sources_of(spot.pack, indicator)
    days = {source: states_of(spot, source, first, last).get(state, 0) for source in sources}
    worst = min(sources, key=lambda source: days[source] if state == "full" else -days[source])
    return named(spot.pack.source(worst).name)


def _day_reason(spot: Spot, indicator: Indicator) -> Sentence | None:
    """Why a day itself does not count; None for one that does, and for longer periods."""
    if spot.period.kind != "day":
        return None
    day = spot.period.last
    for source in sources_of(spot.pack, indicator):
        states, name = states_of(spot, source, day, day), named(spot.pack.source(source).name)
        if "gap" in states:
            return reasons.gap(name)
        if "full" not in states:
            return reasons.day_uncovered(name)
    return None


def _window_reason(spot: Spot, indicator: Indicator) -> Sentence:
    """The order of arithmetic.md section 4: window, days, exposure, comparisons."""
    place = spot.place_of(indicator.id)
    window = window_of(spot, indicator)
    if window is None:
        return reasons.no_window()
    span = spot.given(spot.ingredients.world.span, place)
    if window.counting * MICRO < indicator.least_covered * span:
        sources = sources_of(spot.pack, indicator)
        only = named(spot.pack.source(sources[0]).name) if len(sources) == 1 else None
        return reasons.uncovered(only, window.counting, span)
    if spot.found(spot.results.exposure, place) <= 0:
        return reasons.no_exposure()
    return reasons.no_comparison()
