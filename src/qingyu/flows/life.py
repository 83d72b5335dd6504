"""The life of one record, as plain data and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from qingyu.engine.batches import Batch
from qingyu.flows.cells import Cell
from qingyu.flows.rejected import Rejection
from qingyu.flows.united import InEvent
from qingyu.i18n import Message
from qingyu.intake.declared import Correction


@dataclass(frozen=True)
class Step:
    """What one batch did to the record. plus, minus: rows written with that sign."""

    batch: Batch
    plus: int
    minus: int
    version: int
    area: str
    day: date
    what: Message
    declared: Correction | None = None

    def to_json(self) -> dict[str, object]:
        batch = self.batch
        return {
            "batch": batch.number,
            "kind": batch.kind,
            "file": batch.file_name,
            "file_digest": batch.file_digest,
            "received": batch.received,
            "who": batch.who,
            "plus": self.plus,
            "minus": self.minus,
            "version": self.version,
            "area": self.area,
            "day": self.day,
            "what": str(self.what),
            "declared": None if self.declared is None else _plain(self.declared),
            "receipt": {
                "rows": batch.rows,
                "new": batch.new,
                "corrected": batch.corrected,
                "withdrawn": batch.withdrawn,
                "refused": batch.refused,
                "digest": batch.digest,
            },
        }


def _plain(found: Correction) -> dict[str, object]:
    entries = [{"field": e.field, "old": e.old, "new": e.new} for e in found.entries]
    return {"reason": found.reason, "entries": entries}


@dataclass(frozen=True)
class Counted:
    """A measure in which the record counts, and the indicators that use it (`part`: measure or
    per). value: what the record adds to it."""

    fingerprint: str
    measure: Mapping[str, object]
    value: int
    indicators: tuple[tuple[str, str], ...]

    def to_json(self) -> dict[str, object]:
        return {
            "measure": dict(self.measure),
            "fingerprint": self.fingerprint,
            "value": self.value,
            "indicators": [{"indicator": name, "part": part} for name, part in self.indicators],
        }


@dataclass(frozen=True)
class RecordTrace:
    """A record's life. stands: how many times it counts now. values: the columns kept of it.
    placed_by: code, name or point; None if that was not kept. united: the events of unions that it
    is a part of; what counts an event is in `counted`, with the event's own cells."""

    source: str
    key: str
    stands: int
    steps: tuple[Step, ...]
    rejections: tuple[Rejection, ...]
    area: str | None
    area_name: str | None
    placed_by: str | None
    day: date | None
    at: datetime | None
    values: Mapping[str, str]
    united: tuple[InEvent, ...]
    counted: tuple[Counted, ...]
    cells: tuple[Cell, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "source": self.source,
            "key": self.key,
            "stands": self.stands,
            "steps": [step.to_json() for step in self.steps],
            "rejections": [rejection.to_json() for rejection in self.rejections],
            "area": self.area,
            "area_name": self.area_name,
            "placed_by": self.placed_by,
            "day": self.day,
            "at": None if self.at is None else self.at.isoformat(),
            "values": dict(self.values),
            "united": [one.to_json() for one in self.united],
            "counted": [one.to_json() for one in self.counted],
            "cells": [cell.to_json() for cell in self.cells],
        }
