"""Files as departments have them: CSV in their encoding, workbooks, JSON Lines, and Parquet for
years of history. A sheet is a header and rows of texts; the same sheet gives the same bytes."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from qingyu.pack.model import Source

Form = Literal["csv", "xlsx", "jsonl", "parquet"]
Cell = str | None

# Sources that send workbooks or JSON Lines; all others CSV.
WORKBOOKS = ("hotline_12345", "petitions")
JSON_LINES = ("air",)
_GROUPS = ("工单信息", "办理信息", "来电信息")  # the upper row of a header of two
_MOMENT = (2026, 1, 1, 0, 0, 0)  # of entries in archives: a fixed one


@dataclass
class Sheet:
    """What a file holds, to be spoilt cell by cell if need be."""

    header: list[str]
    rows: list[list[Cell]]

    @classmethod
    def of(cls, table: pa.Table) -> Sheet:
        columns = [column.to_pylist() for column in table.columns]
        return cls(list(table.column_names), [list(row) for row in zip(*columns, strict=True)])

    def at(self, name: str) -> int:
        return self.header.index(name)


def form_of(source: Source) -> Form:
    if source.id in WORKBOOKS:
        return "xlsx"
    return "jsonl" if source.id in JSON_LINES else "csv"


def encoding_of(source: Source) -> str:
    return source.file.encoding[0]


def write_table(path: Path, table: pa.Table) -> None:
    """History: Parquet, all cells texts."""
    pq.write_table(table, path, compression="zstd")


def as_bytes(sheet: Sheet, source: Source, encoding: str | None = None) -> bytes:
    """The file in the source's form; `encoding` other than the contract's is a fault."""
    form = form_of(source)
    if form == "xlsx":
        return workbook(sheet, source.name.zh, two_rows=source.file.header_rows == 2)
    if form == "jsonl":
        return json_lines(sheet, source).encode("utf-8")
    return encoded(_csv(sheet), encoding or encoding_of(source))


def encoded(text: str, encoding: str) -> bytes:
    if encoding == "utf-16":
        return b"\xff\xfe" + text.encode("utf-16-le")
    return text.encode(encoding)


def _csv(sheet: Sheet) -> str:
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\r\n")
    writer.writerow(sheet.header)
    writer.writerows(sheet.rows)
    return held.getvalue()


# -- JSON Lines -----------------------------------------------------------------------------------


def json_lines(sheet: Sheet, source: Source) -> str:
    """One object a row, values at the contract's paths; numbers are numbers."""
    columns = [source.column(name) for name in sheet.header]
    paths = [(column.path or column.name).split(".") for column in columns]
    numbers = [column.type in ("integer", "decimal") for column in columns]
    lines = []
    for row in sheet.rows:
        found: dict[str, object] = {}
        for path, number, cell in zip(paths, numbers, row, strict=True):
            inner = found
            for step in path[:-1]:
                inner = inner.setdefault(step, {})  # type: ignore[assignment]
            inner[path[-1]] = _number(cell) if number else cell
        lines.append(json.dumps(found, ensure_ascii=False))
    return "\n".join(lines) + "\n"


def _number(cell: Cell) -> int | float | str | None:
    if cell is None:
        return None
    try:
        return int(cell)
    except ValueError:
        return cell


# -- workbooks ------------------------------------------------------------------------------------

_START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_TYPES = (
    f"{_START}"
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATION = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _relations(kind: str, target: str) -> str:
    return (
        f'{_START}<Relationships xmlns="{_RELATION}">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def workbook(sheet: Sheet, title: str, *, two_rows: bool) -> bytes:
    """A workbook of one sheet; with `two_rows` the upper row of the header groups the lower."""
    lines: list[Sequence[Cell]] = [sheet.header, *sheet.rows]
    merged = ""
    if two_rows:
        width = (len(sheet.header) + len(_GROUPS) - 1) // len(_GROUPS)
        upper: list[Cell] = [None] * len(sheet.header)
        spans = [
            (start, min(start + width, len(upper)) - 1) for start in range(0, len(upper), width)
        ]
        for (start, _), words in zip(spans, _GROUPS, strict=False):
            upper[start] = words
        cells = "".join(f'<mergeCell ref="{_name(a)}1:{_name(b)}1"/>' for a, b in spans if b > a)
        merged = f"<mergeCells>{cells}</mergeCells>" if cells else ""
        lines.insert(0, upper)
    body = "".join(_row(number, line) for number, line in enumerate(lines, 1))
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _relations("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'{_START}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{escape(title[:31])}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'{_START}<worksheet xmlns="{_MAIN}"><sheetData>{body}'
        f"</sheetData>{merged}</worksheet>",
    }
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), text.encode(),
                             zipfile.ZIP_DEFLATED, 6)  # fmt: skip
    return held.getvalue()


def _row(number: int, line: Sequence[Cell]) -> str:
    cells = "".join(
        f'<c r="{_name(at)}{number}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
        for at, text in enumerate(line)
        if text is not None
    )
    return f'<row r="{number}">{cells}</row>'


def _name(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
