"""A pack's own tests: counts an official can read, and the score they must give.

Each case becomes a small panel: coverage as if one batch per entry of `covered` had been received
(the contract's edges and gaps apply), counts of `each_day` records, nothing else. The arithmetic
is the same that scores real records.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from qingyu.engine.batches import Batch
from qingyu.engine.coverage import day_axis, judged
from qingyu.engine.cube import fingerprint, measures_of
from qingyu.engine.tables import UNPLACED, Panel
from qingyu.errors import CaseError, Fault
from qingyu.flows.opening import Known
from qingyu.flows.publish import Published, compute_from
from qingyu.flows.warn_cases import run_rule_cases
from qingyu.i18n import T, Text, pick
from qingyu.index.exact_json import Fixed, micro
from qingyu.index.ingredients import MISSING
from qingyu.index.pack_lines import line_of
from qingyu.index.spot import Spot, spot
from qingyu.index.story import grade_in_force
from qingyu.pack.model import Case, CaseCounts, CaseExpectation, Measure, Pack
from qingyu.periods import parse

_MICRO_PER_MILLI = 1000
NO_DATA = "no_data"


@dataclass(frozen=True)
class Outcome:
    """One thing a case expects. `what`: score, grade, state, or an indicator's id."""

    case: int
    name: str
    where: str
    area: str
    what: str
    expected: str
    found: str

    @property
    def holds(self) -> bool:
        return self.expected == self.found

    def to_json(self) -> dict[str, object]:
        return {
            "case": self.name,
            "where": self.where,
            "area": self.area,
            "what": self.what,
            "expected": self.expected,
            "found": self.found,
            "holds": self.holds,
        }

    def fault(self) -> Fault:
        found: Text = T("{what} {value} for {area}", what=self.what, value=self.found,
                        area=self.area)  # fmt: skip
        remedy = T("Mend the case or the method, whichever is wrong.")
        return Fault(f"{self.where}, {self.name}", found, self.expected, remedy)


def run_cases(pack: Pack, strict: bool = False) -> tuple[Outcome, ...]:
    """All expectations of all cases, in the pack's order; with `strict`, a `CaseError` that
    names every one that does not hold."""
    outcomes = tuple(
        outcome for number, case in enumerate(pack.cases) for outcome in run(pack, case, number)
    )
    outcomes += tuple(
        Outcome(len(pack.cases) + number, one.name, one.where, "-", one.rule, one.expected,
                one.found)
        for number, one in enumerate(run_rule_cases(pack))
    )  # fmt: skip
    wrong = [outcome.fault() for outcome in outcomes if not outcome.holds]
    if strict and wrong:
        raise CaseError.of(wrong)
    return outcomes


def run(pack: Pack, case: Case, number: int) -> Iterator[Outcome]:
    """The expectations of one case."""
    period = parse(case.period)
    published = compute_from(pack, panel_of_case(pack, case), [period], Known(1, None))
    where = line_of(pack, f"cases/{number}") or "cases"
    for expected in case.expect:
        place = spot(pack, published.panel, published.ingredients, published.results,
                     expected.area, period)  # fmt: skip
        for what, wanted, found in _compared(published, place, expected):
            yield Outcome(number, pick(case.name.model_dump()), where, expected.area, what,
                          wanted, found)  # fmt: skip


def _compared(
    published: Published, place: Spot, expected: CaseExpectation
) -> Iterator[tuple[str, str, str]]:
    """(what, expected, found) as text."""
    if expected.score is not None:
        score = place.score(published.results.score)
        yield "score", _number(expected.score), _number(score and score * _MICRO_PER_MILLI)
    if expected.grade is not None:
        grade = grade_in_force(place)
        yield "grade", expected.grade, NO_DATA if grade is None else grade.id
    if expected.state is not None:
        yield "state", expected.state, place.area_state.word
    for indicator, points in expected.indicators.items():
        found = place.score(published.results.indicator, place.place_of(indicator))
        yield indicator, _number(points), _number(found)


