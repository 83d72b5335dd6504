"""Passwords and tokens: where they may stand, and that they are never shown.

A secret in `connectors.yaml` is best a reference: `env:NAME` (an environment variable) or
`file:PATH` (a file that only its owner and group can read). One that is written out makes the
settings themselves a secret, which must then be for their owner alone.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pydantic import SecretStr

from qingyu.errors import InputError
from qingyu.i18n import T, Text

_OTHERS = stat.S_IRWXO
_ALL_BUT_OWNER = stat.S_IRWXG | stat.S_IRWXO
_LONGEST = 64 << 10


def is_written_out(secret: SecretStr | None) -> bool:
    """Whether the secret itself stands in the settings."""
    return secret is not None and not secret.get_secret_value().startswith(("env:", "file:"))


def is_open(path: Path) -> bool:
    """Whether others than its owner have any right to the file."""
    return bool(path.stat().st_mode & _ALL_BUT_OWNER)


def reveal(home: Path, secret: SecretStr, whose: Text) -> str:
    """The secret itself; `InputError` says what is wrong with its place, never what stands there.

    A relative path is one of the home's. The last line break of a file is not part of it.
    """
    kind, _, place = secret.get_secret_value().partition(":")
    if kind == "env":
        found = os.environ.get(place, "")
    elif kind == "file":
        found = _from_file(home / place, whose)
    else:
        return secret.get_secret_value()
    if not found:
        where = f"env:{place}" if kind == "env" else f"file:{place}"
        raise InputError(
            where,
            T("no secret there"),
            T("the secret of {whose}", whose=whose),
            T("Set the variable, or write the secret into the file, for the user who runs this."),
        )
    return found


def _from_file(path: Path, whose: Text) -> str:
    try:
        if path.stat().st_mode & _OTHERS:
            raise InputError(
                f"file:{path}",
                T("a secret that everybody on this machine can read"),
                T("a file that only its owner and group can read"),
                T("Run: chmod 600 {path} (and change the secret, if others may have seen it).",
                  path=path),
            )  # fmt: skip
        with path.open("rb") as file:
            return file.read(_LONGEST).decode("utf-8").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        words: Text = error.strerror or T("it cannot be read")
    except UnicodeDecodeError:
        words = T("it is no text in UTF-8")
    raise InputError(
        f"file:{path}",
        T("a secret that cannot be read ({words})", words=words),
        T("the secret of {whose}", whose=whose),
        T("Mend the path, or give the user who runs this the right to read it."),
    )
