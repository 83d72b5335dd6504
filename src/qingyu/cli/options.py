"""Options that several commands share, and what they mean."""

from __future__ import annotations

import getpass
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qingyu.errors import HomeError, NotFoundError
from qingyu.i18n import T

if TYPE_CHECKING:
    from qingyu.engine.store import Home
    from qingyu.pack.model import Pack

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        envvar="QINGYU_HOME",
        metavar="FOLDER",
        help=T("The city's home folder (or set QINGYU_HOME).").text,
    ),
]
PackOption = Annotated[
    str,
    typer.Option(
        "--pack",
        metavar="DIR",
        help=T("The pack's folder, or the name of one that comes with Qingyu.").text,
    ),
]
JsonOption = Annotated[
    bool,
    typer.Option("--json", help=T("Print JSON with stable names, for other programs.").text),
]
PeriodOption = Annotated[
    str | None,
    typer.Option(
        "--period",
        metavar="PERIOD",
        help=T("2016-10-15, 2016-W42, 2016-10-X2, 2016-10, 2016-Q3 or 2016.").text,
    ),
]
KnownOption = Annotated[
    str | None,
    typer.Option(
        "--as-known",
        metavar="DATE|BATCH",
        help=T(
            "Answer from what had been received by the end of that day, or with that batch."
        ).text,
    ),
]


def home_folder(home: Path | None) -> Path:
    """The folder that was named, or an error that says how to name one."""
    if home is None:
        raise HomeError(
            "--home",
            T("no home named"),
            T("the folder of a city's data"),
            T("Add --home FOLDER or set QINGYU_HOME; `qingyu init FOLDER --pack DIR` makes one."),
        )
    return home


def naming(home: Path | None) -> str:
    """The words that name this home in another command; none if QINGYU_HOME does it."""
    folder = str(home_folder(home))
    return "" if os.environ.get("QINGYU_HOME") == folder else f" --home {shlex.quote(folder)}"


def person() -> str:
    """Who is at the keyboard, for the receipt; `QINGYU_WHO` names someone else."""
    named = os.environ.get("QINGYU_WHO")
    if named:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return f"uid {os.getuid()}"


def open_home(home: Path | None) -> tuple[Home, Pack]:
    """The home that was named, and the pack it was made for."""
    from qingyu.engine.store import Home
    from qingyu.pack.load import load_pack

    opened = Home.open(home_folder(home))
    if not opened.pack_folder.is_dir():
        raise HomeError(
            str(opened.folder / "pack"),
            T("{folder}, which is no longer there", folder=opened.pack_folder),
            T("the folder of the home's pack"),
            T("Put the pack back, or write its new folder into this file."),
        )
    return opened, load_pack(opened.pack_folder)


def pack_folder(named: str) -> Path:
    """A pack's folder by its path, or by the name of one that comes with Qingyu."""
    import qingyu

    if Path(named).is_dir():
        return Path(named)
    package = Path(qingyu.__file__).parent
    for folder in (package / "packs" / named, package.parents[1] / "packs" / named):
        if (folder / "pack.yaml").is_file():
            return folder
    raise NotFoundError(
        named,
        T("no pack"),
        T("a folder that holds a pack.yaml"),
        T("Name the folder of a pack; `qingyu new FOLDER` makes one."),
    )
