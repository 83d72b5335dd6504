"""Workbooks: what is read, what is refused, and that no archive can hurt."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from forms import forms
from intake_books import NAMES, TEN, book, cells, refusal
from intake_town import Desk, row
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from qingyu.intake.formats.serials import Style, shown, style_of


def test_a_workbook_is_the_same_send_as_its_csv(desk: Desk) -> None:
    first = desk.send([row("1", number="7", amount="0.30", note="甲"), row("2")])
    path = book(desk, cells("1", number=7, amount=0.1 + 0.2, note="甲"), cells("2"))
    again = desk.receive(path)
    assert (again.again, again.number) == (True, first.number)
    assert [str(words) for words in again.read_as] == [f"{path.name}: sheet Sheet1 of a workbook"]


def test_rejects_carry_the_sheet_s_own_row(desk: Desk) -> None:
    path = book(desk, cells("1"), [], [], cells("2", kind="smoke"), [], cells("3", number="x"))
    receipt = desk.receive(path)
    assert [r["qingyu_row"] for r in desk.rejects(receipt)] == ["5", "7"]
    assert receipt.rejects is not None
    mended = receipt.rejects.read_text("utf-8").replace("smoke", "fire").replace(",x,", ",5,")
    again = desk.receive(mended, supplement=receipt.number)
    assert (again.new, again.refused) == (2, 0)


def test_cells_beside_the_table_refuse_their_row(desk: Desk) -> None:
    assert desk.receive(book(desk, [*cells("1"), "x"], cells("2"))).reasons == {"ragged": 1}


@pytest.mark.parametrize(
    ("stored", "kind", "text"),
    [
        ("45000", "moment", "2023-03-15"),
        ("45000.5", "moment", "2023-03-15 12:00:00"),
        ("45000.333333333336", "moment", "2023-03-15 08:00:00"),
        ("45000.999999994", "moment", "2023-03-15 23:59:59.999"),
        ("45000.9999999999", "moment", "2023-03-16"),
        ("60", "moment", "1900-02-29"),
        ("59", "moment", "1900-02-28"),
        ("61", "moment", "1900-03-01"),
        ("0.75", "moment", "18:00:00"),
        ("-1", "moment", "-1"),
        ("9999999", "moment", "9999999"),
        ("12", "number", "12"),
        ("0012", "number", "12"),
        ("0.30000000000000004", "number", "0.3"),
        ("1E-3", "number", "0.001"),
        ("1.5E+3", "number", "1500"),
        ("123456789012345", "number", "123456789012345"),
        ("440402199001011234", "number", "4.40402199001011E+17"),
        ("nan", "number", "nan"),
        ("1E999", "number", "1E999"),
    ],
)  # fmt: skip
def test_stored_numbers(stored: str, kind: Any, text: str) -> None:
    assert shown(stored, Style(kind), since_1904=False) == text


def test_padded_codes_and_the_other_calendar() -> None:
    assert shown("12", Style("zeros", 5), since_1904=False) == "00012"
    assert shown("0", Style("moment"), since_1904=True) == "1904-01-01"
    assert shown("43538", Style("moment"), since_1904=True) == "2023-03-15"
    assert shown("2957002", Style("moment"), since_1904=True) == "9999-12-30"
    assert shown("2957003", Style("moment"), since_1904=True) == "2957003"


@pytest.mark.parametrize(
    ("number", "code", "kind"),
    [
        (0, None, "number"), (14, None, "moment"), (22, None, "moment"), (49, None, "number"),
        (57, None, "moment"), (164, "General", "number"), (164, "0.00E+00", "number"),
        (164, 'yyyy"年"m"月"d"日"', "moment"), (164, "[$-404]e/m/d", "moment"),
        (164, '0.0"days"', "number"), (164, "[h]:mm", "moment"), (164, "[Red]0", "number"),
        (164, "00000", "zeros"), (164, r"0\d", "number"), (164, "#,##0_);(#,##0)", "number"),
    ],
)  # fmt: skip
def test_number_formats(number: int, code: str | None, kind: str) -> None:
    assert style_of(number, code).kind == kind


def test_dates_of_both_calendars(desk: Desk) -> None:
    made = Workbook()
    made.epoch = CALENDAR_MAC_1904
    assert made.active is not None
    for line in [NAMES, cells("1", when=TEN.replace(hour=8, minute=30, second=15)), cells("2")]:
        made.active.append(line)
    path = desk.folder / "mac.xlsx"
    made.save(path)
    desk.receive(path)
    assert [str(at) for _, at, _ in desk.alive('key, "at"')] == [
        "2020-01-05 08:30:15", "2020-01-05 10:00:00",
    ]  # fmt: skip


def test_a_serial_number_without_a_date_format_is_no_date(desk: Desk) -> None:
    assert desk.receive(book(desk, cells("1", when=43835), cells("2"))).reasons == {
        "not_a_time:when": 1
    }
    receipt = desk.receive(book(desk, cells("3", when=time(8)), cells("4")), version=2)
    assert receipt.reasons == {"not_a_time:when": 1}


def test_numbers_kept_as_text_are_numbers(desk: Desk) -> None:
    desk.receive(book(desk, cells("1", number="12", when="2020-01-05 10:00:00")))
    assert desk.alive("key, c_number") == [("1", 12, 1)]


def test_codes_that_lost_their_zeros_are_refused(desk: Desk) -> None:
    said = refusal(desk, book(desk, cells("1"), cells("2", place=12)))
    assert "row 3, column place" in said
    assert "a code stored as a number" in said


def test_codes_shown_with_their_zeros_are_taken(desk: Desk) -> None:
    made = Workbook()
    assert made.active is not None
    made.active.append(NAMES)
    made.active.append(cells("1", place=12))
    made.active.cell(2, NAMES.index("place") + 1).number_format = "00000"
    path = desk.folder / "zeros.xlsx"
    made.save(path)
    desk.receive(path)
    assert desk.alive("key, area") == [("1", "00012", 1)]


def test_codes_get_their_zeros_where_that_is_declared(desk: Desk) -> None:
    desk.pack = forms(place={"written": {"pad": 5}})
    desk.receive(book(desk, cells("1", place=12), cells("2", place="B")))
    assert desk.alive("key, area") == [("1", "00012", 1), ("2", "B", 1)]


def test_numbers_cut_to_fifteen_digits_are_no_text(desk: Desk) -> None:
    said = refusal(desk, book(desk, cells("1", note=440402199001011234)))
    assert "lost digits" in said


def test_errors_of_the_spreadsheet_refuse_their_rows(desk: Desk) -> None:
    rows = [cells(str(n)) for n in range(5)]
    rows[0][NAMES.index("note")] = "#REF!"
    rows[1][NAMES.index("note")] = "########"
    rows[2][NAMES.index("number")] = "#N/A"
    rows[3][NAMES.index("note")] = "#1 Main Street"
    receipt = desk.receive(book(desk, *rows))
    assert receipt.reasons == {"spreadsheet_error:note": 2, "not_an_integer:number": 1}


def test_the_same_day_twice(desk: Desk) -> None:
    """Threats 13 and 14 in another form: renamed, saved again, and an old one after a newer."""
    first = desk.receive(book(desk, cells("1", number=5), cells("2")))
    renamed = desk.receive(book(desk, cells("2"), cells("1", number=5)))
    assert (renamed.again, renamed.number) == (True, first.number)
    desk.receive(book(desk, cells("1", number=6)), version=2)
    desk.receive(book(desk, cells("1", number=5), cells("2")))
    assert desk.alive("key, c_number") == [("1", 6, 1), ("2", 1, 1)]


def test_dates_without_a_time_of_day(desk: Desk) -> None:
    desk.pack = forms(when={"type": "date"})
    desk.receive(book(desk, cells("1", when=date(2020, 1, 5)), cells("2", when="2020-01-06")))
    assert [str(day) for _, day, _ in desk.alive("key, day")] == ["2020-01-05", "2020-01-06"]
