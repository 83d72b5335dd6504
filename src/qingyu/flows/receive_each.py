"""Many files of a source, each a batch of its own: what is refused does not stop the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.errors import InputError
from qingyu.i18n import T, Text
from qingyu.intake.receipt import Receipt
from qingyu.intake.receive import Covers, Progress, receive
from qingyu.pack.model import Pack


@dataclass(frozen=True)
class Taken:
    """What became of one file: its receipt, or the error with which it was refused whole."""

    file: Path
    receipt: Receipt | None = None
    refused: InputError | None = None

    def public(self) -> dict[str, object]:
        return {
            "file": str(self.file),
            "receipt": self.receipt.public() if self.receipt is not None else None,
            "refused": self.refused.public() if self.refused is not None else None,
        }


def receive_each(
    home: Home,
    pack: Pack,
    source: str,
    files: Sequence[Path],
    *,
    covers: Covers | None = None,
    version: str | int | None = None,
    dry_run: bool = False,
    boundaries: Path | None = None,
    who: str,
    progress: Progress | None = None,
) -> list[Taken]:
    """Receive the files in the order given, under the same options (see `receive`).

    Only a file's own fault is kept in the answer; a home that is locked or damaged, a full disk or
    options that no file could satisfy are raised, with what was received before standing.
    """
    found = []
    for at, file in enumerate(files, 1):
        try:
            receipt = receive(
                home, pack, source, [file], covers=covers, version=version, dry_run=dry_run,
                boundaries=boundaries, who=who,
            )  # fmt: skip
            found.append(Taken(file, receipt))
        except InputError as error:
            found.append(Taken(file, refused=error))
        if progress is not None:
            progress(_told(found[-1]), at, len(files))
    return found


def _told(taken: Taken) -> Text:
    if taken.receipt is None:
        return T("{file}: refused", file=taken.file.name)
    return T("{file}: batch {number}", file=taken.file.name, number=taken.receipt.number)
