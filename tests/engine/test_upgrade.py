"""Upgrades: a real way from one format to the next, with a backup, tried with drawn steps."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from engine_town import receive, town
from engine_walk import add_word, state

from qingyu.engine import disk, pending
from qingyu.engine.layout import FORMAT
from qingyu.engine.store import Home
from qingyu.engine.upgrade import STEPS, upgrade
from qingyu.errors import FormatError, HomeError, LockedError

PACK = town()


def filled(home: Home) -> Home:
    receive(home, PACK, [(1, "k1", 1, "A", "2020-01-02", "fire", 150)])
    return home


def test_every_format_has_its_step_to_the_next() -> None:
    assert sorted(STEPS) == list(range(1, FORMAT))


def test_a_home_of_this_format_needs_nothing(home: Home) -> None:
    before = state(filled(home).folder)
    done = upgrade(home.folder)
    assert (done.before, done.after, done.backup) == (1, 1, None)
    assert state(home.folder) == before
    assert [path.name for path in home.folder.parent.iterdir()] == ["home"]


def test_the_home_moves_on_and_the_backup_stays(home: Home) -> None:
    before = state(filled(home).folder)
    done = upgrade(home.folder, steps={1: add_word, 2: lambda copy: None}, target=3)
    assert (done.before, done.after) == (1, 3)
    assert done.backup == home.folder.with_name("home.backup-format-1")
    assert (home.folder / "word").read_text() == "new in format 2\n"
    assert (home.folder / "format").read_text() == "3\n"
    with pytest.raises(FormatError, match="newer Qingyu"):
        Home.open(home.folder)
    assert done.backup is not None
    assert state(done.backup)[1:] == before[1:]
    assert Home.open(done.backup).last == 1  # the backup is a home of its own
    again = upgrade(home.folder, steps={1: add_word}, target=3)
    assert again.backup is None


def test_two_backups_do_not_overwrite_each_other(home: Home) -> None:
    home.folder.with_name("home.backup-format-1").mkdir()
    done = upgrade(home.folder, steps={1: add_word}, target=2)
    assert done.backup == home.folder.with_name("home.backup-format-1-2")


def test_a_missing_step_leaves_the_home_as_it_was(home: Home) -> None:
    before = state(filled(home).folder)
    with pytest.raises(FormatError, match="no way from format 2 to 3"):
        upgrade(home.folder, steps={1: add_word}, target=3)
    assert state(home.folder) == before
    receive(home, PACK)
    done = upgrade(home.folder, steps={1: add_word, 2: add_word}, target=3)
    assert done.after == 3  # what the failed one left is no obstacle


def test_a_step_that_fails_leaves_the_home_as_it_was(home: Home) -> None:
    before = state(filled(home).folder)

    def broken(copy: Path) -> None:
        add_word(copy)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        upgrade(home.folder, steps={1: broken}, target=2)
    assert state(home.folder) == before


def test_no_upgrade_while_somebody_writes_or_a_batch_is_on_its_way(home: Home) -> None:
    with home.writing(), pytest.raises(LockedError):
        upgrade(home.folder, steps={1: add_word}, target=2, wait=0)
    (home.folder / pending.NAME).write_text("{}")
    with pytest.raises(HomeError, match="a home at rest"):
        upgrade(home.folder, steps={1: add_word}, target=2)


def test_whoever_waited_for_the_lock_sees_the_new_format(home: Home) -> None:
    upgrade(home.folder, steps={1: add_word}, target=2)
    with pytest.raises(FormatError), home.writing(wait=0):
        pass  # an open `Home` of before may not write to what it does not know


def test_a_newer_home_and_no_home(home: Home, tmp_path: Path) -> None:
    (home.folder / "format").write_text("2\n")
    with pytest.raises(FormatError, match="newer Qingyu"):
        upgrade(home.folder)
    with pytest.raises(HomeError, match="no home"):
        upgrade(tmp_path / "nowhere")


def test_without_exchange_two_renames_do(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "_exchange", lambda one, other: False)
    done = upgrade(filled(home).folder, steps={1: add_word}, target=2)
    assert (home.folder / "word").exists()
    assert done.backup is not None
    assert Home.open(done.backup).last == 1


def test_a_home_of_format_one_is_read_for_ever(tmp_path: Path) -> None:
    """`format1/` was written by the first Qingyu; whatever comes later must read or upgrade it."""
    kept = Path(__file__).parent / "format1"
    folder = tmp_path / "home"
    shutil.copytree(kept, folder)
    upgrade(folder)
    written = kept.with_name("format1.state").read_text("utf-8").splitlines()
    assert [line.rstrip("\n") for line in state(folder)] == written
    opened = Home.open(folder)
    receive(opened, PACK, [(1, "k7", 1, "A", "2020-01-02", "fire", 150)])
    assert opened.last == 4
