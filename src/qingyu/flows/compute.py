"""`compute`: every score of a stretch of time, with a digest that a stranger can reproduce.

The results are kept under `home/results/<name>/` as a cache that may be deleted at any time:
four Parquet tables and a `manifest.json` with their schema, written anew and renamed.

| table | a row per period, area and … | its other columns |
|---|---|---|
| areas | – | score, before_caps, change (thousandths), grade, rank, of, completeness, state |
| dimensions | dimension | dimension, before_deductions, points (millionths) |
| indicators | indicator | indicator, count, exposure, days, window, points, state, fill |
| comparisons | comparison | indicator, place, with, expected, compared, points (millionths) |

Scores are integers; a missing one is null. Rows are only of areas valid on the period's last day.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import qingyu.flows.tables as tables
from qingyu.digest import digest_of, digest_of_file
from qingyu.engine import disk
from qingyu.engine.store import Home
from qingyu.engine.tables import Panel
from qingyu.errors import StorageError
from qingyu.flows.opening import Known, as_known
from qingyu.flows.publish import Published, computable, compute_from, panel_of
from qingyu.pack.model import Pack
from qingyu.periods import KINDS, Kind, Period, parse

SCHEMA = 1  # of the tables; part of the folder's name
Progress = Callable[[int, int], None]  # (kinds done, kinds in all)


@dataclass(frozen=True)
class Computed:
    """What was computed. digest: of the logical content of all results."""

    pack: str
    known: int
    digest: str
    folder: Path | None
    periods: tuple[Period, ...]
    scores: int
    again: bool

    def to_json(self) -> dict[str, object]:
        return {
            "pack": self.pack,
            "known": self.known,
            "digest": self.digest,
            "folder": None if self.folder is None else str(self.folder),
            "periods": [period.label for period in self.periods],
            "scores": self.scores,
            "again": self.again,
        }


def compute(
    home: Home,
    pack: Pack,
    period: str | None = None,
    known: str | None = None,
    progress: Progress = lambda done, whole: None,
) -> Computed:
    """All areas in one period, or in every whole period between the first and the last full day
    of each kind of the pack's indices."""
    seen = as_known(home, pack, known)
    panel = panel_of(home, pack, seen)
    groups = [[parse(period)]] if period else _all_periods(pack, panel)
    folder = home.folder / "results" / _name(pack, seen, groups)
    kept = _kept(folder)
    if kept is not None:
        return _computed(pack, panel, groups, folder, kept, again=True)
    done = []
    for number, periods in enumerate(groups):
        progress(number, len(groups))
        done.append(compute_from(pack, panel, periods, seen))
    progress(len(groups), len(groups))
    manifest = _manifest(done)
    saved = _save(folder, done, manifest)
    return _computed(pack, panel, groups, folder if saved else None, manifest, again=False)


def _all_periods(pack: Pack, panel: Panel) -> list[list[Period]]:
    kinds: set[Kind] = {kind for index in pack.indices for kind in index.periods}
    ordered = [kind for kind in KINDS if kind in kinds]
    return [found for kind in ordered if (found := computable(pack, panel, kind))]


def _name(pack: Pack, seen: Known, groups: Sequence[Sequence[Period]]) -> str:
    """What the results are a function of."""
    spans = [label for group in groups for label in (group[0].label, group[-1].label)]
    return digest_of([SCHEMA, pack.digest, seen.batch, seen.day, *spans])[:32]


def _computed(
    pack: Pack,
    panel: Panel,
    groups: Sequence[Sequence[Period]],
    folder: Path | None,
    manifest: dict[str, object],
    again: bool,
) -> Computed:
    return Computed(
        pack=pack.digest,
        known=panel.known,
        digest=str(manifest["digest"]),
        folder=folder,
        periods=tuple(period for group in groups for period in group),
        scores=int(str(manifest["scores"])),
        again=again,
    )


# -- the cache ------------------------------------------------------------------------------------


def _manifest(done: Sequence[Published]) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "digest": digest_of(tables.results_digest(one.results) for one in done),
        "scores": sum(tables.scores_in(one.results) for one in done),
        "tables": {name: list(columns) for name, columns in tables.COLUMNS.items()},
    }


def _kept(folder: Path) -> dict[str, object] | None:
    """The manifest of finished results, if all its files are as they were written."""
    try:
        manifest: dict[str, object] = json.loads((folder / "manifest.json").read_text("utf-8"))
        files = manifest["files"]
        assert isinstance(files, dict)
        whole = all(digest_of_file(folder / name) == digest for name, digest in files.items())
    except (OSError, ValueError, KeyError, AssertionError):
        return None
    return manifest if whole else None


def _save(folder: Path, done: Sequence[Published], manifest: dict[str, object]) -> bool:
    """Write beside, then rename; False where the disk does not allow a cache."""
    beside = folder.with_name(f"{folder.name}.{os.getpid()}.new")
    try:
        disk.make_folder(folder.parent)
        disk.remove(beside)
        disk.make_folder(beside)
        files = {}
        for name, table in tables.tables_of(done).items():
            path = beside / f"{name}.parquet"
            disk.act("write", path, partial(tables.write, table, path))
            files[path.name] = digest_of_file(path)
        text = json.dumps({**manifest, "files": files}, indent=1, sort_keys=True)
        disk.write_new(beside / "manifest.json", text.encode())
        disk.remove(folder)
        disk.move_in(beside, folder)
    except StorageError:
        return False
    return True
