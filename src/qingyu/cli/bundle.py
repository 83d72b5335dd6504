"""`qingyu bundle`: what crosses from one network to another, made on one side, opened on the other.

Sender: `init`, `make`, `copy`, `rotate`. Receiver: `trust`, `open`, `decide`, `revoke`. Both:
`status`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qingyu.cli.bundle_sender import copy, init, make, rotate
from qingyu.cli.bundle_words import choice_of
from qingyu.cli.helping import HelpfulCommand, HelpfulGroup
from qingyu.cli.options import HomeOption, JsonOption, open_home, person
from qingyu.cli.screen import note, print_json, say, to_json
from qingyu.errors import ConflictError, Fault, InputError, UsageError
from qingyu.i18n import T

if TYPE_CHECKING:
    from qingyu.flows.bundle_open import Opening

StreamArgument = Annotated[str, typer.Argument(metavar="STREAM", help=T("The stream's name.").text)]
BoundariesOption = Annotated[
    Path | None,
    typer.Option(
        "--boundaries", metavar="GEOJSON", help=T("Outlines of areas, to place points.").text
    ),
]
BecauseOption = Annotated[
    str, typer.Option("--because", metavar="TEXT", help=T("The reason, kept with it.").text)
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    group = typer.Typer(
        cls=HelpfulGroup,
        no_args_is_help=True,
        help=T("Carry records from one network to another: signed, numbered, one way.").text,
        epilog="qingyu bundle open /media/usb --home zhuhai-home",
    )
    group.callback()(_bundle)
    for name, work, help_text, example in (
        (
            "init", init,
            T("Sender: make a box, with a new key, that numbers and signs bundles."),
            "qingyu bundle init police-box police --pack zhuhai",
        ),
        (
            "make", make,
            T("Sender: cut personal columns out of files, and make a numbered, signed bundle."),
            "qingyu bundle make calls.csv --source police_110 --box police-box --to /media/usb\n"
            "qingyu bundle make police_110=calls.csv traffic=crashes.csv --box police-box\n"
            "qingyu bundle make mended.csv --source police_110 --supplement 7 --box police-box",
        ),
        (
            "copy", copy,
            T("Sender: copy bundles to the carrier again, the same bytes."),
            "qingyu bundle copy 7 8 --box police-box --to /media/usb",
        ),
        (
            "rotate", rotate,
            T("Sender: make a new key, used from the next bundle on."),
            "qingyu bundle rotate --box police-box",
        ),
        (
            "trust", trust,
            T("Receiver: believe what a key signs, for one stream and the sources named."),
            "qingyu bundle trust police.pub police --source police_110 --home zhuhai-home",
        ),
        (
            "open", open_,
            T("Receiver: check bundles and receive their files; a second time changes nothing."),
            "qingyu bundle open /media/usb --home zhuhai-home\n"
            "qingyu bundle open police-000007.qyb police-000008.qyb --home zhuhai-home",
        ),
        (
            "decide", decide,
            T("Receiver: say which of two bundles with one number counts, or that one is lost."),
            "qingyu bundle decide police 7 --keep 3fa9c012 --because \"call with the sender\" "
            "--home zhuhai-home\n"
            "qingyu bundle decide police 9 --lost --because \"stick broken\" --home zhuhai-home",
        ),
        (
            "revoke", revoke,
            T("Receiver: believe a key no more, but for bundles up to a number."),
            "qingyu bundle revoke police 1F0C9A52B7D3E486 --after 41 --because renewed "
            "--home zhuhai-home",
        ),
        (
            "status", status,
            T("Show streams: last number, gaps, forks, alterations, keys, when the last arrived."),
            "qingyu bundle status --home zhuhai-home\nqingyu bundle status --box police-box",
        ),
    ):  # fmt: skip
        group.command(name, cls=HelpfulCommand, help=help_text.text, epilog=example)(work)
    app.add_typer(group, name="bundle")


def _bundle() -> None:
    """Options of `qingyu bundle` itself."""


# -- the receiver -----------------------------------------------------------------------------


def trust(
    key: Annotated[
        Path, typer.Argument(metavar="KEY.pub", help=T("The public key you were handed.").text)
    ],
    stream: StreamArgument,
    source: Annotated[
        list[str],
        typer.Option(
            "--source", metavar="SOURCE", help=T("A source it may send; once for each.").text
        ),
    ],
    gaps: Annotated[
        str,
        typer.Option(
            "--gaps",
            metavar="take|wait",
            help=T("What follows a missing number: take it and warn, or let it wait.").text,
        ),
    ] = "take",
    home: HomeOption = None,
) -> None:
    from qingyu.flows.bundle_open import inbox_of
    from qingyu.intake.options import source_of
    from qingyu.minisign import Public

    opened, pack = open_home(home)
    for one in source:
        source_of(pack, one)
    public = Public.read(key)
    inbox_of(opened).trust(stream, public, source, choice_of(gaps), person())
    say(
        T(
            "The stream {stream} is trusted with key {key}. Compare these digits with the sender's "
            "by telephone.",
            stream=stream,
            key=public.name,
        )
    )


def open_(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE|FOLDER...", help=T("Bundles, or folders of them.").text),
    ],
    boundaries: BoundariesOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.progress import staged
    from qingyu.flows.bundle_open import open_bundles

    opened, pack = open_home(home)
    with staged() as progress:
        done = open_bundles(
            opened, pack, files, who=person(), boundaries=boundaries, progress=progress
        )
        opened.upkeep()
    _told(done, as_json)


def decide(
    stream: StreamArgument,
    number: Annotated[
        str,
        typer.Argument(
            metavar="NUMBER", help=T("The bundle's number; with --lost also FIRST-LAST.").text
        ),
    ],
    because: BecauseOption,
    keep: Annotated[
        str | None,
        typer.Option(
            "--keep",
            metavar="DIGEST",
            help=T("The bundle that counts; the other is set aside.").text,
        ),
    ] = None,
    lost: Annotated[
        bool, typer.Option("--lost", help=T("Nobody can bring this bundle any more.").text)
    ] = False,
    boundaries: BoundariesOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.bundle_words import numbers_of
    from qingyu.flows.bundle_open import decide as decide_one

    if lost == (keep is not None):
        raise UsageError(
            "qingyu bundle decide",
            T("both or neither of --keep and --lost"),
            T("one of them"),
            T("Name the digest that counts, or say that the bundle is lost."),
        )
    opened, pack = open_home(home)
    numbers = numbers_of(number, many=lost)
    decision, done = decide_one(
        opened, pack, stream, numbers, keep, who=person(), because=because, boundaries=boundaries
    )
    opened.upkeep()
    if not as_json:
        said = T("lost for good") if decision.digest is None else decision.digest[:16]
        say(
            T(
                "Decided by {who}: bundle {number} of {stream}: {what}.",
                who=decision.who,
                number=number,
                stream=stream,
                what=said,
            )
        )
    _told(done, as_json)


def revoke(
    stream: StreamArgument,
    key: Annotated[str, typer.Argument(metavar="KEY", help=T("The key's sixteen digits.").text)],
    because: BecauseOption,
    after: Annotated[
        int,
        typer.Option("--after", metavar="NUMBER", help=T("The last bundle it is good for.").text),
    ] = 0,
    home: HomeOption = None,
) -> None:
    from qingyu.flows.bundle_open import inbox_of

    opened, _ = open_home(home)
    inbox_of(opened).revoke(stream, key.upper(), after, person(), because)
    say(T("Key {key} of {stream} is revoked after bundle {number}.", key=key.upper(),
          stream=stream, number=after))  # fmt: skip


def status(
    home: HomeOption = None,
    box: Annotated[
        Path | None,
        typer.Option(
            "--box",
            envvar="QINGYU_BOX",
            metavar="FOLDER",
            help=T("The sender's box (or set QINGYU_BOX).").text,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.bundle_page import print_box, print_streams
    from qingyu.flows.bundle_open import inbox_of
    from qingyu.flows.bundle_status import box_status, stream_status
    from qingyu.intake.bundle.outbox import Outbox

    if box is not None and home is None:
        sent = box_status(Outbox.open(box))
        print_json(to_json(sent)) if as_json else print_box(sent)
        return
    opened, _ = open_home(home)
    found = stream_status(inbox_of(opened))
    print_json(to_json(found)) if as_json else print_streams(found)


def _told(done: Opening, as_json: bool) -> None:
    """Print what became of the bundles; then fail if one was refused, or a stream stands still."""
    from qingyu.cli.bundle_page import opening_to_plain, print_opening

    if as_json:
        print_json(to_json(opening_to_plain(done)))
    else:
        print_opening(done)
    refused = [fault for one in done.files if one.refused for fault in one.refused.faults]
    if refused:
        raise InputError.of(refused)
    forks = [
        Fault(
            f"{stream} {number}",
            T("different bundles with this number: {digests}",
              digests=", ".join(digest[:16] for digest in digests)),
            T("one bundle for each number"),
            T("Ask the sender which one is right; then `qingyu bundle decide {stream} {number} "
              "--keep DIGEST`. Nothing more of this stream is received until then.",
              stream=stream, number=number),
        )
        for stream in sorted({o.node.manifest.stream for o in done.files if o.node is not None})
        for number, digests in sorted(done.states[stream].forks.items())
    ]  # fmt: skip
    if forks:
        raise ConflictError.of(forks)
    if not done.files and not as_json:
        note(T("No bundle there."))
