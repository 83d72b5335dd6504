"""Stable fingerprints of logical content.

A digest is SHA-256 over parts that each carry their length, so that `("ab", "c")` and
`("a", "bc")` differ, whatever machine, locale or process computes them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

_BLOCK = 1 << 20


def digest_of(parts: Iterable[object]) -> str:
    """Hex SHA-256 of a sequence of values, each as `length:text`; `None` differs from `""`."""
    hasher = hashlib.sha256()
    for part in parts:
        hasher.update(framed(part))
    return hasher.hexdigest()


def framed(part: object) -> bytes:
    """One value as bytes that cannot run into its neighbour."""
    if part is None:
        return b"-"
    data = part if isinstance(part, bytes) else _text(part).encode("utf-8")
    return b"%d:%b" % (len(data), data)


def digest_of_tree(value: object) -> str:
    """Hex SHA-256 of nested dicts, lists, strings, integers, decimals, dates: keys sorted."""
    return digest_of([json.dumps(_plain(value), sort_keys=True, ensure_ascii=False)])


def digest_of_file(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    hasher = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            hasher.update(block)
    return hasher.hexdigest()


def _text(part: object) -> str:
    if isinstance(part, float):
        raise TypeError("a float has no stable text; scale it to an integer first")
    return str(part)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((_plain(item) for item in value), key=str)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return f"decimal:{value.normalize():f}"
    return _text(value)
