"""Encodings: the same truth under each declared one, and never another text for it."""

from __future__ import annotations

import codecs

import pytest
from forms import forms, workbook
from intake_town import HEADER, Desk, as_csv, row

from qingyu.errors import InputError
from qingyu.intake.receipt import Receipt

ROWS = [
    row("1", note="plain", number="12"),
    row("2", kind="theft", name="桤木", place="", note="报警，乙", number="1234"),
    row("3", note="㐂𠮷", amount="1.50"),
]
TEXT = as_csv(ROWS)
PAIRED = as_csv([row("1", note="报警甲乙")])  # its UTF-8 is also decodable as GB18030
WESTERN = as_csv([row("1", note="São José, café"), row("2")])


def under(desk: Desk, encoding: object, data: bytes, name: str | None = None) -> Receipt:
    desk.pack = forms(file={"encoding": encoding})
    return desk.receive(data, name)


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gb18030", TEXT.encode("gb18030")),
        (["utf-8", "gb18030"], TEXT.encode("gb18030")),
        (["gb18030", "utf-8"], TEXT.encode()),
        ("gb18030", codecs.BOM_UTF8 + TEXT.encode()),
        ("utf-16-le", TEXT.encode("utf-16-le")),
        ("utf-16-be", TEXT.encode("utf-16-be")),
        ("utf-16", TEXT.encode("utf-16")),
        ("gb18030", TEXT.encode("utf-16")),
        ("gb18030", TEXT.replace("\n", "\r\n").encode("gb18030")),
        ("gb18030", TEXT.replace("\n", "\r").encode("gb18030")),
    ],
    ids=str,
)
def test_one_truth_in_many_encodings(desk: Desk, encoding: object, data: bytes) -> None:
    first = desk.receive(TEXT)
    again = under(desk, encoding, data, "other.csv")
    assert (again.again, again.number) == (True, first.number)


@pytest.mark.parametrize("encoding", ["windows-1252", "latin-1", "cp850"])
def test_western_encodings(desk: Desk, encoding: str) -> None:
    codec = {"windows-1252": "cp1252"}.get(encoding, encoding)
    receipt = under(desk, encoding, WESTERN.encode(codec))
    assert ("1", "São José, café", 1) in desk.alive("key, c_note")
    assert [str(words) for words in receipt.read_as] == [f"send1.csv: {encoding}"]


def test_big5(desk: Desk) -> None:
    under(desk, "big5", as_csv([row("1", note="臺北市")]).encode("big5"))
    assert desk.alive("c_note") == [("臺北市", 1)]


def test_what_was_found_is_said(desk: Desk) -> None:
    receipt = under(desk, ["utf-8", "gb18030"], TEXT.encode("gb18030"))
    assert [str(words) for words in receipt.read_as] == ["send1.csv: gb18030"]
    assert receipt.public()["read_as"] == ["send1.csv: gb18030"]
    assert desk.receive(as_csv([row("9")]), version=2).read_as == ()


