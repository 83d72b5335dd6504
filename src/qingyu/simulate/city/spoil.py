"""Faults put into files: into rows of a sheet, or into the bytes of the whole."""

from __future__ import annotations

from dataclasses import dataclass

from qingyu.pack.model import MICRO, Column, Pack, Source
from qingyu.simulate.city.faults import Dice, FaultKind
from qingyu.simulate.city.forms import Cell, Sheet, as_bytes, encoding_of, form_of

CROWD = 100  # times that a crowded day is told
UNKNOWN_NAME, UNKNOWN_CODE = "虚构镇", "999999999000"
ELSEWHERE = ("113.264400", "23.129100")  # in Guangzhou, some seventy kilometres away

# Of each source: the column of numbers that a fault of numbers spoils.
_NUMBERS = {
    "negative_count": {"police_122": "deaths", "fire_119": "deaths"},
    "slip_x100": {"air": "aqi", "ratings": "score"},
    "number_with_unit": {"police_122": "injured"},
    "full_width_digits": {"police_122": "injured", "fleet": "vehicles"},
    "slip_possible": {"police_122": "watched"},
}
_WORDS = {
    "police_110": "category", "police_122": "kind", "urban_management": "kind",
    "hotline_12345": "kind", "market_12315": "goods",
}  # fmt: skip
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True)
class Spoilt:
    """What became of a file. `rows`: places of the spoilt rows, from 1; `column`: the contract's
    name of the spoilt one; `more`: rows beyond those that the file had."""

    data: bytes
    count: int
    rows: tuple[int, ...] = ()
    column: str = ""
    more: int = 0


def spoil(kind: FaultKind, sheet: Sheet, source: Source, pack: Pack, dice: Dice) -> Spoilt | None:
    """The file with the fault in it; None if this sheet has nothing that it could spoil. The sheet
    is changed."""
    had = len(sheet.rows)
    if kind.rows == 0:
        data = _whole(kind.id, sheet, source, dice)
        return None if data is None else Spoilt(data, 1, more=len(sheet.rows) - had)
    mark = _Marker(sheet, source, pack, dice, kind)
    found = mark.spoil()
    if found is None:
        return None
    rows, count, column = found
    places = tuple(row + 1 for row in rows)
    return Spoilt(as_bytes(sheet, source), count, places, column, len(sheet.rows) - had)


class _Marker:
    """Spoils some rows of one sheet."""

    def __init__(
        self, sheet: Sheet, source: Source, pack: Pack, dice: Dice, kind: FaultKind
    ) -> None:
        self.sheet, self.source, self.pack, self.dice, self.kind = sheet, source, pack, dice, kind

    def spoil(self) -> tuple[list[int], int, str] | None:
        """Places of the rows, how many are to be found, and the column."""
        name = self.kind.id
        if name == "unknown_area":
            return self._unknown()
        if name == "retired_area":
            return self._retired()
        if name in ("swapped_coordinates", "point_outside"):
            return self._point(swapped=name == "swapped_coordinates")
        if name in ("impossible_date", "future_date", "other_day"):
            return self._dates(name)
        if name in _NUMBERS:
            return self._number(_NUMBERS[name].get(self.source.id))
        if name == "empty_required":
            return self._put(_WORDS[self.source.id], None)
        if name == "unknown_word":
            return self._put(_WORDS[self.source.id], "未列明")
        if name == "extra_cell":
            rows = self._pick(range(len(self.sheet.rows)))
            for row in rows:
                self.sheet.rows[row].append("多余")
            return (rows, len(rows), "") if rows else None
        return self._repeat(conflict=name == "conflicting_key")

    def _pick(self, among: range | list[int]) -> list[int]:
        places = list(among)
        if not places:
            return []
        return [places[at] for at in self.dice.some(len(places), self.kind.rows)]

    def _at(self, name: str) -> int:
        return self.sheet.at(_heading(self.source.column(name)))

    def _put(self, name: str, value: Cell) -> tuple[list[int], int, str] | None:
        at = self._at(name)
        rows = self._pick(range(len(self.sheet.rows)))
        for row in rows:
            self.sheet.rows[row][at] = value
        return (rows, len(rows), name) if rows else None

    def _unknown(self) -> tuple[list[int], int, str] | None:
        """A town that the city does not have, and no code that would say more."""
        place = self.source.place
        name = place.name or place.code
        assert name is not None
        found = self._put(name, UNKNOWN_NAME if place.name else UNKNOWN_CODE)
        if found and place.name:
            self._clear(found[0], place.code)
        return found

    def _retired(self) -> tuple[list[int], int, str] | None:
        """The code of an area that has ended, and no name or point that would say more."""
        gone = [area for area in self.pack.areas if area.until is not None]
        place = self.source.place
        if not gone or place.code is None:
            return None
        found = self._put(place.code, gone[0].code)
        if found:
            self._clear(found[0], place.name, place.longitude, place.latitude)
        return found

    def _clear(self, rows: list[int], *names: str | None) -> None:
        for name in names:
            if name is not None:
                at = self._at(name)
                for row in rows:
                    self.sheet.rows[row][at] = None

    def _point(self, *, swapped: bool) -> tuple[list[int], int, str] | None:
        """Rows that have nothing but a point, with its two numbers exchanged or far away."""
        place = self.source.place
        assert place.longitude is not None
        assert place.latitude is not None
        x, y = self._at(place.longitude), self._at(place.latitude)
        rows = self._pick(range(len(self.sheet.rows)))
        for row in rows:
            cells = self.sheet.rows[row]
            cells[x], cells[y] = (cells[y], cells[x]) if swapped else ELSEWHERE
        self._clear(rows, place.code, place.name)
        return (rows, len(rows), place.longitude) if rows else None

    def _dates(self, fault: str) -> tuple[list[int], int, str] | None:
        name = "accepted" if self.source.id == "hotline_12345" else self.source.time
        if fault == "other_day":
            name = self.source.time
        at = self._at(name)
        rows = self._pick(range(len(self.sheet.rows)))
        for row in rows:
            clock = (self.sheet.rows[row][at] or "")[10:]
            day = {"impossible_date": "2026-02-30", "future_date": "2099-12-31",
                   "other_day": "2021-06-15"}[fault]  # fmt: skip
            self.sheet.rows[row][at] = day + clock
        return (rows, len(rows), name) if rows else None

    def _number(self, name: str | None) -> tuple[list[int], int, str] | None:
        if name is None:
            return None
        at = self._at(name)
        fit = [n for n, row in enumerate(self.sheet.rows) if row[at] is not None]
        if self.kind.id == "slip_possible":
            column = self.source.column(name)
            fit = [n for n in fit if _only_unusual(column, f"{self.sheet.rows[n][at]}00")]
        rows = self._pick(fit)
        for row in rows:
            cell = self.sheet.rows[row][at] or ""
            self.sheet.rows[row][at] = {
                "negative_count": "-1",
                "slip_x100": cell + "00",
                "slip_possible": cell + "00",
                "number_with_unit": cell + "起",
                "full_width_digits": cell.translate(_WIDE),
            }[self.kind.id]
        return (rows, len(rows), name) if rows else None

    def _repeat(self, *, conflict: bool) -> tuple[list[int], int, str] | None:
        """Rows once more at the end; in conflict, with another town."""
        rows = self._pick(range(len(self.sheet.rows)))
        name = self.source.place.name
        for row in rows:
            copy = list(self.sheet.rows[row])
            if conflict:
                assert name is not None
                copy[self._at(name)] = _other(copy[self._at(name)], self.pack)
                if self.source.place.code is not None:
                    copy[self._at(self.source.place.code)] = None
            self.sheet.rows.append(copy)
        return (rows, len(rows) * (2 if conflict else 1), "") if rows else None


