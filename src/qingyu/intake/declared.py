"""Declared corrections in force: what the index office says of single records, against the sender.

A correction is a batch of its own. It is bound to what the department said: it holds as long as
the department's row in force is, word for word, the one that it corrects, and lies dormant when
the department says something else (or nothing). So intake goes on comparing departments' rows
with departments' rows, as if there were no corrections (`Uncorrected`), and at the very end each
row that comes into force and has a correction is written as corrected (`corrected`).

`snapshots/<batch>/` of a correction holds `part-0.parquet` (the corrected records, with `base64`
and `base_day`: fingerprint and day of the department's row), `fold.parquet` as any other batch,
and `correction.json`, whose digest is the batch's content digest.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from qingyu.digest import digest_of
from qingyu.engine.batches import Batch
from qingyu.engine.connect import connected
from qingyu.engine.keyindex import KeyHits, KeyIndex
from qingyu.engine.store import Home
from qingyu.errors import DamageError
from qingyu.i18n import T
from qingyu.intake.kept import Kept, kept_of

NOTE = "correction.json"

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Entry:
    """One record and field: what stood there, and what the office declares. record: its full key
    as stored; None: nothing."""

    record: str
    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Correction:
    """A batch of kind `correct`, and what it declares."""

    batch: Batch
    reason: str
    entries: tuple[Entry, ...]

    def of(self, record: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.record == record)


def note_of(reason: str, entries: Sequence[Entry]) -> bytes:
    """The text of `correction.json`."""
    plain = {"reason": reason, "entries": [vars(entry) for entry in entries]}
    return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode()


def digest_of_note(reason: str, entries: Sequence[Entry]) -> str:
    parts = [part for one in entries for part in (one.record, one.field, one.old, one.new)]
    return digest_of(["correct", reason, *parts])


def corrections_of(
    home: Home, source: str | None = None, known: int | None = None, without: int | None = None
) -> tuple[Correction, ...]:
    """The corrections not taken back after batch `known` (default: the last), oldest first."""
    batches = home.batches() if known is None else home.batches()[:known]
    gone = {batch.refers_to for batch in batches if batch.kind == "withdraw"}
    return tuple(
        correction_of(home, batch)
        for batch in batches
        if batch.kind == "correct"
        and batch.number not in gone
        and batch.number != without
        and source in (None, batch.source)
    )


def correction_of(home: Home, batch: Batch) -> Correction:
    """What a batch of kind `correct` declares; `DamageError` if it is not what was sealed."""
    folder = home.snapshot_of(batch.number)
    path = (folder or home.folder / "snapshots" / str(batch.number)) / NOTE
    try:
        plain = json.loads(path.read_bytes())
        entries = tuple(Entry(**entry) for entry in plain["entries"])
        reason = str(plain["reason"])
    except (OSError, ValueError, KeyError, TypeError):
        entries, reason = (), ""
    if digest_of_note(reason, entries) != batch.content_digest:
        raise DamageError(
            str(path),
            T("another declaration than batch {number} sealed", number=batch.number),
            T("the correction as it was declared"),
            T("Restore the home from a backup: what is stored has been altered or damaged."),
        )
    return Correction(batch, reason, entries)


@dataclass(frozen=True)
class Declared:
    """The corrections of one source that are not taken back, one row a record: the newest."""

    kept: tuple[Kept, ...]
    key64: npt.NDArray[np.uint64]  # rising
    base64: npt.NDArray[np.uint64]
    content64: npt.NDArray[np.uint64]
    day: npt.NDArray[np.datetime64]
    base_day: npt.NDArray[np.datetime64]
    batch: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.key64)

    @cached_property
    def grounds(self) -> str:
        """SQL: `key64, content64, base64, base_day` of every correction, the older ones too."""
        parts = " UNION ALL ".join(
            f"SELECT key64, content64, base64, base_day FROM {kept.said()}" for kept in self.kept
        )
        return f"(SELECT DISTINCT * FROM ({parts}))"

    @cached_property
    def rows(self) -> str:
        """SQL: the corrected records (key64, base64 and what a signed row has but batch, sign)."""
        parts = " UNION ALL BY NAME ".join(
            f"SELECT * EXCLUDE (part, pos, times, fit, raw, base_day) FROM {kept.said()}"
            for kept in self.kept
        )
        return (
            "(SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY key64 ORDER BY batch DESC)"
            f" AS nth FROM ({parts})) WHERE nth = 1)"
        )

    def moved(self, first: date, last: date) -> tuple[Flags, Flags]:
        """Which corrected records a snapshot of these days speaks for though their corrected day
        lies outside, and for which it does not though that lies inside."""
        low, high = np.datetime64(first), np.datetime64(last)
        told = (self.base_day >= low) & (self.base_day <= high)
        here = (self.day >= low) & (self.day <= high)
        return told & ~here, here & ~told


def declared(home: Home, source: str, without: int | None = None) -> Declared:
    """What is declared of a source's records (but for batch `without`)."""
    found = corrections_of(home, source, without=without)
    kept = tuple(kept_of(home, correction.batch) for correction in found)
    if not kept:
        nothing, days = np.zeros(0, np.uint64), np.zeros(0, "datetime64[D]")
        return Declared((), nothing, nothing, nothing, days, days, np.zeros(0, np.int32))
    said = " UNION ALL ".join(
        f"SELECT key64, base64, content64, day, base_day, batch FROM {one.said()}" for one in kept
    )
    with connected() as connection:
        columns = connection.execute(
            "SELECT * EXCLUDE (nth) FROM (SELECT *, row_number() OVER"
            f" (PARTITION BY key64 ORDER BY batch DESC) AS nth FROM ({said}))"
            " WHERE nth = 1 ORDER BY key64"
        ).fetchnumpy()
    plain = {name: np.ma.getdata(values) for name, values in columns.items()}
    return Declared(
        kept,
        plain["key64"].astype(np.uint64),
        plain["base64"].astype(np.uint64),
        plain["content64"].astype(np.uint64),
        plain["day"].astype("datetime64[D]"),
        plain["base_day"].astype("datetime64[D]"),
        plain["batch"].astype(np.int32),
    )


