"""Which records a send adds, corrects and takes back.

The state of a key is a pure function of the batches that stand (see `state.py`, which computes it
from the kept snapshots). Here the same outcome is found without them in the usual case: a batch
newer than all others needs the key index only. A batch that is not (late, or of the same version)
is also held against the kept snapshots of the batches at or above its version.

Rows never win by their place in a file or by arrival; where nothing else decides, both rows are
refused (same file) or the newcomer is (same version received before).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from qingyu.engine.keyindex import KeyIndex
from qingyu.intake.bulk import Arrays, Bulk, RowsDigest, Verdict
from qingyu.intake.kept import Kept, Newer, newer_of

Rows = npt.NDArray[np.intp]

_ANY_VERSION = np.int64(0)
_NO_DAY = np.datetime64("NaT", "D")
_TIMES_MIX = np.uint64(0x9E3779B97F4A7C15)  # golden-ratio constant: spreads small counts


@dataclass
class Unique:
    """One row per key of a bucket: `row` points into the bucket's arrays."""

    row: Rows
    key64: npt.NDArray[np.uint64]
    content64: npt.NDArray[np.uint64]  # with the number of repeats mixed in, if they count
    version: npt.NDArray[np.int64]
    day: npt.NDArray[np.datetime64]
    times: npt.NDArray[np.int64]

    def only(self, chosen: npt.NDArray[np.bool_]) -> Unique:
        return Unique(**{name: values[chosen] for name, values in vars(self).items()})


class Olds:
    """Records that go: the fingerprint of their key and the batch that wrote them."""

    def __init__(self) -> None:
        self.key64: list[npt.NDArray[np.uint64]] = []
        self.batch: list[npt.NDArray[np.int32]] = []

    def add(self, key64: npt.NDArray[np.uint64], batch: npt.NDArray[np.int32]) -> None:
        self.key64.append(key64)
        self.batch.append(batch)

    def table(self) -> pa.Table:
        return pa.table(
            {
                "key64": np.concatenate([np.zeros(0, np.uint64), *self.key64]),
                "batch": np.concatenate([np.zeros(0, np.int32), *self.batch]),
            }
        )


def fold_bucket(bulk: Bulk, rows: Arrays, *, each: bool) -> Unique:
    """Fold exact repeats, drop versions that the same send supersedes, refuse conflicts."""
    picked = np.flatnonzero(rows["open"])
    key = rows["key64"][picked]
    same = np.zeros(len(key) + 1, dtype=np.bool_)
    same[1:-1] = key[1:] == key[:-1]
    shared = same[:-1] | same[1:]
    kept, times = _fold_shared(bulk, rows, picked[shared])
    counted = np.zeros(len(rows["key64"]), dtype=np.int64)
    counted[picked[~shared]] = 1
    counted[kept] = times if each else 1
    chosen = np.flatnonzero(counted)
    return _unique(rows, chosen, counted[chosen])


def _unique(rows: Arrays, chosen: Rows, times: npt.NDArray[np.int64]) -> Unique:
    content = rows["content64"][chosen].astype(np.uint64)
    repeated = times > 1
    content[repeated] += times[repeated].astype(np.uint64) * _TIMES_MIX
    return Unique(
        row=chosen,
        key64=rows["key64"][chosen].astype(np.uint64, copy=False),
        content64=np.maximum(content, np.uint64(1)),
        version=_of(rows, "version", chosen, _ANY_VERSION),
        day=_of(rows, "day", chosen, _NO_DAY),
        times=times,
    )


def _of(rows: Arrays, name: str, chosen: Rows, otherwise: np.generic) -> Any:
    """The chosen rows of a column; one value for all of them where the bucket lacks it."""
    values = rows.get(name)
    if values is None:
        return np.broadcast_to(otherwise, chosen.shape)
    return values[chosen].astype(otherwise.dtype, copy=False)


