"""A home: made, opened, written to by one, read by many."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from engine_town import Row, draft, put, receive, stage, town

from qingyu.engine import disk, pending
from qingyu.engine.keyindex import KeyIndex
from qingyu.engine.store import Home
from qingyu.errors import (
    DamageError,
    FormatError,
    HomeError,
    LockedError,
    NotFoundError,
    UsageError,
)

PACK = town()


def test_a_new_home_is_empty_and_private(tmp_path: Path) -> None:
    made = Home.create(tmp_path / "deep" / "home", tmp_path / "pack")
    again = Home.open(made.folder)
    assert again.batches() == ()
    assert again.pack_folder == tmp_path / "pack"
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    assert (made.folder / "format").read_text() == "1\n"


def test_a_home_is_made_only_where_nothing_is(tmp_path: Path, home: Home) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear sir")
    (tmp_path / "file").write_text("")
    for name, found in (("home", "a home already"), ("other", "other things"), ("file", "a file")):
        with pytest.raises(HomeError, match=found):
            Home.create(tmp_path / name, tmp_path)
    with pytest.raises(HomeError, match="found no home"):
        Home.open(tmp_path / "nowhere")


def test_a_home_of_another_format_is_refused(home: Home) -> None:
    for text, found in (("2\n", "newer Qingyu"), ("0\n", "older format 0")):
        (home.folder / "format").write_text(text)
        with pytest.raises(FormatError, match=found):
            Home.open(home.folder)
        with pytest.raises(FormatError), home.writing():
            pass
    (home.folder / "format").write_text("one")
    with pytest.raises(DamageError, match="no number"):
        Home.open(home.folder)


def test_a_batch_goes_in_whole(home: Home) -> None:
    with home.writing() as writer:
        rejects = writer.staging / "bad.csv"
        rejects.write_text("row\n")
        snapshot = writer.staging / "kept.parquet"
        snapshot.write_bytes(b"cut")
        assert writer.next_number == 1
        batch = put(
            writer,
            PACK,
            [(1, "k1", 1, "A", "2020-01-02", "fire", 150)],
            rejects=rejects,
            snapshot=snapshot,
            covers_first=date(2020, 1, 1),
            covers_last=date(2020, 1, 3),
            reasons={"bad_time": 2, "bad_area": 1},
            refused=3,
        )
        assert writer.next_number == 2
    assert (batch.number, batch.received) == (1, "2020-03-01T12:00:00.000+00:00")
    opened = Home.open(home.folder)
    assert opened.batches() == (batch,)
    assert batch.reasons == {"bad_area": 1, "bad_time": 2}
    assert [Path(f).name for f in opened.record_files("calls")] == ["00000001.parquet"]
    assert opened.record_files("claims") == []
    kept = opened.rejects_of(1)
    assert kept is not None
    assert kept.read_text() == "row\n"
    assert opened.snapshot_of(1) == home.folder / "snapshots" / "1.parquet"
    assert opened.snapshot_of(2) is None
    assert list((home.folder / "staging").iterdir()) == []
    assert not (home.folder / pending.NAME).exists()


def test_a_snapshot_may_be_a_folder(home: Home) -> None:
    with home.writing() as writer:
        parts = writer.staging / "parts"
        parts.mkdir()
        (parts / "a.parquet").write_bytes(b"a")
        put(writer, PACK, snapshot=parts)
    kept = home.snapshot_of(1)
    assert kept is not None
    assert (kept / "a.parquet").read_bytes() == b"a"


def test_record_files_and_batches_as_known(home: Home) -> None:
    for day in ("2020-01-01", "2020-01-02", "2020-01-03"):
        receive(home, PACK, [(1, day, 1, "A", day, "fire", None)])
    receive(home, PACK, source="claims")
    assert len(home.record_files("calls")) == 3
    assert [Path(f).name for f in home.record_files("calls", 2)] == [
        "00000001.parquet",
        "00000002.parquet",
    ]
    assert home.record_files("calls", 0) == []


def test_known_is_a_number_or_the_end_of_a_local_day(home: Home) -> None:
    moments = ["2020-01-01T15:59:59", "2020-01-01T16:00:00", "2020-01-03T00:00:00"]
    for moment in moments:
        home.clock = lambda moment=moment: datetime.fromisoformat(moment).replace(tzinfo=UTC)
        receive(home, PACK)
    zone = "Asia/Shanghai"  # UTC+8: the second came on January 2nd
    assert home.known(None, zone) == 3
    assert home.known("2", zone) == 2
    assert home.known("0", zone) == 0
    assert home.known("2020-01-01", zone) == 1
    assert home.known("2020-01-02", zone) == 2
    assert home.known("2019-12-31", zone) == 0
    assert home.known("2020-01-01", "UTC") == 2
    with pytest.raises(NotFoundError, match="a number from 1 to 3"):
        home.known("4", zone)
    for text in ("yesterday", "2020-02-30", "-1", "２"):
        with pytest.raises(UsageError, match="neither a batch number nor a day"):
            home.known(text, zone)


def test_the_second_writer_is_told_who_holds_the_lock(home: Home) -> None:
    with home.writing():
        with pytest.raises(LockedError, match=f"process {os.getpid()} on ") as told:
            receive(Home.open(home.folder), PACK)
        assert told.value.exit_code == 8
        assert home.upkeep() is False
    with home.writing(wait=0):
        pass


def test_the_note_of_a_dead_holder_is_no_obstacle(home: Home) -> None:
    (home.folder / "lock").write_text(json.dumps({"pid": 1, "host": "x", "command": "dead"}))
    receive(home, PACK)
    assert home.last == 1


def test_a_lock_without_a_readable_note(home: Home) -> None:
    with home.writing():
        (home.folder / "lock").write_text("garbage")
        with pytest.raises(LockedError, match="another process"):
            receive(Home.open(home.folder), PACK)


def test_a_commit_that_failed_ends_the_writer(home: Home) -> None:
    def failing_twice() -> None:
        with home.writing() as writer:
            with (
                disk.watched(lambda number, name, path: 1 / 0),
                pytest.raises(ZeroDivisionError),
            ):
                put(writer, PACK)
            with pytest.raises(RuntimeError, match="taken anew"):
                put(writer, PACK)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing_twice()
    receive(home, PACK)
    assert home.last == 1


def test_records_with_another_number_are_a_bug(home: Home) -> None:
    def staged_for_seven() -> None:
        with home.writing() as writer:
            rows: list[Row] = [(1, "k", 1, "A", "2020-01-01", "fire", 1)]
            writer.commit(draft(PACK, records=stage(writer.staging, 7, rows)))

    with pytest.raises(ValueError, match=r"batch \(7, 7\), but 1 is next"):
        staged_for_seven()
    assert home.last == 0


def test_a_contract_that_grows_a_column(home: Home) -> None:
    receive(home, PACK, [(1, "k1", 1, "A", "2020-01-01", "fire", 1)])
    with home.writing() as writer:
        path = stage(writer.staging, 2, [(1, "k2", 1, "A", "2020-01-02", "fire", 1)])
        wider = writer.staging / "wider.parquet"
        with duckdb.connect() as connection:
            connection.execute(f"COPY (SELECT *, 'x' AS c_note FROM '{path}') TO '{wider}'")
        writer.commit(draft(PACK, records=wider))
    assert len(home.record_files("calls")) == 2
    assert len(KeyIndex(home, "calls")) == 2


def test_two_homes_see_one_truth(home: Home) -> None:
    other = Home.open(home.folder)
    assert other.last == 0
    batch = receive(home, PACK)
    assert other.batches() == (batch,)
    assert Home.open(home.folder).batches()[-1] == batch
