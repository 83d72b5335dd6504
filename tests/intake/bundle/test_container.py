"""The file: the same bytes for the same contents; every harm to it is refused by name."""

from __future__ import annotations

import io
import resource
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bundle_post import Post, make, member, still_clock

from qingyu.intake.bundle import container
from qingyu.intake.bundle.container import Container
from qingyu.intake.bundle.manifest import MANIFEST, SIGNATURE, Manifest
from qingyu.intake.bundle.outbox import Outbox
from qingyu.intake.bundle.refusals import RefusedError
from qingyu.intake.bundle.verify import Proven, verify
from qingyu.minisign import Secret

TEXTS = ("id,place\n1,北城\n", "id,place\n2,南城\n3,西城\n")


@pytest.fixture
def whole(post: Post) -> Path:
    """A bundle of two files."""
    return make(post.box, *TEXTS).path


def judged(post: Post, data: bytes) -> Proven | RefusedError:
    try:
        return verify(io.BytesIO(data), Path("given.qyb"), post.inbox.trusts())
    except RefusedError as refused:
        return refused


def refused(post: Post, data: bytes) -> RefusedError:
    found = judged(post, data)
    assert isinstance(found, RefusedError)
    assert len(found.faults) == 1
    return found


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(
    members: dict[str, bytes], method: int = zipfile.ZIP_STORED, **attributes: object
) -> bytes:
    """An archive of these members, made by another program than ours."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name, (2026, 11, 1, 12, 0, 0))
            entry.compress_type = method
            for attribute, value in attributes.items():
                setattr(entry, attribute, value)
            archive.writestr(entry, data)
    return into.getvalue()


def test_the_same_contents_at_the_same_place_are_the_same_bytes(tmp_path: Path) -> None:
    secret = Secret(b"12345678", bytes(32))
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        box = Outbox.create(tmp_path / name / "box", "police", "pack")
        box.clock = still_clock
        box._take_key(secret)
        made.append([make(box, *TEXTS).path.read_bytes(), make(box, "x").path.read_bytes()])
    assert made[0] == made[1]


def test_any_archive_program_reads_it(whole: Path) -> None:
    found = contents(whole.read_bytes())
    assert list(found) == [MANIFEST, SIGNATURE, "item-1-file-1.csv", "item-1-file-2.csv"]
    assert found["item-1-file-1.csv"].decode() == TEXTS[0]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_packed_anew_it_is_the_same_bundle(post: Post, whole: Path, method: int) -> None:
    members = dict(reversed(contents(whole.read_bytes()).items()))
    found = judged(post, zipped(members, method))
    assert isinstance(found, Proven)
    assert found.manifest.digest == post.box.sent()[0].digest


def test_a_changed_byte_is_refused_or_changes_nothing(
    post: Post, whole: Path, record_property: Callable[[str, object], None]
) -> None:
    """Every byte of the file, three changes each. Some bytes of a ZIP say nothing that is read
    (times, versions); whatever is not refused is the bundle that was signed, byte for byte."""
    data = whole.read_bytes()
    digest = post.box.sent()[0].digest
    harmless = 0
    for at in range(len(data)):
        for change in (0x01, 0x80, 0xFF):
            found = judged(post, data[:at] + bytes([data[at] ^ change]) + data[at + 1 :])
            if isinstance(found, Proven):
                assert found.manifest.digest == digest
                harmless += 1
    record_property("bytes changed", len(data))
    assert harmless < len(data)  # of three times as many


def test_a_changed_member_is_named(post: Post, whole: Path) -> None:
    """Every byte of every member's contents."""
    data = whole.read_bytes()
    for name, text in contents(data).items():
        start = data.index(text)
        for at in range(start, start + len(text)):
            found = refused(post, data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
            assert name in str(found) or name == SIGNATURE, str(found)
            assert found.member == name or name in (SIGNATURE, MANIFEST)


def test_cut_off_at_every_byte_it_is_refused(post: Post, whole: Path) -> None:
    data = whole.read_bytes()
    for end in range(len(data)):
        assert refused(post, data[:end]).code == ("not_a_bundle" if end < 4 else "truncated")
    assert refused(post, data + b"\n").code == "truncated"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../outside.csv", "member_name"),
        ("/etc/passwd", "member_name"),
        ("C:\\windows\\x", "member_name"),
        ("a\0b.csv", "member_name"),
        ("\u202egnp.csv", "member_name"),
        ("NUL.csv", "member_name"),
        ("con", "member_name"),
        (".hidden", "member_name"),
        ("x" * 255, "member_name"),
        ("folder/", "member_name"),
        ("item-2-file-1.csv", "member_extra"),
        ("ITEM-1-FILE-1.csv", "member_extra"),
        ("readme.txt", "member_extra"),
    ],
)
def test_a_member_nobody_signed_is_refused(post: Post, whole: Path, name: str, code: str) -> None:
    members = contents(whole.read_bytes())
    # A name that Python would mend before writing it is put in by hand, of the same length.
    data = zipped(members | {"~" * len(name.encode()): b"x"})
    data = data.replace(b"~" * len(name.encode()), name.encode())
    if not name.isascii():
        data = _utf8_names(data)
    found = refused(post, data)
    assert found.code == code
    assert str(found).isprintable()


