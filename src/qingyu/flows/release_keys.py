"""Keys of an office and of those who approve."""

from __future__ import annotations

from pathlib import Path

from qingyu import disk
from qingyu.errors import HomeError, ReleaseError
from qingyu.flows.release import Office
from qingyu.i18n import T
from qingyu.minisign import Public, Secret
from qingyu.release.keyring import Key
from qingyu.release.people import Approver


def new_key(office: Office, shelf: Path | None, because: str | None) -> Key:
    """A key from the next edition on; the first time, the shelf is made with it."""
    with office.alone():
        if shelf is not None and shelf.absolute() != office.shelf.folder:
            _may_move(office)
            disk.replace(office.folder / "shelf", f"{shelf.absolute()}\n".encode())
        key = office.keyring.new(_next(office), office.now(), because)
        office.shelf.mend(office.keyring)
    return key


def revoke_key(office: Office, last: int, because: str) -> Key:
    """The key in force ends with edition `last`; a new one, which it does not endorse, begins."""
    with office.alone():
        key = office.keyring.revoke(last, office.now(), because)
        office.keyring.new(_next(office), office.now())
        office.shelf.mend(office.keyring)
    return key


def make_pair(name: Path) -> tuple[Path, Path, str]:
    """NAME.key (mode 600) and NAME.pub; what is there already is never written over."""
    secret, public = (name.with_name(name.name + suffix) for suffix in (".key", ".pub"))
    for path in (secret, public):
        if path.exists():
            raise HomeError(
                str(path),
                T("a key that is there already"),
                T("a new name"),
                T("Choose another name; nobody can make a lost key again."),
            )
    made = Secret.draw()
    disk.write_new(secret, made.to_file())
    disk.write_new(public, made.public.text().encode(), 0o644)
    return secret, public, made.public.name


def trust_person(office: Office, file: Path, person: str, role: str) -> Approver:
    approver = Approver(person, role, Public.read(file).line, office.now())
    with office.alone():
        office.people.trust(approver, office.public.approved_by)
    return approver


def end_person(office: Office, key: str) -> Approver:
    with office.alone():
        return office.people.end(key, office.now())


def _next(office: Office) -> int:
    editions = office.shelf.editions()
    return editions[-1].number + 1 if editions else 1


def _may_move(office: Office) -> None:
    if office.shelf.editions():
        raise ReleaseError(
            str(office.shelf.folder),
            T("a shelf with editions"),
            T("one shelf for the whole chain"),
            T("Move its folder, and write the new place into release/shelf of the home."),
        )
