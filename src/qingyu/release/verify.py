"""Is an edition what was published? Names the exact member that was touched.

Everything that is wrong is told, not the first thing alone. What a stranger does by hand is
`minisign -V -m SHA256SUMS -p qingyu.pub` and `sha256sum -c SHA256SUMS`; this does the same, and
besides looks at keys, approvals, the place in the chain and files that no sum is about.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qingyu.errors import Fault
from qingyu.i18n import T, Text
from qingyu.minisign import Public, Signature
from qingyu.release.drafts import MANIFEST
from qingyu.release.feeds.derived import derived
from qingyu.release.forms import differences
from qingyu.release.keyring import Key, trusted_keys
from qingyu.release.package import PACKAGE, keys_of
from qingyu.release.shelf import Edition, Shelf, latest_of
from qingyu.release.sums import (
    APPROVALS,
    CHAIN,
    SIGNATURE,
    SUMS,
    approved,
    digest_of_bytes,
    digest_of_member,
    members_in,
    read_sums,
    text_of,
)

_REMEDY = T("Do not use it; take the edition from another copy, and tell the office.")


@dataclass(frozen=True)
class Checked:
    """An edition looked at. number: None if it cannot be read."""

    number: int | None
    digest: str | None
    key: str | None
    members: int
    faults: tuple[Fault, ...]


def verify(folder: Path, keys: Sequence[Key]) -> Checked:
    """One edition against keys that are trusted."""
    faults: list[Fault] = []
    sums = _read(folder / SUMS)
    listed = None if sums is None else read_sums(sums)
    if sums is None or listed is None:
        faults.append(_fault(SUMS, T("no list of digests"), T("SHA256SUMS as it was published")))
        return Checked(None, None, None, 0, tuple(faults))
    number = _chain(folder, listed, faults)
    key = _signed(folder, sums, number, keys, faults)
    _members(folder, listed, faults)
    return Checked(number, digest_of_bytes(sums), key, len(listed), tuple(faults))


def verify_chain(
    shelf: Path, known: Public | None = None, seen: tuple[int, str] | None = None
) -> tuple[Checked, ...]:
    """All editions of a shelf, each after the one before. `seen`: number and digest of an edition
    that was on it once: a chain rolled back, or another one, does not have it."""
    keys = trusted_keys(shelf, known)
    place = shelf / "editions"
    names = sorted((p.name for p in place.iterdir() if p.name.isdigit()), key=int)
    found: list[Checked] = []
    for position, name in enumerate(names, 1):
        one = verify(place / name, keys)
        faults = [_inside(fault, name) for fault in one.faults]
        if int(name) != position:
            faults.append(_fault(f"editions/{position}", T("nothing"), T("every number once")))
        if one.number is not None:
            _follows(place / name, found[-1].digest if found else None, name, faults)
        found.append(Checked(one.number, one.digest, one.key, one.members, tuple(faults)))
    more = [*_derived(Shelf(shelf), found), *_remembered(found, seen)]
    if more:
        found.append(Checked(None, None, None, 0, tuple(more)))
    return tuple(found)


# -- one edition --------------------------------------------------------------------------------


def _signed(
    folder: Path, sums: bytes, number: int | None, keys: Sequence[Key], faults: list[Fault]
) -> str | None:
    data = _read(folder / SIGNATURE)
    signature = None if data is None else Signature.of_text(data)
    if signature is None:
        faults.append(_fault(SIGNATURE, T("no signature"), T("the office's signature")))
        return None
    found = [key for key in keys if key.public.id == signature.key_id]
    if not found:
        faults.append(
            _fault(
                SIGNATURE,
                T("a signature by the unknown key {key}", key=signature.key_name),
                T("a key that is trusted"),
            )
        )
    elif not found[0].public.verifies(sums, signature):
        faults.append(
            _fault(
                SUMS,
                T("not what was signed"),
                T("the bytes that the key {key} signed", key=signature.key_name),
            )
        )
    elif number is not None and not found[0].holds(number):
        faults.append(
            _fault(
                SIGNATURE,
                T(
                    "a signature by the key {key}, which does not hold for edition {number}",
                    key=signature.key_name,
                    number=number,
                ),
                T("the key in force then"),
            )
        )
    return signature.key_name


def _members(folder: Path, listed: dict[str, str], faults: list[Fault]) -> None:
    """Changed, missing, not listed: each by its name."""
    there = set(members_in(folder))
    names = sorted(there & set(listed))
    for name, digest in zip(names, _digests(folder, names), strict=True):
        if digest is None:
            faults.append(_fault(name, T("a link or no plain file"), T("a file")))
        elif digest != listed[name]:
            faults.append(_fault(name, T("a file that was changed"), T("the bytes published")))
            faults += _rows_touched(folder, name, listed)
    for name in sorted(set(listed) - there):
        faults.append(_fault(name, T("nothing"), T("a file that was published")))
    for name in sorted(there - set(listed)):
        faults.append(_fault(name, T("a file that nobody signed"), T("nothing of this name")))


def _rows_touched(folder: Path, name: str, listed: dict[str, str]) -> list[Fault]:
    """The rows and cells of a changed table, by its other forms."""

    def whole(member: str) -> bytes | None:
        data = _read(folder / member)
        is_whole = data is not None and digest_of_bytes(data) == listed.get(member)
        return data if is_whole else None

    package, touched = whole(PACKAGE), _read(folder / name)
    key = {} if package is None else keys_of(package)
    table = name.rpartition(".")[0]
    if table not in key or touched is None:
        return []
    found = differences(name, touched, whole, key[table])
    return [_fault(f"{name}: {where}", one, other) for where, one, other in found]


def _digests(folder: Path, names: Sequence[str]) -> list[str | None]:
    def digest(name: str) -> str | None:
        try:
            return digest_of_member(folder / name)
        except OSError:
            return None

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(digest, names, chunksize=16))


def _chain(folder: Path, listed: dict[str, str], faults: list[Fault]) -> int | None:
    """The edition's number, if its chain and its approvals say the same as the rest."""
    chain = _json(folder / CHAIN)
    if chain is None:
        faults.append(_fault(CHAIN, T("nothing that can be read"), T("the place in the chain")))
        return None
    draft = text_of(approved(listed))
    if chain.get("draft") != digest_of_bytes(draft):
        faults.append(
            _fault(
                SUMS, T("other contents than were approved"), T("the draft that chain.json names")
            )
        )
    for one in chain.get("approvals", ()):
        name = f"{APPROVALS}{one['role']}.minisig"
        signature = Signature.of_text(_read(folder / name) or b"")
        if signature is None or not Public.of_line(one["public"]).verifies(draft, signature):
            faults.append(
                _fault(
                    name,
                    T("no approval of these contents"),
                    T("the signature of {role}", role=one["role"]),
                )
            )
    return int(chain["edition"])


