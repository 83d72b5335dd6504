"""Warning rules look at what exists, with a method that suits what it counts."""

from __future__ import annotations

from qingyu.i18n import T
from qingyu.pack.draft import Draft
from qingyu.pack.faults import listed
from qingyu.pack.model import Indicator, WarningCase, WarningRule
from qingyu.pack.rules.base import Rule, must_be_known, must_be_unique, rule

_WEEK = 7
_SEASONAL = ("default", "farrington_flexible", "farrington_original", "predictive_tail", "scan")


def failures(indicator: Indicator) -> bool:
    """Whether what is bad of the indicator is what its share lacks: `better: higher`, of all."""
    return indicator.better == "higher" and indicator.per.measure is not None


def countable(indicator: Indicator) -> bool:
    """Whether its cases can be counted day by day: no stock, no mean of readings, and for a share
    where more is better, a second measure that counts all of them."""
    measures = [one for one in (indicator.measure, indicator.per.measure) if one is not None]
    plain = all(one.count is not None for one in measures[: 2 if failures(indicator) else 1])
    return plain and (indicator.better == "lower" or failures(indicator))


def _rules(draft: Draft) -> None:
    if draft.warnings is None:
        return
    rules = draft.warnings.rules
    must_be_unique(draft, [(f"warnings/rules/{n}/id", one.id) for n, one in enumerate(rules)])
    graded = [level.id for level in draft.levels if level.graded]
    must_be_known(
        draft, "warnings/budget/level", draft.warnings.budget.level, graded, T("a graded level")
    )
    for one in rules:
        key = f"warnings/rules/{one.id}"
        for number, level in enumerate(one.levels):
            must_be_known(draft, f"{key}/levels/{number}", level, graded, T("a graded level"))
        _subjects(draft, key, one)
        _windows(draft, key, one)
        _period(draft, key, one)


def _subjects(draft: Draft, key: str, one: WarningRule) -> None:
    indicators = {indicator.id: indicator for indicator in draft.indicators}
    indices = [index.id for index in draft.indices]
    dimensions = [dimension.id for dimension in draft.dimensions]
    if one.detect or one.silent or one.rise:
        words, what = list(indicators), T("an indicator")
    elif one.reds:
        words, what = [*indices, *dimensions], T("an index or a dimension")
    else:
        words, what = indices, T("an index")
    must_be_unique(draft, [(f"{key}/of/{n}", name) for n, name in enumerate(one.of)])
    for number, name in enumerate(one.of):
        here = f"{key}/of/{number}"
        if not must_be_known(draft, here, name, words, what):
            continue
        if (one.detect or one.silent) and not countable(indicators[name]):
            draft.fault(
                here,
                T("“{word}”, which is no count of cases", word=name),
                T("an indicator that counts cases, or failures among all cases"),
                T("Leave it out; a rule over scores (`reds`) can watch its dimension."),
            )
        if (one.detect or one.silent) and indicators[name].daily is None:
            draft.fault(
                here,
                T("“{word}”, which has no daily figure", word=name),
                T("an indicator with `daily`"),
                T("Leave it out, or watch it by the month: `rise`, `reds`."),
            )


def _windows(draft: Draft, key: str, one: WarningRule) -> None:
    seasonal = one.silent is not None or (one.detect is not None and one.detect.by in _SEASONAL)
    window = one.detect.window if one.detect else one.silent.window if one.silent else None
    if window is not None and seasonal and window.days != _WEEK:
        draft.fault(
            f"{key}/{'detect' if one.detect else 'silent'}/window",
            T("{days} days", days=window.days),
            T("7 days: earlier years are compared week by week"),
            T("Write `window: 7 days`, or choose a detector that looks at the days before only."),
        )


def _period(draft: Draft, key: str, one: WarningRule) -> None:
    """Rules over counts run by the day; rules over scores by what an index publishes."""
    if one.detect or one.silent:
        if one.period != "day":
            draft.fault(
                f"{key}/period",
                f"“{one.period}”",
                T("no period: counts are judged anew each day"),
                T("Take `period` away and set `window`."),
            )
        return
    kinds = {kind for index in draft.indices for kind in index.periods}
    if one.period not in kinds:
        must_be_known(draft, f"{key}/period", one.period, sorted(kinds), T("a published period"))
        return
    index = next(index for index in draft.indices if one.period in index.periods)
    inside = [index.id, *index.dimensions]
    inside += [one.id for one in draft.indicators if one.dimension in index.dimensions]
    for number, name in enumerate(one.of):
        if name not in inside and not draft.broken:
            draft.fault(
                f"{key}/of/{number}",
                T("“{word}”, which the index of each {kind} lacks", word=name, kind=one.period),
                T("one of {words}", words=listed(inside)),
                T("Choose another period, or leave it out."),
            )


def _neighbours(draft: Draft) -> None:
    codes = [area.code for area in draft.areas]
    for number, pair in enumerate(draft.warnings.neighbours if draft.warnings else ()):
        here = f"warnings/neighbours/{number}"
        for place, code in enumerate(pair):
            must_be_known(draft, f"{here}/{place}", code, codes, T("the code of an area"))
        if pair[0] == pair[1]:
            draft.fault(
                here,
                T("{code} beside itself", code=pair[0]),
                T("two areas that touch"),
                T("Mend one of the two codes."),
            )


def _cases(draft: Draft) -> None:
    rules = {one.id: one for one in draft.warnings.rules} if draft.warnings else {}
    for number, case in enumerate(draft.warning_cases):
        key = f"warning_cases/{number}"
        if must_be_known(draft, f"{key}/rule", case.rule, rules, T("a rule of warnings.yaml")):
            _given(draft, key, case, rules[case.rule])


def _given(draft: Draft, key: str, case: WarningCase, one: WarningRule) -> None:
    scored = one.reds is not None
    if not (scored or one.detect or one.silent) or (one.detect and one.detect.by == "scan"):
        draft.fault(
            f"{key}/rule",
            f"“{case.rule}”",
            T("a rule that judges one series of days: detect (but scan), silent or reds"),
            T("Test another rule, or leave the case out."),
        )
        return
    for place, days in enumerate(case.given):
        if days.last < days.first:
            draft.fault(
                f"{key}/given/{place}/to",
                T("{last} before {first}", last=days.last.isoformat(),
                  first=days.first.isoformat()),
                T("a last day on or after the first"),
                T("Mend one of the two dates."),
            )  # fmt: skip
        if (days.score is not None) != scored:
            draft.fault(
                f"{key}/given/{place}",
                T("`score`") if days.score is not None else T("`each_day`"),
                T("`score` for reds, `each_day` for all others"),
                T("Give the case what its rule reads."),
            )
    judged = case.judged
    if judged.last is None or judged.last < judged.first:
        draft.fault(
            f"{key}/judged",
            T("no last day that follows the first"),
            T("from: DAY and to: DAY"),
            T("Name the days that are judged."),
        )


RULES: tuple[Rule, ...] = (
    rule(_rules, "pack", "warnings", "indicators", "dimensions"),
    rule(_neighbours, "warnings", "areas"),
    rule(_cases, "warnings", "cases"),
)
