"""The office's secret, what is sealed with it, and what opens a seal.

Every salt is an HMAC of the secret over the edition and the cell, so that nothing has to be kept
beside the secret, and no two editions have a salt in common: that a number stayed the same in a
correction cannot be seen. A commitment is an HMAC of the contents under its salt.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path

from qingyu import disk
from qingyu.digest import framed
from qingyu.errors import HomeError
from qingyu.i18n import T

_BYTES = 32
_HEX = 2 * _BYTES


@dataclass(frozen=True, repr=False)
class Secret:
    """It is never printed: no `repr`."""

    key: bytes

    def salt(self, *about: object) -> bytes:
        return hmac.digest(self.key, b"".join(map(framed, about)), hashlib.sha256)

    def seal(self, content: object, *about: object) -> str:
        """A digest of `content` that nobody can try contents against."""
        return commitment(self.salt(*about), content)


def commitment(salt: bytes, *contents: object) -> str:
    """Hex HMAC-SHA256 of the contents, each as `length:text`, under the salt."""
    return hmac.new(salt, b"".join(map(framed, contents)), hashlib.sha256).hexdigest()


def secret_in(path: Path, draw: bool = False) -> Secret:
    """The secret kept in a file, with `draw` drawn the first time."""
    if draw and not path.exists():
        disk.make_folder(path.parent)
        disk.write_new(path, f"{secrets.token_hex(_BYTES)}\n".encode())
        disk.sync_folder(path.parent)
    text = path.read_text("ascii", errors="replace").strip() if path.exists() else ""
    private = bool(text) and not path.stat().st_mode & 0o077
    if len(text) == _HEX and all(c in "0123456789abcdef" for c in text) and private:
        return Secret(bytes.fromhex(text))
    raise HomeError(
        str(path),
        T("no secret, or one that others can read"),
        T("64 hexadecimal digits in a file that only its owner may read"),
        T("Put it back from a copy of the home: what was committed to cannot be opened without."),
    )
