"""The receiving side: each reason has its own sentence, and nothing is lost or taken twice."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest
from bundle_post import Killed, Post, killing, make, operations
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qingyu.errors import ConflictError, DamageError, NotFoundError, UsageError
from qingyu.intake.bundle import disk, refusals
from qingyu.intake.bundle.chain import judge
from qingyu.intake.bundle.manifest import FORM, MANIFEST, SIGNATURE, Item, Manifest, parse
from qingyu.intake.bundle.minisign import Secret
from qingyu.intake.bundle.outbox import Outbox
from qingyu.intake.bundle.refusals import RefusedError


def refusal(post: Post, path: Path) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        post.open(path)
    return caught.value


# -- coming in ----------------------------------------------------------------------------------


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


# -- not believed -------------------------------------------------------------------------------


def signed(post: Post, secret: Secret, **changes: object) -> Path:
    """A bundle of one file whose signed manifest says what we like."""
    text = b"x"
    plain: dict[str, object] = {
        "form": FORM, "stream": "police", "number": 1, "previous": None,
        "key": secret.public.name, "items": [item()],
    } | changes  # fmt: skip
    data = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    manifest = data.encode() + b"\n"
    path = post.folder / "made.qyb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MANIFEST, manifest)
        archive.writestr(SIGNATURE, secret.sign(manifest, "x").text())
        archive.writestr("item-1-file-1.csv", text)
    return path


def item(**changes: object) -> dict[str, object]:
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    file = {"name": "item-1-file-1.csv", "size": 1, "sha256": digest}
    return {
        "source": "calls", "version": None, "covers": None, "delivery": "increment",
        "supplement_of": None, "rows": 1, "cut": [], "files": [file],
    } | changes  # fmt: skip


def own(post: Post) -> Secret:
    return Secret.read(post.box.key_file)


def test_the_bundle_made_here_is_a_good_one(post: Post) -> None:
    post.open(signed(post, own(post)))
    assert post.received == ["x"]


def test_a_stranger_is_refused(post: Post, tmp_path: Path) -> None:
    other = Outbox.create(tmp_path / "other", "fire", "pack")
    found = refusal(post, make(other, "1").path)
    assert found.code == "unknown_stream"
    assert "the stream fire" in str(found)
    found = refusal(post, signed(post, own(post), stream="fire"))
    assert found.code == "unknown_stream"  # our own key does not make it known


def test_another_key_is_refused(post: Post) -> None:
    stranger = Secret.draw()
    found = refusal(post, signed(post, stranger))
    assert found.code == "wrong_key"
    assert stranger.public.name in str(found)
    assert own(post).public.name in str(found)


def test_the_key_of_another_stream_is_refused(post: Post) -> None:
    other = Outbox.create(post.folder / "other", "fire", "pack")
    post.inbox.trust("fire", other.public(), ["fires"], "take", "chief")
    secret = Secret.read(other.key_file)
    assert refusal(post, signed(post, secret)).code == "wrong_key"
    assert refusal(post, signed(post, own(post), key=secret.public.name)).code == "wrong_key"


def test_a_source_of_another_department_is_refused_whole(post: Post) -> None:
    found = refusal(post, signed(post, own(post), items=[item(source="fires")]))
    assert found.code == "source_not_allowed"
    assert "the source fires, which the stream police may not send" in str(found)
    assert post.inbox.nodes("police") == {}


def test_a_revoked_key_is_good_up_to_its_number(post: Post) -> None:
    old = post.box.public()
    one, two = make(post.box, "1"), make(post.box, "2")
    fresh = post.box.rotate()
    post.box = Outbox.open(post.box.folder)
    three = make(post.box, "3")
    assert refusal(post, three.path).code == "wrong_key"
    post.trust(post.box)
    post.open(three.path)
    post.inbox.revoke("police", old.name, 1, "chief", "renewed")
    found = refusal(post, two.path)
    assert (found.code, found.stream, found.number) == ("revoked_key", "police", 2)
    assert "bundles up to number 1 only" in str(found)
    post.open(one.path)
    assert post.received == ["3", "1"]
    post.open(one.path)  # a repeat stays a repeat
    post.inbox.revoke("police", old.name, 0, "chief", "stolen")
    post.open(one.path)
    assert post.received == ["3", "1"]
    with pytest.raises(ConflictError, match="a key that was revoked here"):
        post.inbox.trust("police", old, ["calls"], "take", "chief")
    with pytest.raises(NotFoundError, match="no key of police"):
        post.inbox.revoke("police", "0" * 16, 0, "chief", "x")
    keys = {key.key: key.after for key in post.inbox.trusts()["police"].keys}
    assert keys == {old.name: 0, fresh.name: None}


@pytest.mark.parametrize(
    "changes",
    [
        {"number": 0},
        {"number": True},
        {"number": 2},
        {"number": 10**6, "previous": "0" * 64},
        {"previous": "0" * 64},
        {"extra": 1},
        {"items": []},
        {"items": [item(files=[])]},
        {"items": [item(supplement_of={"bundle": 1, "item": 1})]},
        {"items": [item(covers=["2026-02-30", "2026-03-01"])]},
        {"items": [item(covers=["2026-03-02", "2026-03-01"])]},
        {"items": [item(rows=-1)]},
        {"items": [item(files=[{"name": "../x.csv", "size": 1, "sha256": "0" * 64}])]},
        {"items": [item(files=[{"name": "item-1-file-2.csv", "size": 1, "sha256": "0" * 64}])]},
        {"stream": "../police"},
    ],
)
def test_a_signed_manifest_has_to_be_one(post: Post, changes: dict[str, object]) -> None:
    assert refusal(post, signed(post, own(post), **changes)).code == "manifest"


def test_a_newer_form_is_told_so(post: Post) -> None:
    found = refusal(post, signed(post, own(post), form="qingyu bundle 2"))
    assert found.code == "newer_format"
    assert "qingyu bundle 2" in str(found)


def test_only_canonical_manifests_are_read() -> None:
    manifest = Manifest(
        form=FORM, stream="police", number=1, previous=None, key="0" * 16,
        items=(Item.model_validate_json(json.dumps(item())),),
    )  # fmt: skip
    data = manifest.to_bytes()
    assert parse(data) == manifest
    for other in (data[:-1], data.replace(b":1,", b": 1,"), b"[" * 100_000, b"", b"null",
                  data.replace(b'"number":1', b'"number":1,"number":1')):  # fmt: skip
        with pytest.raises(ValueError, match=r"."):
            parse(other)


def test_a_refusal_is_noted_once_and_forgotten_when_it_is_believed(post: Post) -> None:
    sent = make(post.box, "1")
    damaged = post.folder / "da\u202email.qyb"
    damaged.write_bytes(
        sent.path.read_bytes().replace(b"item-1-file-1.csv1", b"item-1-file-1.csv2")
    )
    for _ in range(2):
        found = refusal(post, damaged)
        assert (found.code, found.member) == ("altered", "item-1-file-1.csv")
    (note,) = post.inbox.refused()
    assert (note["stream"], note["number"], note["code"]) == ("police", 1, "altered")
    assert note["file"] == "da\\u202email.qyb"
    assert note["sentence"]["en"].isprintable()
    assert note["who"] == "officer"
    new = Outbox.open(post.box.folder)
    new.rotate()
    three = make(new, "3")
    refusal(post, three.path)
    assert [n["code"] for n in post.inbox.refused()] == ["altered", "wrong_key"]
    post.trust(new)
    post.open(three.path)
    assert [n["code"] for n in post.inbox.refused()] == ["altered"]


def test_what_is_no_file_is_told(post: Post, tmp_path: Path) -> None:
    assert refusal(post, tmp_path / "absent.qyb").code == "no_file"
    (tmp_path / "letter.qyb").write_text("dear all")
    assert refusal(post, tmp_path / "letter.qyb").code == "not_a_bundle"


def test_every_code_has_its_own_words() -> None:
    path = Path("x.qyb")
    errors = [
        refusals.not_a_bundle(path), refusals.truncated(path), refusals.too_large(path, 1),
        refusals.too_many(path, 2, 1), refusals.bad_name(path, "../x"), refusals.twice(path, "m"),
        refusals.bad_kind(path, "m"), refusals.unnamed(path, "m"), refusals.missing(path, "m"),
        refusals.altered(path, "m"), refusals.bad_manifest(path, "number"),
        refusals.newer(path, "f"), refusals.unknown_stream(path, "s", "k"),
        refusals.wrong_key(path, "s", "k", "l"), refusals.revoked(path, "s", "k", 1),
        refusals.not_allowed(path, "s", "x", "y"), refusals.set_aside(path, "s", 1),
    ]  # fmt: skip
    assert {error.code for error in errors} == {*refusals.CODES} - {"no_file"}
    for language in ("zh", "en"):
        sentences = [error.faults[0].sentence().render(language) for error in errors]  # type: ignore[arg-type]
        assert len(set(sentences)) == len(errors)


def test_trust_names_a_stream_and_sources(post: Post) -> None:
    for stream, sources in (("Police!", ["calls"]), ("police", [])):
        with pytest.raises(UsageError, match="no stream, or no source"):
            post.inbox.trust(stream, post.box.public(), sources, "take", "chief")


# -- killed, damaged, in any order --------------------------------------------------------------


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
