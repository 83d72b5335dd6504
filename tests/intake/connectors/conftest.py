"""A town whose records arrive by themselves, and a real PostgreSQL for the group `system`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from feeds_postgres import RealPostgres


@pytest.fixture(scope="session")
def real_postgres() -> Iterator[RealPostgres]:
    """A server of Debian's packages on a Unix socket in a temporary folder, with the records of
    `feeds_records`."""
    with RealPostgres.started() as server:
        yield server
