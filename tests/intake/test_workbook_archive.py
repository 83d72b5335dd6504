"""A workbook is an archive: cut, scrambled, stuffed or hostile ones are refused by name."""

from __future__ import annotations

import io
import tempfile
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from forms import forms, repacked, workbook
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_books import NAMES, SHEET, book, cells, refusal
from intake_town import Desk, as_csv, row

from qingyu.errors import InputError
from qingyu.intake.formats import workbook as workbook_reader
from qingyu.intake.formats import zipped
from qingyu.intake.read import open_sheet


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


def test_a_flood_of_shared_texts_is_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped, "RATIO_FROM", 1 << 20)
    path = book(desk, cells("1"))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        texts = b"<si><t>flood</t></si>" * 100_000
        archive.writestr("xl/sharedStrings.xml", SHARED.replace(b"</sst>", texts + b"</sst>"))
    assert path.stat().st_size < 20_000
    assert "bytes in it" in refusal(desk, path)


def far_rows(path: Path, rows: int) -> Path:
    """Rows with one cell each, in the last column that a sheet has."""
    lines = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(3, rows + 3))
    return stuffed(
        path, lambda data: data.replace(b"</sheetData>", lines.encode() + b"</sheetData>")
    )


def test_cells_far_to_the_right_cost_nothing(desk: Desk) -> None:
    """A few bytes each stand for sixteen thousand empty cells, which nobody makes up."""
    source = desk.pack.source("calls")
    open_sheet(book(desk, cells("1")), source)  # what is imported late is not measured
    path = far_rows(book(desk, cells("1")), 2000)
    tracemalloc.start()
    open_sheet(path, source)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20, peak
    receipt = desk.receive(path)
    assert (receipt.new, receipt.reasons) == (1, {"ragged": 2000})


def test_a_wide_header_over_them_has_its_limit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_reader, "MOST_BLANKS", 100_000)
    wide = [*NAMES, *(f"x{n}" for n in range(16_384 - len(NAMES)))]
    path = far_rows(workbook(desk.folder / "wide.xlsx", [wide, cells("1")]), 20)
    assert "empty cells between others" in refusal(desk, path)
    monkeypatch.setattr(workbook_reader, "MOST_BLANKS", 400_000)
    monkeypatch.setattr(workbook_reader, "MOST_BLANKS_AT_ONCE", 100_000)
    assert "empty cells between others" in refusal(desk, path)
    monkeypatch.setattr(workbook_reader, "MOST_BLANKS_AT_ONCE", 400_000)
    assert desk.receive(path).reasons["missing:id"] == 20


def test_macros_and_links_beside_the_table_do_nothing(desk: Desk) -> None:
    first = desk.receive(book(desk, cells("1"), cells("2")))
    path = book(desk, cells("1"), cells("2"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + b"Auto_Open" * 99)
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
        archive.writestr("xl/connections.xml", b'<connections><connection id="1"/></connections>')
    again = desk.receive(path)
    assert (again.again, again.number) == (True, first.number)


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