@pytest.mark.parametrize(
    ("encoding", "data", "words"),
    [
        ("gb18030", PAIRED.encode(), "text that is UTF-8"),
        ("gb18030", as_csv([row("1")]).encode("utf-16-le"), "which no text has"),
        ("gb18030", TEXT.encode("gb18030")[:-1] + b"\x81", "no text in it: 0x81"),
        ("gb18030", TEXT.replace("乙", "\ue5e5").encode("gb18030"), "U+E5E5"),
        ("gb18030", TEXT.replace("乙", "\0").encode("gb18030"), "U+0000"),
        ("gbk", TEXT.encode("gb18030"), "no text in it"),
        ("windows-1252", WESTERN.encode(), "text that is UTF-8"),
        ("windows-1252", WESTERN.replace("é", "\x81").encode("latin-1"), "no text in it: 0x81"),
        ("latin-1", WESTERN.replace("é", "\x95").encode("latin-1"), "U+0095"),
        ("utf-16-le", TEXT.encode("utf-16-le") + b"a", "no text in it"),
        ("utf-16-le", TEXT.encode("utf-16-le") + b"\x00\xd8\x00\x00", "no text in it"),
        ("utf-16", TEXT.encode("utf-16-le"), "without its byte-order mark"),
        ("utf-8", TEXT.encode("gb18030"), "looks like GBK"),
        (["utf-8", "gb18030"], TEXT.encode("cp1252", "replace") + b"\x80", "no text in it"),
    ],
)  # fmt: skip
def test_a_wrong_encoding_is_refused_whole(
    desk: Desk, encoding: object, data: bytes, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        under(desk, encoding, data)
    assert words in str(caught.value)
    assert desk.home.batches() == ()


def test_the_place_of_a_bad_byte_is_named(desk: Desk) -> None:
    data = TEXT.encode("gb18030").replace("乙".encode("gb18030"), b"\xff\xff")
    with pytest.raises(InputError) as caught:
        under(desk, "gb18030", data)
    assert "row 3" in str(caught.value)


@pytest.mark.parametrize("saved", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_reject_file_may_be_saved_in_any_of_the_encodings(desk: Desk, saved: str) -> None:
    data = as_csv([row("1", note="报警", kind="smoke"), row("2")]).encode("gb18030")
    receipt = under(desk, "gb18030", data)
    assert receipt.rejects is not None
    mended = receipt.rejects.read_text("utf-8-sig").replace("smoke", "fire")
    again = desk.receive(mended.encode(saved), supplement=receipt.number)
    assert (again.new, again.refused) == (1, 0)
    assert ("1", "报警", 1) in desk.alive("key, c_note")


def test_two_bytes_that_look_like_utf8_are_taken_as_declared(desk: Desk) -> None:
    """联通 in GBK is valid UTF-8 by chance."""
    under(desk, "gbk", as_csv([row("1", note="联通")]).encode("gbk"))
    assert desk.alive("c_note") == [("联通", 1)]


def test_a_file_cut_at_any_byte_never_becomes_another_text(desk: Desk) -> None:
    """Threat 9: a cut file is refused, or its last row is; what is taken is what was sent."""
    data = as_csv([row("1", note="报警"), row("2", note="甲乙丙丁")]).encode("gb18030")
    desk.pack = forms(file={"encoding": "gb18030"}, note={"required": True})
    said = {"报警", "甲乙丙丁", "甲乙丙", "甲乙", "甲"}  # a cut inside the last quoted-free cell
    for size in range(data.index(b"\n") + 2, len(data)):
        try:
            desk.receive(data[:size], version=size)
        except InputError:
            continue
    assert {note for note, _ in desk.alive("c_note")} <= said


MANY = {
    "UTF-8": TEXT.encode(),
    "UTF-8 with a mark": codecs.BOM_UTF8 + TEXT.encode(),
    "GB18030": TEXT.encode("gb18030"),
    "UTF-16 LE": codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
    "UTF-16 BE": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    "CRLF": TEXT.replace("\n", "\r\n").encode(),
    "CR": TEXT.replace("\n", "\r").encode(),
    "full-width digits": TEXT.replace("1234", "１２３４").encode(),
    "Chinese comma between groups": TEXT.replace("1234", "1，234").encode(),
    "comma between groups": TEXT.replace("1234", '"1,234"').encode(),
    "thin space between groups": TEXT.replace("1234", "1\u2009234").encode(),
    "unit": TEXT.replace("1234", "1234起").encode(),
    "unit, full-width, GB18030": TEXT.replace("1234", "１２３４ 起").encode("gb18030"),
    "full-width key": TEXT.replace("\n2,", "\n２,").encode(),
}


@pytest.mark.parametrize("how", MANY)
def test_many_files_with_one_truth(desk: Desk, how: str) -> None:
    """Threat 1: declared, they are the same send; undeclared, a named refusal and never a zero."""
    mark = " " if "space" in how else ","
    form = {"width": "fold", "unit": ["起"], "thousands": mark}
    desk.pack = bare = forms(number={"most": 10_000})
    first = desk.receive(TEXT)
    desk.pack = forms(
        file={"encoding": ["utf-8", "gb18030"]},
        number={"most": 10_000, "written": form},
        id={"written": {"width": "fold"}},
    )
    assert desk.receive(MANY[how], "other.csv").number == first.number
    desk.pack = bare
    if "GB18030" in how:
        with pytest.raises(InputError, match="GBK"):
            desk.receive(MANY[how], "third.csv", version=2)
        return
    plain = desk.receive(MANY[how], "third.csv", version=2)
    assert plain.new == (1 if how == "full-width key" else 0)
    assert {number for _, number, _ in desk.alive("key, c_number")} == {1, 12, 1234}


def test_one_of_them_is_a_workbook(desk: Desk) -> None:
    first = desk.receive(TEXT)
    rows = [HEADER.split(","), *[[cell or None for cell in r.values()] for r in ROWS]]
    path = workbook(desk.folder / "calls.xlsx", rows)
    assert desk.receive(path).number == first.number
