"""Two rivals, in turn, each run in a process of its own; medians, ratios, and no ratio on trust.

A contestant is a function named as `module:function` that takes one JSON argument and returns a
dict with at least `digest` (what it computed, as text) and optionally `seconds` (its own timing,
without set-up), `rows`, `stages`, `figures`. The harness alternates A B A B …, measures wall time,
peak memory and bytes read from the operating system, and prints a ratio only if all digests agree.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PAIRS = int(os.environ.get("BENCH_PAIRS", "7"))
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Contestant:
    """One side of a pair: `call` is `module:function`, `argument` goes to it as JSON."""

    name: str
    call: str
    argument: dict[str, Any] = field(default_factory=dict)
    before: str | None = None  # `module:function` run untimed before each run (restores a home)


@dataclass(frozen=True)
class Run:
    seconds: float
    peak: int  # bytes, the largest resident size of the process
    read: int  # bytes asked of the file system
    digest: str
    rows: int | None
    stages: dict[str, float]
    figures: dict[str, int]


def once(contestant: Contestant) -> Run:
    """One run in a fresh process."""
    if contestant.before is not None:
        _child(contestant.before, contestant.argument)
    result = _child(contestant.call, contestant.argument)
    return Run(
        seconds=result["seconds"],
        peak=result["peak"],
        read=result["read"],
        digest=result["digest"],
        rows=result.get("rows"),
        stages=result.get("stages", {}),
        figures=result.get("figures", {}),
    )


def compete(ours: Contestant, rival: Contestant, pairs: int = PAIRS) -> None:
    """Run the two in turn, after one warm-up each, and print what was measured."""
    once(ours)
    once(rival)
    left: list[Run] = []
    right: list[Run] = []
    for number in range(pairs):
        left.append(once(ours))
        right.append(once(rival))
        print(
            f"  pair {number + 1}: {left[-1].seconds:.3f} s, {right[-1].seconds:.3f} s", flush=True
        )
    report(ours.name, left)
    report(rival.name, right)
    print_ratio(ours.name, rival.name, left, right)


def report(name: str, runs: Sequence[Run]) -> None:
    """Median time, peak memory, rows and bytes of one side."""
    seconds = statistics.median(run.seconds for run in runs)
    line = f"  {name}: median {seconds:.3f} s of {len(runs)}"
    line += f", peak {max(run.peak for run in runs) / 1e9:.2f} GB"
    line += f", read {statistics.median(run.read for run in runs) / 1e6:.1f} MB"
    rows = runs[0].rows
    if rows is not None:
        line += f", {rows:,} rows, {rows / seconds:,.0f} rows/s"
    print(line)
    for stage in runs[0].stages:
        print(f"    {stage}: {statistics.median(run.stages[stage] for run in runs):.3f} s")
    for figure, value in runs[0].figures.items():
        print(f"    {figure}: {value:,}")


def print_ratio(name: str, rival: str, left: Sequence[Run], right: Sequence[Run]) -> None:
    """The ratio pair by pair; refused when the two did not compute the same thing."""
    digests = {run.digest for run in (*left, *right)}
    if len(digests) != 1:
        print(f"  NO RATIO: {name} and {rival} differ in their results: {sorted(digests)}")
        return
    ratios = sorted(a.seconds / b.seconds for a, b in zip(left, right, strict=True))
    print(
        f"  {name} / {rival}: {statistics.median(ratios):.2f} times"
        f" (pairs from {ratios[0]:.2f} to {ratios[-1]:.2f}); results equal"
    )


def machine() -> str:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip()
            for line in cpuinfo.read_text().splitlines()
            if line.startswith("model name")
        ]
        model = names[0] if names else model
    return (
        f"{model}, {os.cpu_count()} cores, {memory:.0f} GB,"
        f" Python {platform.python_version()}, {platform.system()}"
    )


def _child(call: str, argument: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.harness", call, json.dumps(argument)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def _main(call: str, argument: str) -> None:
    module, _, name = call.partition(":")
    function = getattr(importlib.import_module(module), name)
    started = time.perf_counter()
    before = _bytes_read()
    result = function(**json.loads(argument)) or {}
    result.setdefault("seconds", time.perf_counter() - started)
    result.setdefault("digest", "")
    result["peak"] = _peak()
    result["read"] = _bytes_read() - before
    print(json.dumps(result))


def _peak() -> int:
    """The largest resident size of this process. (`ru_maxrss` would also count what the parent
    held when it started us.)"""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024


def _bytes_read() -> int:
    """Bytes this process asked of files so far (0 where the system does not tell)."""
    source = Path("/proc/self/io")
    if not source.exists():
        return 0
    return int(source.read_text().split("rchar: ")[1].split()[0])


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])
