"""The sender's commands of `qingyu bundle`: `init`, `make`, `copy`, `rotate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qingyu.cli.bundle_words import sends_of
from qingyu.cli.options import JsonOption, PackOption, pack_folder, person
from qingyu.cli.screen import near, print_json, say, to_json
from qingyu.i18n import T

BoxOption = Annotated[
    Path,
    typer.Option(
        "--box",
        envvar="QINGYU_BOX",
        metavar="FOLDER",
        help=T("The sender's box (or set QINGYU_BOX).").text,
    ),
]
ToOption = Annotated[
    Path | None,
    typer.Option("--to", metavar="FOLDER", help=T("Copy it to the carrier mounted here.").text),
]


def init(
    folder: Annotated[Path, typer.Argument(metavar="BOX", help=T("The new box's folder.").text)],
    stream: Annotated[
        str, typer.Argument(metavar="STREAM", help=T("A short name for what it sends.").text)
    ],
    pack: PackOption,
) -> None:
    from qingyu.cli.bundle_page import print_key
    from qingyu.intake.bundle.outbox import Outbox
    from qingyu.pack.load import load_pack

    found = load_pack(pack_folder(pack))
    box = Outbox.create(folder, stream, str(Path(found.folder).absolute()))
    say(T("Made the box {folder} for the stream {stream}.", folder=folder, stream=stream))
    print_key(box)


def make(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help=T("Files of --source, or SOURCE=FILE for several sources.").text
        ),
    ],
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="SOURCE", help=T("The source of all files named.").text),
    ] = None,
    covers: Annotated[
        list[str] | None,
        typer.Option(
            "--covers",
            metavar="[SOURCE=]A..B",
            help=T("The days of which the file tells all.").text,
        ),
    ] = None,
    version: Annotated[
        list[str] | None,
        typer.Option(
            "--version",
            metavar="[SOURCE=]V",
            help=T("The source's number or time of this batch.").text,
        ),
    ] = None,
    supplement: Annotated[
        list[str] | None,
        typer.Option(
            "--supplement",
            metavar="[SOURCE=]BUNDLE[/ITEM]",
            help=T("Mended rejects of that bundle.").text,
        ),
    ] = None,
    anew: Annotated[
        bool,
        typer.Option("--anew", help=T("Number the same contents once more.").text),
    ] = False,
    box: BoxOption = Path(),
    to: ToOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.bundle_page import print_sent, sent_to_plain
    from qingyu.flows.bundle_make import make as make_one
    from qingyu.intake.bundle.outbox import Outbox
    from qingyu.pack.load import load_pack

    opened = Outbox.open(box)
    sends = sends_of(files, source, covers or [], version or [], supplement or [])
    pack = load_pack(pack_folder(opened.pack))
    sent = make_one(opened, pack, sends, who=person(), anew=anew)
    copies = opened.copy([sent.manifest.number], to) if to is not None else []
    if as_json:
        print_json(to_json(sent_to_plain(sent, copies)))
        return
    print_sent(sent, copies)


def copy(
    numbers: Annotated[
        list[int], typer.Argument(metavar="NUMBER...", help=T("Numbers of bundles.").text)
    ],
    to: Annotated[
        Path,
        typer.Option("--to", metavar="FOLDER", help=T("Copy it to the carrier mounted here.").text),
    ],
    box: BoxOption = Path(),
) -> None:
    from qingyu.intake.bundle.outbox import Outbox

    for path in Outbox.open(box).copy(numbers, to):
        say(T("Copied to {file}", file=near(path)))


def rotate(box: BoxOption = Path()) -> None:
    from qingyu.cli.bundle_page import print_key
    from qingyu.intake.bundle.outbox import Outbox

    opened = Outbox.open(box)
    opened.rotate()
    print_key(opened)
