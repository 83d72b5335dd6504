"""`cap check`: documents from anybody, held against the standard, each other and a shelf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qingyu.errors import DamageError, InputError, UserError
from qingyu.i18n import T
from qingyu.intake.boundaries import read_boundaries
from qingyu.minisign import Public, Signature
from qingyu.release.cap.check import Checked, check, not_read, read_message
from qingyu.release.cap.finding import Held, Message
from qingyu.release.cap.reader import MOST_BYTES, RefusedError, read_xml
from qingyu.release.feeds.atom import urn
from qingyu.release.keyring import trusted_keys
from qingyu.release.sums import CHAIN, SIGNATURE, SUMS, digest_of_bytes, read_sums
from qingyu.release.verify import verify

RESIDENTS = "feeds/warnings.atom"


@dataclass(frozen=True)
class Against:
    """What a person gave beside the documents."""

    shelf: Path | None = None
    boundaries: Path | None = None
    key: Public | None = None
    now: datetime | None = None


def check_files(files: Sequence[Path], against: Against) -> list[Checked]:
    """One answer a file, in their order."""
    read: list[Message | Checked] = []
    for path in files:
        try:
            read.append(read_message(_bytes(path), str(path)))
        except RefusedError as refused:
            read.append(not_read(refused, str(path)))
    given = [one for one in read if isinstance(one, Message)]
    log = None if against.shelf is None and len(given) < 2 else [*given, *_shelved(against.shelf)]
    outlines = {} if against.boundaries is None else _outlines(against.boundaries)
    listed = None if against.shelf is None else _listed(against.shelf, log or [])
    found = []
    for path, one in zip(files, read, strict=True):
        if isinstance(one, Message):
            held = Held(
                now=against.now or datetime.now(UTC),
                log=log,
                listed=listed,
                outlines=outlines,
                whole=_whole(path, one.data, against.key),
            )
            found.append(check(one, held))
        else:
            found.append(one)
    return found


def _bytes(path: Path) -> bytes:
    """No more than a reader takes, and one byte, so that more is noticed."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(
            str(path),
            T("a file that cannot be read ({words})", words=error.strerror),
            T("a CAP document"),
            T("Give the path of an XML file."),
        ) from None


def _shelved(shelf: Path | None) -> list[Message]:
    """All messages of a shelf's editions."""
    if shelf is None:
        return []
    files = sorted((shelf / "editions").glob("*/cap/*.xml"))
    return [read_message(_bytes(path), str(path.relative_to(shelf))) for path in files]


def _listed(shelf: Path, log: Sequence[Message]) -> frozenset[str]:
    """Those of the log that the residents' feed shows."""
    path = shelf / RESIDENTS
    if not path.is_file():
        return frozenset()
    feed = read_xml(path.read_bytes(), str(path))
    shown = {entry.value("id") for entry in feed.all("entry")}
    return frozenset(one.identity for one in log if urn(f"{one.identity}/zh") in shown)


def _outlines(path: Path) -> dict[str, Any]:
    found = read_boundaries(path)
    return dict(zip(found.codes, found.polygons.tolist(), strict=True))


def _whole(path: Path, data: bytes, key: Public | None) -> bool | None:
    """Whether a signature over these bytes holds; None where there is none to check."""
    edition = path.absolute().parent.parent
    if path.absolute().parent.name == "cap" and (edition / SUMS).is_file():
        return _in_edition(edition, f"cap/{path.name}", data, key)
    beside = path.with_name(path.name + ".minisig")
    if key is None or not beside.is_file():
        return None
    signature = Signature.of_text(beside.read_bytes())
    return signature is not None and key.verifies(data, signature)


def _in_edition(edition: Path, name: str, data: bytes, key: Public | None) -> bool:
    try:
        keys = trusted_keys(edition.parent.parent, key)
    except (UserError, DamageError):
        return False
    listed = read_sums((edition / SUMS).read_bytes()) or {}
    wrong = {fault.where for fault in verify(edition, keys).faults}
    signed = not wrong & {SUMS, SIGNATURE, CHAIN}
    return signed and listed.get(name) == digest_of_bytes(data)
