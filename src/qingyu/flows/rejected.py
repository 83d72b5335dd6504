"""A record that was refused: which batch's reject file holds it, in which row, and why."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qingyu.engine.store import Home
from qingyu.flows.keys import key_of
from qingyu.intake.read import REJECT_COLUMNS
from qingyu.pack.model import Source


@dataclass(frozen=True)
class Rejection:
    """One refused row. row: its number in the sender's file; reasons: as the sender read them."""

    batch: int
    file: str
    row: str
    reasons: str

    def to_json(self) -> dict[str, object]:
        return {
            "batch": self.batch,
            "file": self.file,
            "row": self.row,
            "reasons": self.reasons,
        }


def rejections_of(home: Home, source: Source, key: str) -> tuple[Rejection, ...]:
    """Every row of a reject file whose key is `key`, in the order of batches."""
    found: list[Rejection] = []
    for batch in home.batches():
        path = home.rejects_of(batch.number) if batch.refused else None
        if batch.source == source.id and path is not None:
            rows = _rows_with(path, source, key)
            found += [Rejection(batch.number, batch.file_name, row, why) for row, why in rows]
    return tuple(found)


def _rows_with(path: Path, source: Source, key: str) -> Iterator[tuple[str, str]]:
    """(row, reasons) of the rows with this key; none if the file lacks a key column."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        header = [name.strip() for name in next(rows, [])]
        places = _places(header, source.key)
        for row in rows if places else ():
            cells = [row[place] if place < len(row) else "" for place in places]
            if all(cells) and key_of(source, cells) == key:
                yield row[header.index(REJECT_COLUMNS[0])], row[header.index(REJECT_COLUMNS[1])]


def _places(header: Sequence[str], names: Sequence[str]) -> list[int]:
    return [header.index(name) for name in names] if set(names) <= set(header) else []
