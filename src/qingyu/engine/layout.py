"""What lies where in a home, and whether a folder is one that this Qingyu can use."""

from __future__ import annotations

from pathlib import Path

from qingyu.errors import DamageError, FormatError, HomeError
from qingyu.i18n import T

FORMAT = 1
LOCK = "lock"
FOLDERS = ("batches", "records", "cube", "rejects", "snapshots", "index", "cache", "staging")
CUBE_COLUMNS = {
    "measure": "VARCHAR",
    "area": "VARCHAR",
    "day": "DATE",
    "batch": "INTEGER",
    "value": "BIGINT",
}
_UNFINISHED = {*FOLDERS, LOCK, "pack", "pack.new", "format.new"}


def check_free(folder: Path) -> None:
    """Whether a home can be made in `folder` (what an unfinished `create` left is no obstacle)."""
    if not folder.exists():
        return
    if not folder.is_dir():
        found = T("a file")
    elif (folder / "format").exists():
        found = T("a home already")
    elif {path.name for path in folder.iterdir()} - _UNFINISHED:
        found = T("a folder with other things in it")
    else:
        return
    raise HomeError(
        str(folder), found, T("an empty folder"), T("Name another folder for the new home.")
    )


def check_format(folder: Path) -> None:
    """That `folder` is a home of the format this Qingyu reads and writes."""
    number = format_of(folder)
    if number > FORMAT:
        raise FormatError(
            str(folder),
            T("a home of format {number}, written by a newer Qingyu", number=number),
            T("format {known}", known=FORMAT),
            T("Use the newer Qingyu for this home."),
        )
    if number < FORMAT:
        raise FormatError(
            str(folder),
            T("a home of the older format {number}", number=number),
            T("format {known}", known=FORMAT),
            T("Run `qingyu upgrade`: it makes a backup first."),
        )


def format_of(folder: Path) -> int:
    """The format number of the home in `folder`; `HomeError` if there is no home."""
    try:
        text = (folder / "format").read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise HomeError(
            str(folder),
            T("no home"),
            T("a folder made by `qingyu init`"),
            T("Run `qingyu init {folder} --pack DIR`, or name another home.", folder=str(folder)),
        ) from None
    except (OSError, ValueError) as error:
        raise HomeError(
            str(folder),
            T("a home that cannot be read ({words})", words=str(error)),
            T("a home that belongs to the user who runs Qingyu"),
            T("Run Qingyu as the user who made the home."),
        ) from error
    if not text.strip().isdecimal():
        raise DamageError(
            str(folder / "format"),
            T("no number"),
            T("the number of the home's format"),
            T("Restore the home from a backup: what is stored has been altered or damaged."),
        )
    return int(text)
