"""Reference results of other people's software, read by name from the shared folder."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))
Table = list[dict[str, str]]


@pytest.fixture
def golden(shared: Path) -> Callable[[str], Table]:
    """Rows of one file below `golden/`, as text by column name."""

    def read(name: str) -> Table:
        with (shared / "golden" / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read
