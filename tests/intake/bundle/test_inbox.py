"""The receiving side: each reason has its own sentence, and nothing is lost or taken twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from bundle_post import Post, make, refusal

from qingyu.errors import ConflictError, NotFoundError


def test_a_bundle_is_received_once(post: Post, tmp_path: Path) -> None:
    sent = make(post.box, "one", "more")
    post.open(sent.path)
    renamed = Path(shutil.copy(sent.path, tmp_path / "copy of it.zip"))
    post.open(sent.path, renamed)
    assert post.received == ["one", "more"]
    node = post.inbox.nodes("police")[sent.digest]
    assert node.file == "police-000001.qyb"
    page = post.inbox.receipt_file(node).read_text("utf-8")
    assert "Receipt for bundle 1 of the stream police" in page
    assert sent.digest in page
    assert "Batch 1" in page
    assert not list(post.inbox._nodes("police").held(node).parent.iterdir())


def test_a_gap_is_named_and_what_follows_is_taken_or_waits(tmp_path: Path) -> None:
    for policy, taken in (("take", ["1", "3"]), ("wait", ["1"])):
        (tmp_path / policy).mkdir()
        post = Post(tmp_path / policy, policy)  # type: ignore[arg-type]
        one, two, three = (make(post.box, text) for text in "123")
        post.open(one.path, three.path)
        assert post.received == taken
        assert post.inbox.state("police").gaps == (2,)
        post.open(two.path)
        assert sorted(post.received) == ["1", "2", "3"]
        assert post.inbox.state("police").gaps == ()
        page = post.inbox.receipt_file(post.inbox.nodes("police")[three.digest]).read_text()
        assert ("have not arrived: 2" in page) == (policy == "take")


def test_a_lost_bundle_lets_the_others_go_on(tmp_path: Path) -> None:
    post = Post(tmp_path, "wait")
    sent = [make(post.box, text) for text in "1234"]
    post.open(sent[0].path, sent[3].path)
    with post.inbox.working() as work:
        post.inbox.decide("police", [2, 3], None, "chief", "stick broken")
        post.settle(work)
    assert post.received == ["1", "4"]
    decisions = post.inbox.decisions("police")
    assert [(d.number, d.digest, d.who, d.because) for d in decisions] == [
        (2, None, "chief", "stick broken"),
        (3, None, "chief", "stick broken"),
    ]
    post.decide(2, None)  # said twice
    assert post.inbox.decisions("police") == decisions
    with pytest.raises(NotFoundError, match="no gap at this number"):
        post.decide(1, None)
    post.open(sent[1].path)  # found after all
    assert post.received == ["1", "4", "2"]


def test_a_fork_stops_the_stream_until_a_person_decides(post: Post) -> None:
    make(post.box, "1")
    twin = post.restored("twin")
    ours, theirs = make(post.box, "2"), make(twin, "two")
    after = make(post.box, "3")
    post.open(post.box.sent()[0].path, ours.path)
    post.open(theirs.path)
    post.open(after.path)
    state = post.inbox.state("police")
    assert state.forks == {2: tuple(sorted((ours.digest, theirs.digest)))}
    assert post.received == ["1", "2"]
    assert post.in_force() == [post.box.sent()[0].digest, ours.digest]
    post.decide(2, ours.digest[:12])
    assert post.received == ["1", "2", "3"]
    assert refusal(post, theirs.path).code == "set_aside"
    assert refusal(post, make(twin, "three").path).code == "set_aside"
    assert post.inbox.state("police").forks == {}


def test_what_was_received_of_the_wrong_one_is_undone(post: Post) -> None:
    make(post.box, "1")
    twin = post.restored("twin")
    ours, after = make(post.box, "2"), make(post.box, "3")
    theirs = make(twin, "two")
    post.open(post.box.sent()[0].path, ours.path, after.path)
    post.open(theirs.path)
    post.decide(2, theirs.digest)
    assert post.in_force() == [post.box.sent()[0].digest, theirs.digest]
    nodes = post.inbox.nodes("police")
    assert nodes[ours.digest].undone is not None
    assert nodes[after.digest].undone is not None
    page = post.inbox.receipt_file(nodes[ours.digest]).read_text()
    assert "Set aside by decision; batches 2 withdrawn" in page


def test_a_decision_can_be_put_right(post: Post) -> None:
    """Decided the wrong way round: the bundle that counts after all is asked for again."""
    make(post.box, "1")
    twin = post.restored("twin")
    ours, theirs = make(post.box, "2"), make(twin, "two")
    post.open(post.box.sent()[0].path, ours.path, theirs.path)
    post.decide(2, theirs.digest)
    post.decide(2, ours.digest)
    assert post.inbox.state("police").gaps == (2,)
    post.open(ours.path)
    assert post.in_force() == [post.box.sent()[0].digest, ours.digest]
    assert post.inbox.state("police").gaps == ()
    assert [d.digest for d in post.inbox.decisions("police")] == [theirs.digest, ours.digest]


def test_a_decision_is_about_something(post: Post) -> None:
    make(post.box, "1")
    twin = post.restored("twin")
    ours, theirs = make(post.box, "2"), make(twin, "two")
    make(post.box, "3"), make(twin, "three")
    post.open(*(one.path for one in (*post.box.sent(), *twin.sent()[1:])))
    with pytest.raises(ConflictError, match="an earlier fork of police at 2"):
        post.decide(3, post.box.sent()[2].digest)
    for number, digest in ((1, ours.digest), (2, "0" * 64), (2, ours.digest[:7])):
        with pytest.raises(NotFoundError, match="no fork there"):
            post.decide(number, digest)
    with pytest.raises(NotFoundError, match="no stream of this name"):
        post.inbox.revoke("fire", "0" * 16, 0, "chief", "x")
    assert post.inbox.decisions("police") == ()
    assert theirs.digest in post.inbox.nodes("police")
