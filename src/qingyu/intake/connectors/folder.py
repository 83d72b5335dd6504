"""A watched folder: which files have arrived, and where they go when they have been taken.

A file that is still being written is left for the next run: hidden, `.part` or `.tmp`, or changed
less than `settle` seconds ago (a time in the future counts as just changed). With `after: move` a
file goes into `done/` or `refused/` beside it, its receipt or the reason as a text next to it; with
`after: keep` nothing is written there, and the home remembers the file instead.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from qingyu.digest import digest_of_file
from qingyu.engine import disk
from qingyu.engine.store import Home
from qingyu.errors import InputError
from qingyu.i18n import T
from qingyu.intake.connectors.settings import Folder

_UNFINISHED = (".part", ".tmp")
_LONGEST = 240  # bytes of a name to which an ending is added; file systems take 255


@dataclass(frozen=True)
class Arrivals:
    """ready: files to take, by name; waiting: names of files that may still be being written."""

    ready: tuple[Path, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """What a file's name says of it."""

    covers: tuple[date, date] | None = None
    version: str | None = None


def arrivals(home: Home, source: str, folder: Folder, now: datetime) -> Arrivals:
    """What lies in the folder; `InputError` if it cannot be read."""
    known = _remembered(home, source) if folder.after == "keep" else {}
    ready, waiting = [], []
    try:
        for path in sorted(Path(folder.path).glob(folder.pattern)):
            if path.is_symlink() or not path.is_file() or known.get(path.name) == _mark(path):
                continue
            young = now.timestamp() - path.stat().st_mtime < folder.settle
            if young or path.name.startswith(".") or path.name.endswith(_UNFINISHED):
                waiting.append(printable(path.name))
            else:
                ready.append(path)
        list(Path(folder.path).iterdir())  # glob is silent about a folder that is not there
    except OSError as error:
        raise InputError(
            folder.path,
            T("a folder that cannot be read ({words})", words=error.strerror or str(error)),
            T("the watched folder of {source}", source=source),
            T("Mount it or mend its path in connectors.yaml; the next run takes what lies in it."),
        ) from error
    return Arrivals(tuple(ready), tuple(waiting))


def said_by_name(folder: Folder, path: Path) -> Said:
    """Days and version that the declared pattern finds in a file's name."""
    if printable(path.name) != path.name:
        raise InputError(
            printable(path.name),
            T("a file name that is no UTF-8"),
            T("a name that every machine reads alike"),
            T("Rename the file, or mount the share with its own encoding of names."),
        )
    if folder.name is None:
        return Said()
    found = re.search(folder.name, path.name)
    if found is None:
        raise _unnamed(folder, path)
    groups = found.groupdict()
    first = groups.get("first") or groups.get("last")
    last = groups.get("last") or groups.get("first")
    try:
        covers = (date.fromisoformat(first), date.fromisoformat(last)) if first and last else None
    except ValueError:
        raise _unnamed(folder, path) from None
    return Said(covers, groups.get("version"))


def put_away(home: Home, source: str, folder: Folder, path: Path, taken: bool, text: str) -> None:
    """Move the file aside with its receipt, or remember it."""
    if folder.after == "keep":
        known = {**_remembered(home, source), path.name: _mark(path)}
        disk.make_folder(home.folder / "arrivals")
        data = json.dumps(known, indent=1, sort_keys=True)  # ASCII: a name may be any bytes
        disk.replace(_memory(home, source), data.encode())
        return
    aside = path.parent / ("done" if taken else "refused")
    disk.make_folder(aside)
    target = _free(aside, path.name)
    disk.replace(target.with_name(_cut(target.name) + ".txt"), f"{text}\n".encode())
    disk.rename(path, target)
    disk.sync_folder(aside)


def printable(name: str) -> str:
    """The name as text: bytes that are none become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")


def _free(folder: Path, name: str) -> Path:
    """A name that no earlier file has."""
    target, number = folder / name, 1
    while target.exists():
        number += 1
        stem, dot, ending = _cut(name).partition(".")
        target = folder / f"{stem}-{number}{dot}{ending}"
    return target


def _cut(name: str) -> str:
    """The name, or as much of its beginning as leaves room for an ending."""
    return os.fsdecode(os.fsencode(name)[:_LONGEST])


def _mark(path: Path) -> list[object]:
    """A file is known again by its size, time and bytes."""
    about = path.stat()
    return [about.st_size, about.st_mtime_ns, digest_of_file(path)]


def _memory(home: Home, source: str) -> Path:
    return home.folder / "arrivals" / f"{source}.json"


def _remembered(home: Home, source: str) -> dict[str, list[object]]:
    """What was taken before; a lost or torn memory only means that files are looked at again."""
    try:
        found = json.loads(_memory(home, source).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _unnamed(folder: Folder, path: Path) -> InputError:
    return InputError(
        path.name,
        T("a file name that does not tell its days or version"),
        T("a name of the form {pattern}", pattern=folder.name),
        T("Rename the file, or mend `name` in connectors.yaml."),
    )
