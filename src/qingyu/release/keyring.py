"""The office's keys: one in force, those before it with the numbers of the editions they signed.

`keys.json` at the shelf's root is signed by the key in force; `qingyu.pub` is that key alone, for
`minisign -V`. A key holds for editions by their *numbers*: a date can be written into a forged
edition, a number in the middle of a chain cannot. Dates are kept beside, for people.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from qingyu import disk
from qingyu.errors import HomeError, ReleaseError
from qingyu.i18n import T
from qingyu.minisign import Public, Secret, Signature

KEYS, KEYS_SIGNATURE, PUBLIC = "keys.json", "keys.json.minisig", "qingyu.pub"


@dataclass(frozen=True)
class Key:
    """A key of the office. first, last: numbers of editions (last None: in force); since, until:
    UTC; endorsed: the signature of this key's line by the key before it."""

    line: str
    first: int
    since: str
    last: int | None = None
    until: str | None = None
    because: str | None = None
    endorsed: str | None = None

    @property
    def public(self) -> Public:
        return Public.of_line(self.line)

    def holds(self, number: int) -> bool:
        return self.first <= number and (self.last is None or number <= self.last)


class Keyring:
    """The private folder of an office's keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keys(self) -> tuple[Key, ...]:
        path = self.folder / KEYS
        return read_keys(path.read_bytes()) if path.exists() else ()

    def secret(self) -> Secret:
        """The key in force; `HomeError` if there is none that may be used."""
        keys = self.keys()
        if not keys or keys[-1].last is not None:
            raise HomeError(
                str(self.folder),
                T("no key in force that signs editions"),
                T("the office's key"),
                T("Make one: `qingyu release key new`."),
            )
        return Secret.read(self._file(keys[-1].public))

    def new(self, number: int, now: str, because: str | None = None) -> Key:
        """A new key, in force from edition `number` on; the one before signs it and ends."""
        keys = list(self.keys())
        secret = Secret.draw()
        endorsed = None
        if keys and keys[-1].last is None:
            signature = self.secret().sign(secret.public.line.encode(), f"next key {now}")
            endorsed = signature.text("a key")
            keys[-1] = replace(keys[-1], last=number - 1, until=now, because=because)
        disk.make_folder(self.folder)
        disk.write_new(self._file(secret.public), secret.to_file())
        made = Key(secret.public.line, number, now, endorsed=endorsed)
        self._save([*keys, made])
        return made

    def revoke(self, last: int, now: str, because: str) -> Key:
        """The key in force ends with edition `last`, the last that is to be believed."""
        self.secret()
        keys = list(self.keys())
        keys[-1] = replace(keys[-1], last=last, until=now, because=because)
        self._save(keys)
        return keys[-1]

    def signed(self) -> dict[str, bytes]:
        """What stands at the shelf's root about keys."""
        data, secret = to_json(self.keys()), self.secret()
        return {
            KEYS: data,
            KEYS_SIGNATURE: secret.sign(data, "keys of qingyu").text("keys").encode(),
            PUBLIC: secret.public.text().encode(),
        }

    def _file(self, public: Public) -> Path:
        return self.folder / f"{public.name}.key"

    def _save(self, keys: Sequence[Key]) -> None:
        disk.replace(self.folder / KEYS, to_json(keys))


def to_json(keys: Sequence[Key]) -> bytes:
    return (json.dumps([asdict(key) for key in keys], indent=1) + "\n").encode()


def read_keys(data: bytes) -> tuple[Key, ...]:
    return tuple(Key(**one) for one in json.loads(data))


def trusted_keys(shelf: Path, known: Public | None) -> tuple[Key, ...]:
    """The keys that editions of a shelf may be signed with.

    known: the key a person holds; it must be one of the shelf's, and each key after it endorsed by
    the one before, else only it is believed. None: the shelf's own word is taken.
    """
    try:
        data = (shelf / KEYS).read_bytes()
        keys = read_keys(data)
        signature = Signature.of_text((shelf / KEYS_SIGNATURE).read_bytes())
    except (OSError, ValueError, TypeError) as fault:
        if known is None:
            raise (
                _no_shelf(shelf) if isinstance(fault, FileNotFoundError) else _untrusted(shelf)
            ) from None
        return (Key(known.line, 1, ""),)
    signer = keys[-1].public if keys else None
    if signature is None or signer is None or not signer.verifies(data, signature):
        raise _untrusted(shelf)
    if known is None:
        return keys
    lines = [key.line for key in keys]
    if known.line not in lines:
        return (Key(known.line, 1, ""),)
    start = lines.index(known.line)
    end = start + 1
    while end < len(keys) and _follows(keys[end - 1], keys[end]):
        end += 1
    return keys[:end]


def _follows(before: Key, key: Key) -> bool:
    signature = Signature.of_text((key.endorsed or "").encode())
    return signature is not None and before.public.verifies(key.line.encode(), signature)


def _no_shelf(shelf: Path) -> ReleaseError:
    return ReleaseError(
        str(shelf / KEYS),
        T("no such file"),
        T("a shelf: keys.json beside editions/"),
        T(
            "Name an edition's folder, such as shelf/editions/7, or the key that you know with "
            "--key."
        ),
    )


def _untrusted(shelf: Path) -> ReleaseError:
    return ReleaseError(
        str(shelf / KEYS),
        T("keys that their own signature does not vouch for"),
        T("keys.json signed by the last key in it"),
        T("Name the key that you know with --key, and ask the office what happened."),
    )
