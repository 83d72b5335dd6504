"""`qingyu simulate`: made-up files with known truth, to try things on."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qingyu.cli.helping import HelpfulCommand, HelpfulGroup
from qingyu.cli.options import JsonOption, pack_folder
from qingyu.cli.screen import Column, count, print_json, print_table, say, to_json
from qingyu.errors import UsageError
from qingyu.i18n import T

if TYPE_CHECKING:
    from qingyu.simulate.city.city import Written

_FIRST, _LAST, _DAY = "2021-11-01", "2026-10-31", "2026-10-31"


class Faults(StrEnum):
    none = "none"
    usual = "usual"
    many = "many"


class _SimulateGroup(HelpfulGroup):
    """`qingyu simulate 911.csv` means `qingyu simulate montco 911.csv`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and self.get_command(ctx, args[0]) is None and args[0].endswith(".csv"):
            args = ["montco", *args]
        return super().resolve_command(ctx, args)


Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help=T("The folder to make; it must be new or empty.").text)
]
Seed = Annotated[
    int, typer.Option("--seed", metavar="N", min=0, help=T("Another seed, another city.").text)
]
First = Annotated[
    str, typer.Option("--from", metavar="DAY", help=T("The first day, YYYY-MM-DD.").text)
]
Last = Annotated[str, typer.Option("--to", metavar="DAY", help=T("The last day.").text)]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(
        cls=_SimulateGroup,
        no_args_is_help=True,
        help=T("Write made-up files with known truth, to try things on.").text,
        epilog="qingyu simulate zhuhai city --from 2026-07-01 --to 2026-10-31",
    )
    group.callback()(_simulate)
    group.command(
        "zhuhai",
        cls=HelpfulCommand,
        help=T("A Zhuhai-like city: files of sixteen departments, with faults and the truth.").text,
        epilog="qingyu simulate zhuhai city\n"
        "qingyu simulate zhuhai city --from 2026-07-01 --faults many",
    )(zhuhai)
    group.command(
        "nation",
        cls=HelpfulCommand,
        help=T("A nation: a pack and hundreds of files of tens of thousands of towns.").text,
        epilog="qingyu simulate nation big --towns 40000 --events 10000000 --files 400",
    )(nation)
    group.command(
        "montco",
        cls=HelpfulCommand,
        help=T("Write a made-up file of 911 calls to try things on.").text,
        epilog="qingyu simulate montco 911.csv",
    )(montco)
    app.add_typer(group, name="simulate")


def _simulate() -> None:
    """Without a callback Typer would not take the group's own words."""


def zhuhai(
    folder: Folder,
    first: First = _FIRST,
    last: Last = _LAST,
    seed: Seed = 2014,
    faults: Annotated[
        Faults, typer.Option("--faults", help=T("How many faults the files have.").text)
    ] = Faults.usual,
    scale: Annotated[
        float,
        typer.Option(
            "--scale", metavar="X", min=0.01, max=20, help=T("Times as much of all.").text
        ),
    ] = 1.0,
    recent: Annotated[
        int,
        typer.Option(
            "--recent",
            metavar="MONTHS",
            min=1,
            help=T("Last months that come day by day; what is older comes year by year.").text,
        ),
    ] = 2,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.progress import staged
    from qingyu.flows.simulate import simulate_city

    days = _day(first, "--from"), _day(last, "--to")
    with staged() as progress:
        written = simulate_city(
            pack_folder("zhuhai"), folder, first=days[0], last=days[1], seed=seed,
            faults=faults.value, scale=scale, recent=recent, progress=progress,
        )  # fmt: skip
    if as_json:
        print_json(to_json(written.public()))
        return
    _print_city(written)


def _print_city(written: Written) -> None:
    from qingyu.simulate.city.faults import sentence

    say(
        T(
            "SIMULATED: {rows} made-up rows in {files} files, {first} to {last}, seed {seed}, "
            "in {folder}.",
            rows=count(written.rows),
            files=count(written.files),
            first=written.first,
            last=written.last,
            seed=written.seed,
            folder=written.folder,
        )
    )
    say(
        T(
            "What is true stands in {folder}; no department sees it.",
            folder=written.folder / "truth",
        )
    )
    if written.faults:
        say("")
        titles = [Column(str(T("Fault"))), Column(str(T("Files")), right=True),
                  Column(str(T("Rows or files")), right=True)]  # fmt: skip
        rows = [
            [str(sentence(name)), count(files), count(rows)]
            for name, (files, rows) in written.faults.items()
        ]
        print_table(titles, rows)


def nation(
    folder: Folder,
    towns: Annotated[
        int, typer.Option("--towns", metavar="N", min=1, max=99_999, help=T("How many towns.").text)
    ] = 40_000,
    events: Annotated[
        int, typer.Option("--events", metavar="N", min=1, help=T("About how many records.").text)
    ] = 10_000_000,
    files: Annotated[
        int, typer.Option("--files", metavar="N", min=1, help=T("How many files.").text)
    ] = 400,
    first: First = _DAY,
    last: Last = _DAY,
    seed: Seed = 2014,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.progress import staged
    from qingyu.simulate.city.nation import write_nation

    with staged() as progress:
        written = write_nation(
            folder, towns=towns, happenings=events, files=files, first=_day(first, "--from"),
            last=_day(last, "--to"), seed=seed, progress=progress,
        )  # fmt: skip
    if as_json:
        print_json(to_json(written.public()))
        return
    say(
        T(
            "SIMULATED: {rows} made-up rows of {towns} towns in {files} files, {first} to {last}, "
            "seed {seed}, with a pack in {folder}.",
            rows=count(written.rows),
            towns=count(written.towns),
            files=count(written.files),
            first=written.first,
            last=written.last,
            seed=written.seed,
            folder=written.folder / "pack",
        )
    )


def montco(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=T("The CSV file to write.").text)],
    rows: Annotated[
        int, typer.Option("--rows", metavar="N", min=100, help=T("About how many calls.").text)
    ] = 40_000,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help=T("Another seed, other calls.").text)
    ] = 911,
) -> None:
    from qingyu.pack.load import load_pack
    from qingyu.simulate.montco import write_calls

    if file.exists():
        raise UsageError(
            str(file),
            T("a file that is there already"),
            T("a name that is free"),
            T("Choose another name; nothing is ever written over."),
        )
    written = write_calls(load_pack(pack_folder("montco")), file, rows, seed)
    say(
        T(
            "SIMULATED: {rows} made-up calls, {first} to {last}, seed {seed}, in {file}.",
            rows=count(written.rows),
            first=written.first,
            last=written.last,
            seed=written.seed,
            file=written.path,
        )
    )


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{option} {text}",
            T("no day"),
            T("a day such as 2026-10-31"),
            T("Write year, month and day."),
        ) from error
