"""Which keys a source has sent, and in what state: sorted 64-bit keys in memory-mapped runs.

One run per batch, the newest wins, as in a log-structured merge tree; runs of about one size are
merged outside the batch, so a look-up costs about the same however long the history is. The
index is derived: where it is behind, the newer records files are read; where it contradicts
the batches, it is made anew. The records table alone suffices.

index/<source>/runs.json     which runs, oldest first, and the batch they reach
index/<source>/<n>.key …     uint64 sorted; .content uint64; .version int64; .batch int32
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qingyu.engine import disk
from qingyu.engine.delta import DataFile
from qingyu.engine.meter import count_cells
from qingyu.engine.runs import COLUMNS, Run, merged_blocks, places_of, run_blocks, run_of

if TYPE_CHECKING:
    from qingyu.engine.store import Home

_LAYOUT = 1
_RATIO = 4  # runs within this factor of each other are of one tier; so many are merged
_TRIES = 3
MOST_FILES = 8  # records files that are read anew rather than written as runs
MOST_ROWS = 50_000  # in all of them


@dataclass(frozen=True)
class KeyHits:
    """For each key asked, in order: found: bool; content: uint64 (0 = withdrawn, a tombstone);
    version: int64 of the last row seen; batch: int32 that wrote it. Zeros where not found."""

    found: NDArray[np.bool_]
    content: NDArray[np.uint64]
    version: NDArray[np.int64]
    batch: NDArray[np.int32]


@dataclass(frozen=True)
class _List:
    """`runs.json`: the batch up to which the runs reach, and the digest of its row."""

    upto: int
    digest: str
    following: int
    runs: tuple[tuple[int, int], ...]  # (name, rows), oldest first


class KeyIndex:
    """The keys of one source as known after its last committed batch."""

    def __init__(self, home: Home, source: str) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                self._runs = _current_runs(home, source)
                return
            except FileNotFoundError:  # a writer has just merged the runs we were to open
                if attempt == _TRIES:
                    raise

    def __len__(self) -> int:
        """Entries in all runs (a key may be in several)."""
        return sum(len(run.key) for run in self._runs)

    @property
    def runs(self) -> int:
        return len(self._runs)

    def probe(self, keys: NDArray[np.uint64]) -> KeyHits:
        """The newest entry of each key. A hit is a candidate: confirm it on the full key."""
        keys = np.ascontiguousarray(keys, dtype=np.uint64)
        hits = KeyHits(
            np.zeros(len(keys), np.bool_),
            np.zeros(len(keys), np.uint64),
            np.zeros(len(keys), np.int64),
            np.zeros(len(keys), np.int32),
        )
        # Neighbours in a run are read together.
        rising = bool(np.all(keys[1:] >= keys[:-1]))
        left = np.arange(len(keys)) if rising else np.argsort(keys, kind="stable")
        asked = keys if rising else keys[left]
        for run in reversed(self._runs):
            if not len(left):
                break
            count_cells("keys", len(left) * len(run.key).bit_length())  # by halving
            places = places_of(run.key, asked)
            same = run.key[np.minimum(places, len(run.key) - 1)] == asked
            if not same.any():
                continue
            met, there = left[same], places[same]
            hits.found[met] = True
            hits.content[met] = run.content[there]
            hits.version[met] = run.version[there]
            hits.batch[met] = run.batch[there]
            left, asked = left[~same], asked[~same]
        return hits

    @staticmethod
    def extend(home: Home, source: str) -> None:
        """Write a run for each records file that the index does not reach yet (under the lock)."""
        current = _valid_list(home, source) or _List(0, "", _unused(_folder(home, source)), ())
        files = _newer_files(home, source, current.upto)
        last = home.batches()[-1] if home.last else None
        if last is None or (not files and current.upto):
            return
        folder = _folder(home, source)
        disk.make_folder(folder)
        runs, following = list(current.runs), current.following
        for file in files:
            rows = _write(folder, following, run_blocks(file.path, file.number))
            if rows:
                runs.append((following, rows))
            following += 1
        _save(folder, _List(last.number, last.digest, following, tuple(runs)))

    @staticmethod
    def extend_if_due(home: Home, source: str) -> None:
        """As `extend`, once there is so much that reading it anew would take longer than a run."""
        current = _valid_list(home, source)
        upto = current.upto if current else 0
        newer = [b for b in home.batches()[upto:] if b.source == source and b.kind != "count"]
        rows = sum(batch.new + batch.corrected + batch.withdrawn for batch in newer)
        if len(newer) >= MOST_FILES or rows >= MOST_ROWS:
            KeyIndex.extend(home, source)

    @staticmethod
    def merge(home: Home, source: str) -> bool:
        """Merge the newest runs of one tier into one (under the lock, outside any batch)."""
        current = _valid_list(home, source)
        if current is None:
            return False
        count = _mergeable([rows for _, rows in current.runs])
        if count < _RATIO:
            return False
        folder = _folder(home, source)
        chosen = current.runs[-count:]
        opened = [_open_run(folder, name, rows) for name, rows in chosen]
        rows = _write(folder, current.following, merged_blocks(opened))
        kept = (*current.runs[:-count], (current.following, rows))
        _save(folder, _List(current.upto, current.digest, current.following + 1, kept))
        return True


def _folder(home: Home, source: str) -> Path:
    return home.folder / "index" / source


def _current_runs(home: Home, source: str) -> list[Run]:
    """The stored runs, and in memory one for each records file that they do not reach."""
    current = _valid_list(home, source)
    upto = current.upto if current else 0
    folder = _folder(home, source)
    stored = [_open_run(folder, name, rows) for name, rows in current.runs] if current else []
    newer = [_run_of(file) for file in _newer_files(home, source, upto)]
    return [run for run in (*stored, *newer) if len(run.key)]


def _run_of(file: DataFile) -> Run:
    found = file.path.stat()
    if file.rows > MOST_ROWS:
        return run_of(file.path, file.number)
    return _small_run(file, (found.st_ino, found.st_mtime_ns))


@lru_cache(maxsize=4 * MOST_FILES)
def _small_run(file: DataFile, mark: tuple[int, int]) -> Run:
    """Held for the next batch of the same process. `mark` tells a file from one of another home
    that has come to lie in its place."""
    return run_of(file.path, file.number)


def _newer_files(home: Home, source: str, upto: int) -> Sequence[DataFile]:
    table = home.records_table(source)
    if not table.exists():
        return []
    last = home.last
    return table.files(lambda file: upto < file.number <= last)


def _valid_list(home: Home, source: str) -> _List | None:
    """The list of runs, if it is whole and speaks of the batches that this home has."""
    folder = _folder(home, source)
    try:
        given = json.loads((folder / "runs.json").read_bytes())
        if given["layout"] != _LAYOUT:
            return None
        runs = tuple((int(name), int(rows)) for name, rows in given["runs"])
        found = _List(given["upto"], given["digest"], given["following"], runs)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    batches = home.batches()
    if not 1 <= found.upto <= len(batches) or batches[found.upto - 1].digest != found.digest:
        return None
    return found if all(_is_whole(folder, name, rows) for name, rows in runs) else None


def _unused(folder: Path) -> int:
    """A number above all run files there: one that a reader has mapped is never written over."""
    names = [int(path.stem) for path in folder.glob("*.key") if path.stem.isdigit()]
    return max(names, default=-1) + 1


def _is_whole(folder: Path, name: int, rows: int) -> bool:
    def size(column: str) -> int:
        path = folder / f"{name}.{column}"
        return path.stat().st_size if path.exists() else -1

    return all(size(c) == rows * np.dtype(kind).itemsize for c, kind in COLUMNS.items())


def _open_run(folder: Path, name: int, rows: int) -> Run:
    def column(which: str) -> Any:
        return np.memmap(folder / f"{name}.{which}", COLUMNS[which], "r", shape=(rows,))

    return Run(column("key"), column("content"), column("version"), column("batch"))


def _write(folder: Path, name: int, blocks: Iterable[Run]) -> int:
    """Write the blocks of one run one after another; how many rows they had."""
    rows = 0
    with ExitStack() as stack:
        files = {
            column: stack.enter_context(disk.NewFile(folder / f"{name}.{column}"))
            for column in COLUMNS
        }
        for block in blocks:
            rows += len(block.key)
            for column, file in files.items():
                file.write(np.ascontiguousarray(getattr(block, column)).data)
    return rows


def _save(folder: Path, content: _List) -> None:
    """Replace the list of runs, then drop the files that it no longer names."""
    plain = {
        "layout": _LAYOUT,
        "upto": content.upto,
        "digest": content.digest,
        "following": content.following,
        "runs": content.runs,
    }
    disk.sync_folder(folder)
    disk.replace(folder / "runs.json", json.dumps(plain).encode())
    named = {f"{name}.{column}" for name, _ in content.runs for column in COLUMNS}
    for path in sorted(folder.iterdir()):
        if path.suffix[1:] in COLUMNS and path.stem.isdigit() and path.name not in named:
            disk.remove(path)


def _mergeable(rows: list[int]) -> int:
    """How many of the newest runs are of one tier (each at most four times the newer ones)."""
    count, total = 0, 0
    for size in reversed(rows):
        if count and size > _RATIO * max(total // count, 1):
            break
        count, total = count + 1, total + size
    return count
