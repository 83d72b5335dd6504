"""One row per batch: who sent what, when, and what became of it, chained by digests.

A row in `batches` is the only thing that commits. Each row holds the digest of the row before it,
so that nothing can be taken out of the middle, changed or put in without the chain saying so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from qingyu.digest import digest_of
from qingyu.engine.measures import Measures
from qingyu.errors import DamageError
from qingyu.i18n import T, Text

BatchKind = Literal["receive", "supplement", "withdraw", "count", "correct"]
ANEW = "anew"  # delivery of a `count` batch: of its source, the cube has its measures only
GENESIS = ""  # what the first row has as the digest of the row before it


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A committed batch. Counts are rows of the sender's file, except `withdrawn` (records)."""

    number: int
    kind: BatchKind
    source: str
    who: str
    received: str  # UTC, ISO 8601
    version: int
    covers_first: date | None
    covers_last: date | None
    delivery: str
    refers_to: int | None  # a supplement's parent, or the batch that is withdrawn
    rows: int
    new: int
    repeated: int
    unchanged: int
    corrected: int
    withdrawn: int
    refused: int
    unplaced: int
    reasons: dict[str, int] = field(hash=False)
    file_name: str
    file_digest: str
    content_digest: str
    pack_digest: str
    measures: tuple[str, ...]  # fingerprints counted into the cube by this batch
    previous: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A batch about to be committed, and the staged files that go in with it.

    `records`: Parquet of signed rows whose `batch` column already holds `Writer.next_number`;
    None (or absent rows) for a batch that changes no record. `rejects` is kept as
    `rejects/<number><suffix>`, `snapshot` (a file or a folder) as `snapshots/<number><suffix>`.
    All three must lie in `Writer.staging`: they are moved, not copied.
    `measures`: `engine.cube.measures_of(pack)`; those of `source` are counted.
    """

    kind: BatchKind
    source: str
    who: str
    version: int
    measures: Measures
    pack_digest: str
    covers_first: date | None = None
    covers_last: date | None = None
    delivery: str = "increment"
    refers_to: int | None = None
    rows: int = 0
    new: int = 0
    repeated: int = 0
    unchanged: int = 0
    corrected: int = 0
    withdrawn: int = 0
    refused: int = 0
    unplaced: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    file_name: str = ""
    file_digest: str = ""
    content_digest: str = ""
    records: Path | None = None
    rejects: Path | None = None
    snapshot: Path | None = None


COLUMNS: dict[str, str] = {
    "number": "INTEGER",
    "kind": "VARCHAR",
    "source": "VARCHAR",
    "who": "VARCHAR",
    "received": "VARCHAR",
    "version": "BIGINT",
    "covers_first": "DATE",
    "covers_last": "DATE",
    "delivery": "VARCHAR",
    "refers_to": "INTEGER",
    "rows": "BIGINT",
    "new": "BIGINT",
    "repeated": "BIGINT",
    "unchanged": "BIGINT",
    "corrected": "BIGINT",
    "withdrawn": "BIGINT",
    "refused": "BIGINT",
    "unplaced": "BIGINT",
    "reasons": "VARCHAR",
    "file_name": "VARCHAR",
    "file_digest": "VARCHAR",
    "content_digest": "VARCHAR",
    "pack_digest": "VARCHAR",
    "measures": "VARCHAR",
    "previous": "VARCHAR",
    "digest": "VARCHAR",
}


def sealed(
    draft: Draft, number: int, received: str, previous: str, counted: Sequence[str]
) -> Batch:
    """The row of a draft, with its place in the chain."""
    shared = {f.name for f in fields(Draft)} & {f.name for f in fields(Batch)}
    values: dict[str, Any] = {name: getattr(draft, name) for name in shared - {"measures"}}
    values["reasons"] = dict(sorted(draft.reasons.items()))
    values["measures"] = tuple(sorted(counted))
    row = Batch(number=number, received=received, previous=previous, digest="", **values)
    return replace(row, digest=digest_of_row(row))


def digest_of_row(row: Batch) -> str:
    """SHA-256 over every field but the digest itself, in the order of `COLUMNS`."""
    stored = to_stored(row)
    return digest_of(stored[name] for name in COLUMNS if name != "digest")


def to_stored(row: Batch) -> dict[str, Any]:
    """A row as plain values: of a Parquet file, and (dates as text) of the pending note."""
    values: dict[str, Any] = {name: getattr(row, name) for name in COLUMNS}
    values["reasons"] = json.dumps(row.reasons, sort_keys=True, ensure_ascii=False)
    values["measures"] = " ".join(row.measures)
    return values


def from_stored(values: Mapping[str, Any]) -> Batch:
    """The inverse of `to_stored`; dates may be text."""
    given = dict(values)
    given["reasons"] = json.loads(given["reasons"])
    given["measures"] = tuple(given["measures"].split())
    for name in ("covers_first", "covers_last"):
        if isinstance(given[name], str):
            given[name] = date.fromisoformat(given[name])
    return Batch(**given)


def verify_chain(rows: Sequence[Batch], where: str, after: Sequence[Batch] = ()) -> None:
    """Numbers run 1, 2, 3 …, each digest is right and is named by the row after it. `after`: rows
    verified already, which these follow."""
    previous = after[-1].digest if after else GENESIS
    for expected, row in enumerate(rows, start=len(after) + 1):
        if row.number != expected:
            raise _broken(where, expected, T("batch {number} in its place", number=row.number))
        if row.previous != previous:
            raise _broken(where, expected, T("another digest of the batch before it"))
        if row.digest != digest_of_row(row):
            raise _broken(where, expected, T("contents that do not agree with its digest"))
        previous = row.digest


def _broken(where: str, number: int, found: Text) -> DamageError:
    return DamageError(
        f"{where}, batch {number}",
        found,
        T("the chain of batches as it was written"),
        T("Restore the home from a backup: what is stored has been altered or damaged."),
    )
