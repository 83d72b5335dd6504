"""`qingyu warn` and `qingyu silence`: what the duty officer must know this morning."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qingyu.cli.helping import HelpfulCommand
from qingyu.cli.options import HomeOption, JsonOption, PeriodOption, open_home, person
from qingyu.cli.screen import print_json, say
from qingyu.errors import UsageError
from qingyu.i18n import T

if TYPE_CHECKING:
    from qingyu.engine.store import Home
    from qingyu.pack.model import Pack


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        "warn",
        cls=HelpfulCommand,
        help=T(
            "Where there is more than usual: episodes with their reasons, and what could not be "
            "judged. As known each morning; a day once judged stays judged."
        ).text,
        epilog="qingyu warn --period 2026-10 --home city-home",
    )(warn)
    app.command(
        "silence",
        cls=HelpfulCommand,
        help=T(
            "A known cause: warnings of an area on a subject are kept quiet until a day, with the "
            "reason. --lift NUMBER ends one."
        ).text,
        epilog=(
            "qingyu silence 440402100000 traffic_accidents --until 2026-11-15"
            ' --because "road works"'
        ),
    )(silence)


def warn(
    period: PeriodOption = None,
    area: Annotated[
        str | None, typer.Option("--area", metavar="AREA", help=T("Only this area.").text)
    ] = None,
    as_known: Annotated[
        str | None,
        typer.Option("--as-known", metavar="DAY", help=T("As of that day's morning.").text),
    ] = None,
    looking_back: Annotated[
        bool,
        typer.Option(
            "--hindsight", help=T("Judge the days with what is known now, and say so.").text
        ),
    ] = False,
    notify: Annotated[
        bool,
        typer.Option(
            "--notify",
            help=T("Write down that the speaking episodes were told: they get their number.").text,
        ),
    ] = False,
    backtest: Annotated[
        str | None,
        typer.Option(
            "--backtest",
            metavar="YEAR",
            help=T("What would have been sent in that year, month by month.").text,
        ),
    ] = None,
    truth: Annotated[
        Path | None,
        typer.Option(
            "--truth",
            metavar="DIR",
            help=T("With --backtest: hold it against what was put into this simulated city.").text,
        ),
    ] = None,
    calibrate: Annotated[
        int | None,
        typer.Option(
            "--calibrate",
            metavar="CITIES",
            min=1,
            max=100,
            help=T(
                "What the rules cost in so many simulated calm cities (half a minute each)."
            ).text,
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.warn_page import print_warned
    from qingyu.cli.warn_trial_page import print_calibration
    from qingyu.flows import warn as flow
    from qingyu.flows.opening import area_code
    from qingyu.flows.warn_sentence import warned_json
    from qingyu.index.exact_json import dumps

    opened, pack = open_home(home)
    flow.rules_of(pack)
    if calibrate is not None:
        from qingyu.cli.progress import staged
        from qingyu.flows.warn_calibrate import calibrate as simulated

        with staged() as progress:
            words = T("Judging days on which nothing happens")
            cost = simulated(opened, pack, calibrate, lambda done, of: progress(words, done, of))
        if as_json:
            print_json(dumps(cost.to_json()))
        else:
            print_calibration(cost)
        return
    if truth is not None and backtest is None:
        raise UsageError(
            "--truth",
            T("without --backtest"),
            T("the year to hold against the truth"),
            T("Add --backtest YEAR."),
        )
    if backtest is not None:
        _backtest(opened, pack, backtest, looking_back, truth, as_json)
        return
    if notify and (looking_back or as_known):
        raise UsageError(
            "--notify",
            T("beside --hindsight or --as-known"),
            T("what is known this morning"),
            T("Leave the other option out."),
        )
    code = area_code(pack, area) if area else None
    found = flow.warn(opened, pack, period, as_known, code, looking_back=looking_back)
    if notify:
        flow.notify(opened, pack, person(), found)
        found = flow.warn(opened, pack, period, as_known, code, looking_back=looking_back)
    if as_json:
        print_json(dumps(warned_json(found)))
        return
    print_warned(found)


def _backtest(
    home: Home, pack: Pack, period: str, looking_back: bool, truth: Path | None, as_json: bool
) -> None:
    from qingyu.cli.warn_trial_page import print_backtest, print_trial
    from qingyu.flows.warn_backtest import backtest_of, tried
    from qingyu.flows.warn_truth import read_truth, trial
    from qingyu.index.exact_json import dumps

    injected = None if truth is None else read_truth(truth)
    year = tried(home, pack, period, looking_back=looking_back)
    months = backtest_of(pack, year, looking_back)
    plain = months.to_json()
    if not as_json:
        print_backtest(months)
    if injected is not None:
        days = year.period.first, year.period.last
        against = trial(pack, year.found, year.every, injected, *days)
        plain["truth"] = against.to_json()
        if not as_json:
            print_trial(pack, against)
    if as_json:
        print_json(dumps(plain))


def silence(
    area: Annotated[
        str | None,
        typer.Argument(metavar="[AREA]", help=T("Code or name; all within it too.").text),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Argument(
            metavar="[SUBJECT]", help=T("An indicator, dimension or index; * for all.").text
        ),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help=T("Else today.").text)
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help=T("Its last day.").text)
    ] = None,
    because: Annotated[
        str, typer.Option("--because", metavar="TEXT", help=T("The reason, for the log.").text)
    ] = "",
    lift: Annotated[
        int | None,
        typer.Option("--lift", metavar="NUMBER", help=T("End this silence now.").text),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.flows import warn as flow
    from qingyu.flows.opening import area_code
    from qingyu.index.exact_json import dumps

    opened, pack = open_home(home)
    if not because.strip():
        raise UsageError(
            "--because", T("nothing"), T("the reason"), T("Say why: it stands in the log.")
        )
    if lift is not None:
        made = flow.lift(opened, pack, person(), lift, because)
    else:
        if area is None or subject is None or until is None:
            raise UsageError(
                "qingyu silence",
                T("no area, subject or end"),
                T("AREA SUBJECT --until DAY --because TEXT"),
                T("A silence without an end would be a false calm."),
            )
        today = flow.local_now(opened, pack).date()
        start = _day("--from", first) if first else today
        end = _day("--until", until)
        if end < start:
            raise UsageError(
                "--until", until, T("a day not before the first"), T("Mend one of the two days.")
            )
        made = flow.silence(
            opened, pack, person(), area_code(pack, area), subject, start, end, because
        )
    if as_json:
        print_json(dumps(dict(vars(made))))
        return
    say(T("Written down as number {number} of the decision log.", number=made.number))


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            option, text, T("a day such as 2026-10-15"), T("Write the day in this form.")
        ) from None
