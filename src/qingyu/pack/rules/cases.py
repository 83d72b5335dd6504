"""The pack's own cases speak of areas, periods, sources and grades that exist."""

from __future__ import annotations

from datetime import date

from qingyu.errors import UsageError
from qingyu.i18n import T
from qingyu.pack.draft import Draft
from qingyu.pack.model import Case
from qingyu.pack.rules.base import Rule, must_be_known, rule
from qingyu.periods import parse

STATES = ("ok", "provisional", "suspect", "late", "no_data")


def _cases(draft: Draft) -> None:
    for number, case in enumerate(draft.cases):
        key = f"cases/{number}"
        _period(draft, key, case)
        _inputs(draft, key, case)
        _expectations(draft, key, case)


def _period(draft: Draft, key: str, case: Case) -> None:
    try:
        kind = parse(case.period).kind
    except UsageError as error:
        fault = error.faults[0]
        draft.fault(f"{key}/period", fault.found, fault.expected, fault.remedy)
        return
    if not any(kind in index.periods for index in draft.indices):
        draft.fault(
            f"{key}/period",
            f"“{case.period}”",
            T("a kind of period that an index publishes"),
            T("Choose another period, or add its kind to an index."),
        )


def _inputs(draft: Draft, key: str, case: Case) -> None:
    sources = [source.id for source in draft.sources]
    codes = [area.code for area in draft.areas]
    indicators = {indicator.id: indicator for indicator in draft.indicators}
    for number, cover in enumerate(case.covered):
        here = f"{key}/covered/{number}"
        must_be_known(draft, f"{here}/source", cover.source, sources, T("a source"))
        _order(draft, here, cover.first, cover.last)
    for number, given in enumerate(case.given):
        here = f"{key}/given/{number}"
        must_be_known(draft, f"{here}/area", given.area, codes, T("the code of an area"))
        _order(draft, here, given.first, given.last)
        if not must_be_known(
            draft, f"{here}/indicator", given.indicator, indicators, T("an indicator")
        ):
            continue
        if given.part == "per" and indicators[given.indicator].per.measure is None:
            draft.fault(
                f"{here}/part",
                "“per”",
                T("`part: per` only for an indicator that is divided by a measure"),
                T("Take it away: exposures stand in exposures/."),
            )


def _order(draft: Draft, key: str, first: date, last: date) -> None:
    if last < first:
        draft.fault(
            f"{key}/to",
            T("{last} before {first}", last=last.isoformat(), first=first.isoformat()),
            T("a last day on or after the first"),
            T("Mend one of the two dates."),
        )


def _expectations(draft: Draft, key: str, case: Case) -> None:
    codes = [area.code for area in draft.areas]
    indicators = [indicator.id for indicator in draft.indicators]
    scales = draft.grades.scales if draft.grades else ()
    grades = ["no_data", *dict.fromkeys(grade.id for scale in scales for grade in scale.grades)]
    for number, expected in enumerate(case.expect):
        here = f"{key}/expect/{number}"
        must_be_known(draft, f"{here}/area", expected.area, codes, T("the code of an area"))
        if expected.grade is not None:
            must_be_known(draft, f"{here}/grade", expected.grade, grades, T("a grade"))
        if expected.state is not None:
            must_be_known(draft, f"{here}/state", expected.state, STATES, T("a state"))
        for name in expected.indicators:
            must_be_known(draft, f"{here}/indicators/{name}", name, indicators, T("an indicator"))


RULES: tuple[Rule, ...] = (rule(_cases, "pack", "areas", "sources", "indicators", "grades"),)
