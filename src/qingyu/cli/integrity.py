"""`qingyu integrity`: what an auditor of the data should look at."""

from __future__ import annotations

import typer

from qingyu.cli.helping import HelpfulCommand
from qingyu.cli.options import HomeOption, JsonOption, KnownOption, PeriodOption, open_home
from qingyu.cli.screen import print_json, to_json
from qingyu.i18n import T


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "integrity",
        cls=HelpfulCommand,
        help=T(
            "For the auditor of the data: records that moved between categories, were struck out "
            "or came late after the count, dips at the end of a period, heaping, crowding at "
            "limits, lows beside another source. Nothing of it is stored or published."
        ).text,
        epilog="qingyu integrity --period 2026-09 --home city-home",
    )(integrity)


def integrity(
    period: PeriodOption = None,
    as_known: KnownOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.integrity_page import print_audit
    from qingyu.flows.integrity import integrity as audit

    opened, pack = open_home(home)
    found = audit(opened, pack, period, as_known)
    if as_json:
        print_json(to_json(found.to_json()))
        return
    print_audit(pack, found)
