"""Protection: what it takes of a month's edition, how that grows, and what it costs the public.

The price is printed beside that of plain secondary suppression: of the same counts, those below
`least` are withheld, and in every group under one parent with a single withheld count the next
smallest too, so that no total gives it away. (It would not protect here: scores, rates and ranks
are exact functions of the counts, and every one of them would have to go as well.)
"""

from __future__ import annotations

import math
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.nation_home import DAY, nation_home

LEAST = 5


def main(work: Path, towns: tuple[int, ...] = (31, 345, 8_000)) -> None:
    before = None
    for number in towns:
        seconds = _protect(work / str(number), number)
        if before is not None:
            print(f"  {seconds / before[1]:.1f} times for {number / before[0]:.1f} times the areas")
        before = number, seconds
    print(f"peak of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10:,} MB",
          file=sys.stdout, flush=True)  # fmt: skip


def _protect(work: Path, towns: int) -> float:
    from qingyu.flows.edition_protect import guard, protected_of
    from qingyu.flows.edition_tables import tables_of
    from qingyu.release.protect.secret import Secret

    one = _month(work, towns)
    pack, labels = one.pack, one.results.labels
    tables = tables_of(one, [level.id for level in pack.levels if level.graded])
    protected = protected_of(pack, labels.index)
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        found = guard(one, tables, protected, Secret(bytes(32)), (labels.index, "x", ""))
        taken.append(time.perf_counter() - started)
    seconds = statistics.median(taken)
    print(f"protect: {towns:,} towns, {len(protected.indicators)} indicators: median"
          f" {seconds:.2f} s; {len(found.rows):,} rows committed to")  # fmt: skip
    _price(one, found.shown)
    return seconds


def _month(work: Path, towns: int) -> Any:
    """The daily index of a simulated nation: windows of days, as the city's."""
    from qingyu.flows.opening import as_known
    from qingyu.flows.publish import compute_from, panel_of
    from qingyu.periods import parse

    home, pack = nation_home(work, towns, 60 * towns, "small_counts")
    known = as_known(home, pack, None)
    return compute_from(pack, panel_of(home, pack, known), [parse(DAY.isoformat())], known)


def _price(one: Any, shown: Any) -> None:
    counts = one.ingredients.world.count[:, :, -1]
    plain = plainly_withheld(counts, one.ingredients.world.parent[:, -1])
    bits = np.log2(counts + 1.0)
    scored = one.results.grade[:, 0] >= 0
    runs = [shown[code] for code, has in zip(one.results.labels.areas, scored, strict=True) if has]
    single = sum(run.grade_from is not None and run.grade_from == run.grade_to for run in runs)
    kept = sum(math.log2(100_001 / (run.band_to - run.band_from + 1))
               for run in runs if run.band_from is not None) / max(len(runs), 1)  # fmt: skip
    lost = float(bits[plain].sum() / max(bits.sum(), 1))
    print(f"  colours shown singly: {single:,} of {len(runs):,}; of a score's 16.6 bits {kept:.1f}"
          " are told")  # fmt: skip
    print(f"  counts withheld: all; plain secondary suppression: {plain.mean():.1%} of the cells,"
          f" {lost:.1%} of the information, with scores that give them back")  # fmt: skip


def plainly_withheld(counts: Any, parent: Any) -> Any:
    """[I, A] cells that plain secondary suppression withholds."""
    found = counts < LEAST
    for group in np.unique(parent):
        rows = np.flatnonzero(parent == group)
        for row in np.flatnonzero(found[:, rows].sum(axis=1) == 1).tolist():
            rest = rows[~found[row, rows]]
            if len(rest):
                found[row, rest[np.argmin(counts[row, rest])]] = True
    return found
