"""Killed anywhere, a home is as before or as after; tried again, it ends as if undisturbed.

The work is done by `engine_kill.py`, which forks a child for each point. `kill` and `full` go
through the operations of `engine.disk`; `system` through every system call of any library.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
SOURCE = HERE.parents[1] / "src"

# Four parts of about the same length, so that two workers finish together.
PARTS = {
    "first": ("create", "first receipt", "another source"),
    "receipts": ("corrections", "withdrawal", "a batch without records", "panel"),
    "rebuilds": (
        "new measure",
        "rebuild",
        "rebuild of a torn cube",
        "rebuild of a lost log",
        "rebuild for a narrower pack",
    ),
    "old": ("compaction", "receipt after compaction", "panel again", "upgrade"),
}


def torment(
    folder: Path, mode: str, steps: Sequence[str], **environment: str
) -> Iterator[dict[str, Any]]:
    """Reports of `engine_kill.py`, one for each step."""
    ended = subprocess.run(
        [sys.executable, str(HERE / "engine_kill.py"), str(folder / "kill"), mode, *steps],
        env=os.environ
        | {"PYTHONPATH": str(SOURCE), "QINGYU_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    reports = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [report["step"] for report in reports] == list(steps)
    yield from reports


def judge(reports: Iterator[dict[str, Any]], what: str) -> int:
    """Fails with what went wrong; prints and returns how many points there were."""
    points, wrong = 0, []
    for report in reports:
        points += report["points"]
        wrong += report["wrong"]
        print(f"{report['step']}: {report['points']} {what}")
    print(f"in all: {points} {what}")
    assert not wrong, "\n".join(wrong)
    return points


def test_a_receipt_killed_at_every_sixth_operation(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    reports = torment(tmp_path, "kill", ["first receipt"], KILL_STRIDE="6")
    points = judge(reports, "kills")
    record_property("kills at operations of the disk", points)
    assert points == 11


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_killed_at_every_operation(
    tmp_path: Path, part: str, record_property: Callable[[str, object], None]
) -> None:
    points = judge(torment(tmp_path, "kill", PARTS[part]), "kills")
    record_property("kills at operations of the disk", points)
    assert points > 120


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_the_disk_is_full_from_every_operation_on(
    tmp_path: Path, part: str, record_property: Callable[[str, object], None]
) -> None:
    points = judge(torment(tmp_path, "full", PARTS[part]), "moments")
    record_property("moments from which the disk was full", points)
    assert points > 50


@pytest.mark.slow
def test_an_upgrade_where_names_cannot_be_exchanged(tmp_path: Path) -> None:
    reports = torment(tmp_path, "kill", ["upgrade"], NO_EXCHANGE="1", KILL_LAST="8")
    assert judge(reports, "kills") == 8


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The counting library, compiled."""
    built = tmp_path_factory.mktemp("shim") / "shim.so"
    flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(["gcc", *flags, "-o", built, HERE / "engine_shim.c", "-ldl"], check=True)
    return built


@pytest.mark.slow
@pytest.mark.system
@pytest.mark.parametrize("part", PARTS)
def test_killed_at_every_system_call(
    tmp_path: Path, shim: Path, part: str, record_property: Callable[[str, object], None]
) -> None:
    reports = list(torment(tmp_path, "system", PARTS[part], LD_PRELOAD=str(shim)))
    calls = {name for report in reports for name in report["names"]}
    by_duckdb = [c for c in calls if c.startswith("open") and c.endswith(".parquet")]
    by_delta = [c for c in calls if c.startswith(("link", "rename")) and "_delta_log" in c]
    assert by_duckdb, "DuckDB's calls must be seen"
    assert by_delta, "delta-rs's calls must be seen"
    points = judge(iter(reports), "kills")
    record_property("kills at system calls of any library", points)
    assert points > 300
