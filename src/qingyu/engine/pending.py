"""The note a writer leaves before it begins to commit, and what can be done with it.

It holds everything that the batch's row will hold and everything needed to count it, so that a
run killed at any later moment can be finished from the note and the records table alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from qingyu.engine import disk
from qingyu.engine.batches import Batch, from_stored, to_stored
from qingyu.engine.measures import Measures
from qingyu.errors import DamageError
from qingyu.i18n import T

NAME = "pending.json"


@dataclass(frozen=True)
class Pending:
    """A batch on its way in. `has_records`: its records table must have it before it counts as
    committed; without records the note itself is that moment."""

    batch: Batch
    measures: Measures
    has_records: bool


def leave(home: Path, note: Pending) -> None:
    row = to_stored(note.batch)
    for name in ("covers_first", "covers_last"):
        row[name] = row[name].isoformat() if row[name] is not None else None
    content = {
        "batch": row,
        "measures": note.measures.to_json(),
        "has_records": note.has_records,
    }
    disk.replace(home / NAME, json.dumps(content, ensure_ascii=False).encode())


def found(home: Path) -> Pending | None:
    """The note of a run that did not finish; None when there is none."""
    path = home / NAME
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        raise DamageError(
            str(path),
            T("a note that cannot be read"),
            T("the note of the batch that was being received"),
            T("Restore the home from a backup: what is stored has been altered or damaged."),
        ) from None
    return Pending(
        from_stored(content["batch"]),
        Measures.from_json(content["measures"]),
        content["has_records"],
    )


def settle(home: Path) -> None:
    """Take the note away: its batch is committed, or was never begun. (One that comes back after
    a power cut speaks of a batch that is known, and is taken away again.)"""
    disk.remove(home / NAME)
    disk.remove(home / f"{NAME}.new")
