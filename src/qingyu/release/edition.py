"""An edition that stands on a shelf, as its own files say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qingyu.errors import DamageError
from qingyu.i18n import T
from qingyu.release.drafts import MANIFEST
from qingyu.release.sums import CHAIN, SUMS, digest_of_member


@dataclass(frozen=True)
class Edition:
    """An edition on the shelf, as its own files say (verify.py checks them)."""

    number: int
    folder: Path
    digest: str  # of its SHA256SUMS: what the next edition names as the one before it
    manifest: dict[str, Any]
    chain: dict[str, Any]

    @property
    def subject(self) -> tuple[str, str]:
        return self.manifest["index"], self.manifest["period"]

    def public(self) -> dict[str, Any]:
        """Its line of the log."""
        said = ("kind", "index", "period", "moment", "reason", "replaces", "colours_changed")
        return {
            "edition": self.number,
            **{name: self.manifest[name] for name in said},
            "released": self.chain["released"],
            "sha256sums": self.digest,
        }


def latest_of(editions: Sequence[Edition]) -> dict[str, Edition]:
    """By kind of period, the newest edition of the newest period."""
    found: dict[str, Edition] = {}
    for one in editions:
        kind = one.manifest["period_kind"]
        if kind not in found or one.manifest["last_day"] >= found[kind].manifest["last_day"]:
            found[kind] = one
    return found


def read_edition(folder: Path) -> Edition:
    try:
        digest = digest_of_member(folder / SUMS)
        manifest = json.loads((folder / MANIFEST).read_bytes())
        chain = json.loads((folder / CHAIN).read_bytes())
        found = Edition(int(folder.name), folder, digest, manifest, chain)
        found.public()
        _ = found.chain["draft"], found.manifest["last_day"], found.manifest["period_kind"]
    except (OSError, ValueError, KeyError, TypeError):
        raise DamageError(
            str(folder),
            T("an edition that cannot be read"),
            T("manifest.json, chain.json and SHA256SUMS as they were published"),
            T("Put the folder back from a copy; an edition is never mended by hand."),
        ) from None
    return found
