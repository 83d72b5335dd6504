"""A county's day: arrivals, refusals, catching up, late records, the clock, kills, the dead-man."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from daily_office import NOW, OLD, PACK, Killed, Office

from qingyu.engine import disk
from qingyu.engine.store import Home
from qingyu.errors import ConflictError, LockedError, PackError
from qingyu.flows.daily_watch import not_run
from qingyu.intake.connectors.folder import arrivals
from qingyu.intake.connectors.settings import Folder, load_settings


def test_a_day_takes_computes_and_is_safe_to_run_twice(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.lay()
    first = office.run()
    assert [one["source"] for one in first.report["received"]] == ["calls"]  # type: ignore[attr-defined]
    labels = [one["period"] for one in first.report["periods"]]  # type: ignore[attr-defined]
    assert {"2016-04-01", "2016-W12", "2016-03"} < set(labels)
    assert (office.post / "done" / "calls.csv.txt").read_text("utf-8").startswith("Batch 1")
    before = office.end()
    again = office.run()
    assert again.again
    assert office.end() == before


def test_a_refusal_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    office = Office(tmp_path)
    bad = office.post / "a.csv"
    bad.write_text("no,such,columns\n1,2,3\n")
    os.utime(bad, (OLD, OLD))
    office.lay("b.csv")
    done = office.run()
    assert done.attention
    assert [one["file"] for one in done.report["refused"]] == ["a.csv"]  # type: ignore[attr-defined]
    assert len(office.home.batches()) == 1
    assert (office.post / "refused" / "a.csv.txt").is_file()


def test_missed_days_are_caught_up_oldest_first(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.lay(last=date(2016, 3, 28))
    office.at(NOW - timedelta(days=4))
    office.run()
    office.at(NOW)
    office.lay("more.csv")
    days = [one["period"] for one in office.run().report["periods"] if one["kind"] == "day"]  # type: ignore[attr-defined]
    assert days == ["2016-03-29", "2016-03-30", "2016-03-31", "2016-04-01"]


def test_a_clock_that_jumps_is_not_believed(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.lay()
    office.run()
    for moment in (NOW - timedelta(days=2), NOW + timedelta(days=400)):
        office.at(moment)
        with pytest.raises(ConflictError):
            office.run()


def test_today_is_the_citys_day(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.lay()
    office.at(datetime(2016, 4, 3, 2, tzinfo=UTC))  # the evening of the second, there
    assert office.run().report["day"] == "2016-04-02"


def test_one_run_at_a_time(tmp_path: Path) -> None:
    from qingyu.engine.lock import locked

    office = Office(tmp_path)
    office.run()
    with locked(office.home.folder / "daily" / "lock", 0), pytest.raises(LockedError):
        office.run()


@pytest.mark.slow
def test_killed_at_its_writes_it_ends_the_same(tmp_path: Path) -> None:
    calm = Office(tmp_path / "calm")
    calm.lay(last=date(2016, 1, 20))
    writes: list[Path] = []
    with disk.watched(lambda number, name, path: writes.append(path)):
        calm.run()
    wanted = calm.end()
    for at, written in enumerate(writes, 1):
        ours = calm.post in written.parents or "daily" in written.parts
        if not ours and at % 15:  # a batch's own writes have their own test in the engine
            continue
        office = Office(tmp_path / str(at))
        office.lay(last=date(2016, 1, 20))

        def gate(number: int, name: str, path: Path, at: int = at) -> None:
            if number == at:
                raise Killed

        with pytest.raises(Killed), disk.watched(gate):
            office.run()
        office.home = Home.open(office.home.folder)
        office.at(NOW)
        office.run()
        assert office.end() == wanted, (at, written)


def test_a_kept_folder_is_remembered(tmp_path: Path) -> None:
    office = Office(tmp_path, after="keep")
    office.lay()
    office.run()
    folder = Folder(path=str(office.post), pattern="*.csv", after="keep")
    assert arrivals(office.home, "calls", folder, NOW).ready == ()
    assert sorted(p.name for p in office.post.iterdir()) == ["calls.csv"]


def test_a_file_being_written_is_left(tmp_path: Path) -> None:
    office = Office(tmp_path)
    path = office.lay()
    os.utime(path, (NOW.timestamp() - 5, NOW.timestamp() - 5))
    assert office.run().report["waiting"] == ["calls.csv"]
    assert not office.home.batches()


def test_the_dead_man_tells_once_a_day(tmp_path: Path) -> None:
    office = Office(tmp_path)
    settings = office.home.folder / "connectors.yaml"
    heard = tmp_path / "heard"
    told = f"notify: [/bin/sh, -c, 'echo \"$0\" >> {heard}']\n"
    settings.write_text(settings.read_text("utf-8") + told, "utf-8")
    assert not_run(office.home, PACK, "23:30") is None
    assert not_run(office.home, PACK, "07:00") is not None
    assert not_run(office.home, PACK, "07:00") is not None
    assert len(heard.read_text("utf-8").splitlines()) == 1
    office.run()
    assert not_run(office.home, PACK, "07:00") is None
    assert not (office.home.folder / "daily" / "NOT-RUN").exists()


def test_a_notice_that_cannot_be_given_stands_and_is_tried_again(tmp_path: Path) -> None:
    office = Office(tmp_path)
    settings = office.home.folder / "connectors.yaml"
    feeds, mark = settings.read_text("utf-8"), office.home.folder / "daily" / "NOT-RUN"
    settings.write_text(f"{feeds}notify: [/bin/false]\n", "utf-8")
    assert "exit code 1" in str(not_run(office.home, PACK, "07:00"))
    assert "2016-04-02" in mark.read_text("utf-8")
    heard = tmp_path / "heard"
    settings.write_text(f"{feeds}notify: [/bin/sh, -c, 'echo \"$0\" >> {heard}']\n", "utf-8")
    for _ in range(2):
        assert not_run(office.home, PACK, "07:00") is not None
    assert len(heard.read_text("utf-8").splitlines()) == 1


def test_faults_of_settings_have_their_line(tmp_path: Path) -> None:
    (tmp_path / "connectors.yaml").write_text(
        "feeds:\n  - source: nobody\n    folder: {path: /x, name: '('}\n", "utf-8"
    )
    with pytest.raises(PackError) as failure:
        load_settings(tmp_path, PACK)
    assert [fault.where for fault in failure.value.faults] == [
        "connectors.yaml:2, feeds[0].source",
        "connectors.yaml:3, feeds[0].folder.name",
    ]
