"""The sender's box: numbers are given once, whatever happens."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from bundle_post import Killed, Post, killing, make, operations, still_clock

from qingyu.errors import (
    DamageError,
    FormatError,
    HomeError,
    LockedError,
    NotFoundError,
    StorageError,
    UsageError,
)
from qingyu.intake.bundle import disk
from qingyu.intake.bundle.outbox import Outbox
from qingyu.minisign import Public, Secret


def test_bundles_are_numbered_and_chained(post: Post) -> None:
    sent = [make(post.box, text) for text in ("one", "two", "three")]
    assert [one.manifest.number for one in sent] == [1, 2, 3]
    assert [one.manifest.previous for one in sent] == [None, sent[0].digest, sent[1].digest]
    assert post.box.sent() == tuple(sent)


def test_the_same_contents_get_no_second_number(post: Post) -> None:
    first = make(post.box, "one")
    make(post.box, "two")
    again = make(post.box, "one")
    assert (again.manifest.number, again.again) == (1, True)
    assert again.digest == first.digest
    assert make(post.box, "one", anew=True).manifest.number == 3


def test_files_are_for_their_owner_only(post: Post) -> None:
    make(post.box, "one")
    for path in [post.box.folder, *post.box.folder.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_killed_anywhere_a_number_never_means_two_things(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """After the kill the clerk makes another bundle, not the same one again: the worst case."""
    base = Post(tmp_path / "base").box
    make(base, "one")
    count = operations(lambda: make(base, "two"))
    shutil.rmtree(base.folder / "ledger")
    shutil.rmtree(base.folder / "sent")
    for at in range(1, count + 1):
        box = Post(tmp_path / f"at{at}").box
        make(box, "one")
        with disk.watched(killing(at)), pytest.raises(Killed):
            make(box, "two")
        left = {p.name: p.read_bytes() for p in (box.folder / "sent").iterdir()}
        box = Outbox.open(box.folder)
        after = make(box, "three")
        numbers = [one.manifest.number for one in box.sent()]
        assert numbers == list(range(1, len(numbers) + 1))
        assert after.manifest.number == len(numbers) in (2, 3)
        sent = {p.name: p.read_bytes() for p in (box.folder / "sent").iterdir()}
        assert len(sent) == len(numbers)
        assert all(sent[name] == data for name, data in left.items())
        assert not list((box.folder / "work").iterdir())
    record_property("kills", count)


def test_killed_anywhere_the_same_command_again_ends_alike(tmp_path: Path) -> None:
    count = operations(lambda: make(Post(tmp_path / "whole").box, "one"))
    for at in range(1, count + 1):
        post = Post(tmp_path / f"at{at}")
        try:
            with disk.watched(killing(at)):
                make(post.box, "one")
        except Killed:
            pass
        again = make(Outbox.open(post.box.folder), "one")
        assert again.manifest.number == 1
        assert again.path.is_file()
        assert len(list((post.box.folder / "sent").iterdir())) == 1


def test_killed_while_the_box_is_made_it_is_made_again_with_the_same_key(tmp_path: Path) -> None:
    count = operations(lambda: Outbox.create(tmp_path / "whole", "police", "pack"))
    for at in range(1, count + 1):
        folder = tmp_path / f"at{at}"
        with disk.watched(killing(at)), pytest.raises(Killed):
            Outbox.create(folder, "police", "pack")
        handed_over = [Public.read(path) for path in folder.glob("*.pub")]
        if not (folder / "box.json").exists():
            Outbox.create(folder, "police", "pack")
        assert handed_over in ([], [Outbox.open(folder).public()])


def test_a_full_disk_gives_no_number_away(tmp_path: Path) -> None:
    names: list[str] = []
    whole = Post(tmp_path / "whole").box
    with disk.watched(lambda number, name, path: names.append(name)):
        make(whole, "one")
    count = len(names)
    last_writing = max(n for n, name in enumerate(names, 1) if name in ("open", "write", "mkdir"))
    for at in range(1, count + 1):

        def full(number: int, name: str, path: Path, at: int = at) -> None:
            if number >= at and name in ("open", "write", "mkdir"):
                raise OSError(28, "No space left on device")

        post = Post(tmp_path / f"at{at}")
        if at < count:  # the last operations need no room
            stopped = pytest.raises(StorageError, match="no space left on the disk")
            with disk.watched(full), contextlib.ExitStack() as stack:
                if at <= last_writing:
                    stack.enter_context(stopped)
                make(post.box, "one")
        assert make(post.box, "one").manifest.number == 1


def test_a_copy_is_whole_or_not_there(post: Post, tmp_path: Path) -> None:
    sent, carrier = make(post.box, "one" * 1000), tmp_path / "usb"
    carrier.mkdir()
    count = operations(lambda: post.box.copy([1], carrier))
    for at in range(1, count + 1):
        shutil.rmtree(carrier)
        carrier.mkdir()
        with disk.watched(killing(at)), pytest.raises(Killed):
            post.box.copy([1], carrier)
        there = carrier / sent.path.name
        assert not there.exists() or there.read_bytes() == sent.path.read_bytes()
        post.box.copy([1], carrier)
        assert there.read_bytes() == sent.path.read_bytes()


def test_what_cannot_be_copied_is_told(post: Post, tmp_path: Path) -> None:
    make(post.box, "one").path.unlink()
    for number in (1, 2):
        with pytest.raises(NotFoundError, match="no bundle with this number"):
            post.box.copy([number], tmp_path)
    with pytest.raises(NotFoundError, match="no folder"):
        post.box.copy([1], tmp_path / "absent")


def test_a_new_key_signs_from_the_next_bundle_on(post: Post) -> None:
    old = make(post.box, "one").manifest.key
    public = post.box.rotate()
    box = Outbox.open(post.box.folder)
    assert (make(box, "two").manifest.key, box.public()) == (public.name, public)
    assert old != public.name
    assert [one.manifest.key for one in box.sent()] == [old, public.name]
    assert Secret.read(box.folder / "keys" / f"{old}.key").public.name == old


def test_a_secret_key_that_others_can_read_signs_nothing(post: Post) -> None:
    post.box.key_file.chmod(0o640)
    with pytest.raises(HomeError, match="others can read"):
        make(post.box, "one")
    assert post.box.sent() == ()


def test_one_at_a_time(post: Post) -> None:
    lock = post.box.folder / "lock"
    told = pytest.raises(LockedError, match="another process")
    with post.box.writing(), told, disk.locked(lock, wait=0):
        pass


def test_a_broken_ledger_is_noticed(post: Post) -> None:
    for text in ("one", "two", "three"):
        make(post.box, text)
    ledger = post.box.folder / "ledger"
    (ledger / "000002.json").rename(post.folder / "gone")
    with pytest.raises(DamageError, match="breaks at bundle 2"):
        post.box.sent()
    (post.folder / "gone").rename(ledger / "000002.json")
    plain = json.loads((ledger / "000002.json").read_text())
    plain["manifest"] = plain["manifest"].replace('"rows":1', '"rows":2')
    (ledger / "000002.json").write_text(json.dumps(plain))
    with pytest.raises(DamageError, match="breaks at bundle 3"):
        Outbox.open(post.box.folder).sent()


def test_a_box_is_made_in_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").touch()
    with pytest.raises(HomeError, match="other things"):
        Outbox.create(tmp_path / "full", "police", "pack")
    for name in ("", "Police", "../x", "警", "a" * 41):
        with pytest.raises(UsageError, match="no name of a stream"):
            Outbox.create(tmp_path / "new", name, "pack")
    Outbox.create(tmp_path / "new", "police", "pack")
    with pytest.raises(HomeError, match="other things"):
        Outbox.create(tmp_path / "new", "police", "pack")
    with pytest.raises(HomeError, match="no box"):
        Outbox.open(tmp_path / "absent")
    text = (tmp_path / "new" / "box.json").read_text().replace('"format": 1', '"format": 2')
    (tmp_path / "new" / "box.json").write_text(text)
    with pytest.raises(FormatError, match="format 2"):
        Outbox.open(tmp_path / "new")


def test_the_clock_is_only_for_the_ledger(tmp_path: Path) -> None:
    post = Post(tmp_path)
    sent = make(post.box, "one")
    assert sent.made == still_clock().isoformat(timespec="seconds")
    assert sent.made.encode() not in sent.path.read_bytes()
