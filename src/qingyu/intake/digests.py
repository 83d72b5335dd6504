"""Fingerprints that tell whether a send was received before.

The digest of a send is over its source, version, days covered, delivery and the multiset of its
rows (as kept: cut columns and the place found for a row are not in it). So a renamed copy, another
order of rows, or the same table as Parquet is the same send.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from qingyu.digest import digest_of, digest_of_file
from qingyu.engine.batches import Batch
from qingyu.pack.model import Source

_FORM = "qingyu send 1"


def file_digest(files: Sequence[Path]) -> str:
    """SHA-256 of the file; of several, of their digests in ascending order."""
    digests = sorted(digest_of_file(file) for file in files)
    return digests[0] if len(digests) == 1 else digest_of(digests)


def content_digest(
    source: Source,
    *,
    version: int,
    covers: tuple[date, date] | None,
    supplement: int | None,
    rows: str,
    ragged: int,
) -> str:
    """`rows` is the digest of all staged rows, `ragged` the number of misshapen ones."""
    first, last = covers or (None, None)
    return digest_of(
        [_FORM, source.id, version, first, last, source.delivery, supplement, rows, ragged]
    )


def received_before(batches: Sequence[Batch], source: str, content: str) -> Batch | None:
    """The batch with the same content that is still in force."""
    gone = {batch.refers_to for batch in batches if batch.kind == "withdraw"}
    for batch in batches:
        if (
            batch.source == source
            and batch.kind in ("receive", "supplement")
            and batch.content_digest == content
            and batch.number not in gone
        ):
            return batch
    return None


def sent_before(
    batches: Sequence[Batch],
    source: Source,
    file: str,
    *,
    covers: tuple[date, date] | None,
    version: int | None,
    supplement: int | None,
) -> Batch | None:
    """The batch in force of the very same bytes: nothing need be read.

    Days and version are compared where the command names them; where it does not, the same bytes
    say the same. So a resend stays a repeat even after the contract has changed what is kept of
    a row: to have a file read under the new contract, its batch is withdrawn first."""
    gone = {batch.refers_to for batch in batches if batch.kind == "withdraw"}
    for batch in batches:
        if (
            batch.source == source.id
            and batch.number not in gone
            and batch.file_digest == file
            and version in (None, batch.version)
            and covers in (None, (batch.covers_first, batch.covers_last))
            and batch.refers_to == supplement
        ):
            return batch
    return None
