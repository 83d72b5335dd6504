"""`qingyu init`, `upgrade` and `engine rebuild`: the home folder itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qingyu.cli.helping import HelpfulCommand, HelpfulGroup
from qingyu.cli.options import HomeOption, JsonOption, PackOption, open_home, pack_folder, person
from qingyu.cli.screen import count, print_json, say, to_json
from qingyu.i18n import T, pick

HomeArgument = Annotated[
    Path, typer.Argument(metavar="HOME", help=T("The home folder.").text)
]  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command(
        "init",
        cls=HelpfulCommand,
        help=T("Make a home: the folder that will hold a city's records and results.").text,
        epilog="qingyu init montco-home --pack montco",
    )(init)
    app.command(
        "upgrade",
        cls=HelpfulCommand,
        help=T("Bring a home of an older format to this one, after a backup.").text,
        epilog="qingyu upgrade montco-home",
    )(upgrade)
    group = typer.Typer(
        cls=HelpfulGroup,
        no_args_is_help=True,
        help=T("Look after what is stored.").text,
        epilog="qingyu engine rebuild --home montco-home",
    )
    group.callback()(_engine)
    group.command(
        "rebuild",
        cls=HelpfulCommand,
        help=T("Count the whole cube again from the records, and say whether it differed.").text,
        epilog="qingyu engine rebuild --home montco-home",
    )(rebuild)
    app.add_typer(group, name="engine")


def _engine() -> None:
    """Without a callback Typer would make a group of one command that command itself."""


def init(
    folder: HomeArgument,
    pack: PackOption,
) -> None:
    from qingyu.engine.store import Home
    from qingyu.pack.load import load_pack

    found = load_pack(pack_folder(pack))
    Home.create(folder, Path(found.folder))
    name = pick(found.name.model_dump())
    say(T("Made the home {folder} for {name}.", folder=folder, name=name))
    say(
        T(
            "Next: `qingyu receive {source} FILE --home {folder}`",
            source=found.sources[0].id,
            folder=folder,
        )
    )


def upgrade(folder: HomeArgument) -> None:
    from qingyu.engine.upgrade import upgrade as bring_up

    done = bring_up(folder)
    if done.backup is None:
        say(T("{folder} has format {format} already; nothing to do.", folder=folder,
              format=done.after))  # fmt: skip
        return
    say(
        T(
            "Brought {folder} from format {before} to {after}; as it was it is kept in {backup}.",
            folder=folder,
            before=done.before,
            after=done.after,
            backup=done.backup,
        )
    )


def rebuild(home: HomeOption = None, as_json: JsonOption = False) -> None:
    from qingyu.engine.rebuild import rebuild as count_again

    opened, pack = open_home(home)
    done = count_again(opened, pack, person())
    if as_json:
        counted = [batch.number for batch in done.counted]
        found = {"rows": done.rows, "differing": done.differing, "counted": counted}
        print_json(to_json(found | {"unreadable": done.unreadable}))
        return
    if done.unreadable:
        say(
            T(
                "The stored cube could not be read; counted it anew from the records: {rows} rows.",
                rows=count(done.rows),
            )
        )
    elif done.differing:
        say(
            T(
                "Counted the cube again: {rows} rows, of which {differing} differed; replaced.",
                rows=count(done.rows),
                differing=count(done.differing),
            )
        )
    else:
        say(T("Counted the cube again: {rows} rows, none differed.", rows=count(done.rows)))
