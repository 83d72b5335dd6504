"""`HOME/connectors.yaml`: which source arrives where, and whom to tell when a day has not run.

feeds:
  - source: calls
    folder: {path: /srv/in/calls, pattern: "*.csv", settle: 60, after: move}
notify: [/usr/local/bin/tell-duty-room]
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from qingyu.errors import Fault, PackError
from qingyu.i18n import T
from qingyu.pack.faults import validated
from qingyu.pack.model import Pack
from qingyu.pack.tree import Tree, parse

FILE = "connectors.yaml"
GROUPS = ("first", "last", "version")  # what a file's name may say


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Folder(_Declared):
    """A watched folder. name: a pattern of file names with the groups first, last, version."""

    path: str
    pattern: str = "*"
    settle: int = Field(default=60, ge=0)  # seconds a file must have been left alone
    after: Literal["move", "keep"] = "move"
    boundaries: str | None = None
    name: str | None = None


class Feed(_Declared):
    source: str
    folder: Folder


class Settings(_Declared):
    feeds: tuple[Feed, ...] = ()
    notify: tuple[str, ...] = ()  # a command and its arguments; never given to a shell


def load_settings(home: Path, pack: Pack) -> Settings:
    """The settings of a home (none: no feeds); `PackError` lists all faults with their lines."""
    try:
        text = (home / FILE).read_text("utf-8")
    except FileNotFoundError:
        return Settings()
    tree = parse(text, FILE)
    faults = list(tree.faults)
    if faults:
        raise PackError.of(faults)
    found = validated(Settings, tree.value, tree.spot, faults, {})
    if found is not None:
        faults += _feed_faults(found, pack, tree)
    if faults or found is None:
        raise PackError.of(faults)
    return found


def schema() -> dict[str, object]:
    """The JSON Schema of `connectors.yaml`."""
    return Settings.model_json_schema()


def _feed_faults(settings: Settings, pack: Pack, tree: Tree) -> list[Fault]:
    sources = [source.id for source in pack.sources]
    faults = []
    for number, feed in enumerate(settings.feeds):
        if feed.source not in sources:
            faults.append(
                Fault(
                    str(tree.spot(("feeds", number, "source"))),
                    feed.source,
                    T("one of {sources}", sources=", ".join(sources)),
                    T("Name a source of the home's pack."),
                )
            )
        if feed.folder.name is not None and not _is_name(feed.folder.name):
            faults.append(
                Fault(
                    str(tree.spot(("feeds", number, "folder", "name"))),
                    feed.folder.name,
                    T("a regular expression whose named groups are first, last or version"),
                    T("Write for example calls_(?P<first>\\d{{8}})_(?P<version>\\d+)."),
                )
            )
    return faults


def _is_name(pattern: str) -> bool:
    try:
        return set(re.compile(pattern).groupindex) <= set(GROUPS)
    except re.error:
        return False
