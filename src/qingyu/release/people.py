"""Who may approve: persons with a role and a key of their own. Kept in the home, never published;
an edition names roles and keys."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from qingyu import disk
from qingyu.errors import ReleaseError
from qingyu.i18n import T
from qingyu.minisign import Public


@dataclass(frozen=True)
class Approver:
    """until: UTC, of a key that is no longer believed."""

    person: str
    role: str
    line: str
    since: str
    until: str | None = None

    @property
    def public(self) -> Public:
        return Public.of_line(self.line)


class People:
    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> tuple[Approver, ...]:
        if not self.path.exists():
            return ()
        return tuple(Approver(**one) for one in json.loads(self.path.read_bytes()))

    def trust(self, approver: Approver, roles: Sequence[str]) -> None:
        """One person has one key and one role at a time, and no key has two persons."""
        if approver.role not in roles:
            raise ReleaseError(
                approver.role,
                T("no role that approves"),
                T("one of {roles}", roles=", ".join(roles)),
                T("Name a role of `approved_by` in publication.yaml."),
            )
        for one in self.all():
            same = one.person == approver.person and one.until is None
            if same or one.line == approver.line:
                raise ReleaseError(
                    approver.person,
                    T("the key {key} of {person}", key=one.public.name, person=one.person),
                    T("one key a person, one person a key"),
                    T("End the earlier key first: `qingyu release key end KEY`; it is never "
                      "used again."),
                )  # fmt: skip
        self._save([*self.all(), approver])

    def end(self, key: str, now: str) -> Approver:
        for one in self.all():
            if one.public.name == key.upper() and one.until is None:
                ended = replace(one, until=now)
                self._save([ended if other == one else other for other in self.all()])
                return ended
        raise ReleaseError(
            key,
            T("no key in force of anybody"),
            T("the sixteen digits of a key"),
            T("`qingyu release list` shows the keys."),
        )

    def by_key(self, key_id: bytes) -> Approver | None:
        found = (one for one in self.all() if one.public.id == key_id and one.until is None)
        return next(found, None)

    def _save(self, people: Sequence[Approver]) -> None:
        data = json.dumps([asdict(one) for one in people], ensure_ascii=False, indent=1)
        disk.make_folder(self.path.parent)
        disk.replace(self.path, data.encode() + b"\n")
