"""A web service by recording: days, pages, what has not changed, and a token told nowhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from feeds_records import ASKED, COLUMNS, FIRST, LAST, PASSWORD, extracted_town, http_feed
from intake_town import Desk

from qingyu.engine.meter import metered
from qingyu.errors import InputError
from qingyu.intake.connectors import http
from qingyu.intake.connectors.spool import Fetched, Spool
from qingyu.intake.connectors.stand_ins.web import Recorded, WebStandIn

DAYS = (FIRST, LAST)
PLACE = "/records?from={first}&to={last}"
FILLED = "/records?from=2020-01-05&to=2020-01-07"


def lines(rows: Sequence[Sequence[object]]) -> str:
    return "".join(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in rows)


def a_page(rows: Sequence[Sequence[object]], cursor: str | None) -> Recorded:
    items = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    return Recorded(json.dumps({"items": items, "next": cursor}))


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECORDS", PASSWORD)


def fetch(desk: Desk, server: WebStandIn, place: str = PLACE, **more: object) -> Fetched | None:
    feed = http_feed(server.address + place, retries=0, **more)
    assert feed.http is not None
    source = extracted_town().source("calls")
    days = DAYS if "{first}" in place else None
    spool = Spool(desk.home, "calls", "http")
    return http.fetch(desk.home, source, feed.http, days, spool, pause=lambda seconds: None)


def spooled(desk: Desk, fetched: Fetched | None) -> str:
    assert fetched is not None
    return (Spool(desk.home, "calls", "http").folder / fetched.name).read_text("utf-8")


def test_the_days_are_asked_for(desk: Desk) -> None:
    with WebStandIn({FILLED: [Recorded(lines(ASKED))]}) as server, metered() as reading:
        found = fetch(desk, server)
    assert spooled(desk, found) == lines(ASKED)
    assert found is not None
    assert found.name == "calls-2020-01-05-2020-01-07.jsonl"
    assert found.days == DAYS
    assert found.version == "2020-03-01T12:00:00+00:00"  # the home's clock
    assert reading.by_table["feed"] == len(ASKED)


def test_an_address_without_days(desk: Desk) -> None:
    with WebStandIn({"/all": [Recorded("id\n1\n")]}) as server:
        found = fetch(desk, server, "/all", form="csv")
    assert found is not None
    assert (found.name, found.days) == ("calls.csv", None)


PAGED = {"form": "json", "records": "items", "next": "next"}


def test_pages_are_joined(desk: Desk) -> None:
    place = f"{PLACE}&after={{cursor}}"
    answers = {
        f"{FILLED}&after=": [a_page(ASKED[:1], "a b/&ü")],
        f"{FILLED}&after=a%20b%2F%26%C3%BC": [a_page(ASKED[1:2], "3")],
        f"{FILLED}&after=3": [a_page(ASKED[2:], None)],
    }
    with WebStandIn(answers) as server:
        found = fetch(desk, server, place, **PAGED)
    assert [list(json.loads(line).values()) for line in spooled(desk, found).splitlines()] == ASKED


@pytest.mark.parametrize("last", [Recorded(status=404), Recorded('{"items": [', cut=5)])
def test_a_page_that_is_missing_refuses_all(desk: Desk, last: Recorded) -> None:
    place = f"{PLACE}&after={{cursor}}"
    answers = {f"{FILLED}&after=": [a_page(ASKED, "2")], f"{FILLED}&after=2": [last]}
    with WebStandIn(answers) as server, pytest.raises(InputError):
        fetch(desk, server, place, **PAGED)
    assert Spool(desk.home, "calls", "http").finished() is None


def test_pages_in_a_circle(desk: Desk) -> None:
    place = f"{PLACE}&after={{cursor}}"
    answers = {f"{FILLED}&after=": [a_page(ASKED, "2")], f"{FILLED}&after=2": [a_page([], "2")]}
    with WebStandIn(answers) as server, pytest.raises(InputError, match="comes again"):
        fetch(desk, server, place, **PAGED)


def test_what_has_not_changed_is_not_sent_again(desk: Desk) -> None:
    answer = Recorded(lines(ASKED), headers={"ETag": '"7"'})
    with WebStandIn({FILLED: [answer], "/other": [answer]}) as server:
        found = fetch(desk, server)
        assert found is not None
        assert found.etag == '"7"'
        Spool(desk.home, "calls", "http").remember(found)
        assert fetch(desk, server) is None
        assert "if-none-match" in server.heard[-1].headers
        assert fetch(desk, server, "/other") is not None  # what was asked is another thing
        assert "if-none-match" not in server.heard[-1].headers


@pytest.mark.parametrize(
    ("form", "body"), [("csv", ""), ("csv", "id,when\n\n"), ("json_lines", "\n"), ("csv", None)]
)
def test_no_record_has_no_mark(desk: Desk, form: str, body: str | None) -> None:
    answer = Recorded(body) if body is not None else Recorded(status=204)
    with WebStandIn({FILLED: [answer]}) as server:
        found = fetch(desk, server, form=form)
    assert found is not None
    assert found.mark == ""


def test_no_page_has_no_mark(desk: Desk) -> None:
    with WebStandIn({FILLED: [a_page([], None)]}) as server:
        found = fetch(desk, server, form="json", records="items")
    assert found is not None
    assert found.mark == ""


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "ключ", "tab\t"])
def test_a_token_that_would_break_the_request(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("RECORDS", token)
    with WebStandIn({}) as server, pytest.raises(InputError, match="signs") as failure:
        fetch(desk, server)
    assert server.heard == []
    assert token not in str(failure.value)


def test_the_token_is_written_nowhere(desk: Desk) -> None:
    with WebStandIn({FILLED: [Recorded(lines(ASKED), headers={"ETag": '"7"'})]}) as server:
        found = fetch(desk, server)
        assert found is not None
        spool = Spool(desk.home, "calls", "http")
        spool.finish(found)
        spool.remember(found)
    assert server.heard[0].headers["authorization"] == f"Bearer {PASSWORD}"
    for path in Path(desk.home.folder).rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path


def test_another_address_is_another_question(desk: Desk) -> None:
    answer = Recorded(lines(ASKED))
    with WebStandIn({FILLED: [answer], f"{FILLED}&x=1": [answer]}) as server:
        one, other = fetch(desk, server), fetch(desk, server, f"{PLACE}&x=1")
    assert one is not None
    assert other is not None
    assert one.mark == other.mark
    assert not one.same(other)
    assert one.same(replace(one, version="later"))
