"""A query to PostgreSQL, recorded and real: the same tests, the same file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import pytest
from feeds_postgres import RealPostgres
from feeds_records import (
    ASKED,
    COLUMNS,
    FIRST,
    LAST,
    PASSWORD,
    QUERY,
    ROWS,
    extracted_town,
    recording,
    sql_feed,
)
from intake_town import Desk

from qingyu.engine.meter import metered
from qingyu.errors import InputError
from qingyu.intake.connectors import sql
from qingyu.intake.connectors.spool import Fetched, Spool
from qingyu.intake.connectors.stand_ins.postgres import PostgresStandIn, Recording

DAYS = (FIRST, LAST)


@dataclass
class Side:
    """The other side: how it is reached, and what the recorded one has heard."""

    connect: str
    recording: Recording | None = None

    def fetch(self, desk: Desk, **more: object) -> tuple[Fetched, Path]:
        spool = Spool(desk.home, "calls", "sql")
        feed = sql_feed(self.connect, **more)
        assert feed.sql is not None
        pack = extracted_town()
        found = sql.fetch(desk.home, pack, pack.source("calls"), feed.sql, DAYS, spool)
        return found, spool.folder / found.name


@pytest.fixture(params=["recorded", pytest.param("real", marks=pytest.mark.system)])
def side(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Side]:
    monkeypatch.setenv("RECORDS", PASSWORD)
    if request.param == "real":
        yield Side(request.getfixturevalue("real_postgres").connect)
        return
    heard = recording()
    with PostgresStandIn(tmp_path, heard) as server:
        yield Side(server.connect, heard)


def test_the_days_asked_for_come_as_text(side: Side, desk: Desk) -> None:
    with metered() as reading:
        found, path = side.fetch(desk)
    table = pq.read_table(path)
    assert table.column_names == COLUMNS
    assert [list(row.values()) for row in table.to_pylist()] == ASKED
    assert found.days == DAYS
    assert reading.by_table["feed"] == len(ASKED)
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_mark_tells_whether_anything_changed(side: Side, desk: Desk) -> None:
    first, _ = side.fetch(desk)
    assert side.fetch(desk)[0].same(first)
    other = QUERY.replace(" ORDER BY id", " ORDER BY id DESC")
    assert side.fetch(desk, select=other)[0].mark == first.mark
    fewer = side.fetch(desk, select=QUERY.replace(">=", ">"))[0]
    assert (fewer.mark != first.mark) == (side.recording is None)  # the recorded one only sees days


def test_no_record_has_no_mark(side: Side, desk: Desk) -> None:
    spool = Spool(desk.home, "calls", "sql")
    pack, feed = extracted_town(), sql_feed(side.connect)
    assert feed.sql is not None
    days = date(1999, 1, 1), date(1999, 1, 2)
    assert sql.fetch(desk.home, pack, pack.source("calls"), feed.sql, days, spool).mark == ""


def test_a_wrong_password_is_told_without_it(
    side: Side, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECORDS", "canary-wrong-9")
    with pytest.raises(InputError, match=r"no connection .*password authentication") as failure:
        side.fetch(desk)
    assert "canary" not in str(failure.value)


def test_a_server_that_is_not_there(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no connection"):
        Side(f"host={tmp_path}/none dbname=x").fetch(desk, password=None)


def test_words_of_a_connection_that_make_no_sense(desk: Desk) -> None:
    with pytest.raises(InputError, match="database of calls"):
        Side("nonsense").fetch(desk, password=None)


# -- recorded only --------------------------------------------------------------------------------


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Recording:
    monkeypatch.setenv("RECORDS", PASSWORD)
    return recording()


def test_the_version_is_the_transactions_moment(
    heard: Recording, desk: Desk, tmp_path: Path
) -> None:
    heard.epoch = "1578441600.000001"
    with PostgresStandIn(tmp_path, heard) as server:
        found, _ = Side(server.connect).fetch(desk)
    moment = datetime.fromisoformat(str(found.version))
    assert moment == datetime(2020, 1, 8, 0, 0, 0, 1, tzinfo=UTC)


def test_one_transaction_that_only_reads(heard: Recording, desk: Desk, tmp_path: Path) -> None:
    with PostgresStandIn(tmp_path, heard) as server:
        Side(server.connect).fetch(desk, timeout=7)
    said = heard.heard
    assert said[0] == "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    assert said[2].startswith('DECLARE "qingyu" CURSOR FOR SELECT id')
    assert said[-1] == "ROLLBACK"
    kinds = {"BEGIN", "SELECT", "DECLARE", "FETCH", "CLOSE", "ROLLBACK", str(FIRST), str(LAST)}
    assert {words.split()[0] for words in said} <= kinds


def test_rows_come_in_pieces(
    heard: Recording, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "_PIECE", 2)
    with PostgresStandIn(tmp_path, heard) as server:
        _, path = Side(server.connect).fetch(desk)
    assert pq.read_table(path).num_rows == 3
    assert sum(word.startswith("FETCH FORWARD 2") for word in heard.heard) == 2 + 1


@pytest.mark.parametrize(
    ("state", "said", "told"),
    [
        ("57014", "canceling statement due to statement timeout", "stopped after 600 seconds"),
        ("25006", "cannot execute nextval() in a read-only transaction", "a query that writes"),
        ("42P01", 'relation "records" does not exist', 'relation "records" does not exist'),
        ("22P02", "invalid input syntax for type integer: canary-13900000000", "SQLSTATE 22P02"),
        ("P0001", "canary", "SQLSTATE P0001"),
    ],
)
def test_what_the_database_says(
    heard: Recording, desk: Desk, tmp_path: Path, state: str, said: str, told: str
) -> None:
    heard.error = (state, said)
    with PostgresStandIn(tmp_path, heard) as server, pytest.raises(InputError, match=told) as one:
        Side(server.connect).fetch(desk)
    assert "canary" not in str(one.value)
    assert PASSWORD not in str(one.value)


# -- real only ------------------------------------------------------------------------------------


@pytest.mark.system
class TestReal:
    @pytest.fixture(autouse=True)
    def _password(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RECORDS", PASSWORD)

    def test_all_rows_are_of_one_moment(self, real_postgres: RealPostgres) -> None:
        """A row that comes while the cursor is open is of a later version."""
        feed = sql_feed(real_postgres.connect)
        assert feed.sql is not None
        late = "INSERT INTO records SELECT '999', \"when\", kind FROM records WHERE id = '004'"
        with sql.extract(feed.sql, PASSWORD, QUERY, DAYS, "Asia/Shanghai") as found:
            real_postgres.run(late)
            try:
                rows = [row for piece in found.pieces for row in piece]
            finally:
                real_postgres.run("DELETE FROM records WHERE id = '999'")
        assert [row[0] for row in rows] == ["002", "003", "004"]

    def test_moments_are_told_in_the_zone_of_the_contract(
        self, real_postgres: RealPostgres
    ) -> None:
        feed = sql_feed(real_postgres.connect)
        assert feed.sql is not None
        query = "SELECT '2020-01-05T00:00:00Z'::timestamptz AS a, true, 1e3, :first::date, :last"
        with sql.extract(feed.sql, PASSWORD, query, DAYS, "Asia/Shanghai") as found:
            [[row]] = list(found.pieces)
        assert list(row) == ["2020-01-05 08:00:00+08", "t", "1000", "2020-01-05", "2020-01-07"]

    def test_a_long_query_is_stopped(self, real_postgres: RealPostgres, desk: Desk) -> None:
        slow = "SELECT pg_sleep(30), :first, :last"
        with pytest.raises(InputError, match="stopped after 1 second"):
            Side(real_postgres.connect).fetch(desk, select=slow, timeout=1)

    @pytest.mark.parametrize(
        "query",
        [
            "WITH x AS (DELETE FROM records RETURNING id) SELECT id, :first, :last FROM x",
            "SELECT :first, :last; DELETE FROM records",
            'DELETE FROM records WHERE "when" BETWEEN :first AND :last',
            "SELECT setval('numbers', 7), :first, :last",
        ],
    )
    def test_nothing_is_written_there(
        self, real_postgres: RealPostgres, desk: Desk, query: str
    ) -> None:
        """Even by an owner of the table, who has every right."""
        real_postgres.run("CREATE SEQUENCE IF NOT EXISTS numbers")
        with pytest.raises(InputError):
            Side(real_postgres.owner).fetch(desk, select=query, password=None)
        with psycopg.connect(real_postgres.owner) as connection:
            left = connection.execute("SELECT count(*) FROM records").fetchone()
            number = connection.execute("SELECT last_value FROM numbers").fetchone()
        assert left == (len(ROWS),)
        assert number == (1,)

    def test_a_record_is_not_quoted_in_an_error(
        self, real_postgres: RealPostgres, desk: Desk
    ) -> None:
        query = "SELECT phone::int * 1000, note::int, :first, :last FROM records"
        with pytest.raises(InputError) as failure:
            Side(real_postgres.connect).fetch(desk, select=query)
        assert "SQLSTATE 22" in str(failure.value)
        assert "139" not in str(failure.value)
