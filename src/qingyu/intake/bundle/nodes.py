"""What the receiving side keeps of each bundle it believed: one small note per bundle.

The manifest and its signature stay for ever (they prove who sent what), the contents go once the
files are received. A note is renamed into place, so it says what was before or what is after.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from qingyu.errors import DamageError
from qingyu.i18n import T
from qingyu.intake.bundle import disk
from qingyu.intake.bundle.chain import Link
from qingyu.intake.bundle.container import SUFFIX
from qingyu.intake.bundle.manifest import Manifest, parse


@dataclass(frozen=True)
class Outcome:
    """What became of one item: a batch and its receipt, or the error that refused it whole."""

    source: str
    batch: int | None
    again: bool  # the batch is an earlier one: the contents had been received otherwise
    receipt: dict[str, Any] | None
    refused: dict[str, Any] | None  # `QingyuError.public()`


@dataclass(frozen=True)
class Taken:
    """The first receipt of a bundle. `missing`: numbers before it that had not arrived."""

    when: str
    who: str
    missing: tuple[int, ...]
    items: tuple[Outcome, ...]

    @property
    def refused(self) -> bool:
        return any(item.refused is not None for item in self.items)


@dataclass(frozen=True)
class Undone:
    """The batches withdrawn since the bundle was set aside."""

    when: str
    who: str
    batches: tuple[int, ...]


@dataclass(frozen=True)
class Node:
    """One believed bundle, and where it stands."""

    manifest: Manifest
    signature: str
    file: str
    seen: str
    taken: Taken | None = None
    undone: Undone | None = None

    @property
    def digest(self) -> str:
        return self.manifest.digest

    @property
    def name(self) -> str:
        return f"{self.manifest.number:06d}-{self.digest}"

    @property
    def link(self) -> Link:
        manifest = self.manifest
        return Link(manifest.number, self.digest, manifest.previous, manifest.needs)

    @property
    def in_force(self) -> bool:
        return self.taken is not None and self.undone is None


class Nodes:
    """The notes of one stream: `nodes/<number>-<digest>.json`, and `held/` beside them with the
    bundles whose turn has not come."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # A note is never changed in place: while its file is the same, so is what it says.
        self._known: dict[str, tuple[int, Node]] = {}

    def all(self) -> dict[str, Node]:
        """By digest, in the order of numbers."""
        paths = sorted((self.folder / "nodes").glob("*.json"))
        found = [self._remembered(path) for path in paths]
        return {node.digest: node for node in found}

    def _remembered(self, path: Path) -> Node:
        stat = path.stat()
        version = hash((stat.st_ino, stat.st_mtime_ns, stat.st_size))
        known = self._known.get(path.name)
        if known is None or known[0] != version:
            known = self._known[path.name] = (version, self._read(path))
        return known[1]

    def write(self, node: Node) -> None:
        plain = {
            "manifest": node.manifest.to_bytes().decode(),
            "signature": node.signature,
            "file": node.file,
            "seen": node.seen,
            "taken": asdict(node.taken) if node.taken else None,
            "undone": asdict(node.undone) if node.undone else None,
        }
        text = json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True)
        disk.replace(self.folder / "nodes" / f"{node.name}.json", text.encode() + b"\n")

    def held(self, node: Node) -> Path:
        """Where the bundle itself lies while it waits."""
        return self.folder / "held" / f"{node.name}{SUFFIX}"

    def _read(self, path: Path) -> Node:
        try:
            plain = json.loads(path.read_text("utf-8"))
            node = Node(
                parse(plain["manifest"].encode()),
                plain["signature"],
                plain["file"],
                plain["seen"],
                _taken(plain["taken"]),
                _undone(plain["undone"]),
            )
            if node.name != path.stem:
                raise ValueError(path.stem)
        except (ValueError, KeyError, TypeError):
            raise DamageError(
                str(path),
                T("a note that does not agree with its own digest"),
                T("the note as it was written"),
                T("Restore the home from a backup: what is stored has been altered or damaged."),
            ) from None
        return node


def with_taken(node: Node, taken: Taken) -> Node:
    return replace(node, taken=taken, undone=None)


def _taken(plain: Mapping[str, Any] | None) -> Taken | None:
    if plain is None:
        return None
    items = tuple(Outcome(**item) for item in plain["items"])
    return Taken(plain["when"], plain["who"], tuple(plain["missing"]), items)


def _undone(plain: Mapping[str, Any] | None) -> Undone | None:
    if plain is None:
        return None
    return Undone(plain["when"], plain["who"], tuple(plain["batches"]))