# -- the chain ----------------------------------------------------------------------------------


def _follows(folder: Path, previous: str | None, name: str, faults: list[Fault]) -> None:
    chain = _json(folder / CHAIN) or {}
    if chain.get("edition") != int(name):
        faults.append(
            _fault(
                f"editions/{name}/{CHAIN}",
                T("the number {number}", number=chain.get("edition")),
                T("the number of its folder"),
            )
        )
    if chain.get("previous") != previous:
        faults.append(
            _fault(
                f"editions/{name}/{CHAIN}",
                T("another edition before it"),
                T("the digest of the edition that stands before it"),
            )
        )


def _derived(shelf: Shelf, found: Sequence[Checked]) -> list[Fault]:
    """The log and the links say what the editions say."""
    if any(one.faults for one in found):
        return []  # these come first, and what is derived from them cannot be judged
    editions: tuple[Edition, ...] = shelf.editions()
    faults = []
    for name, data in derived(editions).items():
        if _read(shelf.folder / name) != data:
            faults.append(
                Fault(
                    name,
                    T("not what the editions say"),
                    T("the bytes that this version of Qingyu makes from them"),
                    T("The editions are whole: read them. The office makes this file anew when it "
                      "publishes again."),
                )
            )  # fmt: skip
    for kind, edition in latest_of(editions).items():
        link = shelf.folder / "latest" / kind
        if not link.is_symlink() or os.readlink(link) != f"../editions/{edition.number}":
            faults.append(
                _fault(
                    f"latest/{kind}",
                    T("another edition"),
                    T("edition {number}", number=edition.number),
                )
            )
    return faults


def _remembered(found: Sequence[Checked], seen: tuple[int, str] | None) -> list[Fault]:
    if seen is None or any((one.number, one.digest) == seen for one in found):
        return []
    number, digest = seen
    return [
        _fault(
            f"editions/{number}",
            T("no edition with the digest {digest}", digest=digest),
            T("the edition that was seen here before: the chain was rolled back or rewritten"),
        )
    ]


def _inside(fault: Fault, name: str) -> Fault:
    return Fault(f"editions/{name}/{fault.where}", fault.found, fault.expected, fault.remedy)


def _fault(where: str, found: Text, expected: Text) -> Fault:
    return Fault(where, found, expected, _REMEDY)


def _read(path: Path) -> bytes | None:
    try:
        return None if path.is_symlink() else path.read_bytes()
    except OSError:
        return None


def _json(path: Path) -> Any:
    try:
        return json.loads(_read(path) or b"")
    except ValueError:
        return None


__all__ = ["MANIFEST", "Checked", "verify", "verify_chain"]
