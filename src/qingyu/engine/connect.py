"""DuckDB connections that behave the same everywhere, and touch no network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb

THREADS = "QINGYU_THREADS"
MEMORY = "QINGYU_MEMORY"


def connect(spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A fresh in-memory database in UTC.

    `spill` is where large sorts go; without it nothing is spilled, so that no row ever lands
    in the working folder. `QINGYU_THREADS` and `QINGYU_MEMORY` limit what is used.
    """
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    connection.execute("SET TimeZone='UTC'")
    connection.execute("SET enable_progress_bar=false")
    connection.execute(f"SET temp_directory={quoted(str(spill)) if spill else quoted('')}")
    if os.environ.get(THREADS):
        connection.execute(f"SET threads={int(os.environ[THREADS])}")
    if os.environ.get(MEMORY):
        connection.execute(f"SET memory_limit={quoted(os.environ[MEMORY])}")
    return connection


@contextmanager
def connected() -> Iterator[duckdb.DuckDBPyConnection]:
    """A session of this process's shared database, closed at the end of the block with all that
    is temporary in it (make temporary views only). Starting a database takes ten times as long
    as a small query."""
    session = _shared_database().cursor()
    try:
        yield session
    finally:
        session.close()


@cache
def _shared_database() -> duckdb.DuckDBPyConnection:
    return connect()


os.register_at_fork(after_in_child=_shared_database.cache_clear)  # its threads stay behind


def quoted(text: str) -> str:
    """An SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def file_list(files: list[str]) -> str:
    """An SQL list of file names for `read_parquet`."""
    return "[" + ", ".join(quoted(file) for file in files) + "]"
