"""Homes of the real cities, and the sender's files as they were before they were gathered.

The gathered files are Parquet with all text as in the source; a test writes a year's file again as
the city published it: with its own columns, separator and encoding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from qingyu.engine.store import Home
from qingyu.intake.receipt import Receipt
from qingyu.intake.receive import receive
from qingyu.pack.model import Pack

PACKS = Path(__file__).parent / "packs"


@dataclass
class City:
    """A home of one city's pack, and its published file."""

    home: Home
    pack: Pack
    table: Path
    folder: Path

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """A query on `t`, the published rows."""
        with duckdb.connect() as connection:
            connection.execute(f"CREATE VIEW t AS FROM read_parquet('{self.table}')")
            return connection.execute(sql).fetchall()

    def one(self, sql: str) -> Any:
        return self.rows(sql)[0][0]

    def file(self, name: str, where: str, encoding: str = "utf-8", separator: str = ",") -> Path:
        """Rows of the published file as CSV with the columns that are not absent in them."""
        path = self.folder / name
        with duckdb.connect() as connection:
            connection.execute(
                f"CREATE TABLE t AS SELECT * EXCLUDE source_file FROM read_parquet('{self.table}')"
                f" WHERE {where}"
            )
            names = [row[0] for row in connection.execute("DESCRIBE t").fetchall()]
            counts = ", ".join(f'count("{name}")' for name in names)
            found = connection.execute(f"SELECT {counts} FROM t").fetchone() or ()
            kept = ", ".join(f'"{name}"' for name, count in zip(names, found, strict=True) if count)
            connection.execute(
                f"COPY (SELECT {kept} FROM t) TO '{path}' (HEADER, DELIMITER '{separator}')"
            )
        if encoding != "utf-8":
            path.write_bytes(path.read_bytes().decode("utf-8").encode(encoding))
        return path

    def receive(self, source: str, *files: Path, **options: Any) -> Receipt:
        return receive(self.home, self.pack, source, files, who="test", **options)

    def records(self, source: str, sql: str) -> list[tuple[Any, ...]]:
        """A query on `r`, the records in force (nothing is withdrawn in these tests)."""
        files = self.home.record_files(source)
        with duckdb.connect() as connection:
            connection.execute(
                f"CREATE VIEW r AS FROM read_parquet({files!r}, union_by_name=true) WHERE sign > 0"
            )
            return connection.execute(sql).fetchall()

    def rejects(self, receipt: Receipt) -> list[tuple[Any, ...]]:
        """Row number, reasons and all other cells of the reject file."""
        with duckdb.connect() as connection:
            return connection.execute(
                f"FROM read_csv('{receipt.rejects}', all_varchar=true, header=true)"
            ).fetchall()


def year(number: int) -> tuple[date, date]:
    return date(number, 1, 1), date(number, 12, 31)
