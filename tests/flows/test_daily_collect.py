"""A day whose records are asked for: from a web service and a database, both by recording."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from daily_office import NOW, Killed, Office
from flows_county import CRASH, HEADER, Call, calls

from qingyu.engine import disk
from qingyu.engine.store import Home
from qingyu.intake.connectors.stand_ins.postgres import PostgresStandIn, Recording
from qingyu.intake.connectors.stand_ins.web import Recorded, WebStandIn

TOKEN = "canary-ocean-7"
FIRST, LAST = date(2016, 3, 28), date(2016, 4, 1)
FEW = calls(FIRST, LAST, lambda day, place: 1, CRASH)
PLACE = "/calls?from={first}&to={last}"


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLS", TOKEN)


def as_csv(given: list[Call]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEADER, *(call.row for call in given)])
    return text.getvalue()


def place(first: date = FIRST, last: date = LAST) -> str:
    return PLACE.format(first=first, last=last)


def web_feed(server: WebStandIn, more: str = "") -> str:
    return (
        f"feeds:\n  - source: calls\n    http: {{url: '{server.address}{PLACE}', form: csv,"
        f" token: 'env:CALLS', since: {FIRST}, overlap: 1, retries: 0}}\n{more}"
    )


def sql_feed(server: PostgresStandIn) -> str:
    return (
        f"feeds:\n  - source: calls\n    sql: {{connect: {server.connect}, password: 'env:CALLS',"
        f" select: 'SELECT * FROM calls WHERE t >= :first AND t < :last', since: {FIRST}}}\n"
    )


def batches(office: Office) -> list[tuple[str, int]]:
    return [(str(batch.covers_last), batch.new) for batch in office.home.batches()]


def hold_no_secret(folder: Path) -> None:
    for path in folder.rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes(), path


@pytest.fixture
def answer() -> Recorded:
    return Recorded(as_csv(FEW), headers={"ETag": '"1"'})


def test_a_web_service_is_asked_and_nothing_is_taken_twice(
    tmp_path: Path, answer: Recorded
) -> None:
    again = place(LAST - timedelta(days=1))  # what is not full yet, and the overlap
    with WebStandIn({place(): [answer], again: [Recorded(as_csv(FEW[-12:]))]}) as server:
        office = Office(tmp_path, feeds=web_feed(server))
        first = office.run()
        assert batches(office) == [("2016-04-01", len(FEW))]
        assert first.rows["collect"] >= len(FEW)
        office.run()
        before = office.end()
        assert office.run().again
        assert office.end() == before
        assert {one.headers["authorization"] for one in server.heard} == {f"Bearer {TOKEN}"}
    hold_no_secret(office.home.folder)
    assert not (office.home.folder / "daily" / "spool" / "calls.http").exists()


def test_a_database_is_asked(tmp_path: Path) -> None:
    rows = [call.row for call in FEW]
    recording = Recording(HEADER, rows, day="timeStamp", password=TOKEN)
    with PostgresStandIn(tmp_path, recording) as server:
        office = Office(tmp_path, feeds=sql_feed(server))
        office.run()
        assert batches(office) == [("2016-04-01", len(FEW))]
        assert [said for said in recording.heard if said[:2] == "20"] == [str(FIRST), str(LAST)]
        office.at(NOW + timedelta(days=1))
        office.run()
        assert [said for said in recording.heard if said[:2] == "20"][-1] == "2016-04-02"
    hold_no_secret(office.home.folder)


def test_a_service_that_fails_is_told_and_the_rest_goes_on(
    tmp_path: Path, answer: Recorded
) -> None:
    post = f"  - {{source: calls, folder: {{path: {tmp_path}/post, pattern: '*.csv'}}}}\n"
    failing = [Recorded("canary", status=503), Recorded(TOKEN, status=401), answer]
    with WebStandIn({place(): failing, place(last=date(2016, 4, 1)): failing}) as server:
        office = Office(tmp_path, feeds=web_feed(server, post))
        office.put("calls.csv", FEW[:6])
        told: Any = office.run()
        assert told.attention
        [refused] = told.report["refused"]
        assert "the answer 503" in refused["reason"]
        assert len(office.home.batches()) == 1
    for path in (office.home.folder / "daily").rglob("*.json"):
        assert "canary" not in path.read_text()


def test_an_answer_that_the_contract_refuses_is_asked_for_again(
    tmp_path: Path, answer: Recorded
) -> None:
    bad = Recorded("no,such,columns\n1,2,3\n")
    with WebStandIn({place(): [bad, bad, answer]}) as server:
        office = Office(tmp_path, feeds=web_feed(server))
        for _ in range(2):
            told = office.run()
            assert told.attention
        assert office.home.last == 0
        assert not office.run().attention
    assert batches(office) == [("2016-04-01", len(FEW))]


def test_no_record_is_no_zero(tmp_path: Path) -> None:
    with WebStandIn({place(): [Recorded("id\n")]}) as server:
        office = Office(tmp_path, feeds=web_feed(server))
        told = office.run()
    assert told.report["empty"] == [{"source": "calls", "first": str(FIRST), "last": str(LAST)}]
    assert not told.attention
    assert office.home.last == 0


@pytest.fixture
def served(answer: Recorded) -> Iterator[WebStandIn]:
    again = place(LAST - timedelta(days=1))
    with WebStandIn({place(): [answer], again: [Recorded(as_csv(FEW[-12:]))]}) as server:
        yield server


@pytest.mark.slow
def test_killed_at_its_writes_it_ends_the_same(
    tmp_path: Path, served: WebStandIn, record_property: Any
) -> None:
    """Before, in and after the fetch: what came whole is received once, with its own version."""
    feeds = web_feed(served)

    def settled(office: Office) -> object:
        office.run()
        memory = (office.home.folder / "arrivals" / "calls.http.json").read_text()
        state = json.loads((office.home.folder / "daily" / "state.json").read_text())
        state.pop("runs")  # a killed run may leave one report more, each of which is true
        spool = list((office.home.folder / "daily" / "spool").iterdir())
        return memory, state, spool, [b.content_digest for b in office.home.batches()]

    calm = Office(tmp_path / "calm", feeds=feeds)
    writes: list[Path] = []
    with disk.watched(lambda number, name, path: writes.append(path)):
        calm.run()
    wanted = settled(calm)
    ours = [
        at
        for at, path in enumerate(writes, 1)
        if "spool" in path.parts or "arrivals" in path.parts or at % 25 == 0
    ]
    for at in ours:
        office = Office(tmp_path / str(at), feeds=feeds)

        def gate(number: int, name: str, path: Path, at: int = at) -> None:
            if number == at:
                raise Killed

        with pytest.raises(Killed), disk.watched(gate):
            office.run()
        office.home = Home.open(office.home.folder)
        office.at(NOW)
        office.run()
        assert settled(office) == wanted, (at, writes[at - 1])
    record_property("kills", len(ours))
