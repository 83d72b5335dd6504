"""`qingyu release`: drafted, approved by two, published at its moment, checked by all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qingyu.cli.helping import HelpfulCommand, HelpfulGroup
from qingyu.cli.options import (
    HomeOption,
    JsonOption,
    KnownOption,
    PeriodOption,
    open_home,
    person,
)
from qingyu.cli.screen import count, print_json, say, to_json
from qingyu.errors import DamageError, UsageError
from qingyu.i18n import T

if TYPE_CHECKING:
    from qingyu.flows.release import Office

DraftArgument = Annotated[
    str, typer.Argument(metavar="DRAFT", help=T("A draft's name, or its period.").text)
]
BecauseOption = Annotated[
    str | None,
    typer.Option("--because", metavar="TEXT", help=T("The reason, printed in the edition.").text),
]
NeededBecause = Annotated[
    str,
    typer.Option("--because", metavar="TEXT", help=T("The reason, printed in the edition.").text),
]
TrustOption = Annotated[
    Path | None,
    typer.Option(
        "--key", metavar="FILE", help=T("The public key that you know (else the shelf's).").text
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    from qingyu.cli.release_keys import key_group
    from qingyu.cli.release_open import check, open_

    group = typer.Typer(
        cls=HelpfulGroup,
        no_args_is_help=True,
        help=T("Publish editions: signed, never changed, recomputable by a stranger.").text,
        epilog="qingyu release draft --period 2016-10 --home montco-home",
    )
    group.callback()(_release)
    for name, work, help_text, example in (
        (
            "draft", draft,
            T("Freeze a period's results as a draft, which nobody outside can see."),
            "qingyu release draft --period 2016-10 --home montco-home\n"
            "qingyu release draft --period 2016-10 --because \"late calls\" --home montco-home",
        ),
        (
            "approve", approve,
            T("Sign a draft with your own key; every role of publication.yaml has to."),
            "qingyu release approve 2016-10 --key ann.key --home montco-home",
        ),
        (
            "publish", publish,
            T("Put an approved draft on the shelf, not before its moment."),
            "qingyu release publish 2016-10 --home montco-home",
        ),
        (
            "withdraw", withdraw,
            T("Draft the edition that takes one back; it is approved like any other."),
            "qingyu release withdraw 2016-10 --because \"file of another county\" "
            "--home montco-home",
        ),
        (
            "list", list_,
            T("Show editions, drafts with their approvals, and who may approve."),
            "qingyu release list --home montco-home",
        ),
        (
            "verify", verify,
            T("Check an edition, or with --chain a whole shelf; names what was touched."),
            "qingyu release verify shelf/editions/7 --key qingyu.pub\n"
            "qingyu release verify shelf --chain --seen 7:3fa9…",
        ),
        (
            "recheck", recheck,
            T("Compute an edition again from the records as known then, and compare each cell."),
            "qingyu release recheck shelf/editions/7 --home montco-home",
        ),
        (
            "open", open_,
            T("For an auditor: print what an edition withholds of an area, with its salts."),
            "qingyu release open shelf/editions/7 --area 42091 --home city-home > opening.json",
        ),
        (
            "opened", check,
            T("As an auditor: check that what you were given is what the edition committed to."),
            "qingyu release opened shelf/editions/7 opening.json",
        ),
    ):  # fmt: skip
        group.command(name, cls=HelpfulCommand, help=help_text.text, epilog=example)(work)
    group.add_typer(key_group(), name="key")
    app.add_typer(group, name="release")


def _release() -> None:
    """Options of `qingyu release` itself."""


def office_of(home: Path | None) -> Office:
    from qingyu.flows.release import Office

    return Office(*open_home(home))


def draft(
    period: PeriodOption = None,
    as_known: KnownOption = None,
    because: BecauseOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.release_page import draft_to_plain, print_draft
    from qingyu.flows.release import draft as drafted

    office = office_of(home)
    found, again = drafted(office, period, as_known, because)
    plain = draft_to_plain(office, found) | {"again": again}
    print_json(to_json(plain)) if as_json else print_draft(plain)


def approve(
    named: DraftArgument,
    key: Annotated[
        Path, typer.Option("--key", metavar="FILE", help=T("Your own secret key.").text)
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.release_page import draft_to_plain
    from qingyu.flows.release import approve_draft

    office = office_of(home)
    found, who = approve_draft(office, named, key)
    if as_json:
        print_json(to_json(draft_to_plain(office, found)))
        return
    say(T("{person} approved {draft} as {role}.", person=who.person, draft=found.id, role=who.role))


def publish(named: DraftArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    from qingyu.flows.release import publish as published

    edition, again = published(office_of(home), named)
    if as_json:
        print_json(to_json(edition.public() | {"again": again}))
        return
    say(T("Edition {number}: {folder}", number=edition.number, folder=edition.folder))
    say(T("Write down to check the chain later: {number}:{digest}", number=edition.number,
          digest=edition.digest))  # fmt: skip


def withdraw(
    period: Annotated[str, typer.Argument(metavar="PERIOD", help=T("As of --period.").text)],
    because: NeededBecause,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.cli.release_page import draft_to_plain, print_draft
    from qingyu.flows.release import withdraw as withdrawn

    office = office_of(home)
    found, again = withdrawn(office, period, because)
    plain = draft_to_plain(office, found) | {"again": again}
    print_json(to_json(plain)) if as_json else print_draft(plain)


def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    from qingyu.cli.release_page import office_to_plain, print_office

    found = office_to_plain(office_of(home))
    print_json(to_json(found)) if as_json else print_office(found)


def verify(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help=T("An edition's folder; a shelf with --chain.").text),
    ],
    key: TrustOption = None,
    chain: Annotated[
        bool, typer.Option("--chain", help=T("Walk all editions of a shelf.").text)
    ] = False,
    seen: Annotated[
        str | None,
        typer.Option(
            "--seen",
            metavar="NUMBER:DIGEST",
            help=T("With --chain: an edition that you saw before.").text,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.minisign import Public
    from qingyu.release.keyring import trusted_keys
    from qingyu.release.verify import verify as verify_one
    from qingyu.release.verify import verify_chain

    known = None if key is None else Public.read(key)
    if chain:
        found = verify_chain(folder, known, _seen(seen))
    else:
        shelf = folder.absolute().parent.parent
        found = (verify_one(folder, trusted_keys(shelf, known)),)
    if as_json:
        print_json(to_json([
            {"edition": one.number, "sha256sums": one.digest, "key": one.key,
             "members": one.members, "faults": [fault.public() for fault in one.faults]}
            for one in found
        ]))  # fmt: skip
    faults = [fault for one in found for fault in one.faults]
    if faults:
        raise DamageError.of(faults)
    if not as_json:
        for one in found:
            say(T("Edition {number} is whole: {members} members, signed with {key}. {number}:"
                  "{digest}", number=one.number, members=one.members, key=one.key,
                  digest=one.digest))  # fmt: skip


def recheck(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=T("An edition's folder.").text)],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    from qingyu.errors import Fault
    from qingyu.flows.recheck import recheck as rechecked

    opened, _ = open_home(home)
    found = rechecked(opened, folder)
    if as_json:
        plain = dict(vars(found)) | {"differences": [vars(one) for one in found.differences]}
        print_json(to_json(plain))
    if not found.whole:
        remedy = T("Ask who changed the edition, the records or the ledger; see `verify`.")
        faults = [
            Fault(f"{one.table} {one.row}, {one.column}", one.published or T("nothing"),
                  one.recomputed or T("nothing"), remedy)
            for one in found.differences
        ]  # fmt: skip
        for name in ("stations", "cube", "ledger"):
            if not getattr(found, name):
                faults.append(Fault(f"manifest.json, {name}", T("another fingerprint"),
                                    T("that of the records as known then"), remedy))  # fmt: skip
        raise DamageError.of(faults)
    if not as_json:
        say(T("Edition {number} ({period}): {cells} cells computed again, all the same.",
              number=found.edition, period=found.period, cells=count(found.cells)))  # fmt: skip


def _seen(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not number.isdigit() or not digest:
        raise UsageError(
            "--seen", text, T("NUMBER:DIGEST"), T("Copy it from what `verify` printed then.")
        )
    return int(number), digest


__all__ = ["add_to", "office_of", "person"]
