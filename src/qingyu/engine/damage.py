"""Which file is the damaged one: DuckDB's words seldom say so, and a person must know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from qingyu.engine.connect import connect, quoted
from qingyu.engine.delta import RESTORE
from qingyu.errors import DamageError, StorageError
from qingyu.i18n import T, Text


@contextmanager
def naming_damage(files: Sequence[Path], remedy: Text = RESTORE) -> Iterator[None]:
    """What fails inside because one of these Parquet files cannot be read becomes a
    `DamageError` that names it; any other failure passes."""
    try:
        yield
    except (duckdb.Error, StorageError):
        for path in files:
            words = _why_unreadable(path)
            if words is not None:
                raise _damaged(path, words, remedy) from None
        raise


def _why_unreadable(path: Path) -> str | None:
    """The reason why a file cannot be read to its end; None if it can."""
    if not path.exists():
        return "no such file"
    try:
        with connect() as connection:  # of its own: a failure may leave a database unusable
            rows = connection.execute(f"SELECT * FROM read_parquet({quoted(str(path))})")
            for _ in rows.to_arrow_reader():
                pass
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    except OSError as error:  # Arrow passes on what DuckDB says in the middle of a stream
        return str(error).splitlines()[0]
    return None


def _damaged(path: Path, words: str, remedy: Text) -> DamageError:
    return DamageError(
        str(path),
        T("a file that cannot be read ({words})", words=words),
        T("the file as it was written"),
        remedy,
    )
