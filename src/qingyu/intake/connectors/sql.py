"""A query to a department's PostgreSQL, streamed into a Parquet file of text.

One transaction, read only and repeatable: all rows are of one moment, which is the version of what
was fetched; nothing is written on the other side. A cursor of the server's hands over the rows in
pieces, so that neither side holds them all. Every value stays the text that PostgreSQL writes: no
number passes through a float, no moment through a time zone that the contract does not name.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg.adapt import Loader

from qingyu.digest import digest_of, framed
from qingyu.engine import disk
from qingyu.engine.meter import count_read
from qingyu.engine.store import Home
from qingyu.errors import InputError
from qingyu.i18n import T, Text
from qingyu.intake.connectors.query import with_parameters
from qingyu.intake.connectors.secrets import reveal
from qingyu.intake.connectors.settings import Sql
from qingyu.intake.connectors.spool import Days, Fetched, Spool
from qingyu.pack.model import Pack, Source

_PIECE = 10_000  # rows in memory at a time
_CONNECTING = 15  # seconds
_BITS = 128
# Classes of SQLSTATE whose messages speak of the connection, the query or the machine. Others
# (22, 23 …) may quote what stands in a record, and are told by their number only.
_SPEAKABLE = ("08", "0A", "25", "28", "3D", "42", "53", "54", "55", "57")

Row = Sequence[str | None]


@dataclass(frozen=True)
class Extract:
    """moment: when the transaction began, by the server's clock; rows in pieces, as text."""

    moment: datetime
    columns: tuple[str, ...]
    pieces: Iterator[list[Row]]


def fetch(home: Home, pack: Pack, source: Source, sql: Sql, days: Days, spool: Spool) -> Fetched:
    """Ask for the records of `days`; the answer is in the spool, its note not written yet.
    `InputError` says what the database said, without any record's contents."""
    password = reveal(home.folder, sql.password, source.id) if sql.password else None
    text = (
        sql.select if sql.select is not None else (home.folder / str(sql.query)).read_text("utf-8")
    )
    name = f"{source.id}-{days[0]}-{days[1]}.parquet"
    path = spool.begin() / name
    zone = source.zone or pack.time_zone
    with _told(source.id, sql, password), extract(sql, password, text, days, zone) as found:
        mark = _write(path, found)
    return Fetched(
        name=name,
        first=days[0].isoformat(),
        last=days[1].isoformat(),
        version=found.moment.astimezone(UTC).isoformat(),
        mark=mark,
        asked=digest_of([text, sql.connect]),
    )


@contextmanager
def extract(sql: Sql, password: str | None, query: str, days: Days, zone: str) -> Iterator[Extract]:
    """An open transaction on the other side, rolled back at the end."""
    words: dict[str, Any] = {"connect_timeout": _CONNECTING, "application_name": "qingyu"}
    if password is not None:
        words["password"] = password
    with psycopg.connect(sql.connect, **words) as connection:
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        _take_text(connection)
        # The first statement takes the snapshot; its moment is therefore the version.
        row = connection.execute(
            "SELECT extract(epoch FROM transaction_timestamp())::text,"
            " set_config('statement_timeout', %s, true), set_config('TimeZone', %s, true),"
            " set_config('DateStyle', 'ISO, YMD', true)",
            (f"{sql.timeout}s", zone),
        ).fetchone()
        assert row is not None
        with connection.cursor(name="qingyu") as cursor:
            cursor.execute(with_parameters(query), {"first": days[0], "last": days[1]})
            columns = tuple(column.name for column in cursor.description or ())
            yield Extract(_moment(row[0]), columns, _pieces(cursor))
        connection.rollback()


class _Text(Loader):
    """A value as PostgreSQL writes it."""

    def load(self, data: Any) -> str:
        return bytes(data).decode("utf-8")


def _take_text(connection: psycopg.Connection[Any]) -> None:
    for kind in connection.adapters.types:
        for oid in (kind.oid, kind.array_oid):
            if oid:
                connection.adapters.register_loader(oid, _Text)


def _moment(epoch: str) -> datetime:
    """Seconds with six decimals, exactly."""
    seconds, _, fraction = epoch.partition(".")
    whole = datetime.fromtimestamp(int(seconds), UTC)
    return whole.replace(microsecond=int(f"{fraction:0<6}"[:6]))


def _pieces(cursor: psycopg.ServerCursor[Any]) -> Iterator[list[Row]]:
    while rows := cursor.fetchmany(_PIECE):
        yield rows


def _write(path: Path, found: Extract) -> str:
    """Write the rows; gives a digest that does not depend on their order (the empty text if
    there is none)."""
    schema = pa.schema([pa.field(name, pa.string()) for name in found.columns])
    total, count = 0, 0
    writer = disk.act("open", path, lambda: pq.ParquetWriter(path, schema))
    try:
        for rows in found.pieces:
            columns = [pa.array(list(column), pa.string()) for column in zip(*rows, strict=True)]
            batch = pa.RecordBatch.from_arrays(columns, schema=schema)
            disk.act("write", path, partial(writer.write_batch, batch))
            total += sum(_fingerprint(row) for row in rows)
            count += len(rows)
    finally:
        disk.act("write", path, writer.close)
    os.chmod(path, 0o600)
    count_read("feed", count, path.stat().st_size)
    return digest_of([*found.columns, count, total % (1 << _BITS)]) if count else ""


def _fingerprint(row: Row) -> int:
    text = b"".join(framed(value) for value in row)
    return int.from_bytes(hashlib.blake2b(text, digest_size=_BITS // 8).digest())


@contextmanager
def _told(source: str, sql: Sql, password: str | None) -> Iterator[None]:
    """What the database says, as an `InputError` without secrets and without records."""
    whose = T("the database of {source}", source=source).render("en")
    expected: Text = T("an answer to the query of {source}", source=source)
    try:
        yield
    except psycopg.errors.QueryCanceled:
        raise InputError(
            whose,
            T("a query that was stopped after {seconds} seconds", seconds=sql.timeout),
            expected,
            T("Ask for fewer days, add an index on the day, or raise `timeout`."),
        ) from None
    except psycopg.errors.ReadOnlySqlTransaction:
        raise InputError(
            whose,
            T("a query that writes"),
            T("a query that only reads"),
            T("Take the part that writes out of the query."),
        ) from None
    except psycopg.Error as error:
        raise InputError(
            whose,
            _words(error, password),
            expected,
            T("Mend the connection or the query; the next run asks again."),
        ) from None


def _words(error: psycopg.Error, password: str | None) -> Text:
    state = error.sqlstate
    if state is not None and not state.startswith(_SPEAKABLE):
        return T("an error of the query (SQLSTATE {state})", state=state)
    text = (error.diag.message_primary or str(error)).strip().partition("\n")[0]
    if password:
        text = text.replace(password, "•••")
    if state is None or state.startswith(("08", "28", "3D", "53")):
        return T("no connection ({words})", words=text)
    return T("a query that the database refuses ({words})", words=text)
