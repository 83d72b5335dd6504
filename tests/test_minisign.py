"""Keys and signatures in minisign's form."""

from __future__ import annotations

from pathlib import Path

import pytest

from qingyu.errors import HomeError, InputError
from qingyu.minisign import Public, Secret, Signature

SECRET = Secret(bytes.fromhex("f78bb475f0082e27"), bytes(range(32)))
# Made by minisign 0.11 (`minisign -Sm message -s secret.key -t "police 1"`) with the key above.
BY_MINISIGN = b"""untrusted comment: signature from minisign secret key
RUT3i7R18AguJ7pxTxszinAD1G5/GuLsu/JUjVfBOpfkKlBN3TElpniur0E1um2/A5i3oOJkNuZznqZvUJX5k6zi9NyDOIEcIQ0=
trusted comment: police 1
M+S2LvJa3i1PfaL7rYd3tvzqYCnPTn9k2kQ0KEwN482daFe1Ii+ZgetsXfPhA17TpYhLqztYmVmUY+M5VrGDBA==
"""
PUBLIC_BY_MINISIGN = "RWT3i7R18AguJwOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
MESSAGE = b"one manifest\n"


def test_what_minisign_made_is_verified_and_made_alike() -> None:
    signature = Signature.of_text(BY_MINISIGN)
    assert signature is not None
    assert SECRET.public.verifies(MESSAGE, signature)
    assert SECRET.sign(MESSAGE, "police 1") == signature
    assert SECRET.public.line == PUBLIC_BY_MINISIGN


def test_another_message_comment_or_key_does_not_verify() -> None:
    signature = SECRET.sign(MESSAGE, "police 1")
    renamed = Signature(signature.key_id, signature.value, "police 2", signature.whole)
    assert not SECRET.public.verifies(MESSAGE + b" ", signature)
    assert not SECRET.public.verifies(MESSAGE, renamed)
    assert not Secret.draw().public.verifies(MESSAGE, signature)


def test_a_signature_is_its_own_text() -> None:
    signature = SECRET.sign(MESSAGE, "police 1")
    assert Signature.of_text(signature.text().encode()) == signature


@pytest.mark.parametrize(
    "text",
    [b"", b"x\ny\nz\n", b"\xff\n", SECRET.sign(MESSAGE, "c").text().encode()[:-9],
     SECRET.sign(MESSAGE, "c").text().encode() + b"more\n"],
)  # fmt: skip
def test_what_is_no_signature_is_none(text: bytes) -> None:
    assert Signature.of_text(text) is None


def test_keys_come_back_from_their_files(tmp_path: Path) -> None:
    public, secret = tmp_path / "k.pub", tmp_path / "k.key"
    public.write_text(SECRET.public.text())
    secret.write_bytes(SECRET.to_file())
    secret.chmod(0o600)
    assert Public.read(public) == SECRET.public
    assert Secret.read(secret) == SECRET
    assert SECRET.public.name in public.read_text()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o602, 0o666])
def test_a_secret_key_that_others_can_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "k.key"
    path.write_bytes(SECRET.to_file())
    path.chmod(mode)
    with pytest.raises(HomeError, match=f"others can read .mode {mode:o}"):
        Secret.read(path)


def test_a_damaged_secret_key_is_refused_at_every_byte(tmp_path: Path) -> None:
    path, whole = tmp_path / "k.key", SECRET.to_file()
    path.write_bytes(whole)
    path.chmod(0o600)
    start = whole.index(b"\n") + 1
    for at in range(start, len(whole) - 1):
        path.write_bytes(whole[:at] + (b"A" if whole[at : at + 1] != b"A" else b"B")
                         + whole[at + 1 :])  # fmt: skip
        if read_or_none(path) not in (SECRET, None):  # some bytes say nothing (the salt's place)
            pytest.fail(f"byte {at}")


def read_or_none(path: Path) -> Secret | None:
    try:
        return Secret.read(path)
    except HomeError:
        return None


def test_no_secret_is_shown(tmp_path: Path) -> None:
    assert SECRET.seed.hex() not in repr(SECRET)
    assert "seed" not in repr(SECRET)
    with pytest.raises(HomeError, match="no secret key"):
        Secret.read(tmp_path / "absent")
    with pytest.raises(InputError, match="no public key"):
        Public.read(tmp_path / "absent")
