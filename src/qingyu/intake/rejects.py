"""The reject file: refused rows in the sender's own layout, with a row number and the reasons.

It can be mended and sent as a supplement as it is. What the contract cuts is empty in it; a column
kept as a digest stands as the digest, which is recognised when it comes back. Columns that the
contract does not know are empty too: nobody has said that they may be kept.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from qingyu.engine import disk
from qingyu.intake.bulk import Bulk
from qingyu.intake.contract import printed
from qingyu.intake.read import REJECT_COLUMNS
from qingyu.intake.reasons import sentence
from qingyu.intake.sheet import RowNumbers, identifier
from qingyu.intake.stage import Stage

_BLOCK = 10_000
_BOM = "\ufeff"  # spreadsheet programs take the file for UTF-8 only with it


def write_rejects(bulk: Bulk, path: Path) -> None:
    """Write the refused rows, file by file, in the order of their row numbers."""
    header = _header(bulk)
    with disk.NewFile(path) as file:
        file.write(_line([*REJECT_COLUMNS, *header], first=True))
        for part, stage in enumerate(bulk.stages):
            buffer: list[bytes] = []
            for row in _merged(bulk, part, stage, header):
                buffer.append(_line(row))
                if len(buffer) == _BLOCK:
                    file.write(b"".join(buffer))
                    buffer.clear()
            file.write(b"".join(buffer))


def _header(bulk: Bulk) -> list[str]:
    """The sender's columns in their order; of several files, each new one at the end."""
    names = {
        name: None
        for stage in bulk.stages
        for name in stage.sheet.columns
        if name not in REJECT_COLUMNS
    }
    return list(names)


def _merged(bulk: Bulk, part: int, stage: Stage, header: list[str]) -> Iterator[list[str]]:
    """Refused rows and misshapen rows of one file by row number."""
    ragged = iter([*stage.ragged])
    waiting = next(ragged, None)
    empty = [""] * len(header)
    for number, codes, cells in _refused(bulk, part, stage, header):
        while waiting is not None and waiting < number:
            yield [str(waiting), sentence(["ragged"]), *empty]
            waiting = next(ragged, None)
        yield [str(number), sentence(codes), *cells]
    while waiting is not None:
        yield [str(waiting), sentence(["ragged"]), *empty]
        waiting = next(ragged, None)


def _refused(
    bulk: Bulk, part: int, stage: Stage, header: list[str]
) -> Iterator[tuple[int, list[str], list[str]]]:
    kept = bulk.contract.kept
    at = {column.name: number for number, column in enumerate(kept)}
    canonical = ", ".join(printed(column, identifier(f"c_{column.name}")) for column in kept)
    masks = ", ".join(f"m{number}" for number in range(bulk.contract.masks))
    found = bulk.connection.execute(
        f"SELECT pos, coalesce(raw, [{canonical}]), l.codes, {masks} FROM staged LEFT JOIN"
        " (SELECT part, pos, list(DISTINCT code ORDER BY code) AS codes FROM late"
        " GROUP BY part, pos) l USING (part, pos)"
        " WHERE part = ? AND (NOT fit OR l.codes IS NOT NULL) ORDER BY pos",
        [part],
    )
    numbers = RowNumbers(stage.ragged)
    names = [name.strip() for name in header]
    while block := found.fetchmany(_BLOCK):
        for pos, texts, late, *mask in block:
            cells = [(texts[at[name]] or "") if texts and name in at else "" for name in names]
            yield numbers.of(pos), [*bulk.contract.codes(mask), *(late or ())], cells


def _line(cells: list[str], *, first: bool = False) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return ((_BOM if first else "") + text.getvalue()).encode("utf-8")
