"""What the JSON of one command looks like, for the manual and for the tests of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """What a command prints with `--json`: a list of objects, or one object."""

    command: str
    about: str
    fields: Mapping[str, str]
