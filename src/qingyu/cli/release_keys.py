"""`qingyu release key`: the office's key, and the keys of those who approve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qingyu.cli.helping import HelpfulCommand, HelpfulGroup
from qingyu.cli.options import HomeOption
from qingyu.cli.screen import near, say
from qingyu.i18n import T

KeyArgument = Annotated[
    str, typer.Argument(metavar="KEY", help=T("The key's sixteen digits.").text)
]


def key_group() -> typer.Typer:
    group = typer.Typer(
        cls=HelpfulGroup,
        no_args_is_help=True,
        help=T("Keys: the office's, which signs editions, and those of who approves.").text,
        epilog="qingyu release key new --home montco-home",
    )
    group.callback()(_key)
    for name, work, help_text, example in (
        (
            "new", new,
            T("Make the office's key; again: a new one from the next edition on."),
            "qingyu release key new --shelf /srv/shelf --home montco-home",
        ),
        (
            "revoke", revoke,
            T("Believe the office's key only up to an edition; then make a new one."),
            "qingyu release key revoke --after 41 --because stolen --home montco-home",
        ),
        (
            "make", make,
            T("Make a key pair of your own, to approve with."),
            "qingyu release key make ann",
        ),
        (
            "trust", trust,
            T("Say whose key it is, and in which role that person approves."),
            "qingyu release key trust ann.pub --person Ann --role analyst --home montco-home",
        ),
        (
            "end", end,
            T("End an approver's key: what it signed and is not published counts no more."),
            "qingyu release key end 1F0C9A52B7D3E486 --home montco-home",
        ),
    ):  # fmt: skip
        group.command(name, cls=HelpfulCommand, help=help_text.text, epilog=example)(work)
    return group


def _key() -> None:
    """Options of `qingyu release key` itself."""


def new(
    shelf: Annotated[
        Path | None,
        typer.Option("--shelf", metavar="FOLDER", help=T("What is served (else home/shelf).").text),
    ] = None,
    because: Annotated[
        str | None, typer.Option("--because", metavar="TEXT", help=T("Why it changes.").text)
    ] = None,
    home: HomeOption = None,
) -> None:
    from qingyu.cli.release import office_of
    from qingyu.flows.release_keys import new_key

    office = office_of(home)
    key = new_key(office, shelf, because)
    say(T("The office's key is {key}, from edition {number} on; the shelf is {folder}.",
          key=key.public.name, number=key.first, folder=office.shelf.folder))  # fmt: skip


def revoke(
    after: Annotated[
        int, typer.Option("--after", metavar="NUMBER", help=T("The last edition to believe.").text)
    ],
    because: Annotated[str, typer.Option("--because", metavar="TEXT", help=T("Why.").text)],
    home: HomeOption = None,
) -> None:
    from qingyu.cli.release import office_of
    from qingyu.flows.release_keys import revoke_key

    key = revoke_key(office_of(home), after, because)
    say(T("Key {key} ends with edition {number}; a new one is in force.", key=key.public.name,
          number=after))  # fmt: skip


def make(
    name: Annotated[Path, typer.Argument(metavar="NAME", help=T("NAME.key and NAME.pub.").text)],
) -> None:
    from qingyu.flows.release_keys import make_pair

    secret, public, key = make_pair(name)
    say(T("Key {key}: keep {secret} for yourself, hand over {public}.", key=key,
          secret=near(secret), public=near(public)))  # fmt: skip


def trust(
    key: Annotated[Path, typer.Argument(metavar="KEY.pub", help=T("Their public key.").text)],
    who: Annotated[str, typer.Option("--person", metavar="NAME", help=T("Whose it is.").text)],
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help=T("In which role.").text)],
    home: HomeOption = None,
) -> None:
    from qingyu.cli.release import office_of
    from qingyu.flows.release_keys import trust_person

    trusted = trust_person(office_of(home), key, who, role)
    say(T("{person} approves as {role} with the key {key}.", person=who, role=role,
          key=trusted.public.name))  # fmt: skip


def end(key: KeyArgument, home: HomeOption = None) -> None:
    from qingyu.cli.release import office_of
    from qingyu.flows.release_keys import end_person

    ended = end_person(office_of(home), key)
    say(T("The key {key} of {person} is ended.", key=ended.public.name, person=ended.person))
