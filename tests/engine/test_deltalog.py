"""The log of a table, read on from where it was left: the same as read from its beginning."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from deltalake import DeltaTable

from qingyu.engine.delta import Table
from qingyu.engine.deltalog import APP, REBUILT, Entry, Log, State, added, removed, transaction
from qingyu.errors import StorageError

RANGED = Entry("00000001.parquet", 3, 40, (1, 1), (date(2020, 1, 1), date(2020, 1, 2)))
BARE = Entry("y2020-00000002.parquet", 0, 7, None, None)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    Table(tmp_path / "t", "t").create({"batch": "INTEGER", "day": "DATE"})
    return Log(tmp_path / "t")


def fresh(log: Log) -> State:
    return Log(log.table).state()


def test_reading_on_gives_the_state_of_reading_anew(log: Log) -> None:
    assert log.state() == fresh(log)
    assert log.state() is log.state()
    log.commit(log.state(), [added(RANGED, new=True), transaction(APP, 1)])
    log.commit(log.state(), [added(BARE, new=True), transaction(APP, 2)])
    log.commit(log.state(), [removed(RANGED.name), transaction(REBUILT, 1)])
    assert log.state() == fresh(log)
    assert log.state().listed == (BARE,)
    assert log.state().transactions == {APP: 2, REBUILT: 1}
    assert DeltaTable(log.table).version() == log.state().version == 3


def test_what_another_process_wrote_is_seen(log: Log) -> None:
    other = Log(log.table)
    before = other.state()
    log.commit(log.state(), [added(RANGED, new=True), transaction(APP, 1)])
    assert other.state() == fresh(log) != before


def test_of_two_rivals_the_second_is_refused(log: Log) -> None:
    state = log.state()
    log.commit(state, [added(RANGED, new=True), transaction(APP, 1)])
    with pytest.raises(StorageError):
        Log(log.table).commit(state, [added(BARE, new=True), transaction(APP, 1)])
    assert fresh(log).listed == (RANGED,)


def test_an_entry_of_another_kind_is_left_to_delta_rs(log: Log) -> None:
    log.state()
    table = Table(log.table, "t")
    handle = DeltaTable(log.table)
    handle.alter.set_table_properties({"delta.logRetentionDuration": "interval 99 days"})
    assert log.state() == fresh(log)
    assert table.version() == 1


def _torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _other(path: Path) -> None:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[1]["add"]["size"] = 41
    path.unlink()
    path.write_text("\n".join(json.dumps(line) for line in lines))


@pytest.mark.parametrize("harm", [_torn, _other, Path.unlink])
def test_an_entry_that_was_changed_is_noticed(log: Log, harm: Callable[[Path], None]) -> None:
    log.commit(log.state(), [added(RANGED, new=True), transaction(APP, 1)])
    log.commit(log.state(), [added(BARE, new=True), transaction(APP, 2)])
    before = log.state()
    harm(log.folder / f"{1:020d}.json")
    try:
        found: object = log.state()
    except Exception as error:
        found = error
    assert found != before


def test_a_checkpoint_shortens_what_is_looked_at(log: Log) -> None:
    for number in range(1, 102):
        entry = Entry(f"{number:08d}.parquet", number, 9, (number, number), None)
        log.commit(log.state(), [added(entry, new=True), transaction(APP, number)])
        if number == 100:
            log.checkpoint(100)
    assert log.state() == fresh(log)
    (log.folder / f"{3:020d}.json").unlink()
    assert log.state() == fresh(log)
    assert len(log.state().listed) == 101
