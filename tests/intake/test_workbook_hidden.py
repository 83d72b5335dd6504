"""What a workbook hides: formulas, merged cells, hidden rows, further sheets."""

from __future__ import annotations

from pathlib import Path

import pytest
from forms import forms, repacked
from intake_books import NAMES, SHEET, book, cells, refusal
from intake_town import Desk
from openpyxl import Workbook

from qingyu.errors import InputError


def test_formulas(desk: Desk) -> None:
    bare = book(desk, cells("1", number="=1+1"))
    assert "whose value is not stored" in refusal(desk, bare)
    stored = repacked(
        bare, **{SHEET: lambda b: b.replace(b"<v />", b"<v>2</v>").replace(b"<v></v>", b"<v>2</v>")}
    )
    desk.receive(stored)
    assert desk.alive("key, c_number") == [("1", 2, 1)]
    desk.pack = forms(file={"formulas": "refuse"})
    with pytest.raises(InputError, match="a formula"):
        desk.receive(stored, version=2)


def test_a_formula_that_reads_another_workbook(desk: Desk) -> None:
    path = book(desk, cells("1", number="=[1]Sheet1!A1"))
    assert "another workbook" in refusal(desk, path)


def test_merged_cells_among_the_rows(desk: Desk) -> None:
    made = Workbook()
    assert made.active is not None
    for line in [NAMES, cells("1"), cells("2")]:
        made.active.append(line)
    made.active.merge_cells("C2:C3")
    path = desk.folder / "merged.xlsx"
    made.save(path)
    assert "merged cells C2:C3" in refusal(desk, path)


def hidden(desk: Desk) -> Path:
    made = Workbook()
    assert made.active is not None
    for line in [NAMES, cells("1"), cells("2")]:
        made.active.append(line)
    made.active.row_dimensions[3].hidden = True
    path = desk.folder / "hidden.xlsx"
    made.save(path)
    return path


def test_hidden_rows(desk: Desk) -> None:
    path = hidden(desk)
    assert "row 3: found a hidden row" in refusal(desk, path)
    desk.pack = forms(file={"hidden": "take"})
    assert desk.receive(path).new == 2


def sheets(desk: Desk, **state: str) -> Path:
    made = Workbook()
    assert made.active is not None
    made.remove(made.active)
    for title, shown_as in state.items():
        sheet = made.create_sheet(title)
        sheet.sheet_state = shown_as
        for line in [NAMES, cells(title)]:
            sheet.append(line)
    path = desk.folder / "sheets.xlsx"
    made.save(path)
    return path


def test_which_sheet(desk: Desk) -> None:
    assert "the sheets a, b" in refusal(desk, sheets(desk, a="visible", b="visible"))
    desk.receive(sheets(desk, a="hidden", b="visible", c="veryHidden"))
    assert desk.alive("key") == [("b", 1)]
    desk.pack = forms(file={"sheet": "a"})
    desk.receive(sheets(desk, a="visible", b="visible"), version=2)
    assert desk.alive("key") == [("a", 1), ("b", 1)]
    with pytest.raises(InputError, match="not hidden"):
        desk.receive(sheets(desk, a="hidden", b="visible"), version=3)
    desk.pack = forms(file={"sheet": "明细"})
    with pytest.raises(InputError, match="the sheet 明细"):
        desk.receive(sheets(desk, a="visible"), version=3)