def _fold_shared(bulk: Bulk, rows: Arrays, shared: Rows) -> tuple[Rows, npt.NDArray[np.int64]]:
    """Rows whose key occurs more than once: the one to keep of each key, and how often it came."""
    if not len(shared):
        return shared, np.zeros(0, np.int64)
    order = shared[
        np.lexsort(
            (
                rows["nth"][shared],
                rows["content64"][shared],
                -_of(rows, "version", shared, _ANY_VERSION),
                rows["key64"][shared],
            )
        )
    ]
    key, version = rows["key64"][order], _of(rows, "version", order, _ANY_VERSION)
    content = rows["content64"][order]
    begins = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    group = np.cumsum(np.r_[False, key[1:] != key[:-1]])
    top = version == version[begins][group]
    differs = top & (content != content[begins][group])
    torn = np.zeros(len(begins), dtype=np.bool_)
    torn[group[differs]] = True
    collided = np.isin(key[begins], _collisions(bulk, np.unique(key[begins])))
    bulk.refuse(rows, order[torn[group] & ~collided[group]], "conflict_in_file")
    bulk.refuse(rows, order[collided[group]], "collision")
    whole = ~(torn | collided)
    first = np.zeros(len(order), dtype=np.bool_)
    first[begins] = True
    bulk.judge(rows, order[whole[group] & top & ~first], Verdict.REPEATED)
    bulk.judge(rows, order[whole[group] & ~top], Verdict.UNCHANGED)
    times = np.bincount(group[top], minlength=len(begins))
    return order[begins][whole], times[whole].astype(np.int64)


def _collisions(bulk: Bulk, keys: npt.NDArray[np.generic]) -> npt.NDArray[np.uint64]:
    """Fingerprints that two different keys of the send share."""
    bulk.connection.register("incoming", pa.table({"key64": keys}))
    found = bulk.connection.execute(
        "SELECT key64 FROM staged SEMI JOIN incoming USING (key64) WHERE fit"
        " GROUP BY key64 HAVING count(DISTINCT key) > 1"
    ).fetchnumpy()["key64"]
    bulk.connection.unregister("incoming")
    return np.ma.getdata(found).astype(np.uint64)


def match(
    bulk: Bulk, index: KeyIndex, standing: Sequence[Kept], *, version: int, olds: Olds
) -> str:
    """Judge every fit row of the send, collect the records that go; the digest of its rows.

    `standing`: the batches of this source in force. Only those at or above `version` are read,
    and none where each row has a version of its own (the index then knows all that matters)."""
    source = bulk.contract.source
    own_versions = source.version.by == "column"
    rivals = [] if own_versions else [kept for kept in standing if kept.version >= version]
    digest = RowsDigest()
    for rows in bulk.buckets(days=bool(rivals)):
        digest.add(rows)
        unique = fold_bucket(bulk, rows, each=source.repeats == "each")
        if rivals:
            newer = newer_of(bulk.connection, rivals, unique.key64, unique.day, version)
            unique = _against_rivals(bulk, rows, unique, newer, index, olds)
        _against_index(bulk, rows, unique, index, olds, own_versions=own_versions)
    return digest.hexdigest()


def _against_rivals(
    bulk: Bulk, rows: Arrays, unique: Unique, newer: Newer, index: KeyIndex, olds: Olds
) -> Unique:
    """Settle what batches at or above this version have said; what is left is as if newest."""
    level = newer.content != 0  # a row of the same version was received before
    conflict = level & ~newer.later & (newer.content != unique.content64)
    bulk.refuse(rows, unique.row[conflict], "conflict")
    settled = newer.later | level | newer.hidden
    # A refused newcomer is entered too: its repeats are needed once the other is withdrawn.
    _judge(bulk, rows, unique.only(settled), Verdict.UNCHANGED)
    hidden = unique.only(newer.hidden & ~newer.later & ~level)
    hits = index.probe(hidden.key64)
    alive = hits.found & (hits.content != 0)
    olds.add(hidden.key64[alive], hits.batch[alive])
    return unique.only(~settled)


def _against_index(
    bulk: Bulk, rows: Arrays, unique: Unique, index: KeyIndex, olds: Olds, *, own_versions: bool
) -> None:
    hits = index.probe(unique.key64)
    alive = hits.found & (hits.content != 0)
    equal = alive & (hits.content == unique.content64)
    stale = alive & ~equal & (unique.version < hits.version) if own_versions else alive & False
    rival = alive & ~equal & (unique.version == hits.version) if own_versions else alive & False
    corrected = alive & ~equal & ~stale & ~rival
    bulk.refuse(rows, unique.row[rival], "conflict")
    _judge(bulk, rows, unique.only(equal | stale | rival), Verdict.UNCHANGED)
    _judge(bulk, rows, unique.only(corrected), Verdict.CORRECTED)
    _judge(bulk, rows, unique.only(~alive & (unique.times > 1)), Verdict.NEW)
    olds.add(unique.key64[corrected], hits.batch[corrected])


def _judge(bulk: Bulk, rows: Arrays, unique: Unique, verdict: Verdict) -> None:
    bulk.judge(rows, unique.row, verdict, unique.times, unique.content64)