class Uncorrected(KeyIndex):
    """The key index as the department would have it: of a corrected record, what it said."""

    def __init__(self, home: Home, source: str, of: Declared) -> None:
        super().__init__(home, source)
        self.declared = of

    def probe(self, keys: npt.NDArray[np.uint64]) -> KeyHits:
        hits = super().probe(keys)
        of = self.declared
        if not len(of):
            return hits
        keys = np.ascontiguousarray(keys, dtype=np.uint64)
        place = np.minimum(np.searchsorted(of.key64, keys), len(of) - 1)
        mine = (of.key64[place] == keys) & (hits.content == of.content64[place])
        content = np.where(mine, of.base64[place], hits.content)
        return KeyHits(hits.found, content, hits.version, hits.batch)


def corrected(plus: str, of: Declared, number: int) -> str:
    """SQL: the rows of `plus` (SQL of signed rows of batch `number`), those that have a
    correction as it declares them."""
    if not len(of):
        return plus
    same = "p.key64 = c.key64 AND p.content64 = c.base64"
    return (
        f"SELECT p.* FROM ({plus}) p WHERE NOT EXISTS (SELECT 1 FROM {of.rows} c WHERE {same})"
        f" UNION ALL BY NAME SELECT c.* EXCLUDE (base64, nth, batch, version), p.version,"
        f" CAST({number} AS INTEGER) AS batch, p.sign FROM ({plus}) p JOIN {of.rows} c ON {same}"
    )


def in_force(
    connection: duckdb.DuckDBPyConnection, index: Uncorrected, chosen: Flags, known: str
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """Keys and writing batches of the chosen corrected records that stand as corrected, and that
    neither the send at hand (`staged`) nor a batch of `known` (SQL: anti-joins) names."""
    of = index.declared
    keys = of.key64[chosen]
    hits = KeyIndex.probe(index, keys)
    stands = hits.found & (hits.content == of.content64[chosen])
    asked = pa.table({"key64": keys[stands], "batch": hits.batch[stands]})
    connection.register("asked", asked)
    found = connection.execute(
        "SELECT key64, batch FROM (SELECT * FROM asked"
        " ANTI JOIN (SELECT key64 FROM staged WHERE key64 IS NOT NULL) USING (key64))" + known
    ).fetchnumpy()
    connection.unregister("asked")
    return (
        np.ma.getdata(found["key64"]).astype(np.uint64),
        np.ma.getdata(found["batch"]).astype(np.int32),
    )


__all__ = [
    "Correction",
    "Declared",
    "Entry",
    "Uncorrected",
    "corrected",
    "correction_of",
    "corrections_of",
    "declared",
    "digest_of_note",
    "in_force",
    "note_of",
]
