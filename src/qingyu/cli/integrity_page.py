"""How the findings on the data look in a terminal, for the auditor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.padding import Padding
from rich.text import Text

from qingyu.cli.screen import Column, count, listed, out, print_table, say
from qingyu.cli.words import marked, name_of_area
from qingyu.evaluate.integrity.look import State
from qingyu.evaluate.integrity.rates import Rate
from qingyu.flows.integrity_found import Audit, Caveat, Done, Finding
from qingyu.i18n import TN, Message, T, pick
from qingyu.pack.model import Pack

_KINDS = {
    "reclassified": T("moved between categories"),
    "withdrawn": T("struck out after the count"),
    "held_back": T("came after the count"),
    "postponed": T("dip before the end"),
    "heaped": T("on round marks"),
    "hugging": T("crowding at the limit"),
    "low": T("low beside another source"),
    "repeated": T("split into several"),
    "flooded": T("flood of good marks"),
    "aimed": T("scores at a grade's limit"),
}
_STATES = {
    State.TOO_FEW: T("too few records"),
    State.NO_PAST: T("no past to compare with"),
    State.UNRELATED: T("the other source does not move with it"),
    State.UNSEEN: T("not covered, or not yet followed"),
}
_BATCHES = 8  # named; the rest are in --json
_INDENT = 5


def print_audit(pack: Pack, found: Audit) -> None:
    """Findings, the strongest first; caveats; what was looked at; how far the checks can be
    believed."""
    name = pick(pack.name.model_dump())
    say(marked(pack, T("{name}: integrity of the data, {period}, as known after batch {known}",
                       name=name, period=found.period.label, known=found.known)))  # fmt: skip
    say(T("For the auditor only. A finding is a reason to look, not a verdict: it may have an "
          "honest cause. Places are looked at, never persons."))  # fmt: skip
    if not found.declared:
        say(T("The pack has no integrity.yaml: only what is automatic was looked at."))
    say("")
    _print_findings(pack, found)
    for caveat in found.caveats:
        say(_caveat(pack, caveat))
    say("")
    _print_done(found.done)
    say("")
    _print_rates(found.rates)


def _print_findings(pack: Pack, found: Audit) -> None:
    level = f"{100 * found.false_findings:g}"
    if not found.findings:
        say(TN("No finding in one look (at most {level} % of findings false on average).",
               "No finding in {count} looks (at most {level} % of findings false on average).",
               found.looks, level=level))  # fmt: skip
        return
    say(TN("{findings} findings in one look (at most {level} % of them false on average):",
           "{findings} findings in {count} looks (at most {level} % of them false on average):",
           found.looks, findings=len(found.findings), level=level))  # fmt: skip
    for number, one in enumerate(found.findings, 1):
        say(f"{number:>3}. {_head(pack, one)}")
        more = T("Chance if nothing is wrong, corrected for the number of looks: {p}.",
                 p=_chance(one.corrected))  # fmt: skip
        for line in (str(sentence(one)), f"{more} {_batches(one)}".rstrip()):
            out().print(Padding(Text(line), (0, 0, 0, _INDENT)))


def _head(pack: Pack, one: Finding) -> Message:
    area = name_of_area(pack, one.area) if one.area else str(T("the whole city"))
    return T("{area} · {check}: {kind}", area=area, check=pick(one.name.model_dump()),
             kind=_KINDS[one.kind])  # fmt: skip


def sentence(one: Finding) -> Message:
    """What was seen and what was to be expected, in one plain sentence."""
    said: Mapping[str, object] = {
        "seen": count(one.seen), "of": count(one.of), "expected": _number(one.expected),
    }  # fmt: skip
    if one.kind == "reclassified":
        return T("Of {of} records of the two classes {seen} are in the one that is scored, where "
                 "{expected} were to be expected; the other grew.", **said)  # fmt: skip
    if one.kind == "withdrawn":
        return T("Of {of} records that counted, {seen} count no more, where {expected} were to be "
                 "expected.", **said)  # fmt: skip
    if one.kind == "held_back":
        return T("Of {of} records, {seen} came only after the period had been counted, where "
                 "{expected} were to be expected.", **said)  # fmt: skip
    if one.kind == "postponed":
        return T("Of {of} records around the end of the period {seen} are dated before it, where "
                 "{expected} were to be expected.", **said)  # fmt: skip
    if one.kind == "heaped":
        return T("Of {of} values {seen} are on round marks, where {expected} were to be expected.",
                 **said)  # fmt: skip
    if one.kind == "hugging":
        return T("Of {of} closed cases {seen} were closed just before their limit, where "
                 "{expected} were to be expected.", **said)  # fmt: skip
    if one.kind == "low":
        return T("{seen} records, where {expected} were to be expected beside {of} of the other "
                 "source.", **said)  # fmt: skip
    if one.kind == "repeated":
        return T("Of {of} records {seen} follow another of the same kind and place within minutes, "
                 "where {expected} were to be expected.", **said)  # fmt: skip
    if one.kind == "flooded":
        return T("Of {of} marks {seen} are good, where {expected} were to be expected, and there "
                 "are more marks than ever.", **said)  # fmt: skip
    return T("Of {of} scores next to the limit {seen} are above it, where {expected} were to be "
             "expected.", **said)  # fmt: skip


def _number(value: float) -> str:
    if value < 0.05:
        return "<0.1"
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _chance(value: float) -> str:
    """What lies in the far tail of a law that was fitted is not known to the digit."""
    return "<0.000001" if value < 1e-6 else f"{value:.6f}".rstrip("0")


def _batches(one: Finding) -> Message | str:
    if not one.batches:
        return ""
    named = listed([str(number) for number in one.batches[:_BATCHES]])
    return TN("Batch {numbers}.", "{count} batches, among them {numbers}.", len(one.batches),
              numbers=named)  # fmt: skip


def _caveat(pack: Pack, one: Caveat) -> Message:
    return T("Caveat: in {area} the effort behind “{indicator}” is {ratio} times what it was. A "
             "change of the indicator may be one of the effort.",
             area=name_of_area(pack, one.area), ratio=f"{one.ratio:g}",
             indicator=pick(pack.indicator(one.indicator).name.model_dump()))  # fmt: skip


def _print_done(done: Sequence[Done]) -> None:
    say(T("What was looked at, and in how many areas it could be judged (what could not be judged "
          "is not clean):"))  # fmt: skip
    columns = [
        Column(str(T("Check"))),
        Column(str(T("What"))),
        Column(str(T("Judged")), right=True),
        Column(str(T("Not judged"))),
    ]
    print_table(columns, [_row(one) for one in done])


def _row(one: Done) -> list[str]:
    left = [f"{_STATES[state]} {one.states[state]}" for state in _STATES if one.states[state]]
    return [
        str(_KINDS[one.kind]),
        pick(one.name.model_dump()),
        str(one.states[State.JUDGED]),
        listed(left),
    ]


def _print_rates(rates: Sequence[Rate]) -> None:
    """False alarms and hits on simulated cities, from the committed table."""
    say(
        T(
            "On simulated cities with known truth (docs/explanation/integrity.md). False alarms: "
            "cities with any finding of the kind where nothing is wrong, and where towns truly "
            "change. Hits: one manipulated town found, at weak, middling and strong manipulation."
        )
    )
    kinds = dict.fromkeys(one.kind for one in rates)
    columns = [
        Column(str(T("Check"))),
        Column(str(T("False: clean")), right=True),
        Column(str(T("False: changed")), right=True),
        Column(str(T("Hits: weak")), right=True),
        Column(str(T("middling")), right=True),
        Column(str(T("strong")), right=True),
    ]
    print_table(columns, [_rates_row(kind, rates) for kind in kinds])
    say(T("Made with the checks of digest {digest}.", digest=rates[0].source))


def _rates_row(kind: str, rates: Sequence[Rate]) -> list[str]:
    mine = [one for one in rates if one.kind == kind]
    honest = [next(one for one in mine if one.world == world) for world in ("clean", "changed")]
    acts = [one for one in mine if one.world not in ("clean", "changed")]
    hits = []
    for strength in sorted({one.strength for one in acts}):
        same = [one for one in acts if one.strength == strength]
        hits.append(_percent(sum(one.found for one in same), sum(one.tries for one in same)))
    return [str(_KINDS[kind]), *(_percent(one.found, one.tries) for one in honest), *hits]


def _percent(found: int, tries: int) -> str:
    return f"{100 * found / tries:.0f} %" if tries else "-"
