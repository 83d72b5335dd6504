"""Sorted runs of the key index: made from a batch's signed rows, and merged linearly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qingyu.engine.connect import connected, quoted

COLUMNS = {"key": "<u8", "content": "<u8", "version": "<i8", "batch": "<i4"}
_BLOCK = 2_000_000  # rows of the longest run that are merged at a time: about 60 MB


@dataclass(frozen=True)
class Run:
    """key: uint64 ascending; content: uint64 (0 = tombstone); version: int64; batch: int32."""

    key: NDArray[np.uint64]
    content: NDArray[np.uint64]
    version: NDArray[np.int64]
    batch: NDArray[np.int32]

    def part(self, where: Any) -> Run:
        return Run(self.key[where], self.content[where], self.version[where], self.batch[where])


def run_of(file: Path, number: int) -> Run:
    """The state in which a batch's signed rows leave each of its keys: that of the row with +,
    or a tombstone with the version of the row with − that no + of the same key follows."""
    with connected() as connection:
        columns = connection.execute(
            "SELECT key64, CASE WHEN sign > 0 THEN content64 ELSE 0 END AS content, version "
            f"FROM read_parquet({quoted(str(file))}) ORDER BY key64, sign > 0, version, content"
        ).fetchnumpy()
    key = np.asarray(columns["key64"], np.uint64)
    rows = Run(
        key,
        np.asarray(columns["content"], np.uint64),
        np.asarray(columns["version"], np.int64),
        np.full(len(key), number, np.int32),
    )
    last_of_key = np.append(key[1:] != key[:-1], True)[: len(key)]
    return rows if bool(last_of_key.all()) else rows.part(last_of_key)


def merged(older: Run, newer: Run) -> Run:
    """Both in order, without the older entries of keys that the newer run has."""
    older = older.part(~_holds(newer.key, older.key))
    if not len(older.key) or not len(newer.key):
        return older if len(older.key) else newer
    places = np.searchsorted(older.key, newer.key) + np.arange(len(newer.key))
    from_old = np.ones(len(older.key) + len(newer.key), np.bool_)
    from_old[places] = False

    def column(name: str) -> Any:
        whole = np.empty(len(from_old), COLUMNS[name])
        whole[places] = getattr(newer, name)
        whole[from_old] = getattr(older, name)
        return whole

    return Run(column("key"), column("content"), column("version"), column("batch"))


def merged_blocks(runs: Sequence[Run], block: int = _BLOCK) -> Iterator[Run]:
    """All runs (oldest first) as one, in blocks of keys so that little memory is needed."""
    longest = max(runs, key=lambda run: len(run.key))
    edges = [0] + [int(longest.key[i]) for i in range(block, len(longest.key), block)]
    for place, edge in enumerate(edges):
        parts = []
        for run in runs:
            start = int(np.searchsorted(run.key, np.uint64(edge))) if place else 0
            last = place + 1 == len(edges)
            end = (
                len(run.key) if last else int(np.searchsorted(run.key, np.uint64(edges[place + 1])))
            )
            parts.append(run.part(slice(start, end)))
        whole = parts[0]
        for part in parts[1:]:
            whole = merged(whole, part)
        yield whole


def _holds(sorted_keys: NDArray[np.uint64], keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which of `keys` are among `sorted_keys`."""
    if not len(sorted_keys):
        return np.zeros(len(keys), np.bool_)
    places = np.minimum(np.searchsorted(sorted_keys, keys), len(sorted_keys) - 1)
    return np.asarray(sorted_keys[places] == keys)
