"""`qingyu receive`, `withdraw`, `supply`: what departments send, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qingyu.cli.helping import HelpfulCommand
from qingyu.cli.options import HomeOption, JsonOption, naming, open_home, person
from qingyu.cli.screen import print_json, to_json
from qingyu.errors import UsageError
from qingyu.i18n import T

if TYPE_CHECKING:
    from qingyu.engine.store import Home
    from qingyu.pack.model import Pack


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command(
        "receive",
        cls=HelpfulCommand,
        help=T(
            "Take in a department's file (CSV, workbook, JSON Lines or Parquet) and give a receipt."
        ).text,
        epilog=(
            "qingyu receive calls 911.csv --home montco-home --dry-run\n"
            "qingyu receive calls 911.csv --home montco-home\n"
            "qingyu receive calls day-1.csv day-2.csv --each --home montco-home\n"
            "qingyu receive calls montco-home/rejects/1.csv --home montco-home --supplement 1"
        ),
    )(receive)
    app.command(
        "withdraw",
        cls=HelpfulCommand,
        help=T("Take a whole batch back; what earlier batches said holds again.").text,
        epilog="qingyu withdraw 7 --home montco-home",
    )(withdraw)
    app.command(
        "supply",
        cls=HelpfulCommand,
        help=T("Show what each source covers, and what is late, suspect or refused.").text,
        epilog="qingyu supply --home montco-home",
    )(supply)


def receive(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help=T("The source: the stem of its file in the pack's sources/.").text,
        ),
    ],
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help=T("One or more files of one batch.").text),
    ],
    each: Annotated[
        bool,
        typer.Option(
            "--each",
            help=T("Each file is a batch of its own; one that is refused stops no other.").text,
        ),
    ] = False,
    covers: Annotated[
        str | None,
        typer.Option(
            "--covers", metavar="A..B", help=T("The days of which the file tells all.").text
        ),
    ] = None,
    version: Annotated[
        str | None,
        typer.Option(
            "--version", metavar="V", help=T("The source's number or time of this batch.").text
        ),
    ] = None,
    supplement: Annotated[
        int | None,
        typer.Option("--supplement", metavar="BATCH", help=T("Mended rejects of this batch.").text),
    ] = None,
    boundaries: Annotated[
        Path | None,
        typer.Option(
            "--boundaries", metavar="GEOJSON", help=T("Outlines of areas, to place points.").text
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=T("Only say what would happen.").text)
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.progress import staged
    from qingyu.cli.receipt_page import print_receipt
    from qingyu.intake.receive import receive as take_in

    opened, pack = open_home(home)
    days = days_between(covers)
    if each:
        if supplement is not None:
            raise UsageError(
                "--each",
                T("--supplement beside it"),
                T("files that are batches of their own"),
                T("Leave --each away: a supplement is one batch."),
            )
        _receive_each(
            opened, pack, source, files, Sent(days, version, boundaries, dry_run), home,
            as_json=as_json,
        )  # fmt: skip
        return
    with staged() as progress:
        receipt = take_in(
            opened,
            pack,
            source,
            files,
            covers=days,
            version=version,
            supplement=supplement,
            dry_run=dry_run,
            boundaries=boundaries,
            who=person(),
            progress=progress,
        )
        if not dry_run:
            opened.upkeep()
    if as_json:
        print_json(to_json(receipt.public()))
        return
    print_receipt(pack, receipt, naming(home))


@dataclass(frozen=True)
class Sent:
    """What is said of all files alike."""

    covers: tuple[date, date] | None
    version: str | None
    boundaries: Path | None
    dry_run: bool


def _receive_each(
    opened: Home,
    pack: Pack,
    source: str,
    files: list[Path],
    sent: Sent,
    home: Path | None,
    *,
    as_json: bool,
) -> None:
    """Every file is tried; the command then ends with the exit code of the first refusal."""
    from qingyu.cli.progress import staged
    from qingyu.cli.receipt_page import print_taken
    from qingyu.flows.receive_each import receive_each

    with staged() as progress:
        found = receive_each(
            opened, pack, source, files, covers=sent.covers, version=sent.version,
            boundaries=sent.boundaries, dry_run=sent.dry_run, who=person(), progress=progress,
        )  # fmt: skip
        if not sent.dry_run:
            opened.upkeep()
    if as_json:
        print_json(to_json([taken.public() for taken in found]))
    else:
        for taken in found:
            print_taken(pack, taken, naming(home))
    refused = [taken.refused for taken in found if taken.refused is not None]
    if refused:
        raise typer.Exit(refused[0].exit_code)


def withdraw(
    batch: Annotated[
        int, typer.Argument(metavar="BATCH", help=T("The number on its receipt.").text)
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.receipt_page import print_receipt
    from qingyu.intake.withdraw import withdraw as take_back

    opened, pack = open_home(home)
    receipt = take_back(opened, pack, batch, person())
    if as_json:
        print_json(to_json(receipt.public()))
        return
    print_receipt(pack, receipt, naming(home))


def supply(
    today: Annotated[
        str | None,
        typer.Option(
            "--today", metavar="DAY", help=T("Judge lateness as of this day (default: now).").text
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from qingyu.cli.supply_page import print_supply, to_plain
    from qingyu.index.exact_json import dumps
    from qingyu.intake.supply import supply as supplied

    opened, pack = open_home(home)
    day = day_of(today, "--today") if today else datetime.now(ZoneInfo(pack.time_zone)).date()
    rows = supplied(opened, pack, day)
    if as_json:
        print_json(dumps([to_plain(row) for row in rows]))
        return
    print_supply(pack, rows)


def days_between(text: str | None) -> tuple[date, date] | None:
    """`2016-10-01..2016-10-31` as two days; one day alone is a range of one day."""
    if text is None:
        return None
    first, _, last = text.partition("..")
    begin, end = day_of(first, "--covers"), day_of(last or first, "--covers")
    if end < begin:
        raise UsageError(
            "--covers",
            T("{text}, which ends before it begins", text=text),
            "2016-10-01..2016-10-31",
            T("Write the earlier day first."),
        )
    return begin, end


def day_of(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            option,
            T("{text}, which is no day", text=text),
            "2016-10-15",
            T("Write days as year-month-day."),
        ) from None