def test_a_member_twice_or_missing_is_refused(post: Post, whole: Path) -> None:
    members = contents(whole.read_bytes())
    data = zipped(members | {"item-1-file-3.csv": b"x"})
    twice = data.replace(b"item-1-file-3.csv", b"item-1-file-1.csv")
    assert refused(post, twice).code == "member_twice"
    del members["item-1-file-2.csv"]
    found = refused(post, zipped(members))
    assert (found.code, found.member) == ("member_missing", "item-1-file-2.csv")


def test_links_secrets_and_strange_packings_are_refused(post: Post, whole: Path) -> None:
    members = contents(whole.read_bytes())
    link = zipped(members, external_attr=0o120777 << 16)
    assert refused(post, link).code == "member_kind"
    assert refused(post, zipped(members, zipfile.ZIP_BZIP2)).code == "member_kind"
    data = bytearray(zipped(members))
    for at in _directory(data):
        data[at + 8] |= 1  # "encrypted"
    assert refused(post, bytes(data)).code == "member_kind"


def test_what_is_no_bundle_is_told_so(post: Post) -> None:
    assert refused(post, b"").code == "not_a_bundle"
    assert refused(post, b"id,when\n1,2026\n").code == "not_a_bundle"
    assert refused(post, zipped({"a.csv": b"x"})).code in ("not_a_bundle", "member_extra")
    assert refused(post, zipped({MANIFEST: b"{}", SIGNATURE: b""})).code == "altered"


def test_a_bomb_does_not_go_off(post: Post, whole: Path) -> None:
    """A hundred megabytes of zeros in the place of a member: at most one block is unpacked."""
    members = contents(whole.read_bytes())
    bomb = members | {"item-1-file-2.csv": bytes(100 << 20)}
    data = zipped(bomb, zipfile.ZIP_DEFLATED)
    assert len(data) < 200_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = refused(post, data)
    assert (found.code, found.member) == ("altered", "item-1-file-2.csv")
    # The same with a directory that lies: it says the size that was signed.
    lying = bytearray(data)
    size = len(members["item-1-file-2.csv"])
    at = _directory(lying)[list(bomb).index("item-1-file-2.csv")]
    lying[at + 24 : at + 28] = struct.pack("<L", size)
    found = refused(post, bytes(lying))
    assert (found.code, found.member) == ("altered", "item-1-file-2.csv")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 20 << 10, f"{grown} KiB"


def test_a_manifest_or_a_directory_that_is_a_bomb(post: Post, whole: Path) -> None:
    members = contents(whole.read_bytes())
    big = zipped(members | {MANIFEST: bytes(100 << 20)}, zipfile.ZIP_DEFLATED)
    assert (refused(post, big).code, refused(post, big).member) == ("too_large", MANIFEST)
    many = zipped({f"item-1-file-{n}.csv": b"" for n in range(1, 5_000)})
    assert refused(post, many).code == "too_large"


def test_a_file_larger_than_any_bundle_is_not_even_copied(post: Post, tmp_path: Path) -> None:
    path = tmp_path / "large.qyb"
    with path.open("wb") as file:
        file.truncate(container.LIMIT + 1)  # a hole: takes no space
    with post.inbox.working() as work, pytest.raises(RefusedError, match="more than"):
        post.inbox.admit(path, "officer")
    assert not any(work.iterdir())


def test_overlapping_members_bring_nothing_in(post: Post, whole: Path) -> None:
    """Two names for one place of the file: the digest of the second cannot agree."""
    data = bytearray(zipped(contents(whole.read_bytes())))
    entries = _directory(data)
    data[entries[3] + 42 : entries[3] + 46] = data[entries[2] + 42 : entries[2] + 46]
    assert refused(post, bytes(data)).code in ("altered", "truncated")


def test_extracting_checks_again(post: Post, whole: Path, tmp_path: Path) -> None:
    """A held bundle that was changed on our own disk is noticed."""
    manifest: Manifest = post.box.sent()[0].manifest
    data = whole.read_bytes().replace("西城".encode(), "东城".encode())
    found = Container(whole, io.BytesIO(data))
    with pytest.raises(RefusedError, match="altered"):
        found.extract(manifest.members[1], tmp_path / "out.csv")
    assert member("item-1-file-1.csv", TEXTS[0].encode()) == manifest.members[0]


def _directory(data: bytes | bytearray) -> list[int]:
    """Where the entries of the central directory begin."""
    return list(_finds(data, b"PK\1\2"))


def _finds(data: bytes | bytearray, mark: bytes) -> Iterator[int]:
    at = data.find(mark)
    while at >= 0:
        yield at
        at = data.find(mark, at + 1)


def _utf8_names(data: bytes) -> bytes:
    """The flag that says that names are UTF-8, in every header."""
    changed = bytearray(data)
    for at in _directory(changed):
        changed[at + 9] |= 0x08
    for at in _finds(changed, b"PK\3\4"):
        changed[at + 7] |= 0x08
    return bytes(changed)
