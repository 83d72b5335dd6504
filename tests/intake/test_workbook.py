"""Workbooks: what is read, what is refused, and that no archive can hurt."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from forms import forms, repacked, workbook
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_town import HEADER, Desk, as_csv, row
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from qingyu.errors import InputError
from qingyu.intake.formats.serials import Style, shown, style_of
from qingyu.intake.read import open_sheet

NAMES = HEADER.split(",")
TEN = datetime(2020, 1, 5, 10)  # noqa: DTZ001 - a workbook's times have no zone
SHEET = "xl__worksheets__sheet1_xml"


def cells(key: str, **more: object) -> list[object]:
    """One row as a workbook holds it: text, numbers and dates as such, nothing where empty."""
    plain: dict[str, object] = {name: text or None for name, text in row(key).items()}
    plain |= {"number": 1, "when": TEN} | more
    return [plain[name] for name in NAMES]


def book(desk: Desk, *rows: Sequence[object], header: Sequence[str] = NAMES) -> Path:
    desk.sent += 1
    return workbook(desk.folder / f"book{desk.sent}.xlsx", [header, *rows])


def refusal(desk: Desk, path: Path) -> str:
    with pytest.raises(InputError) as caught:
        desk.receive(path)
    assert desk.home.batches() == ()
    return str(caught.value)


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


# -- what a workbook hides ------------------------------------------------------------------------


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


# -- archives -------------------------------------------------------------------------------------


def test_a_workbook_cut_off_at_any_byte(desk: Desk) -> None:
    """Threat 9."""
    whole = book(desk, cells("1")).read_bytes()
    for size in [*range(1, 64), *range(64, len(whole), 97), len(whole) - 1]:
        refusal(desk, desk.file(whole[:size], "cut.xlsx"))


def test_a_changed_byte_is_found_by_the_check_sum(desk: Desk) -> None:
    path = book(desk, cells("1"))
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 80
    data[at] ^= 0xFF
    refusal(desk, desk.file(bytes(data), "changed.xlsx"))


def stuffed(path: Path, change: Any) -> Path:
    return repacked(path, **{SHEET: change})


def test_a_bomb_is_stopped_by_what_it_produces(desk: Desk) -> None:
    zeros = stuffed(book(desk, cells("1")), lambda data: data[:-20] + b" " * (100 << 20))
    assert "bytes in it" in refusal(desk, zeros)


def test_a_header_that_lies_about_the_size(desk: Desk) -> None:
    path = stuffed(book(desk, cells("1")), lambda data: data + b" " * 100_000)
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = data.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    refusal(desk, desk.file(lying, "lying.xlsx"))


@pytest.mark.parametrize(
    "declared",
    [
        b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        b'<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>',
    ],
)
def test_document_types_are_refused(desk: Desk, declared: bytes) -> None:
    path = stuffed(
        book(desk, cells("1")), lambda data: declared + data[data.index(b"<worksheet") :]
    )
    assert "document type" in refusal(desk, path)


def test_parts_upon_each_other_names_twice_and_too_many(desk: Desk) -> None:
    path = book(desk, cells("1"))
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/workbook.xml", b"<x/>")
    assert "two parts of one name" in refusal(desk, path)
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(5001):
            archive.writestr(f"{number}", b"")
    assert "5001 parts" in refusal(desk, desk.file(many.getvalue(), "many.xlsx"))


def test_archives_that_are_no_workbook(desk: Desk) -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("../../etc/passwd", b"x")
    assert "no workbook" in refusal(desk, desk.file(other.getvalue(), "other.xlsx"))
    assert "damaged" in refusal(desk, desk.file(as_csv([row("1")]), "text.xlsx"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="A2"', b'r="XFE2"'),
        (b'<row r="2"', b'<row r="1048577"'),
        (b'<row r="2"', b'<row r="1"'),
        (b'r="B2"', b'r="A2"'),
    ],
)
def test_cells_and_rows_out_of_order_or_beyond_the_sheet(
    desk: Desk, old: bytes, new: bytes
) -> None:
    path = stuffed(book(desk, cells("1")), lambda data: data.replace(old, new, 1))
    assert "out of order" in refusal(desk, path)


SHARED = (
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<si><t>plain</t></si>"
    b'<si><r><t xml:space="preserve">two </t></r><r><t>runs</t></r></si>'
    b"<si><t>\xe4\xb8\xad\xe5\xb1\xb1</t><rPh sb='0' eb='1'><t>zhongshan</t></rPh></si>"
    b"<si><t>line_x000A_break</t></si>"
    b"</sst>"
)


def shared(path: Path, number: str) -> Path:
    """The note of row 2 as a shared text."""
    at = f'r="{chr(ord("A") + NAMES.index("note"))}2"'.encode()

    def change(data: bytes) -> bytes:
        start = data.index(b"<c " + at)
        end = data.index(b"</c>", start)
        return data[:start] + b"<c " + at + b' t="s"><v>' + number.encode() + b"</v>" + data[end:]

    stuffed(path, change)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", SHARED)
    return path


@pytest.mark.parametrize(
    ("number", "text"), [("0", "plain"), ("1", "two runs"), ("2", "中山"), ("3", "line\nbreak")]
)
def test_shared_texts(desk: Desk, number: str, text: str) -> None:
    desk.receive(shared(book(desk, cells("1", note="?")), number))
    assert desk.alive("c_note") == [(text, 1)]


@pytest.mark.parametrize("number", ["4", "-1", "x", "99999999999999999999"])
def test_a_shared_text_that_is_not_there(desk: Desk, number: str) -> None:
    assert "not there" in refusal(desk, shared(book(desk, cells("1", note="?")), number))


@settings(max_examples=150)
@given(st.data())
def test_a_scrambled_sheet_is_read_or_refused_and_nothing_else(data: Any) -> None:
    """Any bytes may stand in the parts: never a traceback, never another kind of error."""
    source = forms().source("calls")
    with tempfile.TemporaryDirectory() as folder:
        path = workbook(Path(folder) / "x.xlsx", [NAMES, cells("1"), cells("2", note="甲")])
        part = data.draw(st.sampled_from([SHEET, "xl__workbook_xml", "xl__styles_xml"]))

        def change(whole: bytes) -> bytes:
            at = data.draw(st.integers(0, len(whole) - 1))
            size = data.draw(st.integers(0, 12))
            put = data.draw(st.sampled_from([b"", b"9", b"-1", b"x", b'"', b"<", b"99999999999"]))
            return whole[:at] + put + whole[at + size :]

        repacked(path, **{part: change})
        try:
            open_sheet(path, source)
        except InputError as error:
            assert len(error.faults) == 1  # noqa: PT017 - either way is right


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
