"""`qingyu pack check|test|schema` and `qingyu new`: for the author of a method."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qingyu.cli.helping import HelpfulCommand, HelpfulGroup
from qingyu.cli.options import JsonOption, pack_folder
from qingyu.cli.screen import print_json, say, to_json
from qingyu.errors import PackError
from qingyu.i18n import T, pick

FolderArgument = Annotated[
    Path, typer.Argument(metavar="FOLDER", help=T("The pack's folder.").text)
]
PackArgument = Annotated[
    str,
    typer.Argument(
        metavar="PACK",
        help=T("The pack's folder, or the name of one that comes with Qingyu.").text,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command(
        "new",
        cls=HelpfulCommand,
        help=T(
            "Make the folder of a new pack: a small one that is whole and passes its cases."
        ).text,
        epilog='qingyu new packs/springfield --name "Springfield"',
    )(new)
    group = typer.Typer(
        cls=HelpfulGroup,
        no_args_is_help=True,
        help=T("Check a pack, run its own cases, print its schema.").text,
        epilog="qingyu pack check packs/montco",
    )
    group.command(
        "check",
        cls=HelpfulCommand,
        help=T("Find every fault of a pack at once, each with file, line, key and remedy.").text,
        epilog="qingyu pack check packs/montco",
    )(check)
    group.command(
        "test",
        cls=HelpfulCommand,
        help=T("Compute the pack's own cases and hold them against what they expect.").text,
        epilog="qingyu pack test packs/montco",
    )(run_cases)
    group.command(
        "schema",
        cls=HelpfulCommand,
        help=T("Print the JSON Schema of each kind of pack file, for editors.").text,
        epilog="qingyu pack schema > pack.schema.json",
    )(print_schema)
    app.add_typer(group, name="pack")


def new(
    folder: FolderArgument,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help=T("The city's printed name.").text)
    ] = "",
) -> None:
    from qingyu.pack.new import new_pack

    new_pack(folder, name or folder.name)
    say(T("Made the pack {folder}.", folder=folder))
    say(T("Next: `qingyu pack check {folder}`, then edit areas.csv and sources/.", folder=folder))


def check(pack_named: PackArgument, as_json: JsonOption = False) -> None:
    from qingyu.pack.check import check_pack
    from qingyu.pack.load import load_pack

    folder = pack_folder(pack_named)
    faults = check_pack(folder)
    if faults:
        raise PackError.of(faults)
    pack = load_pack(folder)
    if as_json:
        print_json(to_json({"pack": pack.id, "version": pack.version, "digest": pack.digest,
                            "faults": []}))  # fmt: skip
        return
    say(
        T(
            "{name} ({id}, version {version}): {areas} areas, {sources} sources, {indicators} "
            "indicators, {cases} cases; no faults.",
            name=pick(pack.name.model_dump()),
            id=pack.id,
            version=pack.version,
            areas=len(pack.areas),
            sources=len(pack.sources),
            indicators=len(pack.indicators),
            cases=len(pack.cases),
        )
    )


def run_cases(pack_named: PackArgument, as_json: JsonOption = False) -> None:
    from qingyu.flows.cases import run_cases as outcomes_of
    from qingyu.pack.load import load_pack

    pack = load_pack(pack_folder(pack_named))
    outcomes = outcomes_of(pack)
    if as_json:
        print_json(to_json([outcome.to_json() for outcome in outcomes]))
    else:
        right = sum(outcome.holds for outcome in outcomes)
        say(
            T(
                "{cases} cases, {expectations} expectations: {right} hold.",
                cases=len(pack.cases) + len(pack.warning_cases),
                expectations=len(outcomes),
                right=right,
            )
        )
    outcomes_of(pack, strict=True)


def print_schema() -> None:
    from qingyu.pack.schema import schema

    print_json(to_json(schema()))
