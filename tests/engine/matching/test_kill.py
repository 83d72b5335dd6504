"""Killed anywhere while events are united or parted, a home is as before or as after."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SOURCE = HERE.parents[2] / "src"


def torment(folder: Path, mode: str, **environment: str) -> list[dict[str, object]]:
    ended = subprocess.run(
        [sys.executable, str(HERE / "match_kill.py"), str(folder / "kill"), mode],
        env=os.environ
        | {
            "PYTHONPATH": f"{SOURCE}{os.pathsep}{HERE.parent}",
            "QINGYU_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def holds(reports: list[dict[str, object]]) -> None:
    assert [report["step"] for report in reports] == [
        "a new union",
        "another",
        "one that joins",
        "one that parts",
    ]
    assert [report["wrong"] for report in reports] == [[]] * 4
    assert all(int(str(report["points"])) > 0 for report in reports)


def test_at_some_operations(tmp_path: Path) -> None:
    holds(torment(tmp_path, "kill", KILL_STRIDE="15"))


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["kill", "full"])
def test_at_every_operation(tmp_path: Path, mode: str) -> None:
    holds(torment(tmp_path, mode))
