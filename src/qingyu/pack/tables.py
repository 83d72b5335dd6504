"""The pack's CSV files: `areas.csv` and `exposures/*.csv`, every fault by its row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qingyu.errors import Fault
from qingyu.i18n import T, Text
from qingyu.pack.faults import did_you_mean, quoted
from qingyu.pack.model import MICRO, Area, Change, ChangeKind, ExposureRow, to_micro
from qingyu.pack.spots import Spot

AREA_COLUMNS = (
    "code", "name", "name_zh", "level", "parent", "class", "from", "to", "rankable", "aliases",
)  # fmt: skip
CHANGE_COLUMNS = ("date", "kind", "from", "to", "share", "reference")
EXPOSURE_COLUMNS = ("area", "valid_from", "known_from", "value")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE = re.compile(r"\d{1,15}", re.ASCII)
_KINDS: dict[str, ChangeKind] = {
    "split": "split", "拆分": "split", "merge": "merge", "合并": "merge", "rename": "rename",
    "更名": "rename",
}  # fmt: skip
_TRUTH = {
    "": True, "true": True, "yes": True, "是": True, "false": False, "no": False, "否": False,
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    line: int
    cells: dict[str, str]


class Table:
    """One CSV file's rows, and the faults met while reading its cells."""

    def __init__(self, text: str, file: str, columns: Sequence[str], faults: list[Fault]) -> None:
        self.file = file
        self.columns = tuple(columns)
        self.faults = faults
        self.rows = self._read(text)

    def fault(self, line: int, column: str, found: Text, expected: Text, remedy: Text) -> None:
        self.faults.append(Fault(str(Spot(self.file, line, column)), found, expected, remedy))

    def day(self, row: Row, column: str) -> date | None:
        text = row.cells[column]
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        self.fault(
            row.line,
            column,
            quoted(text),
            T("a date such as 2026-10-31"),
            T("Write year-month-day with hyphens, and check the digits."),
        )
        return None

    def whole(self, row: Row, column: str) -> int | None:
        text = row.cells[column]
        if _WHOLE.fullmatch(text):
            return int(text)
        self.fault(
            row.line,
            column,
            quoted(text),
            T("a whole number of 0 or more"),
            T("Write plain digits: no unit, no separators, no sign."),
        )
        return None

    def needed(self, row: Row, column: str) -> str | None:
        if row.cells[column]:
            return row.cells[column]
        self.fault(row.line, column, T("nothing"), T("a value in each row"), T("Fill the cell."))
        return None

    def share(self, row: Row, column: str) -> int | None:
        """Micros of a part of a whole; an empty cell is the whole."""
        text = row.cells[column]
        try:
            micros = to_micro(text) if text else MICRO
        except ValueError:
            micros = 0
        if 0 < micros <= MICRO:
            return micros
        self.fault(
            row.line,
            column,
            quoted(text),
            T("a share above 0 and not above 1, of at most six decimals"),
            T("Write 0.6 for sixty per cent; nothing means the whole."),
        )
        return None

    def word(self, row: Row, column: str, words: Mapping[str, ChangeKind]) -> ChangeKind | None:
        text = row.cells[column]
        if text in words:
            return words[text]
        remedy = did_you_mean(text, list(words), T("Write one of these words."))
        self.fault(row.line, column, quoted(text), T("split, merge or rename"), remedy)
        return None

    def truth(self, row: Row, column: str) -> bool | None:
        text = row.cells[column].casefold()
        if text in _TRUTH:
            return _TRUTH[text]
        self.fault(
            row.line, column, quoted(text), T("true or false"), T("Write true, false or nothing.")
        )
        return None

    def _read(self, text: str) -> list[Row]:
        lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows: list[Row] = []
        header: list[str] | None = None
        begins = 1  # a quoted cell may hold line breaks: a row is named by its first line
        try:
            for cells in lines:
                line, begins = begins, lines.line_num + 1
                if header is None:
                    header = [cell.strip() for cell in cells]
                    if not self._header_holds(header):
                        return []
                elif any(cell.strip() for cell in cells):
                    self._row(rows, header, cells, line)
        except csv.Error as error:
            self.fault(
                begins,
                "",
                T("CSV that cannot be read ({reason})", reason=str(error)),
                T("comma-separated cells"),
                T("Check the quotes of this row."),
            )
        if header is None:
            self.fault(
                1,
                "",
                T("an empty file"),
                T("a header row: {columns}", columns=",".join(self.columns)),
                T("Write the header row first."),
            )
        return rows

    def _row(self, rows: list[Row], header: list[str], cells: list[str], line: int) -> None:
        if len(cells) == len(header):
            values = (cell.strip() for cell in cells)
            rows.append(Row(line, dict(zip(header, values, strict=True))))
            return
        self.fault(
            line,
            "",
            T("{count} cells", count=len(cells)),
            T("{count} cells, as in the header", count=len(header)),
            T("Check commas and quotes of this row."),
        )

    def _header_holds(self, header: list[str]) -> bool:
        known = len(self.faults)
        for number, name in enumerate(header):
            if name in header[:number]:
                self.fault(
                    1, name, T("the column twice"), T("each column once"), T("Take one away.")
                )
            elif name not in self.columns:
                self.fault(
                    1,
                    name,
                    T("the unknown column “{name}”", name=name),
                    T("the columns {columns}", columns=",".join(self.columns)),
                    did_you_mean(name, self.columns, T("Take it away.")),
                )
        for name in self.columns:
            if name not in header:
                self.fault(
                    1,
                    name,
                    T("no column “{name}”", name=name),
                    T("the columns {columns}", columns=",".join(self.columns)),
                    T("Add the column; its cells may be empty where the manual says so."),
                )
        return len(self.faults) == known


def read_areas(table: Table) -> list[tuple[int, Area]]:
    """Each row's line and area; rows with faults are left out."""
    found = []
    for row in table.rows:
        known = len(table.faults)
        cells = row.cells
        code, name, level = (table.needed(row, key) for key in ("code", "name", "level"))
        since = table.day(row, "from") if cells["from"] else None
        until = table.day(row, "to") if cells["to"] else None
        rankable = table.truth(row, "rankable")
        if len(table.faults) > known:
            continue
        area = Area(
            code=code or "",
            name=name or "",
            name_zh=cells["name_zh"] or None,
            level=level or "",
            parent=cells["parent"] or None,
            class_=cells["class"] or None,
            since=since,
            until=until,
            rankable=bool(rankable),
            aliases=tuple(a.strip() for a in cells["aliases"].split("|") if a.strip()),
        )
        found.append((row.line, area))
    return found


def read_changes(table: Table) -> list[tuple[int, Change]]:
    """Each row's line and change of areas; rows with faults are left out."""
    found = []
    for row in table.rows:
        day, kind = table.day(row, "date"), table.word(row, "kind", _KINDS)
        source, heir = table.needed(row, "from"), table.needed(row, "to")
        share = table.share(row, "share")
        if day and kind and source and heir and share is not None:
            made = Change(
                day=day, kind=kind, source=source, heir=heir, share=share,
                reference=row.cells["reference"] or None,
            )  # fmt: skip
            found.append((row.line, made))
    return found


def read_exposure(table: Table) -> list[tuple[int, ExposureRow]]:
    """Each row's line and value; rows with faults are left out."""
    found = []
    for row in table.rows:
        area = table.needed(row, "area")
        valid, known = table.day(row, "valid_from"), table.day(row, "known_from")
        value = table.whole(row, "value")
        if area and valid and known and value is not None:
            made = ExposureRow(area=area, valid_from=valid, known_from=known, value=value)
            found.append((row.line, made))
    return found
