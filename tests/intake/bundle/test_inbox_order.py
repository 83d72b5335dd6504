"""Killed anywhere, damaged, and in any order: the box comes to what the chain says."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest
from bundle_post import Killed, Post, killing, make, operations
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qingyu.errors import DamageError
from qingyu.intake.bundle import disk
from qingyu.intake.bundle.chain import judge


def test_killed_anywhere_then_opened_again(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Each bundle is received again at most once (the real intake takes a repeat for nothing), and
    the folder ends as if nothing had happened."""

    def run(post: Post) -> None:
        post.open(*(sent.path for sent in post.box.sent()))

    def ready(name: str) -> Post:
        (tmp_path / name).mkdir()
        post = Post(tmp_path / name)
        for text in "123":
            make(post.box, text)
        return post

    whole = ready("whole")
    count = operations(lambda: run(whole))
    for at in range(1, count + 1):
        post = ready(f"at{at}")
        with disk.watched(killing(at)), pytest.raises(Killed):
            run(post)
        post.inbox.state("police")  # can be read at once
        run(post)
        assert len(post.in_force()) == 3
        assert sorted({*post.received}) == ["1", "2", "3"]
        assert len(post.received) <= 4
        assert shape(post) == shape(whole)
    record_property("kills", count)


def shape(post: Post) -> list[str]:
    """Files by folder, without what differs by key."""
    return sorted(
        f"{path.relative_to(post.inbox.folder).parent}/{path.name[:6]}"
        for path in post.inbox.folder.rglob("*")
        if path.is_file()
    )


def test_a_decision_killed_anywhere_is_carried_out_by_the_next_run(tmp_path: Path) -> None:
    def ready(name: str) -> tuple[Post, str]:
        (tmp_path / name).mkdir()
        post = Post(tmp_path / name)
        make(post.box, "1")
        twin = post.restored("twin")
        ours, theirs = make(post.box, "2"), make(twin, "two")
        post.open(post.box.sent()[0].path, ours.path, theirs.path)
        return post, theirs.digest

    post, digest = ready("whole")
    count = operations(lambda: post.decide(2, digest))
    for at in range(1, count + 1):
        post, digest = ready(f"at{at}")
        with disk.watched(killing(at)), pytest.raises(Killed):
            post.decide(2, digest)
        if post.inbox.decisions("police"):
            post.open()
        else:
            post.decide(2, digest)
        assert post.in_force()[1:] == [digest]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_files_in_any_order_and_number_come_to_what_the_chain_says(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """The folder is no more than the pure functions of `chain` made to last."""
    folder = tmp_path_factory.mktemp("post")
    post = Post(folder, data.draw(st.sampled_from(["take", "wait"])))
    make(post.box, "1"), make(post.box, "2")
    twin = post.restored("twin")
    make(post.box, "3"), make(post.box, "4", mends=3)
    if data.draw(st.booleans()):
        make(twin, "three")
    sent = {one.digest: one for one in (*post.box.sent(), *twin.sent())}
    coming = data.draw(st.lists(st.sampled_from(sorted(sent)), min_size=1, max_size=7))
    known, taken = [], set()
    for digest in coming:
        post.open(sent[digest].path)
        manifest = sent[digest].manifest
        known.append(post.inbox.nodes("police")[digest].link)
        assert known[-1].needs == manifest.needs
        taken |= {link.digest for link in judge(known, taken, [], post.gaps).take}
        assert set(post.in_force()) == taken
    assert len(post.received) == len(taken)


def test_all_orders_of_three_end_alike(tmp_path: Path) -> None:
    ends = set()
    for number, order in enumerate(permutations(range(3))):
        (tmp_path / str(number)).mkdir()
        post = Post(tmp_path / str(number))
        sent = [make(post.box, text) for text in "123"]
        for at in order:
            post.open(sent[at].path)
        ends.add(tuple(sorted(post.received)))
        assert post.inbox.state("police").gaps == ()
    assert ends == {("1", "2", "3")}


def test_a_note_that_was_changed_is_noticed(post: Post) -> None:
    post.open(make(post.box, "1").path)
    (path,) = (post.inbox.folder / "streams" / "police" / "nodes").iterdir()
    path.write_text(path.read_text().replace("calls", "falls"))
    with pytest.raises(DamageError, match="does not agree with its own digest"):
        post.inbox.nodes("police")
