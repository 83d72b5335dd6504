"""Scores from counts, as multiples of one pass over memory; pandas beside it.

Ten years of daily indices of 24 towns × 28 indicators, and one day of 40,000 towns × 28. The unit
is one pass `a*b+c` over int64 arrays of as many cells (indicator × area × day); goal: 100 of them.
The rival is `bench.plain`: the same index in pandas, in floats. A ratio to it is printed only if
the scores of both agree to a thousandth of a point; and any figure only if ours are the same to
the byte in every run. COINr is an R package: its figures are not to be had without R.
"""

from __future__ import annotations

import cProfile
import hashlib
import pstats
import shutil
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from bench import city, harness
from bench.harness import PAIRS

FIRST = date(city.FIRST_YEAR, 1, 1)
GOAL = 100  # passes
_PASSES = 9  # timed before each pair
STAGES = (
    # function as the profile names it, what a reader is told
    (("gather",), "gather: from the panel to ingredients"),
    (("of", "running"), "  running sums of counts and exposures"),
    (("windows",), "  windows"),
    (("of_level", "of_peers"), "  strength of shrinkage"),
    (("own", "trailing", "previous", "parent", "peer_sums"), "  other days and other areas"),
    (("cell_states",), "  states"),
    (("evaluate",), "evaluate: from ingredients to scores"),
    (("score_indicator",), "  stations and indicators"),
    (("compose",), "  dimensions and index"),
    (("completeness", "area_states"), "  completeness and states"),
    (("grade_scores", "ranks", "changes"), "  grades, ranks, changes"),
)


def main(work: Path, towns: int = 24, years: int = 10, nation: int = 40_000) -> None:
    _case(work / "decade", towns, days=400 + 365 * years, first_asked=400, label="ten years daily")
    _case(work / "nation", nation, days=760, first_asked=759, label="one day")


def _case(work: Path, towns: int, days: int, first_asked: int, label: str) -> None:
    from qingyu.index.steps import compute
    from qingyu.pack.load import load_pack
    from qingyu.periods import periods_between

    shutil.rmtree(work, ignore_errors=True)
    pack = load_pack(city.write_pack(work, towns))
    panel = _panel(pack, towns, days)
    dates = FIRST + timedelta(days=first_asked), FIRST + timedelta(days=days - 1)
    periods = periods_between(*dates, "day")
    cells = len(pack.indicators) * towns * len(periods)
    print(f"index: {label}, {towns:,} towns x {len(pack.indicators)}: {cells:,} cells")
    plain = _plain(pack, panel, towns, len(periods))
    held = _forget_peak()
    ours = _Side("compute", lambda: compute(pack, panel, periods), _digest)
    ours.run()  # warm
    peak = _peak()
    rival = _Side("pandas, floats", plain, _rounded_digest)
    rival.run()
    unit = _alternate(cells, ours, rival)
    _report(ours, rival, unit, held, peak)
    _print_profile(lambda: compute(pack, panel, periods))


@dataclass
class _Side:
    """One of the two, what it found last, and all it took."""

    name: str
    call: Callable[[], Any]
    digest: Callable[[Any], str]

    def __post_init__(self) -> None:
        self.seconds: list[float] = []
        self.digests: set[str] = set()
        self.last: Any = None

    def run(self) -> None:
        self.last = None
        started = time.perf_counter()
        self.last = self.call()
        self.seconds.append(time.perf_counter() - started)
        self.digests.add(self.digest(self.last))

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def _alternate(cells: int, ours: _Side, rival: _Side) -> list[float]:
    """Pass, ours, rival, and again; the seconds of the passes."""
    passes = []
    for side in (ours, rival):
        side.seconds.clear()
    for number in range(PAIRS):
        passes.append(_memory_pass(cells))
        ours.run()
        rival.run()
        print(
            f"  pair {number + 1}: {ours.seconds[-1]:.3f} s, {rival.seconds[-1]:.3f} s", flush=True
        )
    return passes


