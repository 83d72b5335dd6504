"""The sender's side: a box that numbers bundles, signs them and keeps what was sent.

box/
    box.json        the stream, the folder of the pack, the key in use; written last
    keys/<id>.key   secret keys, for their owner only
    <stream>-<id>.pub   what the other side is to trust
    ledger/<n>.json one note per number: manifest, signature, who, when. **Only a note here
                    gives a number away**
    sent/<stream>-<n>.qyb   the bundles themselves, to be carried, and carried again
    work/           unfinished; swept at the next start
    lock

A bundle is finished in `work`, then its note is renamed into `ledger`, then the bundle into `sent`.
Killed before the note, the number is free and nobody has seen the bundle; killed after it, the next
start finishes the last step. So no two different bundles ever leave with one number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from qingyu.errors import DamageError, FormatError, HomeError, NotFoundError, UsageError, UserError
from qingyu.i18n import T
from qingyu.intake.bundle import container, disk
from qingyu.intake.bundle.container import SUFFIX, Sealed
from qingyu.intake.bundle.manifest import FORM, STREAM, Item, Manifest, parse
from qingyu.minisign import Public, Secret, Signature

FORMAT = 1
FOLDERS = ("keys", "ledger", "sent", "work")


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Sent:
    """A numbered bundle. `again`: the same contents had been numbered before."""

    manifest: Manifest
    digest: str
    signature: str
    who: str
    made: str  # UTC, ISO 8601; of the box's own clock
    path: Path
    again: bool = False


class Outbox:
    """An open box."""

    def __init__(self, folder: Path, stream: str, pack: str, key: str) -> None:
        self.folder = folder
        self.stream = stream
        self.pack = pack
        self.key = key
        self.clock: Callable[[], datetime] = utc_now
        self._notes: dict[Path, Sent] = {}  # a note is written once

    @classmethod
    def create(cls, folder: Path, stream: str, pack: str) -> Outbox:
        """A new box with a new key; one that was not finished is finished."""
        folder = folder.absolute()
        if not STREAM.fullmatch(stream):
            raise UsageError(
                stream,
                T("no name of a stream"),
                T("a small letter, then small letters, digits, - or _, 40 in all"),
                T("Choose a short name for what this box sends, such as police."),
            )
        _must_be_free(folder)
        for name in FOLDERS:
            disk.make_folder(folder / name)
        folder.chmod(0o700)
        with disk.locked(folder / "lock"):
            _must_be_free(folder)
            box = cls(folder, stream, pack, "")
            box._take_key(_left_key(folder / "keys") or Secret.draw())
        return box

    @classmethod
    def open(cls, folder: Path) -> Outbox:
        folder = folder.absolute()
        try:
            plain = json.loads((folder / "box.json").read_text("utf-8"))
        except FileNotFoundError:
            raise HomeError(
                str(folder),
                T("no box for bundles"),
                T("a folder made by `qingyu bundle init`"),
                T("Name the sender's box, or make one."),
            ) from None
        if plain["format"] != FORMAT:
            raise FormatError(
                str(folder),
                T("a box of format {number}", number=plain["format"]),
                T("format {known}", known=FORMAT),
                T("Use the Qingyu that made it, or a newer one."),
            )
        return cls(folder, plain["stream"], plain["pack"], plain["key"])

    # -- reading ----------------------------------------------------------------------------

    def sent(self) -> tuple[Sent, ...]:
        """All numbered bundles in order; their chain is verified (`DamageError`)."""
        found = [self._noted(path) for path in sorted((self.folder / "ledger").glob("*.json"))]
        previous = None
        for number, sent in enumerate(found, 1):
            manifest = sent.manifest
            if (manifest.number, manifest.previous) != (number, previous):
                raise _damage(self.folder / "ledger", number)
            previous = sent.digest
        return tuple(found)

    def public(self) -> Public:
        return Secret.read(self.key_file).public

    @property
    def key_file(self) -> Path:
        return self.folder / "keys" / f"{self.key}.key"

    @property
    def public_file(self) -> Path:
        return self.folder / f"{self.stream}-{self.key}.pub"

    # -- writing ----------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """The one right to number, for the length of the block; gives the folder for unfinished
        work. What a killed run left is finished or swept first, and what the block leaves is
        swept behind it."""
        with disk.locked(self.folder / "lock"):
            self._recover()
            work = self.folder / "work"
            try:
                yield work
            except UserError:  # before the note: what was prepared is of no use
                disk.sweep(work)
                raise
            disk.sweep(work)

    def number(
        self, items: Sequence[Item], members: Mapping[str, Path], who: str, anew: bool = False
    ) -> Sent:
        """Number, sign and keep a bundle of these items (inside `writing`). Items that were
        numbered before, in the same order, are not numbered again unless `anew` is set."""
        earlier = self.sent()
        for sent in reversed(earlier):
            if sent.manifest.items == tuple(items) and not anew:
                return Sent(**(vars(sent) | {"again": True}))
        manifest = Manifest(
            form=FORM,
            stream=self.stream,
            number=len(earlier) + 1,
            previous=earlier[-1].digest if earlier else None,
            key=self.key,
            items=tuple(items),
        )
        secret = Secret.read(self.key_file)
        data = manifest.to_bytes()
        signature = secret.sign(data, f"{self.stream} {manifest.number}").text()
        work = self.folder / "work" / f"{manifest.label}{SUFFIX}"
        container.write(work, Sealed(data, signature.encode()), members)
        disk.sync_folder(work.parent)
        self._commit(manifest, signature, who)
        disk.rename(work, self._path(manifest))
        return self._noted(self._note_path(manifest.number))

    def copy(self, numbers: Sequence[int], target: Path) -> list[Path]:
        """Whole copies of bundles in `target`, where the carrier is mounted."""
        if not target.is_dir():
            raise NotFoundError(
                str(target),
                T("no folder"),
                T("the folder of the carrier"),
                T("Put the carrier in, and name its folder."),
            )
        sent = {one.manifest.number: one for one in self.sent()}
        done = []
        for number in numbers:
            if number not in sent or not sent[number].path.is_file():
                raise NotFoundError(
                    str(number),
                    T("no bundle with this number in the box"),
                    T("a number from 1 to {last}, still kept in {folder}", last=len(sent),
                      folder=self.folder / "sent"),
                    T("See `qingyu bundle status`. What is no longer kept: make it anew from its "
                      "files with --anew; it gets a new number."),
                )  # fmt: skip
            there = target / sent[number].path.name
            disk.copy(sent[number].path, there)
            done.append(there)
        return done

    def rotate(self) -> Public:
        """A new key, used from the next bundle on; the old one is kept and no longer used."""
        with disk.locked(self.folder / "lock"):
            self._recover()
            self._take_key(Secret.draw())
        return self.public()

    def _take_key(self, secret: Secret) -> None:
        self.key = secret.public.name
        disk.replace(self.key_file, secret.to_file())
        disk.replace(self.public_file, secret.public.text().encode())
        plain = {"format": FORMAT, "stream": self.stream, "pack": self.pack, "key": self.key}
        disk.replace(self.folder / "box.json", _json(plain))

    def _commit(self, manifest: Manifest, signature: str, who: str) -> None:
        note = {
            "manifest": manifest.to_bytes().decode(),
            "signature": signature,
            "who": who,
            "made": self.clock().isoformat(timespec="seconds"),
        }
        disk.replace(self._note_path(manifest.number), _json(note))

    def _recover(self) -> None:
        work = self.folder / "work"
        for path in sorted((self.folder / "ledger").glob("*.new")):
            disk.remove(path)
        for sent in self.sent()[-1:]:
            finished = work / sent.path.name
            if finished.exists() and not sent.path.exists():
                disk.rename(finished, sent.path)
        disk.sweep(work)

    def _noted(self, path: Path) -> Sent:
        if path not in self._notes:
            self._notes[path] = self._note(path)
        return self._notes[path]

    def _note(self, path: Path) -> Sent:
        try:
            plain = json.loads(path.read_text("utf-8"))
            manifest = parse(plain["manifest"].encode())
            signed = Signature.of_text(plain["signature"].encode())
        except (ValueError, KeyError):
            raise _damage(path, int(path.stem)) from None
        if signed is None or manifest.stream != self.stream:
            raise _damage(path, int(path.stem))
        return Sent(
            manifest=manifest,
            digest=manifest.digest,
            signature=plain["signature"],
            who=plain["who"],
            made=plain["made"],
            path=self._path(manifest),
        )

    def _note_path(self, number: int) -> Path:
        return self.folder / "ledger" / f"{number:06d}.json"

    def _path(self, manifest: Manifest) -> Path:
        return self.folder / "sent" / f"{manifest.label}{SUFFIX}"


def _left_key(folder: Path) -> Secret | None:
    """The key of a `create` that was killed: handed over once, it should stay the same."""
    left = sorted(folder.glob("*.key"))
    return Secret.read(left[0]) if left else None


def _must_be_free(folder: Path) -> None:
    if (folder / "box.json").exists() or (
        folder.exists() and {path.name for path in folder.iterdir()} - {*FOLDERS, "lock"}
        - {path.name for path in folder.glob("*.pub*")} - {"box.json.new"}
    ):  # fmt: skip
        raise HomeError(
            str(folder),
            T("a folder with other things in it"),
            T("an empty folder"),
            T("Name another folder for the new box."),
        )


def _json(plain: Mapping[str, object]) -> bytes:
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _damage(path: Path, number: int) -> DamageError:
    return DamageError(
        str(path),
        T("a ledger that breaks at bundle {number}", number=number),
        T("the notes as they were written"),
        T("Restore the box from a backup, then begin a new stream: numbers may have left since."),
    )
