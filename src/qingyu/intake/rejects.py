"""The reject file: refused rows in the sender's own layout, with a row number and the reasons.

It can be mended and sent as a supplement as it is. What the contract cuts is empty in it; a column
kept as a digest stands as the digest, which is recognised when it comes back. Columns that the
contract does not know are empty too: nobody has said that they may be kept.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

from qingyu.engine import disk
from qingyu.intake.bulk import Bulk
from qingyu.intake.contract import printed
from qingyu.intake.header import REJECT_COLUMNS
from qingyu.intake.reasons import sentence
from qingyu.intake.sheet import RowNumbers, identifier
from qingyu.intake.stage import Stage

_BLOCK = 10_000
_BOM = "\ufeff"  # spreadsheet programs take the file for UTF-8 only with it


def write_rejects(bulk: Bulk, path: Path) -> None:
    """Write the refused rows, file by file, in the order of their row numbers."""
    header = _header(bulk)
    with disk.NewFile(path) as file:
        file.write(_BOM.encode("utf-8") + _lines([[*REJECT_COLUMNS, *header]]))
        for part, stage in enumerate(bulk.stages):
            rows = _merged(bulk, part, stage, header)
            while block := list(islice(rows, _BLOCK)):
                file.write(_lines(block))


def _header(bulk: Bulk) -> list[str]:
    """The sender's columns in their order; of several files, each new one at the end."""
    names = {
        name: None
        for stage in bulk.stages
        for name, _ in stage.sheet.reject_columns
        if name not in REJECT_COLUMNS
    }
    return list(names)


def _merged(bulk: Bulk, part: int, stage: Stage, header: list[str]) -> Iterator[list[str]]:
    """Refused rows and misshapen rows of one file by row number."""
    ragged = iter([*stage.ragged])
    waiting = next(ragged, None)
    empty = [""] * len(header)
    words = cache(sentence)  # few different faults make up thousands of rows
    for number, codes, cells in _refused(bulk, part, stage, header):
        while waiting is not None and waiting < number:
            yield [str(waiting), words(("ragged",)), *empty]
            waiting = next(ragged, None)
        yield [str(number), words(codes), *cells]
    while waiting is not None:
        yield [str(waiting), words(("ragged",)), *empty]
        waiting = next(ragged, None)


def _refused(
    bulk: Bulk, part: int, stage: Stage, header: list[str]
) -> Iterator[tuple[int, tuple[str, ...], list[str]]]:
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
    codes = cache(lambda mask: tuple(bulk.contract.codes(mask)))
    numbers = RowNumbers(stage.ragged, stage.sheet.own_rows)
    behind = dict(stage.sheet.reject_columns)  # the contract's column behind each of the sender's
    names = [behind.get(name, "") for name in header]
    while block := found.fetchmany(_BLOCK):
        for pos, texts, late, *mask in block:
            cells = [(texts[at[name]] or "") if texts and name in at else "" for name in names]
            yield numbers.of(pos), (*codes(tuple(mask)), *(late or ())), cells


def _lines(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8")
