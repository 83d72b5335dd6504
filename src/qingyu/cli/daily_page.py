"""How a day's report looks in a terminal."""

from __future__ import annotations

from typing import Any

from qingyu.cli.screen import listed, say
from qingyu.cli.words import grade_words, name_of_area
from qingyu.flows.daily import Daily
from qingyu.i18n import TN, T, pick
from qingyu.pack.model import Pack


def print_daily(pack: Pack, done: Daily) -> None:
    """What came in, what is late, what was computed and what changed."""
    report: dict[str, Any] = done.report
    say(T("{name}, run of {day}", name=pick(pack.name.model_dump()), day=report["day"]))
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
    if report["late"]:
        say(T("Late: {sources}", sources=listed(report["late"])))
    for one in report["periods"]:
        _period(pack, one)
    for one in report["changes"]:
        say(T("{period}, {area}: was {before}, is now {now}.", period=one["period"],
              area=name_of_area(pack, one["area"]), before=grade_words(pack, one["was"]),
              now=grade_words(pack, one["grade"])))  # fmt: skip
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


def _cost(done: Daily) -> None:
    seconds = f"{sum(done.seconds.values()):.1f}"
    rows = sum(done.rows.values())
    say(TN("{seconds} s, {count} row read.", "{seconds} s, {count} rows read.", rows,
           seconds=seconds), "dim")  # fmt: skip
