"""The tutorial is true: its commands run, in order, on the made-up file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks() -> list[str]:
    return BLOCK.findall((ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"))


@pytest.fixture
def bench(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A folder with the pack in it, and an environment with a `qingyu` on its path."""
    commands = tmp_path / "bin"
    commands.mkdir()
    shim = commands / "qingyu"
    shim.write_text(
        f"#!/bin/sh\nexec {sys.executable} -c 'from qingyu.cli.main import main; main()' \"$@\"\n",
        encoding="utf-8",
    )
    shim.chmod(0o755)
    shutil.copytree(ROOT / "packs", tmp_path / "packs")
    environment = {
        **os.environ,
        "PATH": f"{commands}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "QINGYU_LANG": "en",
    }
    return tmp_path, environment


@pytest.mark.slow
def test_every_command_of_the_tutorial_runs(bench: tuple[Path, dict[str, str]]) -> None:
    folder, environment = bench
    script = "set -eux\n" + "\n".join(blocks())
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    # What the page says of the answers.
    assert "40017 rows: 39994 new, 11 repeated" in done.stdout
    assert "12 refused" in done.stdout
    assert "received before" in done.stdout
    assert "township: 62 areas:" in done.stdout
    assert "none differed" in done.stdout
    assert (folder / "explained.json").stat().st_size > 10_000


def test_the_tutorial_has_commands() -> None:
    commands = [line for block in blocks() for line in block.splitlines() if "qingyu" in line]
    assert len(commands) > 15
    used = {line.split()[1] for line in commands if line.startswith("qingyu ")}
    assert used >= {"receive", "supply", "show", "explain", "trace", "compute", "withdraw"}
