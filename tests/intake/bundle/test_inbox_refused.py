"""A bundle that is not believed: strangers, other keys, revoked ones, manifests that are none."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from bundle_post import Post, make, refusal

from qingyu.errors import ConflictError, NotFoundError, UsageError
from qingyu.intake.bundle import refusals
from qingyu.intake.bundle.manifest import FORM, MANIFEST, SIGNATURE, Item, Manifest, parse
from qingyu.intake.bundle.outbox import Outbox
from qingyu.minisign import Secret


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
