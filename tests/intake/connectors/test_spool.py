"""What was fetched whole waits; what was not is nothing."""

from __future__ import annotations

import json

import pytest
from feeds_records import FIRST, LAST

from qingyu.engine.store import Home
from qingyu.intake.connectors.spool import Fetched, Spool

FETCHED = Fetched("calls.csv", str(FIRST), str(LAST), "2020-01-08T00:00:00+00:00", "m", "a", '"7"')


@pytest.fixture
def spool(home: Home) -> Spool:
    made = Spool(home, "calls", "http")
    (made.begin() / FETCHED.name).write_text("id\n1\n")
    return made


def test_only_what_is_whole_is_finished(spool: Spool) -> None:
    assert spool.finished() is None
    spool.finish(FETCHED)
    assert spool.finished() == FETCHED
    assert FETCHED.days == (FIRST, LAST)
    spool.drop()
    assert spool.finished() is None
    assert not spool.folder.exists()
    spool.drop()


def test_a_note_without_its_file_is_nothing(spool: Spool) -> None:
    spool.finish(FETCHED)
    (spool.folder / FETCHED.name).unlink()
    assert spool.finished() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": 1}', '{"strange": 1}'])
def test_a_torn_note_is_none(spool: Spool, home: Home, text: str) -> None:
    spool.remember(FETCHED)
    for path in (spool.folder / "spool.json", home.folder / "arrivals" / "calls.http.json"):
        path.write_text(text)
    assert spool.finished() is None
    assert spool.remembered() is None


def test_the_memory_outlives_the_spool(spool: Spool, home: Home) -> None:
    spool.remember(FETCHED)
    spool.drop()
    before = spool.remembered()
    assert before is not None
    assert FETCHED.same(before)
    kept = json.loads((home.folder / "arrivals" / "calls.http.json").read_text())
    assert kept["version"] is None


def test_begin_leaves_nothing_of_before(spool: Spool) -> None:
    spool.finish(FETCHED)
    assert list(spool.begin().iterdir()) == []
    assert spool.finished() is None
