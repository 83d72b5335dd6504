"""`qingyu cap`: documents of the Common Alerting Protocol, checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qingyu.cli.helping import HelpfulCommand, HelpfulGroup
from qingyu.cli.options import JsonOption
from qingyu.cli.screen import note, print_json, say, to_json
from qingyu.errors import InputError
from qingyu.i18n import TN, T, Text

if TYPE_CHECKING:
    from qingyu.release.cap.check import Checked


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(
        cls=HelpfulGroup,
        no_args_is_help=True,
        help=T("Public warnings in CAP 1.2; editions carry them, and this checks anybody's.").text,
        epilog="qingyu cap check warning.xml",
    )
    group.callback()(_cap)
    group.command(
        "check",
        cls=HelpfulCommand,
        help=T("Hold CAP 1.2 documents against the standard, each other and a shelf; names each "
               "fault with the number of its check.").text,
        epilog="qingyu cap check warning.xml\n"
               "qingyu cap check shelf/latest/day/cap/*.xml --shelf shelf --key qingyu.pub",
    )(check)  # fmt: skip
    app.add_typer(group, name="cap")


def _cap() -> None:
    """Options of `qingyu cap` itself."""


def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help=T("CAP documents (XML).").text)
    ],
    shelf: Annotated[
        Path | None,
        typer.Option(
            "--shelf", metavar="DIR", help=T("The log and feeds to hold them against.").text
        ),
    ] = None,
    boundaries: Annotated[
        Path | None,
        typer.Option("--boundaries", metavar="GEOJSON", help=T("Outlines by code of area.").text),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help=T("The public key that you know.").text),
    ] = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    from qingyu.flows.cap import Against, check_files
    from qingyu.minisign import Public

    known = None if key is None else Public.read(key)
    found = check_files(files, Against(shelf, boundaries, known))
    if as_json:
        print_json(to_json([_plain(one) for one in found]))
    faults = [one.fault for checked in found for one in checked.findings]
    if not as_json:
        for one in found:
            _tell(one)
    if faults:
        raise InputError.of(faults)


def _plain(one: Checked) -> dict[str, object]:
    return {
        "file": one.name,
        "faults": [finding.public() for finding in one.findings],
        "unchecked": list(one.unchecked),
        "ends": list(one.shown),
    }


def _tell(one: Checked) -> None:
    if one.findings:
        numbers = sorted({finding.check for finding in one.findings})
        say(TN("{file}: one fault, by check {numbers}",
               "{file}: {count} faults, by checks {numbers}", len(one.findings),
               file=one.name, numbers=_listed(numbers)))  # fmt: skip
    else:
        say(T("{file}: nothing wrong in {count} of 12 checks", file=one.name,
              count=12 - len(one.unchecked)))  # fmt: skip
    if one.unchecked:
        note(T("Not checked: {numbers} (needs --shelf, or for a signature --key).",
               numbers=_listed(one.unchecked)))  # fmt: skip
    for ended in one.shown:
        note(T("This Cancel would end {message}, among others: look before it is sent.",
               message=ended))  # fmt: skip


def _listed(numbers: list[int] | tuple[int, ...]) -> Text:
    from qingyu.release.cap.finding import CHECKS

    return "; ".join(f"{number} {CHECKS[number]}" for number in numbers)
