"""How a day's report looks in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
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
    "warn": T("judging for warnings"),
    "report": T("writing the report"),
}

_MOST = 5  # outlying days that are told one by one
_MOST_WARNINGS = 10


def print_daily(pack: Pack, done: Daily) -> None:
    """What came in, what is late, what was computed and what changed."""
    report: dict[str, Any] = done.report
    title = T("{name}, run of {day}", name=pick(pack.name.model_dump()), day=report["day"])
    say(marked(pack, title))
    if done.again:
        say(T("Nothing new since the last run."))
    _received(report["received"])
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
    if report["warnings"] is not None:
        _warnings(report["warnings"])
    _cost(done)


def _received(batches: Sequence[dict[str, Any]]) -> None:
    """One line a source: after weeks without a run, or at the first, there are hundreds of batches,
    which --json has one by one."""
    for source in dict.fromkeys(batch["source"] for batch in batches):
        mine = [batch for batch in batches if batch["source"] == source]
        sums = {name: sum(batch[name] for batch in mine)
                for name in ("rows", "new", "corrected", "refused", "withdrawn")}  # fmt: skip
        told = {name: count(number) for name, number in sums.items()}
        first, last = mine[0]["batch"], mine[-1]["batch"]
        if len(mine) == 1:
            say(T("Batch {number} of {source}: {rows} rows, {new} new, {corrected} corrected, "
                  "{refused} refused.", number=first, source=source, **told))  # fmt: skip
        else:
            say(T("{batches} batches of {source} ({first} to {last}): {rows} rows, {new} new, "
                  "{corrected} corrected, {refused} refused; {withdrawn} records withdrawn.",
                  batches=len(mine), source=source, first=first, last=last, **told))  # fmt: skip


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


def _warnings(found: dict[str, Any]) -> None:
    """Episodes that speak, new ones first; `qingyu warn` has their reasons."""
    if found["morning"] is None:
        say(T("No morning has come since the first file: warnings begin with the next."))
        return
    for one in found["not_judged"]:
        say(T("Not judged for warnings, for want of {source}: {subjects}",
              source=one["source"], subjects=listed(one["subjects"])))  # fmt: skip
    episodes = sorted(found["episodes"], key=lambda one: not one["new"])
    if not episodes:
        say(T("Warnings, as of the morning of {morning}: none.", morning=found["morning"]))
        return
    new = sum(one["new"] for one in episodes)
    say(T("Warnings, as of the morning of {morning}: {count}, of these new: {new}.",
          morning=found["morning"], count=len(episodes), new=new))  # fmt: skip
    for one in episodes[:_MOST_WARNINGS]:
        sentence = pick({name: one["sentence"][name] for name in ("zh", "en")})
        say(f"  {'[!]' if one['new'] else '[ ]'} {sentence}")
    if len(episodes) > _MOST_WARNINGS:
        say(T("  And {more} more: `qingyu warn`", more=len(episodes) - _MOST_WARNINGS))


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
