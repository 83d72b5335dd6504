"""`qingyu daily`: a city's day, for a timer; and the watch over it."""

from __future__ import annotations

from typing import Annotated

import typer

from qingyu.cli.helping import HelpfulCommand
from qingyu.cli.options import HomeOption, JsonOption, open_home, person
from qingyu.cli.screen import note, print_json, to_json
from qingyu.i18n import T

REFUSED = 11  # the run finished, and a file was refused
NOT_RUN = 12  # `--check`: the run has not finished by its hour


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "daily",
        cls=HelpfulCommand,
        help=T(
            "Take what has arrived, compute what is due, say what changed. Safe to run twice. "
            "Ends with 11 if a file was refused."
        ).text,
        epilog="qingyu daily --home city-home\nqingyu daily --home city-home --check 08:30",
    )(daily)


def daily(
    day: Annotated[
        str | None,
        typer.Option("--date", metavar="DAY", help=T("Take this day for today.").text),
    ] = None,
    check: Annotated[
        str | None,
        typer.Option(
            "--check",
            metavar="HOUR",
            help=T("Only tell whether today's run has finished by this hour (else 12).").text,
        ),
    ] = None,
    schema: Annotated[
        bool,
        typer.Option("--schema", help=T("Print the JSON Schema of connectors.yaml.").text),
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.daily_page import print_daily
    from qingyu.flows.daily import daily as run
    from qingyu.flows.daily_watch import day_named, not_run
    from qingyu.index.exact_json import dumps
    from qingyu.intake.connectors.settings import schema as settings_schema

    if schema:
        print_json(to_json(settings_schema()))
        return
    opened, pack = open_home(home)
    if check is not None:
        notice = not_run(opened, pack, check)
        if notice is not None:
            note(notice)
            raise typer.Exit(NOT_RUN)
        return
    done = run(opened, pack, person(), day_named(day) if day else None)
    opened.upkeep()
    if as_json:
        print_json(dumps(done.to_json()))
    else:
        print_daily(pack, done)
    if done.attention:
        raise typer.Exit(REFUSED)
