"""How warnings look in a terminal: who speaks first, each with its reasons; then what could not be
judged, what is quiet for a known cause, and what is linked."""

from __future__ import annotations

from qingyu.cli.screen import count, listed, say
from qingyu.cli.words import marked, name_of_area
from qingyu.flows.warn import Told, Warned
from qingyu.flows.warn_blind import Blind
from qingyu.flows.warn_categories import Recoded
from qingyu.flows.warn_drivers import HOURS, Driver
from qingyu.flows.warn_sentence import MOST_CHANCE, chance_of, outlook_words, sentence_of, tenths
from qingyu.flows.warn_supply import Unsaid
from qingyu.i18n import T, Text, pick
from qingyu.warn.verdict import describe

MOST = 20  # episodes told at length
_MOST_AREAS = 3
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
    elif found.morning is None:
        title = T("{name}, warnings for {period}: no morning has come yet since the first file.",
                  name=name, period=found.period.label)  # fmt: skip
    else:
        title = T("{name}, warnings for {period} as known on the morning of {morning}.",
                  name=name, period=found.period.label,
                  morning=found.morning.isoformat())  # fmt: skip
    say(marked(pack, title))
    if found.judged < found.days:
        say(T("{judged} of {days} days were judged; the others are not known to be calm.",
              judged=found.judged, days=found.days))  # fmt: skip
    if not found.judged and not found.hindsight:
        say(T("What is known of these days came too late to be judged live: see --hindsight."))
    for gap in found.unsaid:
        say(f"[?] {_unsaid(found, gap)}")
    for blind in found.blind:
        say(f"[?] {_blind(found, blind)}")
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
    sure = _sure(one)
    if sure:
        say(f"    {sure}")
    if one.drivers:
        told = listed([_driver(found, driver) for driver in one.drivers])
        say("    " + str(T("Driven by: {told}.", told=told)))
    near = [name_of_area(found.pack, code) for code in one.neighbours]
    if near:
        say("    " + str(T("Neighbours that have it too: {names}.", names=listed(near))))
    elif one.raised.watches[0].daily:
        say("    " + str(T("No neighbour has it.")))
    for words in one.bridges:
        say(f"    {words}")
    ahead = outlook_words(one)
    if ahead:
        say("    " + str(ahead))
    if one.speaks_for:
        names = [name_of_area(found.pack, key.split("/")[0]) for key in one.speaks_for]
        say("    " + str(T("Speaks for: {names}.", names=listed(list(dict.fromkeys(names))))))


def _sure(one: Told) -> Text:
    """Of its surest day: what came, and how likely that is by chance."""
    chance = None if one.surest is None else chance_of(one.surest.tail)
    if one.surest is None or chance is None or chance <= 1:
        return ""
    fields = {"on": one.surest.on.isoformat(), "count": round(one.surest.count),
              "expected": tenths(one.surest.expected)}  # fmt: skip
    if chance == MOST_CHANCE:
        return T("Surest on {on}: {count}, where {expected} are usual; by chance rarer than once "
                 "in a million.", **fields)  # fmt: skip
    return T("Surest on {on}: {count}, where {expected} are usual; by chance about once in "
             "{chance}.", **fields, chance=_about(chance))  # fmt: skip


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
        return T("Nothing of {source} had come by then: {names} cannot be judged.",
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


def _blind(found: Warned, one: Blind) -> Text:
    assert found.pack.warnings is not None
    names = [name_of_area(found.pack, code) for code in one.areas[:_MOST_AREAS]]
    left = len(one.areas) - len(names)
    return T("{rule}, {subject}: no answer in {names}{more}. {why}",
             rule=pick(found.pack.warnings.rule(one.rule).name.model_dump()),
             subject=pick(found.pack.indicator(one.subject).name.model_dump()),
             names=listed(names), more=T(" and {left} more areas", left=left) if left else "",
             why=describe(one.state))  # fmt: skip


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
