"""Which batches know better: those of a newer version that tell days of this one, too."""

from __future__ import annotations

from collections.abc import Sequence

from qingyu.engine.batches import Batch, Draft
from qingyu.pack.model import Source


def newer_than(batches: Sequence[Batch], source: Source, sent: Batch | Draft) -> tuple[int, ...]:
    """The standing batches of a newer version with days in common, oldest first. Where rows have
    versions of their own there are none: each row is told by itself."""
    if source.version.by == "column" or sent.covers_first is None or sent.covers_last is None:
        return ()
    gone = {batch.refers_to for batch in batches if batch.kind == "withdraw"}
    return tuple(
        batch.number
        for batch in batches
        if batch.kind == "receive"
        and batch.source == source.id
        and batch.number not in gone
        and batch.version > sent.version
        and batch.covers_first is not None
        and batch.covers_last is not None
        and batch.covers_first <= sent.covers_last
        and batch.covers_last >= sent.covers_first
    )
