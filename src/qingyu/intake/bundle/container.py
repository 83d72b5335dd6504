"""A bundle as a file: an uncompressed ZIP of the manifest, its signature and the members.

Any archive program shows an official what leaves the house. Members are stored as they are, so the
bytes do not depend on a compressor's version. On the way in, deflated members are read as well
(somebody may have packed the file anew), but nothing is unpacked before the manifest's signature
holds, and then never more than the size that was signed. Names in the archive are compared, never
used as paths.
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from qingyu.intake.bundle import refusals
from qingyu.intake.bundle.disk import BLOCK, new_file
from qingyu.intake.bundle.manifest import MANIFEST, MEMBER, SIGNATURE, Manifest, Member

SUFFIX = ".qyb"
LIMIT = 2**32 - 2**20  # bytes, packed or unpacked: a ZIP without extensions, its directory included
MANIFEST_LIMIT = 4 << 20
ENTRIES_LIMIT = 4_000
_STAMP = (1980, 1, 1, 0, 0, 0)  # ZIP's zero
_END = struct.Struct("<4s4H2LH")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError,
           OSError, ValueError, struct.error)  # fmt: skip


@dataclass(frozen=True)
class Sealed:
    """A manifest and its signature as they stand in a bundle."""

    manifest: bytes
    signature: bytes


def write(path: Path, sealed: Sealed, members: Mapping[str, Path]) -> None:
    """A bundle under `path`; the same bytes for the same contents, on any machine."""
    with (
        new_file(path) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=False) as archive,
    ):
        archive.writestr(_entry(MANIFEST), sealed.manifest)
        archive.writestr(_entry(SIGNATURE), sealed.signature)
        for name, source in members.items():
            with source.open("rb") as given, archive.open(_entry(name), "w") as taking:
                while block := given.read(BLOCK):
                    taking.write(block)


class Container:
    """An open bundle. Errors are `RefusedError`."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        _check_end(path, file)
        try:
            self._zip = zipfile.ZipFile(file)
        except _BROKEN:
            raise refusals.truncated(path) from None
        self._entries = _entries(path, self._zip)

    def sealed(self) -> Sealed:
        """Manifest and signature, bounded, unproven."""
        for name in (MANIFEST, SIGNATURE):
            if name not in self._entries:
                raise refusals.not_a_bundle(self.path)
        return Sealed(self._small(MANIFEST), self._small(SIGNATURE))

    def check(self, manifest: Manifest) -> None:
        """Every member is there as it was signed, and no other."""
        if sum(member.size for member in manifest.members) > LIMIT:
            raise refusals.too_large(self.path, LIMIT)
        named = {member.name for member in manifest.members}
        for name in self._entries:
            if name not in named and name not in (MANIFEST, SIGNATURE):
                raise refusals.unnamed(self.path, name)
        for member in manifest.members:
            for _ in self.blocks(member):
                pass

    def blocks(self, member: Member) -> Iterator[bytes]:
        """The bytes of a member; `RefusedError`, at the end or before, if they were not signed."""
        entry = self._entries.get(member.name)
        if entry is None:
            raise refusals.missing(self.path, member.name)
        if entry.file_size != member.size:
            raise refusals.altered(self.path, member.name)
        hasher, left = hashlib.sha256(), member.size
        try:
            with self._zip.open(entry) as file:
                while block := file.read(min(BLOCK, left + 1)):
                    left -= len(block)
                    if left < 0:
                        break
                    hasher.update(block)
                    yield block
        except _BROKEN:
            raise refusals.altered(self.path, member.name) from None
        if left or hasher.hexdigest() != member.sha256:
            raise refusals.altered(self.path, member.name)

    def extract(self, member: Member, target: Path) -> None:
        """The member as the file `target`."""
        with new_file(target) as file:
            for block in self.blocks(member):
                file.write(block)

    def _small(self, name: str) -> bytes:
        entry = self._entries[name]
        if entry.file_size > MANIFEST_LIMIT:
            raise refusals.too_large(self.path, MANIFEST_LIMIT, name)
        try:
            with self._zip.open(entry) as file:
                data = file.read(MANIFEST_LIMIT + 1)
        except _BROKEN:
            raise refusals.altered(self.path, name) from None
        if len(data) > MANIFEST_LIMIT:
            raise refusals.too_large(self.path, MANIFEST_LIMIT, name)
        return data


def _check_end(path: Path, file: IO[bytes]) -> None:
    """The archive's last record stands at its very end, and counts what we can bear."""
    size = file.seek(0, 2)
    if size > LIMIT:
        raise refusals.too_large(path, LIMIT)
    file.seek(0)
    if file.read(4) != b"PK\3\4":
        raise refusals.not_a_bundle(path)
    file.seek(max(0, size - _END.size))
    record = file.read(_END.size)
    if len(record) < _END.size or record[:4] != b"PK\5\6":
        raise refusals.truncated(path)
    _, _, _, _, count, length, start, comment = _END.unpack(record)
    if count > ENTRIES_LIMIT:
        raise refusals.too_many(path, count, ENTRIES_LIMIT)
    if start + length + _END.size != size or comment:
        raise refusals.truncated(path)
    file.seek(0)


def _entries(path: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name = entry.orig_filename
        if name not in (MANIFEST, SIGNATURE) and not MEMBER.fullmatch(name):
            raise refusals.unnamed(path, name) if _harmless(name) else refusals.bad_name(path, name)
        if name in found:
            raise refusals.twice(path, name)
        kind = entry.external_attr >> 16 & 0o170000
        packed = entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        if entry.flag_bits & 1 or kind not in (0, 0o100000) or not packed:
            raise refusals.bad_kind(path, name)
        found[name] = entry
    return found


def _harmless(name: str) -> bool:
    """A plain name in ASCII: no folder, no device, nothing that a screen would not show."""
    stem = name.split(".")[0].casefold()
    devices = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))}
    return (
        0 < len(name) <= 100
        and all(letter.isascii() and (letter.isalnum() or letter in "._-") for letter in name)
        and not name.startswith(".")
        and stem not in devices
    )


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _STAMP)
    entry.create_system = 3
    entry.external_attr = 0o100600 << 16
    return entry
