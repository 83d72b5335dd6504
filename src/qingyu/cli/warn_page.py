"""How warnings look in a terminal: who speaks first, each with its reasons; then what could not be
judged, what is quiet for a known cause, and what is linked."""

from __future__ import annotations

from collections.abc import Sequence

from qingyu.cli.screen import Column, count, listed, print_table, say
from qingyu.cli.words import level_name, marked, name_of_area
from qingyu.flows.warn import Told, Warned
from qingyu.flows.warn_backtest import Backtest
from qingyu.flows.warn_calibrate import Calibration
from qingyu.flows.warn_categories import Recoded
from qingyu.flows.warn_drivers import HOURS, Driver
from qingyu.flows.warn_sentence import MOST_CHANCE, chance_of, outlook_words, sentence_of, tenths
from qingyu.flows.warn_supply import Unsaid
from qingyu.i18n import T, Text, pick
from qingyu.index.exact_json import Fixed

MOST = 20  # episodes told at length
_SEVERITY = {"notice": T("notice"), "serious": T("serious"), "grave": T("grave")}
_STATE = {
    "open": T("open"),
    "over": T("over"),
    "settled": T("a new level"),
    "unknown": T("not known since"),
}


def print_warned(found: Warned) -> None:
    pack = found.pack
    name = pick(pack.name.model_dump())
    if found.hindsight:
        title = T("{name}, warnings for {period} in hindsight, as known after batch {known}.",
                  name=name, period=found.period.label, known=found.known)  # fmt: skip
    else:
        title = T("{name}, warnings for {period} as known on the morning of {morning}.",
                  name=name, period=found.period.label,
                  morning="-" if found.morning is None else found.morning.isoformat())  # fmt: skip
    say(marked(pack, title))
    if found.judged < found.days:
        say(T("{judged} of {days} days were judged; the others are not known to be calm.",
              judged=found.judged, days=found.days))  # fmt: skip
    if not found.judged and not found.hindsight:
        say(T("What is known of these days came too late to be judged live: see --hindsight."))
    for gap in found.unsaid:
        say(f"[?] {_unsaid(found, gap)}")
    for new in found.recoded:
        say(f"[?] {_recoded(found, new)}")
    speaking = [one for one in found.episodes if one.speaks]
    if not speaking:
        say(T("No episode speaks."))
    for one in speaking[:MOST]:
        say("")
        _print_one(found, one)
    if len(speaking) > MOST:
        say(T("And {more} more: --json has all.", more=len(speaking) - MOST))
    _print_rest(found)


def _print_one(found: Warned, one: Told) -> None:
    rules = listed([pick(watch.rule.name.model_dump()) for watch in one.raised.watches])
    number = one.number.number if one.number else str(T("no number yet"))
    state = str(_STATE[one.state])
    if one.state == "unknown":
        state = f"{state} {one.last.isoformat()}"
    say(f"[!] {sentence_of(found.pack, one)}")
    say(
        "    "
        + str(T("{severity}, {state}: {rules}; {first} to {last}; {number}.",
                severity=_SEVERITY[one.raised.severity], state=state, rules=rules,
                first=one.first.isoformat(), last=one.last.isoformat(), number=number))
    )  # fmt: skip
    chance = chance_of(one.surest)
    if chance == MOST_CHANCE:
        say("    " + str(T("On its surest day, by chance rarer than once in a million.")))
    elif chance is not None and chance > 1:
        say("    " + str(T("On its surest day, by chance about once in {chance}.",
                            chance=_about(chance))))  # fmt: skip
    if one.drivers:
        told = listed([_driver(found, driver) for driver in one.drivers])
        say("    " + str(T("Driven by: {told}.", told=told)))
    near = [name_of_area(found.pack, code) for code in one.neighbours]
    if near:
        say("    " + str(T("Neighbours that have it too: {names}.", names=listed(near))))
    elif one.raised.watches[0].daily:
        say("    " + str(T("No neighbour has it.")))
    ahead = outlook_words(one)
    if ahead:
        say("    " + str(ahead))
    if one.speaks_for:
        names = [name_of_area(found.pack, key.split("/")[0]) for key in one.speaks_for]
        say("    " + str(T("Speaks for: {names}.", names=listed(list(dict.fromkeys(names))))))


def _driver(found: Warned, one: Driver) -> str:
    if one.what == "hour":
        start = int(one.value)
        shown = f"{start:02d}:00-{(start + HOURS) % 24:02d}:00"
    elif one.what == "place":
        shown = name_of_area(found.pack, one.value)
    else:
        shown = one.value
    return str(T("{value} {count} (usually {usual})", value=shown, count=one.count,
                 usual=tenths(one.usual)))  # fmt: skip


def _about(number: int) -> str:
    """Two digits of it: no chance is known to more."""
    return count(round(number, 2 - len(str(number))))


