"""Drafts and their approvals: outside of what is served, each under a name made of its contents.

release/drafts/<index>-<period>-<digest>/
    content/     the edition as it will be, with SHA256SUMS, without number, chain and signature
    approvals/   <role>.minisig: an approver's signature over content/SHA256SUMS
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qingyu import disk
from qingyu.errors import DamageError, NotFoundError, ReleaseError
from qingyu.i18n import T
from qingyu.minisign import Secret, Signature
from qingyu.release.folder import Members, read_folder, with_sums, write_folder
from qingyu.release.people import Approver, People
from qingyu.release.sums import SUMS, digest_of_bytes, digest_of_member, members_in, read_sums

MANIFEST = "manifest.json"
ID_DIGITS = 8


@dataclass(frozen=True)
class Draft:
    id: str
    folder: Path
    sums: bytes
    manifest: dict[str, Any]

    @property
    def digest(self) -> str:
        return digest_of_bytes(self.sums)

    @property
    def subject(self) -> tuple[str, str]:
        """What an edition is of: index and period."""
        return self.manifest["index"], self.manifest["period"]

    def contents(self) -> dict[str, bytes]:
        return read_folder(self.folder / "content")

    def approvals(self) -> dict[str, Signature]:
        """By role; the signatures are not checked yet."""
        found = {}
        for path in sorted((self.folder / "approvals").glob("*.minisig")):
            signature = Signature.of_text(path.read_bytes())
            if signature is not None:
                found[path.stem] = signature
        return found


class Drafts:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> tuple[Draft, ...]:
        """Whole drafts by name, each checked against its own sums (`DamageError`)."""
        if not self.folder.is_dir():
            return ()
        return tuple(_opened(p) for p in sorted(self.folder.iterdir()) if p.suffix != ".new")

    def find(self, named: str) -> Draft:
        """The draft of this name, or the only one of this period."""
        drafts = self.all()
        found = [one for one in drafts if one.id == named]
        found = found or [one for one in drafts if named in one.subject]
        if len(found) == 1:
            return found[0]
        raise NotFoundError(
            named,
            T("no draft, or several: {names}", names=", ".join(one.id for one in found) or "-"),
            T("one of {names}", names=", ".join(one.id for one in drafts) or "-"),
            T("Name the draft in full; `qingyu release list` shows them."),
        )

    def put(self, members: Members) -> tuple[Draft, bool]:
        """The draft with these contents, and whether it was there already. Earlier drafts of the
        same index and period, and what killed runs left, are taken away (with a lock held)."""
        content = with_sums(members)
        manifest = json.loads(content[MANIFEST])
        name = draft_id(manifest, content[SUMS])
        folder = self.folder / name
        again = folder.is_dir()
        if not again:
            beside = self.folder / f"{name}.new"
            disk.make_folder(self.folder)
            disk.remove(beside)
            write_folder(beside / "content", content, disk.PRIVATE_FILE, disk.PRIVATE_FOLDER)
            disk.make_folder(beside / "approvals")
            disk.sync_folder(beside)
            disk.rename(beside, folder)
            disk.sync_folder(self.folder)
        draft = _opened(folder)
        for other in sorted(self.folder.iterdir()):
            if other != folder and (other.suffix == ".new" or _same(other, draft)):
                self.drop(other)
        return draft, again

    def drop(self, folder: Path) -> None:
        gone = folder.with_suffix(".new")  # half a draft must never look like a whole one
        if gone != folder:
            disk.remove(gone)
            disk.rename(folder, gone)
        disk.remove(gone)


def _same(folder: Path, draft: Draft) -> bool:
    return _opened(folder).subject == draft.subject


def draft_id(manifest: dict[str, Any], sums: bytes) -> str:
    return f"{manifest['index']}-{manifest['period']}-{digest_of_bytes(sums)[:ID_DIGITS]}"


def _opened(folder: Path) -> Draft:
    content = folder / "content"
    try:
        sums = (content / SUMS).read_bytes()
        listed = read_sums(sums) or {}
        same = members_in(content) == sorted(listed) and all(
            digest_of_member(content / name) == digest for name, digest in listed.items()
        )
        manifest = json.loads((content / MANIFEST).read_bytes())
        same = same and draft_id(manifest, sums) == folder.name
    except (OSError, ValueError, KeyError):
        same = False
    if not same:
        raise DamageError(
            str(folder),
            T("a draft that is not what was drafted"),
            T("the contents of its own SHA256SUMS"),
            T("Delete this folder and draft again."),
        )
    return Draft(folder.name, folder, sums, manifest)


# -- approvals --------------------------------------------------------------------------------


def approve(
    draft: Draft, secret: Secret, people: People, roles: Sequence[str], now: str
) -> Approver:
    """Sign a draft in the role that the key's person has. Another person's role stays free; a
    second approval with the same key is refused."""
    person = people.by_key(secret.id)
    if person is None or person.line != secret.public.line or person.role not in roles:
        raise ReleaseError(
            secret.public.name,
            T("a key of nobody who may approve"),
            T("the key of a person with one of the roles {roles}", roles=", ".join(roles)),
            T("`qingyu release key trust` says whose key it is and in which role."),
        )
    for role, signature in draft.approvals().items():
        if signature.key_id == secret.id or role == person.role:
            raise ReleaseError(
                draft.id,
                T("an approval as {role} with the key {key}", role=role, key=signature.key_name),
                T("two different people with two keys, one for each role"),
                T("Let the other person approve with their own key."),
            )
    comment = f"qingyu approval; role {person.role}; draft {draft.id}; at {now}"
    signature = secret.sign(draft.sums, comment)
    path = draft.folder / "approvals" / f"{person.role}.minisig"
    disk.replace(path, signature.text("an approval").encode())
    return person


def approved_by(draft: Draft, people: People, roles: Sequence[str]) -> dict[str, Approver]:
    """Who approved, by role: signatures that hold, by keys in force, each person once."""
    found: dict[str, Approver] = {}
    for role, signature in draft.approvals().items():
        person = people.by_key(signature.key_id)
        if person is None or person.role != role or role not in roles:
            continue
        if any(person.person == other.person for other in found.values()):
            continue
        if person.public.verifies(draft.sums, signature):
            found[role] = person
    return found
