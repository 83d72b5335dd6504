"""What a bundle says of itself: who speaks, its place in the chain, and each file's digest.

The manifest is canonical JSON, and its SHA-256 is the bundle's digest: it covers the contents of
every file, so two bundles with the same digest say the same, however they are packed or named. No
time of day is in it: the same contents at the same place of a chain are the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic import model_validator as checks

FORM: Literal["qingyu bundle 1"] = "qingyu bundle 1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.json.minisig"
STREAM = re.compile(r"[a-z][a-z0-9_-]{0,39}")
MEMBER = re.compile(r"item-[1-9][0-9]{0,2}-file-[1-9][0-9]{0,2}\.csv")

Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Number = Annotated[int, Field(ge=1, lt=10**6)]  # a gap is a list of numbers: it must not be long


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Member(_Part):
    """One file of a bundle."""

    name: Annotated[str, StringConstraints(pattern=rf"^{MEMBER.pattern}$")]
    size: Annotated[int, Field(ge=1, lt=2**32)]
    sha256: Hex


class Parent(_Part):
    """What a supplement mends: an item of an earlier bundle of the same stream."""

    bundle: Number
    item: Number


class Item(_Part):
    """One send of one source, as `qingyu receive` takes it."""

    source: Short
    version: Short | None
    covers: tuple[Short, Short] | None
    delivery: Literal["increment", "snapshot"]
    supplement_of: Parent | None
    rows: Annotated[int, Field(ge=0)]
    cut: tuple[Short, ...]  # columns left out, since they are personal or not in the contract
    files: tuple[Member, ...] = Field(min_length=1, max_length=999)

    @checks(mode="after")
    def _days(self) -> Item:
        if self.covers is not None:
            first, last = map(date.fromisoformat, self.covers)
            if last < first:
                raise ValueError("covers")
        return self


class Manifest(_Part):
    form: Literal["qingyu bundle 1"]
    stream: Annotated[str, StringConstraints(pattern=rf"^{STREAM.pattern}$")]
    number: Number
    previous: Hex | None
    key: Annotated[str, StringConstraints(pattern=r"^[0-9A-F]{16}$")]
    items: tuple[Item, ...] = Field(min_length=1, max_length=999)

    @checks(mode="after")
    def _whole(self) -> Manifest:
        if (self.previous is None) != (self.number == 1):
            raise ValueError("previous")
        named = [m.name for item in self.items for m in item.files]
        if named != [f"item-{i}-file-{f}.csv" for i, item in enumerate(self.items, 1)
                     for f in range(1, len(item.files) + 1)]:  # fmt: skip
            raise ValueError("files")
        if any(parent >= self.number for parent in self.needs):
            raise ValueError("supplement_of")
        return self

    @property
    def needs(self) -> frozenset[int]:
        """Numbers of the bundles that its supplements refer to."""
        return frozenset(i.supplement_of.bundle for i in self.items if i.supplement_of)

    @property
    def members(self) -> tuple[Member, ...]:
        return tuple(member for item in self.items for member in item.files)

    @property
    def label(self) -> str:
        """`police-000007`: what its files are called."""
        return f"{self.stream}-{self.number:06d}"

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def to_bytes(self) -> bytes:
        """Canonical JSON: sorted keys, no blanks, UTF-8, one line."""
        plain = self.model_dump(mode="json")
        text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode() + b"\n"


def parse(data: bytes) -> Manifest:
    """The manifest of these bytes; `ValueError` names the first key that breaks the form."""
    try:
        # Python mode is strict about lists and tuples; JSON mode reads what JSON can say.
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(".".join(map(str, first["loc"])) or str(first["type"])) from None
    if manifest.to_bytes() != data:
        raise ValueError("canonical JSON")
    return manifest


def claimed(data: bytes) -> tuple[str, str]:
    """Form and stream that unproven bytes claim, for a sentence and nothing else."""
    try:
        plain = json.loads(data)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(plain, dict):
        return "", ""
    form, stream = plain.get("form"), plain.get("stream")
    known = stream if isinstance(stream, str) and STREAM.fullmatch(stream) else ""
    return (form[:40] if isinstance(form, str) else ""), known
