"""`qingyu now`: today so far, for the officer on duty."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from qingyu.cli.helping import HelpfulCommand
from qingyu.cli.options import HomeOption, JsonOption, KnownOption, open_home
from qingyu.cli.screen import print_json
from qingyu.errors import UsageError
from qingyu.i18n import T


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "now",
        cls=HelpfulCommand,
        help=T(
            "Today so far, against the same hours of comparable days. Provisional: for the "
            "duty room, never for publication."
        ).text,
        epilog="qingyu now traffic_safety --home city-home",
    )(now)


def now(
    topic: Annotated[
        str | None,
        typer.Argument(
            metavar="[TOPIC]", help=T("A dimension or an indicator; without it, all.").text
        ),
    ] = None,
    area: Annotated[
        str | None, typer.Option("--area", metavar="AREA", help=T("Only this area.").text)
    ] = None,
    day: Annotated[
        str | None,
        typer.Option("--day", metavar="DAY", help=T("Another day than today: 2026-10-15.").text),
    ] = None,
    as_known: KnownOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.now_page import print_now
    from qingyu.flows.now import now as so_far
    from qingyu.index.exact_json import dumps

    opened, pack = open_home(home)
    today = opened.clock().astimezone(ZoneInfo(pack.time_zone)).date()
    found = so_far(opened, pack, _day(day) if day else today, topic, area, as_known)
    if as_json:
        print_json(dumps(found.to_json()))
        return
    print_now(pack, found)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            "--day",
            text,
            T("a day such as 2026-10-15"),
            T("Write the day in this form."),
        ) from None
