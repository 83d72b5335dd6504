"""Which record a person means: keys as intake forms them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from qingyu.pack.model import Source

_BLANKS = " \t\r\n"  # what intake trims off a cell
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_SEPARATOR = "|"  # between the values of a key of several columns


def keys_named(source: Source, text: str) -> tuple[str, ...]:
    """The full keys that `text` may stand for: the key itself, or the values of the key columns
    (several joined by `|`)."""
    whole = text.strip(_BLANKS)
    values = [whole] if len(source.key) == 1 else whole.split(_SEPARATOR)
    found = [whole]
    if len(values) == len(source.key):
        found.append(key_of(source, values))
    return tuple(dict.fromkeys(found))


def key_of(source: Source, values: Sequence[str]) -> str:
    """The full id made of the key columns' values: one as it is, several as `length:text`."""
    parts = []
    for name, value in zip(source.key, values, strict=True):
        kept = source.column(name).personal
        parts.append(digested(value) if kept == "digest" else value.strip(_BLANKS))
    return parts[0] if len(parts) == 1 else "".join(f"{len(part)}:{part}" for part in parts)


def digested(value: str) -> str:
    """A value as intake keeps it in a digest column; what is a digest already stays."""
    trimmed = value.strip(_BLANKS)
    if _DIGEST.fullmatch(trimmed):
        return trimmed
    return "sha256:" + hashlib.sha256(trimmed.encode("utf-8")).hexdigest()
