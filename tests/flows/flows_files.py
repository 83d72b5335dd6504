"""Parts of a simulated city's folder, for tests that cannot wait for all of it."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path


def only(folder: Path, sources: Collection[str]) -> None:
    """Keep what some sources send; the others stay silent."""
    for name, key in (("deliveries.json", "deliveries"), ("faults.json", "faults")):
        content = json.loads((folder / name).read_text("utf-8"))
        content[key] = [entry for entry in content[key] if entry["source"] in sources]
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
