"""`SHA256SUMS`: the digest of every member of an edition, as `sha256sum -c` reads it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.minisig"
APPROVALS = "approvals/"  # what comes to a draft when it is published, with the chain
CHAIN = "chain.json"

_LINE = re.compile(r"([0-9a-f]{64})  ([^\\\r\n]+)")
_BLOCK = 1 << 20


def digest_of_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest_of_member(path: Path) -> str:
    """Of a file's bytes, with as few calls of the system as it can be done."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        hasher = hashlib.sha256()
        while block := os.read(descriptor, _BLOCK):
            hasher.update(block)
            if len(block) < _BLOCK:
                break
        return hasher.hexdigest()
    finally:
        os.close(descriptor)


def text_of(digests: Mapping[str, str]) -> bytes:
    """The file, its lines in the order of names."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()


def read_sums(data: bytes) -> dict[str, str] | None:
    """Digest by member; None if it is no such file, or names a member twice."""
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return None
    found: dict[str, str] = {}
    for line in lines[:-1]:
        match = _LINE.fullmatch(line)
        if match is None or match[2] in found or not _inside(match[2]):
            return None
        found[match[2]] = match[1]
    return found if lines[-1] == "" else None


def approved(digests: Mapping[str, str]) -> dict[str, str]:
    """What of an edition its approvers signed: all but what publication added."""
    return {n: d for n, d in digests.items() if n != CHAIN and not n.startswith(APPROVALS)}


def members_in(folder: Path) -> list[str]:
    """Every file below a folder but the sums and their signature; links and the like too."""
    found = list(_below(folder, ""))
    return sorted(name for name in found if name not in (SUMS, SIGNATURE))


def _below(folder: Path, before: str) -> Iterable[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = before + entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from _below(folder / entry.name, name + "/")
            else:
                yield name


def _inside(name: str) -> bool:
    return not name.startswith("/") and ".." not in name.split("/")
