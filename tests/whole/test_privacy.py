"""Nothing in the project speaks of the machine it was written on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Put together here, so that this file does not match itself.
FOLDERS = "|".join(["work/(main|shared)", "root", "opt/(pypi|wheels)", "tmp", "home/[a-z]+"])
MACHINE = re.compile(rf"(?<![\w.~}}-])/({FOLDERS})(/|\b)")
REGISTRY = re.compile("--(extra-)?index-" + r"url|--find-" + r"links|^-[if] ", re.MULTILINE)
SESSION = re.compile(r"\bissue #?\d+\b", re.IGNORECASE)


def files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    names = listed.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("pattern", [MACHINE, SESSION], ids=["machine paths", "issue numbers"])
def test_no_trace_of_the_workplace(pattern: re.Pattern[str]) -> None:
    found = []
    for path in files():
        for number, line in enumerate(text_of(path).splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found, "\n".join(found)


def test_lock_file_names_no_registry() -> None:
    lock = text_of(ROOT / "requirements.lock")
    assert not REGISTRY.search(lock)
    assert "://" not in lock
    assert " @ " not in lock


def test_no_data_file_is_kept() -> None:
    """None but the small homes of each format, kept for ever to test upgrades on, and the results
    of the evaluation."""
    data = {".parquet", ".xlsx", ".duckdb", ".geojson", ".zip"}
    kept = [p.relative_to(ROOT) for p in files() if p.suffix in data]
    meant = re.compile(r"tests/engine/format\d+/|evaluation/results/\w+\.parquet$")
    assert not [path for path in kept if not meant.match(path.as_posix())]
    assert all(path.stat().st_size < 400_000 for path in files())


def test_the_patterns_would_notice() -> None:
    assert MACHINE.search("see /" + "work/main/src")
    assert MACHINE.search("'/" + "tmp/x'")
    assert not MACHINE.search("demo-home/tmp/x")
    assert REGISTRY.search("--extra-index-" + "url x")
