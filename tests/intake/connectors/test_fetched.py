"""A feed that is asked: ready, unchanged, empty or not due; and received once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from feeds_postgres import RealPostgres
from feeds_records import PASSWORD, TODAY, extracted_town, keys, recording, sql_feed
from intake_town import Desk, town

from qingyu.intake.connectors.fetched import Asked, ask, boundaries_of, version_of
from qingyu.intake.connectors.settings import Feed
from qingyu.intake.connectors.spool import Fetched, Spool
from qingyu.intake.connectors.stand_ins.postgres import PostgresStandIn
from qingyu.intake.receive import receive

FETCHED = Fetched("calls.csv", None, None, "2020-01-08T00:00:00+00:00", "m", "a")


@pytest.fixture(params=["recorded", pytest.param("real", marks=pytest.mark.system)])
def feed(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Feed]:
    monkeypatch.setenv("RECORDS", PASSWORD)
    if request.param == "real":
        real: RealPostgres = request.getfixturevalue("real_postgres")
        yield sql_feed(real.connect)
        return
    with PostgresStandIn(tmp_path, recording()) as server:
        yield sql_feed(server.connect)


def take(desk: Desk, feed: Feed, today: int = 0) -> Asked:
    """One day's asking and receiving, as `qingyu daily` does it."""
    pack, spool = extracted_town(), Spool(desk.home, "calls", feed.kind)
    asked = ask(desk.home, pack, feed, spool, TODAY + timedelta(days=today))
    if asked.fetched is not None:
        path = spool.folder / asked.fetched.name
        receive(
            desk.home,
            pack,
            "calls",
            [path],
            covers=asked.fetched.days,
            version=version_of(pack.source("calls"), asked.fetched),
            who="test",
        )
        spool.remember(asked.fetched)
        spool.drop()
    return asked


def test_what_is_there_is_received_and_nothing_twice(desk: Desk, feed: Feed) -> None:
    assert take(desk, feed).status == "ready"
    assert keys(desk) == ["002", "003", "004"]
    [batch] = desk.home.batches()
    assert (str(batch.covers_first), str(batch.covers_last)) == ("2020-01-05", "2020-01-07")
    take(desk, feed)
    assert take(desk, feed).status == "unchanged"
    assert keys(desk) == ["002", "003", "004"]


def test_the_next_day_asks_for_its_own_and_the_overlap(desk: Desk, feed: Feed) -> None:
    take(desk, feed)
    asked = take(desk, feed, today=1)
    assert [str(day) for day in asked.days or ()] == ["2020-01-07", "2020-01-08"]
    assert keys(desk) == ["002", "003", "004", "005"]


def test_no_record_is_said_and_not_taken_for_zero(desk: Desk, feed: Feed) -> None:
    take(desk, feed)
    take(desk, feed, today=1)
    before = desk.home.last
    assert feed.sql is not None
    none = Feed(source="calls", sql=feed.sql.model_copy(update={"overlap": 0}))
    asked = take(desk, none, today=2)
    assert asked.status == "empty"
    assert desk.home.last == before
    assert take(desk, none, today=3).days == (asked.days[0], TODAY + timedelta(2))  # type: ignore[index]


def test_no_day_to_ask_for(desk: Desk, feed: Feed) -> None:
    assert take(desk, feed, today=-3).status == "not_due"


def test_a_version_only_where_the_contract_takes_it() -> None:
    newest = town(version={"by": "newest"}).source("calls")
    assert version_of(newest, FETCHED) is None
    assert version_of(extracted_town().source("calls"), FETCHED) == FETCHED.version


def test_boundaries_of_each_way() -> None:
    assert (
        boundaries_of(Feed.model_validate({"source": "calls", "folder": {"path": "/in"}})) is None
    )
    assert boundaries_of(sql_feed("host=x", boundaries="/b.json")) == Path("/b.json")
