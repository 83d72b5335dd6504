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
_STRETCH = 1 << 19  # rows worked on at a time
_LOOKED_UP = 1 << 13  # keys looked up at a time
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
    """The whole run of a batch's records file, in memory."""
    blocks = list(run_blocks(file, number))

    def column(name: str) -> Any:
        return np.concatenate([np.zeros(0, COLUMNS[name]), *(getattr(b, name) for b in blocks)])

    return Run(column("key"), column("content"), column("version"), column("batch"))


def run_blocks(file: Path, number: int) -> Iterator[Run]:
    """The state in which a batch's signed rows leave each of its keys: that of the row with +,
    or a tombstone with the version of the row with − that no + of the same key follows."""
    with connected() as connection:
        rows = connection.execute(
            f"SELECT key64, content64, version, sign FROM read_parquet({quoted(str(file))})"
        ).to_arrow_table()
    key, content, version, sign = (column.to_numpy() for column in rows.columns)
    order, joined = ascending(key)
    for block in stretches(joined):
        chosen = order[block]
        plus = sign[chosen] > 0
        state = np.where(plus, content[chosen], np.uint64(0))
        found = Run(key[chosen], state, version[chosen], np.full(len(chosen), number, np.int32))
        _settle(found, plus, tied_in(joined, block))
        last_of_key = np.append(found.key[1:] != found.key[:-1], True)
        yield found if bool(last_of_key.all()) else found.part(last_of_key)


def ascending(keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """An order in which keys ascend, and `joined` (one longer): True where a place may hold a key
    equal to or even below the one before it, so that such places are to be ranked by their whole
    keys and by whatever else tells them apart.

    The upper bits of a key and its place are sorted as one number, in half the time of `argsort`.
    """
    bits = np.uint64(max(1, (len(keys) - 1).bit_length()))
    mask = (np.uint64(1) << bits) - np.uint64(1)
    packed = (keys & ~mask) | np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    joined = np.zeros(len(keys) + 1, np.bool_)
    joined[1:-1] = (packed[1:] ^ packed[:-1]) <= mask
    packed &= mask
    return packed.view(np.int64), joined


def stretches(joined: NDArray[np.bool_], size: int = _STRETCH) -> Iterator[slice]:
    """Slices of about `size` places that part nothing that is joined. Arrays of this size stay in
    memory that the process has already; fresh memory costs more than the work on it."""
    start, last = 0, len(joined) - 1
    while start < last:
        end = min(start + size, last)
        while joined[end]:
            end += 1
        yield slice(start, end)
        start = end


def tied_in(joined: NDArray[np.bool_], block: slice) -> NDArray[np.int64]:
    """Places of a stretch, counted from its start, that are joined to a neighbour."""
    return np.flatnonzero(joined[block] | joined[block.start + 1 : block.stop + 1])


def _settle(rows: Run, plus: NDArray[np.bool_], tied: NDArray[np.int64]) -> None:
    """Rank the rows at `tied`: by key, of one key − before +, then by version and content."""
    fields = (rows.content[tied], rows.version[tied], plus[tied], rows.key[tied])
    ranked = tied[np.lexsort(fields)]
    for column in (rows.key, rows.content, rows.version):  # of one batch all
        column[tied] = column[ranked]


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


def places_of(run: NDArray[np.uint64], keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """`searchsorted` of ascending keys, in stretches whose part of the run fits in the cache."""
    places = np.empty(len(keys), np.int64)
    starts = np.searchsorted(run, keys[::_LOOKED_UP])
    ends = np.append(starts[1:], len(run))[: len(starts)]
    for number, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        stretch = slice(number * _LOOKED_UP, (number + 1) * _LOOKED_UP)
        places[stretch] = np.searchsorted(run[start:end], keys[stretch]) + start
    return places


def _holds(sorted_keys: NDArray[np.uint64], keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which of `keys` are among `sorted_keys`."""
    if not len(sorted_keys):
        return np.zeros(len(keys), np.bool_)
    places = np.minimum(np.searchsorted(sorted_keys, keys), len(sorted_keys) - 1)
    return np.asarray(sorted_keys[places] == keys)
