"""`qingyu release open` and `opened`: what is withheld, shown to an auditor and to nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qingyu.cli.options import HomeOption, open_home
from qingyu.cli.screen import print_json, say, to_json
from qingyu.errors import DamageError, Fault
from qingyu.i18n import TN, T

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help=T("An edition's folder.").text)]


def open_(
    folder: FolderArgument,
    area: Annotated[str, typer.Option("--area", metavar="CODE", help=T("The area.").text)],
    table: Annotated[
        str | None,
        typer.Option("--table", metavar="NAME", help=T("Only rows of this table.").text),
    ] = None,
    part: Annotated[
        str | None,
        typer.Option(
            "--part", metavar="NAME", help=T("Only this part, as in commitments.csv.").text
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    from qingyu.flows.release_open import open_rows
    from qingyu.flows.release_open import to_json as plain

    opened, _ = open_home(home)
    print_json(to_json(plain(open_rows(opened, folder, area, table, part))))


def check(
    folder: FolderArgument,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=T("What the office handed out.").text)
    ],
) -> None:
    from qingyu.flows.release_open import check_openings, read_openings

    given = read_openings(file)
    wrong = check_openings(folder, given)
    if wrong:
        raise DamageError.of([
            Fault(" ".join(filter(None, one.row.key)), T("values that were not committed to"),
                  T("what the edition withholds"), T("Ask the office which of them is wrong."))
            for one in wrong
        ])  # fmt: skip
    say(TN("{count} row is what edition {number} committed to.",
           "{count} rows are what edition {number} committed to.", len(given),
           number=folder.absolute().name))  # fmt: skip