def _only_unusual(column: Column, text: str) -> bool:
    """Whether the contract takes a number, as one that is seldom so large."""
    usual, value = column.usually, int(text) * MICRO
    beyond = usual is not None and usual.most is not None and value > usual.most
    return beyond and (column.most is None or value <= column.most)


def _other(name: Cell, pack: Pack) -> str:
    """Another town than the named one."""
    towns = [area for area in pack.areas if area.level == "town"]
    here = next((n for n, a in enumerate(towns) if name in (a.name_zh, a.name, *a.aliases)), 0)
    chosen = towns[(here + 1) % len(towns)]
    return chosen.name_zh or chosen.name


def _heading(column: Column) -> str:
    """The department's own word for a column."""
    return column.names[0].name if column.names else column.name


# -- the file as a whole --------------------------------------------------------------------------


def _whole(fault: str, sheet: Sheet, source: Source, dice: Dice) -> bytes | None:
    if fault == "missing_column":
        plain = [c for c in source.columns if c.personal == "keep" and c.required]
        at = sheet.at(_heading(plain[dice.below(len(plain))]))
        return as_bytes(Sheet(_without(sheet.header, at), [_without(r, at) for r in sheet.rows]),
                        source)  # fmt: skip
    if fault == "header_twice":
        middle = len(sheet.rows) // 2
        again: list[Cell] = list(sheet.header)
        return as_bytes(Sheet(sheet.header, [*sheet.rows[:middle], again, *sheet.rows[middle:]]),
                        source)  # fmt: skip
    if fault == "empty_file":
        return as_bytes(Sheet(sheet.header, []), source)
    if fault == "silent_day":
        kept = max(1, len(sheet.rows) // 20)
        return as_bytes(Sheet(sheet.header, sheet.rows[:kept]), source)
    if fault == "crowded_day":
        sheet.rows += _once_more(sheet, source)
        return as_bytes(sheet, source)
    if fault == "wrong_encoding":
        wrong = "utf-8" if encoding_of(source) == "gb18030" else "gb18030"
        return as_bytes(sheet, source, wrong)
    if fault == "truncated_file":
        return _cut(as_bytes(sheet, source), source)
    return None


def _once_more(sheet: Sheet, source: Source) -> list[list[Cell]]:
    """The last day's rows ninety-nine times more, each under a number of its own."""
    key, time = (sheet.at(_heading(source.column(name))) for name in (source.key[0], source.time))
    last = max((row[time] or "")[:10] for row in sheet.rows)
    day = [row for row in sheet.rows if (row[time] or "").startswith(last)]
    copies = []
    for number in range(1, CROWD):
        for row in day:
            copy = list(row)
            copy[key] = f"{row[key]}-{number}"
            copies.append(copy)
    return copies


def _without(cells: list[str] | list[Cell], at: int) -> list:  # type: ignore[type-arg]
    return [*cells[:at], *cells[at + 1 :]]


def _cut(data: bytes, source: Source) -> bytes:
    """Some three fifths of the file, ending inside a letter (or a workbook, or an object)."""
    end = len(data) * 3 // 5
    if form_of(source) == "xlsx":
        return data[:end]
    if form_of(source) == "jsonl":
        return data[: data.index(b'"', end) + 2]
    encoding = encoding_of(source)
    while end < len(data):
        try:
            data[:end].decode(encoding)
        except UnicodeDecodeError:
            return data[:end]
        end += 1
    return data[: len(data) - 1]
