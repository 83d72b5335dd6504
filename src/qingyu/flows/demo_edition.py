"""The last step of `make demo`: the month as an edition, published, checked and recomputed.

One person plays both approvers here, and says so: the keys lie side by side in the demo's home.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.errors import DamageError
from qingyu.flows.demo_steps import Tell
from qingyu.flows.recheck import recheck
from qingyu.flows.release import Office, approve_draft, draft, publish
from qingyu.flows.release_keys import make_pair, new_key, trust_person
from qingyu.i18n import T
from qingyu.pack.model import Pack
from qingyu.release.keyring import trusted_keys
from qingyu.release.shelf import Edition
from qingyu.release.verify import verify


@dataclass(frozen=True)
class DemoEdition:
    """The edition that stands for the period; None while it is under embargo."""

    shelf: Path
    edition: Edition | None
    cells: int

    def to_json(self) -> dict[str, object]:
        public = None if self.edition is None else self.edition.public()
        return {"shelf": str(self.shelf), "edition": public, "cells": self.cells}


def demo_edition(home: Home, pack: Pack, period: str, shelf: Path, tell: Tell) -> DemoEdition:
    """Publish a period on the demo's shelf, if it does not stand there yet, and check it."""
    office = Office(home, pack)
    if not office.keyring.keys():
        _found(office, shelf)
    index = next(one.index for one in office.public.indices if "month" in one.periods)
    edition = office.shelf.standing((index, period)) or _published(office, period, tell)
    if edition is None:
        return DemoEdition(office.shelf.folder, None, 0)
    faults = verify(edition.folder, trusted_keys(office.shelf.folder, None)).faults
    if faults:
        raise DamageError.of(faults)
    again = recheck(home, edition.folder)
    tell(T("Edition {number} of {period}: signed, verified, and {cells} cells recomputed alike: "
           "{folder}", number=edition.number, period=period, cells=f"{again.cells:,}",
           folder=edition.folder))  # fmt: skip
    return DemoEdition(office.shelf.folder, edition, again.cells)


def _found(office: Office, shelf: Path) -> None:
    new_key(office, shelf, None)
    for role in office.public.approved_by:
        _, public, _ = make_pair(office.folder / role)
        trust_person(office, public, role, role)


def _published(office: Office, period: str, tell: Tell) -> Edition | None:
    made, _ = draft(office, period)
    for role in office.public.approved_by:
        approve_draft(office, made.id, office.folder / f"{role}.key")
    moment = made.manifest["moment"]
    tell(T("Draft {draft}, approved with two keys (in an office by two people); not served before "
           "{moment}.", draft=made.id, moment=moment))  # fmt: skip
    if datetime.fromisoformat(office.now()) < datetime.fromisoformat(moment):
        return None
    return publish(office, made.id)[0]