def _report(ours: _Side, rival: _Side, passes: list[float], held: float, peak: float) -> None:
    print(f"  one pass a*b+c: median {statistics.median(passes) * 1e3:.2f} ms of {len(passes)}")
    if len(ours.digests) > 1:
        print(f"  NO FIGURE: runs of compute differ: {sorted(ours.digests)}")
        return
    multiples = sorted(o / p for o, p in zip(ours.seconds, passes, strict=True))
    print(
        f"  compute: median {ours.median:.3f} s, {statistics.median(multiples):.0f} passes"
        f" (from {multiples[0]:.0f} to {multiples[-1]:.0f}; goal {GOAL})"
    )
    print(
        f"  peak memory {peak:.2f} GB, of which the panel and this program held {held:.2f} before"
    )
    print(f"  {rival.name}: median {rival.median:.3f} s")
    apart = _apart(ours.last, rival.last)
    if apart > 1:
        print(f"  NO RATIO: scores differ by up to {apart / 1000:.3f} points")
    else:
        pairs = sorted(o / r for o, r in zip(ours.seconds, rival.seconds, strict=True))
        print(
            f"  compute / pandas: {statistics.median(pairs):.2f} times (pairs from"
            f" {pairs[0]:.2f} to {pairs[-1]:.2f}); scores equal to a thousandth of a point"
        )
    print("  COINr: an R package; without R no figure is to be had")


def _apart(results: Any, floats: Any) -> int:
    """The largest difference of the two in milli-points; a score that only one has is endless."""
    from qingyu.index.ingredients import MISSING

    exact, rival = results.score, floats.T
    has = exact != MISSING
    if not (has == np.isfinite(rival)).all():
        return 10**9
    return int(np.abs(exact[has] - np.rint(rival[has] * 1000).astype(np.int64)).max(initial=0))


def _panel(pack: Any, towns: int, days: int) -> Any:
    """A full panel of Poisson counts, every day covered, as narrow as the store's."""
    from qingyu.engine.cube import measures_of
    from qingyu.engine.tables import UNPLACED, DayState, Panel

    measures = measures_of(pack)
    generator = np.random.Generator(np.random.Philox(1))
    codes = [area.code for area in pack.areas] + [UNPLACED]
    counts = np.zeros((len(measures), len(codes), days), dtype=np.int32)
    for row in range(len(measures)):
        for start in range(0, towns, 1000):
            size = min(1000, towns - start)
            counts[row, 1 + start : 1 + start + size] = generator.poisson(1.5, (size, days))
    dates = np.datetime64(FIRST, "D") + np.arange(days)
    return Panel(
        counts=xr.DataArray(
            counts,
            dims=("measure", "area", "day"),
            coords={"measure": list(measures), "area": codes, "day": dates},
        ),
        coverage=xr.DataArray(
            np.full((len(pack.sources), days), DayState.FULL, dtype=np.uint8),
            dims=("source", "day"),
            coords={"source": [source.id for source in pack.sources], "day": dates},
        ),
        known=1,
    )


def _plain(pack: Any, panel: Any, towns: int, asked: int) -> Callable[[], Any]:
    """The rival, with its inputs laid out."""
    from bench import plain
    from qingyu.engine.cube import fingerprint

    names = panel.counts["measure"].values.tolist()
    rows = [names.index(fingerprint(one.measure)) for one in pack.indicators]
    values = {row.area: row.value for row in pack.exposures[0].rows}
    people = np.array([values[city.town_code(number)] for number in range(towns)])
    return lambda: plain.scores(panel, rows, people, asked)


def _memory_pass(cells: int) -> float:
    """The median of a few, since one is over before a busy machine has noticed."""
    a, b, c = (np.arange(cells, dtype=np.int64) % 1000 for _ in range(3))
    out, found = np.empty_like(a), []
    for _ in range(_PASSES):
        started = time.perf_counter()
        np.multiply(a, b, out=out)
        np.add(out, c, out=out)
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def _digest(results: Any) -> str:
    """Of every array of `Results`, stations included."""
    digest = hashlib.sha256()
    for slot, one in sorted(results.comparisons.items()):
        digest.update(repr(slot).encode())
        for part in vars(one).values():
            digest.update(np.ascontiguousarray(part).tobytes())
    for name, value in sorted(vars(results).items()):
        if isinstance(value, np.ndarray):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(value).tobytes())
    return digest.hexdigest()[:16]


def _rounded_digest(floats: Any) -> str:
    return hashlib.sha256(np.ascontiguousarray(floats).tobytes()).hexdigest()[:16]


def _print_profile(call: Callable[[], Any]) -> None:
    """One more run with a profiler, so a little slower: seconds inside the functions named."""
    profiler = cProfile.Profile()
    profiler.runcall(call)
    functions = pstats.Stats(profiler).get_stats_profile().func_profiles
    print("  profile of one run, seconds:")
    for names, words in STAGES:
        spent = sum(functions[name].cumtime for name in names if name in functions)
        print(f"    {spent:8.3f}  {words}")


def _forget_peak() -> float:
    """Sets the system's note of our largest size to what we hold now (GB), where it can."""
    note = Path("/proc/self/clear_refs")
    if note.exists():
        note.write_text("5")
    return _peak()


def _peak() -> float:
    return harness._peak() / 1e9