def _unsaid(found: Warned, one: Unsaid) -> Text:
    names = listed([pick(found.pack.indicator(s).name.model_dump()) for s in one.subjects])
    if one.what == "never":
        return T("{source} has sent nothing: {names} cannot be judged.",
                 source=one.source, names=names)  # fmt: skip
    assert one.first is not None
    assert one.last is not None
    fields = {
        "source": one.source, "first": one.first.isoformat(), "last": one.last.isoformat(),
        "days": one.days, "names": names,
    }  # fmt: skip
    if one.what == "late":
        return T("{source} is silent since {first} ({days} days due): {names} is not calm, but "
                 "not known.", **fields)  # fmt: skip
    if one.what == "suspect":
        return T("{source} sent suspiciously little, {first} to {last} (days: {days}): {names} was "
                 "not judged on them.", **fields)  # fmt: skip
    return T("{source} does not cover all of {first} to {last} (days: {days}): {names} was not "
             "judged on them.", **fields)  # fmt: skip


def _recoded(found: Warned, one: Recoded) -> Text:
    names = listed([pick(found.pack.indicator(s).name.model_dump()) for s in one.subjects])
    fields = {"source": one.source, "column": one.column, "value": one.value,
              "count": one.count, "names": names}  # fmt: skip
    if one.appeared:
        return T("{source} writes a new {column}, “{value}” ({count} in four weeks): check whether "
                 "{names} still counts the same.", **fields)  # fmt: skip
    return T("{source} no longer writes {column} “{value}” ({count} are usual in four weeks): "
             "check whether {names} still counts the same.", **fields)  # fmt: skip


def _print_rest(found: Warned) -> None:
    silenced = [one for one in found.episodes if one.silence is not None]
    for one in silenced:
        assert one.silence is not None
        say("")
        say(f"[-] {sentence_of(found.pack, one)}")
        say("    " + str(T("Silenced until {last} (number {number}, {who}): {because}",
                           last=one.silence.last.isoformat(), number=one.silence.number,
                           who=one.silence.who, because=one.silence.because)))  # fmt: skip
    for one in found.episodes:
        if one.state == "settled":
            say(f"[~] {sentence_of(found.pack, one)}")
            say("    " + str(T("So long that it is a new level: decide what is usual here.")))
    linked = [one for one in found.episodes if one.told_by is not None]
    if linked:
        say("")
        say(T("{count} episodes are told by another; --json has them.", count=len(linked)))
    for gone in found.gone:
        say(T("{number} was notified and is no longer found as known now.", number=gone.number))


def print_backtest(found: Backtest) -> None:
    title = T("{name}: what would have been sent in {period}.",
              name=pick(found.pack.name.model_dump()), period=found.period)  # fmt: skip
    say(marked(found.pack, title))
    say(
        T("In hindsight: each day with what is known now of the days before it.")
        if found.hindsight
        else T("As known each morning.")
    )
    say(T("{judged} of {days} days were judged; the others are not known to be calm.",
          judged=found.judged, days=found.days))  # fmt: skip
    columns = [
        Column(str(T("Month"))),
        Column(str(T("Sent")), right=True),
        Column(str(T("Linked")), right=True),
        Column(str(T("By the rule that spoke first"))),
    ]
    rows: list[Sequence[str]] = [
        (m.month, str(m.sent), str(m.linked), _by_rule(found, m.by_rule)) for m in found.months
    ]
    print_table(columns, rows)
    sent = sum(month.sent for month in found.months)
    assert found.pack.warnings is not None
    level = level_name(found.pack, found.pack.warnings.budget.level)
    say(T("{sent} in all, in {towns} areas of level {level}; at most {most} on one day ({day}).",
          sent=sent, towns=found.towns, level=level,
          most=found.busiest[1] if found.busiest else 0,
          day=found.busiest[0] if found.busiest else "-"))  # fmt: skip


def print_calibration(found: Calibration) -> None:
    pack = found.pack
    assert pack.warnings is not None
    say(T("{towns} years of towns in simulated calm cities: whatever the rules say is false.",
          towns=found.town_years))  # fmt: skip
    columns = [
        Column(str(T("Rule"))),
        Column(str(T("Enters at")), right=True),
        Column(str(T("False episodes a town and year, alone")), right=True),
        Column(str(T("Would keep the budget")), right=True),
    ]
    rows = [
        (pick(pack.warnings.rule(one.rule).name.model_dump()), str(Fixed(one.enter, 6)),
         str(one.alone), str(Fixed(one.suggested, 6)))
        for one in found.rules
    ]  # fmt: skip
    print_table(columns, rows)
    say(T("All rules together: {together} (budget {budget}).",
          together=found.together, budget=found.budget))  # fmt: skip
    if found.within:
        say(T("The levels as declared keep the budget."))
    else:
        say(T("The levels as declared break the budget; the last column would cost {kept}.",
              kept=found.kept))  # fmt: skip


def _by_rule(found: Backtest, by_rule: dict[str, int]) -> str:
    assert found.pack.warnings is not None
    rules = found.pack.warnings
    return listed([f"{pick(rules.rule(r).name.model_dump())} {n}" for r, n in by_rule.items()])
