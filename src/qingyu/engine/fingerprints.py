"""Digests of what tables say, blind to order, files and compaction: for tests and for `rebuild`.

Each row becomes one length-prefixed string; the sorted strings are digested. (DuckDB's hash of
several columns is blind to pairing and is not stable between versions.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from qingyu.digest import digest_of
from qingyu.engine.connect import connected, file_list
from qingyu.engine.layout import CUBE_COLUMNS

if TYPE_CHECKING:
    from qingyu.engine.store import Home


def records_digest(home: Home, source: str, known: int | None = None) -> str:
    """Of all signed rows of a source in batches up to `known`, every column."""
    limit = home.last if known is None else known
    return _digest(home.record_files(source, limit), limit)


def state_digest(home: Home, source: str, known: int | None = None) -> str:
    """Of the records in force: what the signed rows add up to, whatever batches brought it and
    when. Without the version: an unchanged row sent again keeps the one it first came with."""
    limit = home.last if known is None else known
    files = home.record_files(source, limit)
    if not files:
        return digest_of([])
    with connected() as connection:
        _view(connection, files, limit)
        names = [n for n in _columns(connection) if n not in ("batch", "sign", "version")]
        listed = ", ".join(f'"{name}"' for name in names)
        connection.execute(
            f"CREATE TEMP VIEW in_force AS SELECT {listed}, sum(sign)::BIGINT AS times "
            f"FROM listed GROUP BY {listed} HAVING sum(sign) <> 0"
        )
        return _rows_digest(connection, "in_force", [*names, "times"])


def cube_digest(home: Home, known: int | None = None) -> str:
    """Of the ledger's rows of batches up to `known`."""
    limit = home.last if known is None else known
    last = home.last
    files = [str(f.path) for f in home.cube_table.files() if f.number <= last]
    return _digest(files, limit, list(CUBE_COLUMNS))


def _digest(files: list[str], limit: int, columns: list[str] | None = None) -> str:
    if not files:
        return digest_of([])
    with connected() as connection:
        _view(connection, files, limit)
        return _rows_digest(connection, "listed", columns or _columns(connection))


def _view(connection: duckdb.DuckDBPyConnection, files: list[str], limit: int) -> None:
    connection.execute(
        f"CREATE TEMP VIEW listed AS SELECT * FROM "
        f"read_parquet({file_list(files)}, union_by_name=true) WHERE batch <= {limit}"
    )


def _columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return sorted(row[0] for row in connection.execute("DESCRIBE listed").fetchall())


def _rows_digest(connection: duckdb.DuckDBPyConnection, view: str, columns: list[str]) -> str:
    framed = " || ".join(
        f"coalesce(length(\"{name}\"::VARCHAR)::VARCHAR || ':' || \"{name}\"::VARCHAR, '-')"
        for name in columns
    )
    rows = connection.execute(f"SELECT {framed} AS line FROM {view} ORDER BY line").fetchall()
    return digest_of([*columns, *(row[0] for row in rows)])
