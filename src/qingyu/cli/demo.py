"""`qingyu demo`: from a file to an explained grade, with every step said."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from qingyu.cli.helping import HelpfulCommand
from qingyu.cli.options import pack_folder, person
from qingyu.cli.screen import Cell, Column, colour_word, mark, near, out, print_table, say
from qingyu.i18n import T
from qingyu.i18n import Text as Words

if TYPE_CHECKING:
    from qingyu.flows.demo import Demo
    from qingyu.index.rows import Row

HOME = Path("demo-home")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "demo",
        cls=HelpfulCommand,
        help=T("See it work: 911 calls become a graded and explained index.").text,
        epilog="qingyu demo\nqingyu demo --data 911.csv",
    )(demo)


def demo(
    city: Annotated[
        str, typer.Option("--city", metavar="PACK", help=T("The pack's name or folder.").text)
    ] = "montco",
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="FILE", help=T("Your own file in the same layout.").text),
    ] = None,
    home: Annotated[
        Path,
        typer.Option("--home", metavar="FOLDER", help=T("Where the demo keeps its data.").text),
    ] = HOME,
) -> None:
    from qingyu.cli.progress import staged
    from qingyu.flows.demo import demo as walk

    step = 0

    def tell(words: Words) -> None:
        nonlocal step
        step += 1
        say(f"{step}. {words}")

    with staged() as progress:
        found = walk(
            home,
            pack_folder(city),
            data,
            Path("..") / "shared" / "data",
            person(),
            tell,
            progress,
        )
    _print_refusals(found)
    _print_glance(found)
    _print_further(found, home)


def _print_refusals(found: Demo) -> None:
    from qingyu.cli.receipt_page import print_reasons

    print_reasons(found.receipt)
    if found.receipt.rejects is not None and found.receipt.refused:
        file = near(found.receipt.rejects)
        say(T("Refused rows, each with its reasons: {file}", file=file))


def _print_glance(found: Demo) -> None:
    """One table of all areas: the last day and the last month side by side."""
    from qingyu.cli.show_page import counted, headline
    from qingyu.cli.words import name_of_area

    day, month = found.glances
    lowest = month.rows[-1].level
    say("")
    if found.simulated:
        say(T("SIMULATED DATA: no facts about any place."))
    for glance in (day, month):
        for row in glance.rows:
            if row.parent is None:
                out().print(Text.assemble(f"{glance.period.label}  ", headline(found.pack, row)))
        say(counted(found.pack, lowest, [row for row in glance.rows if row.level == lowest]))
    by_day = {row.area: row for row in day.rows}
    rows = [
        [name_of_area(found.pack, row.area), *_cells(by_day.get(row.area)), *_cells(row)]
        for row in month.rows
        if row.level == lowest
    ]
    say("")
    print_table([Column(str(T("Area"))), *_columns(day.period.label),
                 *_columns(month.period.label)], rows)  # fmt: skip
    say("")
    for glance in (day, month):
        if glance.worst is not None:
            name = name_of_area(found.pack, glance.worst.area)
            say(
                T(
                    "Worst of {period}: {name}. {sentence}",
                    period=glance.period.label,
                    name=name,
                    sentence=glance.worst.sentence.text,
                )
            )


def _columns(period: str) -> list[Column]:
    return [
        Column(period),
        Column(str(T("Score")), right=True),
        Column(str(T("Rank")), right=True),
        Column(str(T("Change")), right=True, drop=1),
    ]


def _cells(row: Row | None) -> list[Cell]:
    from qingyu.cli.show_page import score_text
    from qingyu.cli.words import signed

    if row is None:
        return ["", "", "", ""]
    return [
        Text.assemble(mark(row.grade), f" {colour_word(row.grade)}"),
        score_text(row.score),
        "-" if row.rank is None else str(row.rank),
        signed(row.change),
    ]


def _print_further(found: Demo, home: Path) -> None:
    day, month = found.glances
    command = _command()
    worst = month.worst.name if month.worst is not None else month.rows[0].name
    say("")
    say(T("Look further:"))
    say(f'  {command} explain "{worst}" --period {month.period.label} --home {home}')
    say(f"  {command} show --period {day.period.label} --why --home {home}")
    say(f"  {command} supply --home {home}")


def _command() -> str:
    """How this very command is called from here: `qingyu`, or its path in the checkout."""
    called = Path(sys.argv[0]).absolute()
    here = Path.cwd()
    return os.path.relpath(called, here) if called.is_relative_to(here) else "qingyu"
