"""A correction killed anywhere is declared whole or not at all; so is its taking back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def torment(folder: Path, stride: int) -> list[int]:
    """Kills at every so manieth operation of both steps; how many, and nothing wrong."""
    ended = subprocess.run(
        [sys.executable, str(HERE / "correct_kill.py"), str(folder)],
        env=os.environ
        | {"PYTHONPATH": str(HERE.parents[1] / "src"), "QINGYU_THREADS": "1",
           "KILL_STRIDE": str(stride), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    reports = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [report["wrong"] for report in reports] == [[], []]
    return [report["kills"] for report in reports]


def test_killed_at_every_ninth_operation(tmp_path: Path) -> None:
    kills = torment(tmp_path, 9)
    assert min(kills) > 3


@pytest.mark.slow
def test_killed_at_every_operation(tmp_path: Path) -> None:
    kills = torment(tmp_path, 1)
    assert min(kills) > 30
