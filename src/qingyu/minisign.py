"""Ed25519 keys and signatures in the form of minisign, so that a stranger can check them.

`minisign -Vm manifest.json -p police.pub` verifies what `Secret.sign` made, of bundles and of
editions. The form is that of
minisign 0.8 and later: BLAKE2b-512 of the file is signed ("ED"), then signature and trusted comment
together. A secret key is kept without a password, as `minisign -G -W` keeps it: a program on a
timer has nobody to ask for one, so the file's mode has to guard it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from qingyu.errors import HomeError, InputError
from qingyu.i18n import T

_COMMENT = "untrusted comment: "
_TRUSTED = "trusted comment: "
_KEY, _HASHED = b"Ed", b"ED"
_PUBLIC = re.compile(r"[A-Za-z0-9+/]{56}")


@dataclass(frozen=True)
class Public:
    """A public key and its id, eight bytes that its owner drew."""

    id: bytes
    key: bytes

    @property
    def name(self) -> str:
        """The id as people read and compare it: sixteen hexadecimal digits."""
        return self.id[::-1].hex().upper()

    @property
    def line(self) -> str:
        return base64.b64encode(_KEY + self.id + self.key).decode()

    def text(self) -> str:
        """The contents of a `.pub` file."""
        return f"{_COMMENT}minisign public key {self.name}\n{self.line}\n"

    @classmethod
    def read(cls, path: Path) -> Public:
        """The key in a `.pub` file; `InputError` if it is none."""
        try:
            text = path.read_bytes()[:4096].decode("ascii")
        except (OSError, UnicodeDecodeError):
            text = ""
        for line in text.splitlines():
            if _PUBLIC.fullmatch(line.strip()):
                return cls.of_line(line.strip())
        raise InputError(
            str(path),
            T("no public key"),
            T("a file with a key in the form of minisign"),
            T("Name the .pub file that was made together with the secret key."),
        )

    @classmethod
    def of_line(cls, line: str) -> Public:
        data = base64.b64decode(line, validate=True)
        return cls(data[2:10], data[10:])

    def verifies(self, message: bytes, signature: Signature) -> bool:
        """Whether this key signed the message and the signature's trusted comment."""
        key = Ed25519PublicKey.from_public_bytes(self.key)
        try:
            key.verify(signature.value, hashlib.blake2b(message).digest())
            key.verify(signature.whole, signature.value + signature.comment.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Signature:
    """A signature over a file, and one over itself with its trusted comment."""

    key_id: bytes
    value: bytes
    comment: str
    whole: bytes

    @property
    def key_name(self) -> str:
        return self.key_id[::-1].hex().upper()

    def text(self, of: str = "a qingyu bundle") -> str:
        """The contents of a `.minisig` file; `of` goes into the line that nobody need trust."""
        value = base64.b64encode(_HASHED + self.key_id + self.value).decode()
        whole = base64.b64encode(self.whole).decode()
        return f"{_COMMENT}signature of {of}\n{value}\n{_TRUSTED}{self.comment}\n{whole}\n"

    @classmethod
    def of_text(cls, text: bytes) -> Signature | None:
        """The signature in a `.minisig` file; None if it is none."""
        try:
            lines = text.decode("ascii").split("\n")
            value = base64.b64decode(lines[1], validate=True)
            whole = base64.b64decode(lines[3], validate=True)
        except (UnicodeDecodeError, IndexError, binascii.Error):
            return None
        shaped = len(value) == 74 and value[:2] == _HASHED and len(whole) == 64
        if not shaped or not lines[2].startswith(_TRUSTED) or lines[4:] != [""]:
            return None
        return cls(value[2:10], value[10:], lines[2].removeprefix(_TRUSTED), whole)


@dataclass(frozen=True, repr=False)
class Secret:
    """A secret key. It is never printed: no `repr`, no text but `to_file`."""

    id: bytes
    seed: bytes

    @classmethod
    def draw(cls) -> Secret:
        return cls(os.urandom(8), os.urandom(32))

    @property
    def public(self) -> Public:
        return Public(self.id, self._key().public_key().public_bytes_raw())

    def sign(self, message: bytes, comment: str) -> Signature:
        """The signature of these bytes: always the same for the same bytes and comment."""
        key = self._key()
        value = key.sign(hashlib.blake2b(message).digest())
        return Signature(self.id, value, comment, key.sign(value + comment.encode()))

    def to_file(self) -> bytes:
        """The contents of a secret key file."""
        pair = self.id + self.seed + self.public.key
        head = _KEY + bytes(2) + b"B2" + bytes(32 + 8 + 8)
        line = base64.b64encode(head + pair + _sum(pair)).decode()
        return f"{_COMMENT}minisign encrypted secret key\n{line}\n".encode()

    @classmethod
    def read(cls, path: Path) -> Secret:
        """The key in a file that only its owner can read; `HomeError` otherwise."""
        try:
            mode = path.stat().st_mode
        except OSError:
            raise _no_key(path) from None
        if stat.S_IMODE(mode) & 0o077:
            shown = f"{stat.S_IMODE(mode):o}"
            raise HomeError(
                str(path),
                T("a secret key that others can read (mode {mode})", mode=shown),
                T("mode 600"),
                T("Others may have copied it. Run `chmod 600` on it and then, to be safe, make a "
                  "new key (`rotate`)."),
            )  # fmt: skip
        try:
            data = base64.b64decode(path.read_bytes().split(b"\n")[1], validate=True)
        except (IndexError, binascii.Error):
            raise _no_key(path) from None
        pair, total = data[54:126], data[126:]
        # minisign leaves the sum of a key without a password empty; ours is filled in.
        if len(data) != 158 or data[:4] != _KEY + bytes(2) or total not in (_sum(pair), bytes(32)):
            raise _no_key(path)
        secret = cls(pair[:8], pair[8:40])
        if secret.public.key != pair[40:]:
            raise _no_key(path)
        return secret

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def _sum(pair: bytes) -> bytes:
    return hashlib.blake2b(_KEY + pair, digest_size=32).digest()


def _no_key(path: Path) -> HomeError:
    return HomeError(
        str(path),
        T("no secret key that can be used"),
        T("a key file in the form of minisign, without a password"),
        T("Put it back from your backup, or make a new key (`rotate`)."),
    )