def _number(value: int | None) -> str:
    if value is None or value == MISSING:
        return NO_DATA
    text = str(micro(value) or Fixed(0, 6))
    return text.rstrip("0").rstrip(".")


# -- the panel ------------------------------------------------------------------------------------


def panel_of_case(pack: Pack, case: Case) -> Panel:
    """Counts and coverage as a case gives them."""
    axis = day_axis(*_span(case))
    measures = measures_of(pack)
    names, areas = sorted(measures), [*dict.fromkeys(a.code for a in pack.areas), UNPLACED]
    counts = np.zeros((len(names), len(areas), len(axis)), np.int64)
    totals = np.zeros((len(pack.sources), len(axis)), np.int64)
    for given in case.given:
        measure = _measure(pack, given)
        days = slice((given.first - _day(axis)).days, (given.last - _day(axis)).days + 1)
        line = counts[names.index(fingerprint(measure)), areas.index(given.area)]
        _give(line, days, given.each_day, stock=measure.stock is not None)
        if measure.count is not None:
            read = pack.sources_of(measure)
            rows = [row for row, source in enumerate(pack.sources) if source.id in read]
            totals[rows, days] += given.each_day
            if pack.union(measure.count) is None:
                _add_to_whole(counts, names, areas, given, measure, days)
    covered = judged(pack, _batches(case), totals, axis)
    return Panel(
        counts=xr.DataArray(counts, coords={"measure": names, "area": areas, "day": axis}),
        coverage=xr.DataArray(
            covered.states,
            coords={"source": [source.id for source in pack.sources], "day": axis},
        ),
        known=1,
        outlying=covered.outlying,
    )


def _give(line: NDArray[np.int64], days: slice, each_day: int, *, stock: bool) -> None:
    """So many records on each of the days; of a stock, so many that are open on each of them."""
    if not stock:
        line[days] += each_day
        return
    line[days.start] += each_day
    if days.stop < len(line):
        line[days.stop] -= each_day


def _add_to_whole(
    counts: NDArray[np.int64],
    names: Sequence[str],
    areas: Sequence[str],
    given: CaseCounts,
    measure: Measure,
    days: slice,
) -> None:
    """The records of a condition are also records of their source."""
    whole = fingerprint(Measure(count=measure.count))
    if whole != fingerprint(measure):
        counts[names.index(whole), areas.index(given.area), days] += given.each_day


def _measure(pack: Pack, given: CaseCounts) -> Measure:
    indicator = pack.indicator(given.indicator)
    if given.part == "per" and indicator.per.measure is not None:
        return indicator.per.measure
    return indicator.measure


def _span(case: Case) -> tuple[date, date]:
    """From the first to the last day the case speaks of."""
    period = parse(case.period)
    days = [(cover.first, cover.last) for cover in case.covered]
    days += [(given.first, given.last) for given in case.given]
    firsts, lasts = [first for first, _ in days], [last for _, last in days]
    return min([period.first, *firsts]), max([period.last, *lasts])


def _day(axis: NDArray[np.datetime64]) -> date:
    found: date = axis[0].astype(object)
    return found


def _batches(case: Case) -> list[Batch]:
    """One received batch for each entry of `covered`, extracted when its days were over."""
    return [
        Batch(
            number=number, kind="receive", source=cover.source, who="case", received="",
            version=_extracted_after(cover.last), covers_first=cover.first, covers_last=cover.last,
            delivery="increment", refers_to=None, rows=0, new=0, repeated=0, unchanged=0,
            corrected=0, withdrawn=0, refused=0, unplaced=0, reasons={}, file_name="",
            file_digest="", content_digest="", pack_digest="", measures=(), previous="",
            digest="",
        )
        for number, cover in enumerate(case.covered, start=1)
    ]  # fmt: skip


def _extracted_after(day: date) -> int:
    """An extract's version, microseconds since 1970, at which `day` was over in every time zone."""
    return (day - date(1970, 1, 1) + timedelta(days=2)) // timedelta(microseconds=1)
