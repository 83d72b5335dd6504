"""A county's office that publishes: two approvers, a key, and a month to publish."""

from __future__ import annotations

import csv
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

from flows_county import PLACES, County, all_kinds, write_calls

from qingyu.engine.store import Home
from qingyu.flows.release import Office, approve_draft, draft, publish
from qingyu.flows.release_keys import make_pair, new_key, trust_person
from qingyu.intake.receive import receive
from qingyu.pack.load import load_pack
from qingyu.pack.model import Pack
from qingyu.release.drafts import Draft
from qingyu.release.shelf import Edition

MONTH = "2016-03"
APPROVERS = {"ann": "analyst", "bob": "editor"}


def busy(day: date, place: str) -> int:
    """Calls a day: more in some places, and more in March in one."""
    return 1 + PLACES.index(place) % 3 + 4 * (place == PLACES[0] and day.month == 3)


def founded(folder: Path) -> None:
    """A home with records, keys and approvers, below `folder`."""
    county = County(folder)
    county.take(all_kinds(busy))
    office = Office(county.home, county.pack)
    new_key(office, None, None)
    for name, role in APPROVERS.items():
        _, public, _ = make_pair(folder / name)
        trust_person(office, public, name.title(), role)


class Publisher:
    """The office of a copy of that home, with a clock that stands where it is put."""

    def __init__(self, template: Path, folder: Path) -> None:
        shutil.copytree(template, folder, symlinks=True)
        self.folder = folder
        self.open(load_pack(Home.open(folder / "home").pack_folder))

    def open(self, pack: Pack) -> None:
        self.home = Home.open(self.folder / "home")
        self.now = datetime(2016, 6, 1, 12, tzinfo=UTC)
        self.home.clock = lambda: self.now
        self.office = Office(self.home, pack)

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def receive_more(self) -> None:
        """A later file of the same days, with more calls on each."""
        more = all_kinds(lambda day, place: busy(day, place) + 3)
        path = write_calls(self.folder / "later.csv", more)
        receive(self.home, self.office.pack, "calls", [path], who="test")

    def receive_still_more(self) -> None:
        """And one more, by which two worlds differ."""
        more = all_kinds(lambda day, place: busy(day, place) + (9 if place == PLACES[1] else 3))
        path = write_calls(self.folder / "latest.csv", more)
        receive(self.home, self.office.pack, "calls", [path], who="test")

    def draft(self, because: str | None = None) -> Draft:
        return draft(self.office, MONTH, None, because)[0]

    def approve(self, named: str) -> None:
        for name in APPROVERS:
            approve_draft(self.office, named, self.key(name))

    def publish(self, because: str | None = None) -> Edition:
        made = self.draft(because)
        self.approve(made.id)
        return publish(self.office, made.id)[0]

    @property
    def shelf(self) -> Path:
        return self.office.shelf.folder


def served(shelf: Path) -> dict[str, bytes | str]:
    """Everything that a web server could hand out."""
    found: dict[str, bytes | str] = {}
    for path in sorted(shelf.rglob("*")):
        name = path.relative_to(shelf).as_posix()
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
