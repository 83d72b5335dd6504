"""`qingyu correct`: what the index office declares of a record that its sender cannot mend."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qingyu.cli.helping import HelpfulCommand
from qingyu.cli.options import HomeOption, JsonOption, naming, open_home, person
from qingyu.cli.screen import print_json, to_json
from qingyu.errors import InputError, UsageError
from qingyu.i18n import T

if TYPE_CHECKING:
    from qingyu.intake.correct import Declaration

COLUMNS = ("record", "field", "old", "new")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "correct",
        cls=HelpfulCommand,
        help=T("Declare that a record is wrong: what stands in it, what is right, and why.").text,
        epilog=(
            "qingyu correct calls 40231 --field kind --was fire --is theft --reason 'letter 118'\n"
            'qingyu correct calls --file slips.csv --reason "call of 3 May" --dry-run'
        ),
    )(correct)


def correct(
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help=T("The source that sent the record.").text),
    ],
    record: Annotated[
        str | None,
        typer.Argument(metavar="RECORD", help=T("The record's key, as for `trace`.").text),
    ] = None,
    field: Annotated[
        str | None,
        typer.Option("--field", metavar="NAME", help=T("A column, or `area`, or `day`.").text),
    ] = None,
    was: Annotated[
        str, typer.Option("--was", metavar="VALUE", help=T("What stands there now.").text)
    ] = "",
    is_: Annotated[str, typer.Option("--is", metavar="VALUE", help=T("What is right.").text)] = "",
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="CSV",
            help=T("Several at once: columns record, field, old, new.").text,
        ),
    ] = None,
    reason: Annotated[
        str,
        typer.Option("--reason", metavar="TEXT", help=T("Who says so, and in what letter.").text),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=T("Only say what would happen.").text)
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.receipt_page import print_receipt
    from qingyu.flows.declare import declare
    from qingyu.intake.correct import Declaration

    opened, pack = open_home(home)
    if file is not None:
        lines = read_lines(file)
    elif record is None or field is None:
        raise UsageError(
            "correct", T("no record or no --field"),
            T("a record and a field, or --file with several"),
            T("See `qingyu correct --help`."),
        )  # fmt: skip
    else:
        lines = [Declaration(record, field, was, is_)]
    receipt = declare(opened, pack, source, lines, reason=reason, who=person(), dry_run=dry_run)
    if as_json:
        print_json(to_json(receipt.public()))
        return
    print_receipt(pack, receipt, naming(home))


def read_lines(path: Path) -> list[Declaration]:
    """The declarations of a CSV file with the columns of `COLUMNS`, in any order."""
    from qingyu.intake.correct import Declaration

    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened, strict=True)
            if set(rows.fieldnames or ()) != set(COLUMNS):
                raise _unreadable(path, ", ".join(rows.fieldnames or ()) or T("no header"))
            return [Declaration(*((row[name] or "").strip() for name in COLUMNS)) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, type(error).__name__) from error


def _unreadable(path: Path, found: object) -> InputError:
    return InputError(
        str(path),
        str(found),
        T("a CSV file in UTF-8 with the columns {columns}", columns=", ".join(COLUMNS)),
        T("Write one line a record and field."),
    )
