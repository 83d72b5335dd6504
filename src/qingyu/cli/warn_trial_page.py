"""How trials of warning rules look in a terminal: a past year, and simulated calm ones."""

from __future__ import annotations

from collections.abc import Sequence

from qingyu.cli.screen import Column, listed, print_table, say
from qingyu.cli.words import level_name, marked, name_of_area
from qingyu.flows.warn_backtest import Backtest
from qingyu.flows.warn_calibrate import Calibration, Rate
from qingyu.flows.warn_levers import shortest
from qingyu.flows.warn_truth import Met, Trial
from qingyu.i18n import T, pick
from qingyu.pack.model import Pack


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


def print_trial(pack: Pack, found: Trial) -> None:
    """What was put into a simulated city, and what was told of it."""
    columns = [
        Column(str(T("Put in"))),
        Column(str(T("From"))),
        Column(str(T("First word"))),
        Column(str(T("Days"))),
        Column(str(T("Told of"))),
    ]
    print_table(columns, [_met(pack, one) for one in found.met])
    number = sum(one.by is not None for one in found.met)
    say(T("{found} of {of} that a rule looks for were found.", found=number, of=len(found.met)))
    say(T("{false} of {told} told episodes met nothing: {rate} a town and year.",
          false=len(found.false), told=found.told, rate=_between(found.rate)))  # fmt: skip
    if found.books:
        say(T("{count} of these where only the books had changed.", count=len(found.books)))


def _met(pack: Pack, one: Met) -> Sequence[str]:
    name, first = pick(one.injected.name.model_dump()), one.injected.first.isoformat()
    if one.by is None:
        state = T("open before it began") if one.open_before else T("missed")
        return name, first, "-", "-", str(state)
    area = name_of_area(pack, one.by.area)
    rule = pick(one.by.watches[0].rule.name.model_dump())
    return name, first, str(one.word), str(one.late), f"{area}, {rule}"


def print_calibration(found: Calibration) -> None:
    pack = found.pack
    assert pack.warnings is not None
    say(T("{towns} years of towns in simulated calm cities: whatever the rules say is false.",
          towns=found.town_years))  # fmt: skip
    say(T("False episodes a town and year, in brackets where the rate lies nine times in ten:"))
    columns = [
        Column(str(T("Rule"))),
        Column(str(T("Level")), right=True),
        Column(str(T("Alone")), right=True),
        Column(str(T("Says it first")), right=True),
        Column(str(T("To keep it")), right=True),
    ]
    rows = [
        (pick(pack.warnings.rule(one.rule).name.model_dump()),
         f"{one.lever} {shortest(one.level)}", _between(one.alone), str(one.first.rate),
         str(shortest(one.suggested)))
        for one in found.rules
    ]  # fmt: skip
    print_table(columns, rows)
    say(T("All rules together: {together} (budget {budget}); and {linked} told by another.",
          together=_between(found.together), budget=found.budget,
          linked=found.linked.rate))  # fmt: skip
    if found.within:
        say(T("The levels as declared keep the budget."))
    elif not found.keeps:
        say(T("No levels that were tried keep the budget: these rules need another method, or the "
              "budget another number."))  # fmt: skip
    else:
        say(T("The levels as declared break the budget; the last column would cost {kept}.",
              kept=_between(found.kept)))  # fmt: skip
    if found.undrawn:
        names = listed([pick(pack.indicator(one).name.model_dump()) for one in found.undrawn])
        say(T("Without a history to draw from, and missing in the calm cities: {names}.",
              names=names))  # fmt: skip


def _between(one: Rate) -> str:
    """A rate with its interval."""
    return str(T("{rate} ({low} to {high})", rate=one.rate, low=one.low, high=one.high))


def _by_rule(found: Backtest, by_rule: dict[str, int]) -> str:
    assert found.pack.warnings is not None
    rules = found.pack.warnings
    return listed([f"{pick(rules.rule(r).name.model_dump())} {n}" for r, n in by_rule.items()])
