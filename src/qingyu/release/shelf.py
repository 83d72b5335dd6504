"""The shelf: what is served. An edition comes onto it by one rename and is never touched again.

shelf/
    qingyu.pub, keys.json, keys.json.minisig
    editions/<n>/      SHA256SUMS, SHA256SUMS.minisig, chain.json, approvals/, and the contents
    latest/<kind>      a link to the newest edition of the newest period
    editions.json      the public log: every edition, with reason and colours changed
    errata.*, feeds/   what was wrong, and feeds for other programs (feeds/derived.py)

Everything but `editions/` is made anew from it (`mend`), so that what a killed run left undone the
next one finishes. What is on its way stands beside the shelf, never in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from qingyu import disk
from qingyu.errors import ReleaseError
from qingyu.i18n import T
from qingyu.minisign import Secret
from qingyu.release.cap.rule import follows
from qingyu.release.drafts import Draft
from qingyu.release.edition import Edition, latest_of, read_edition
from qingyu.release.feeds.derived import LOG, derived
from qingyu.release.folder import with_sums, write_folder
from qingyu.release.keyring import Keyring
from qingyu.release.people import Approver
from qingyu.release.sums import CHAIN, SIGNATURE, SUMS

_FOLDER, _FILE = 0o755, 0o644  # what a web server has to read


class Shelf:
    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    def editions(self) -> tuple[Edition, ...]:
        """In order of their numbers; `DamageError` if one cannot be read."""
        place = self.folder / "editions"
        names = [p.name for p in place.iterdir()] if place.is_dir() else []
        return tuple(read_edition(place / n) for n in sorted(filter(_is_number, names), key=int))

    def standing(self, subject: tuple[str, str]) -> Edition | None:
        """The newest edition of an index and period."""
        found = [one for one in self.editions() if one.subject == subject]
        return found[-1] if found else None

    def publish(
        self, draft: Draft, keyring: Keyring, approvers: Mapping[str, Approver], now: str
    ) -> tuple[Edition, bool]:
        """Put a draft on the shelf; (edition, whether it stood there already)."""
        self.mend(keyring)
        editions = self.editions()
        for one in editions:
            if one.chain["draft"] == draft.digest:
                return one, True
        _still_current(draft, self.standing(draft.subject))
        _warns_after(draft, editions)
        number = editions[-1].number + 1 if editions else 1
        secret = keyring.secret()
        members = _published(draft, number, editions[-1].digest if editions else None,
                             approvers, now, secret)  # fmt: skip
        self._put(number, members)
        self.mend(keyring)
        return read_edition(self.folder / "editions" / str(number)), False

    def mend(self, keyring: Keyring) -> None:
        """All that is derived, as the editions and the keyring want it. Safe at any time."""
        disk.make_folder(self.folder / "editions", _FOLDER)
        disk.make_folder(self.folder / "latest", _FOLDER)
        editions = self.editions()
        wanted = {**keyring.signed(), **derived(editions)}
        for name, data in wanted.items():
            path = self.folder / name
            disk.make_folder(path.parent, _FOLDER)
            if not path.is_file() or path.read_bytes() != data:
                self._replace(path, data)
        for kind, edition in latest_of(editions).items():
            self._link(kind, edition.number)

    @property
    def _beside(self) -> Path:
        return self.folder.with_name(f".{self.folder.name}.incoming")

    def _put(self, number: int, members: Mapping[str, bytes]) -> None:
        disk.remove(self._beside)
        disk.make_folder(self._beside)
        folder = self._beside / str(number)
        write_folder(folder, members, _FILE, _FOLDER)
        disk.rename(folder, self.folder / "editions" / str(number))
        disk.sync_folder(self.folder / "editions")

    def _replace(self, path: Path, data: bytes) -> None:
        disk.make_folder(self._beside)
        beside = self._beside / path.name
        disk.write_new(beside, data, _FILE)
        disk.rename(beside, path)
        disk.sync_folder(path.parent)

    def _link(self, kind: str, number: int) -> None:
        path, target = self.folder / "latest" / kind, f"../editions/{number}"
        if path.is_symlink() and os.readlink(path) == target:
            return
        disk.make_folder(self._beside)
        beside = self._beside / kind
        disk.remove(beside)
        disk.act("symlink", beside, partial(os.symlink, target, beside))
        disk.rename(beside, path)
        disk.sync_folder(path.parent)


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit()


def _still_current(draft: Draft, standing: Edition | None) -> None:
    """A draft names the edition that it takes the place of; that must be the one that stands."""
    replaces = None if standing is None else {"edition": standing.number, "digest": standing.digest}
    if draft.manifest["replaces"] != replaces:
        raise ReleaseError(
            draft.id,
            T("another edition of this period, published since the draft"),
            T("a draft that takes the place of the edition that stands"),
            T("Draft again, and have it approved again."),
        )


def _warns_after(draft: Draft, editions: Sequence[Edition]) -> None:
    """Its warnings refer to those that stood when it was drafted."""
    if not follows(draft.manifest, editions):
        raise ReleaseError(
            draft.id,
            T("another edition of this index, published since the draft"),
            T("warnings that refer to those of the newest edition"),
            T("Draft again, and have it approved again."),
        )


def _published(
    draft: Draft, number: int, previous: str | None, approvers: Mapping[str, Approver], now: str,
    secret: Secret,
) -> dict[str, bytes]:  # fmt: skip
    """The members of an edition: the draft's own, approvals, chain, sums and their signature."""
    members = {name: data for name, data in draft.contents().items() if name != SUMS}
    signatures = draft.approvals()
    for role in approvers:
        text = signatures[role].text("an approval")
        members[f"approvals/{role}.minisig"] = text.encode()
    chain = {
        "edition": number,
        "previous": previous,
        "draft": draft.digest,
        "released": now,
        "approvals": [
            {"role": role, "key": one.public.name, "public": one.line}
            for role, one in sorted(approvers.items())
        ],
    }
    members[CHAIN] = (json.dumps(chain, indent=1) + "\n").encode()
    members = with_sums(members)
    index, period = draft.subject
    comment = (f"qingyu edition {number}; {index} {period}; moment {draft.manifest['moment']}; "
               f"released {now}")  # fmt: skip
    signature = secret.sign(members[SUMS], comment).text("an edition")
    return {**members, SIGNATURE: signature.encode()}


__all__ = ["LOG", "Edition", "Shelf", "latest_of", "read_edition"]
