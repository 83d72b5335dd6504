"""How a day's report looks in a terminal."""

from __future__ import annotations

from typing import Any

from qingyu.cli.screen import count, listed, say
from qingyu.cli.words import cause_word, grade_words, marked, name_of_area, signed
from qingyu.flows.daily import Daily
from qingyu.i18n import TN, T, pick
from qingyu.pack.model import Pack

_STAGES = {
    "collect": T("collecting"),
    "count": T("counting new measures"),
    "panel": T("reading the cube"),
    "supply": T("asking what is late"),
    "compute": T("computing"),
    "report": T("writing the report"),
}

_MOST = 5  # outlying days that are told one by one


def print_daily(pack: Pack, done: Daily) -> None:
    """What came in, what is late, what was computed and what changed."""
    report: dict[str, Any] = done.report
    title = T("{name}, run of {day}", name=pick(pack.name.model_dump()), day=report["day"])
    say(marked(pack, title))
    if done.again:
        say(T("Nothing new since the last run."))
    for batch in report["received"]:
        say(T("Batch {number} of {source}: {rows} rows, {new} new, {corrected} corrected, "
              "{refused} refused.", number=batch["batch"], source=batch["source"],
              rows=batch["rows"], new=batch["new"], corrected=batch["corrected"],
              refused=batch["refused"]))  # fmt: skip
    for one in report["refused"]:
        say(T("Refused, from {source}: {reason}", source=one["source"], reason=one["reason"]))
    if report["waiting"]:
        say(T("Left until they are whole: {files}", files=listed(report["waiting"])))
    for one in report["empty"]:
        say(T("{source} has no record of {first} to {last}; it is asked again.",
              source=one["source"], first=one["first"], last=one["last"]))  # fmt: skip
    if report["late"]:
        say(T("Late: {sources}", sources=listed(report["late"])))
    for one in report["outlying"][-_MOST:]:
        say(pick({name: one["sentence"][name] for name in ("zh", "en")}))
    left = len(report["outlying"][:-_MOST])
    if left:
        say(TN("… and {count} such day more: `qingyu supply`",
               "… and {count} such days more: `qingyu supply`", left))  # fmt: skip
    for one in report["periods"]:
        _period(pack, one)
    for one in report["changes"]:
        _change(pack, one)
    _cost(done)


def _period(pack: Pack, one: dict[str, Any]) -> None:
    counts = [
        f"{grade_words(pack, None if grade == 'no_data' else grade)} {count}"
        for grade, count in one["counts"].items()
    ]
    say(T("{period}: {counts}", period=one["period"], counts=listed(counts)))
    if one["worst"]:
        sentence = pick({name: one["worst"]["sentence"][name] for name in ("zh", "en")})
        say(T("The worst, {area}: {sentence}", area=name_of_area(pack, one["worst"]["area"]),
              sentence=sentence))  # fmt: skip


def _change(pack: Pack, one: dict[str, Any]) -> None:
    say(T("{period}, {area}: was {before}, is now {now}.", period=one["period"],
          area=name_of_area(pack, one["area"]), before=grade_words(pack, one["was"]),
          now=grade_words(pack, one["grade"])))  # fmt: skip
    causes = [
        f"{cause_word(line['cause'])} {signed(line['amount'].units)}"
        for line in one["causes"]
        if line["amount"].units
    ]
    if causes:
        say(
            T(
                "  {amount} points: {causes}",
                amount=signed(one["amount"].units),
                causes=listed(causes),
            ),
            "dim",
        )


def _cost(done: Daily) -> None:
    seconds = f"{sum(done.seconds.values()):.1f}"
    rows = sum(done.rows.values())
    say(TN("{seconds} s, {count} row read.", "{seconds} s, {count} rows read.", rows,
           seconds=seconds), "dim")  # fmt: skip
    stages = [
        str(T("{stage} {seconds} s, {rows} rows", stage=_STAGES[name], seconds=f"{taken:.1f}",
              rows=count(done.rows[name])))
        for name, taken in done.seconds.items()
    ]  # fmt: skip
    say(T("  of these: {stages}", stages="; ".join(stages)), "dim")
