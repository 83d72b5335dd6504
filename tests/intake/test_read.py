"""What is refused whole, and that the same table in other clothes is the same send."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from intake_town import HEADER, Desk, as_csv, row

from qingyu.errors import InputError, UserError

ROWS = [
    row("1", note="plain"),
    row("2", kind="theft", name="桤木", place=""),
    row("3", note="a, b; c"),
]
TEXT = as_csv(ROWS)


def refusal(desk: Desk, content: str | bytes | Path, name: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        desk.receive(content, name)
    assert desk.home.batches() == ()
    assert len(caught.value.faults) == 1
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (TEXT.encode("utf-16-le"), "NUL byte"),
        (TEXT.encode("gbk"), "it looks like GBK"),
        (b"", "empty file"),
        ((HEADER + "\n").encode(), "no row"),
        (HEADER.encode(), "no row"),
        (("\n" + TEXT).encode(), "empty first line"),
        (TEXT.replace("place", "plaza", 1).encode(), "no column place"),
        (TEXT.replace("name,", "name,name,", 1).encode(), "column name more than once"),
        (TEXT.replace("note", "NAME", 1).encode(), "more than once"),
        ((TEXT + HEADER + "\n" + TEXT.split("\n")[1]).encode(), "the header a second time"),
        ((HEADER + "\n" + TEXT).encode(), "the header a second time"),
        (("Calls of the month\n" + TEXT).encode(), "no column"),
        (TEXT.replace("plain", '"plain', 1).encode(), "a quote that is opened"),
        (TEXT.replace("plain", '"pla"in', 1).encode(), "a quote that is opened"),
        (TEXT.replace("plain", "pla\0in", 1).encode(), "NUL byte"),
        (b"PK\x03\x04" + TEXT.encode(), "XLSX"),
    ],
)
def test_files_that_are_refused_whole(desk: Desk, content: bytes, words: str) -> None:
    assert words in refusal(desk, content)


def test_bad_bytes_are_named_by_place(desk: Desk) -> None:
    said = refusal(desk, TEXT.encode().replace("桤木".encode(), "桤木".encode("gbk")))
    at = TEXT.encode().index("桤木".encode())
    assert f"position {at}" in said
    assert "row 3" in said


def test_a_byte_that_is_no_utf8_far_down_is_named_too(desk: Desk) -> None:
    """Beyond the part of the file that is looked at for the header."""
    lines = [TEXT.split("\n")[1].replace("1,", f"{n},", 1) for n in range(3000)]
    data = (HEADER + "\n" + "\n".join(lines)).encode() + b"\n9999,2020-01-05 10:00:00,\xb5\n"
    assert "row 3002" in refusal(desk, data)


def test_other_things_than_tables(desk: Desk, tmp_path: Path) -> None:
    assert "a folder" in refusal(desk, tmp_path)
    assert "no such file" in refusal(desk, tmp_path / "none.csv")
    assert ".xls" in refusal(desk, TEXT, "calls.xls")
    assert "damaged" in refusal(desk, TEXT, "calls.xlsx")
    assert "ends in nothing" in refusal(desk, TEXT, "calls")
    assert "Parquet" in refusal(desk, b"PAR1 and no more", "calls.parquet")


def parquet(path: Path, sql: str) -> Path:
    duckdb.sql(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")
    return path


def test_a_parquet_file_cut_off_anywhere(desk: Desk) -> None:
    text = desk.file(TEXT)
    whole = parquet(
        desk.folder / "w.parquet", f"FROM read_csv('{text}', all_varchar=true)"
    ).read_bytes()
    for size in (4, 100, len(whole) // 2, len(whole) - 9, len(whole) - 1):
        assert "Parquet" in refusal(desk, whole[:size], f"cut{size}.parquet")


def test_codes_that_lost_their_zeros_are_refused(desk: Desk) -> None:
    text = desk.file(TEXT)
    path = parquet(
        desk.folder / "n.parquet",
        f"SELECT * REPLACE (1 AS place) FROM read_csv('{text}', all_varchar=true)",
    )
    assert "leading zeros" in refusal(desk, path)


def shuffled(text: str, order: str) -> str:
    names, wanted = HEADER.split(","), order.split(",")
    rows = [dict(zip(names, r.values(), strict=True)) for r in ROWS]
    return as_csv([{name: r[name] for name in wanted} for r in rows], order)


SAME = {
    "UTF-16, little end first": b"\xff\xfe" + TEXT.encode("utf-16-le"),
    "UTF-16, big end first": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "BOM": b"\xef\xbb\xbf" + TEXT.encode(),
    "CRLF": TEXT.replace("\n", "\r\n").encode(),
    "CR": TEXT.replace("\n", "\r").encode(),
    "no last line end": TEXT.rstrip("\n").encode(),
    "blank lines": (TEXT.replace("\n", "\n\n")).encode(),
    "rows turned round": "\n".join([HEADER, *reversed(TEXT.strip().split("\n")[1:])]).encode(),
    "columns turned round": shuffled(TEXT, ",".join(reversed(HEADER.split(",")))).encode(),
    "semicolons": "\n".join(
        line.replace('"a, b; c"', "@").replace(",", ";").replace("@", '"a, b; c"')
        for line in TEXT.split("\n")
    ).encode(),
    "tabs": "\n".join(
        line.replace('"a, b; c"', "@").replace(",", "\t").replace("@", "a, b; c")
        for line in TEXT.split("\n")
    ).encode(),
    "all quoted": "\n".join(
        ",".join(f'"{cell}"' for cell in line.replace('"a, b; c"', "@").split(",")).replace(
            "@", "a, b; c"
        )
        for line in TEXT.strip().split("\n")
    ).encode(),
}


@pytest.mark.parametrize("how", SAME)
def test_the_same_table_in_other_clothes_is_received_once(desk: Desk, how: str) -> None:
    first = desk.receive(TEXT)
    again = desk.receive(SAME[how], "other name.csv")
    assert again.again
    assert (again.number, again.received) == (first.number, first.received)
    assert len(desk.home.batches()) == 1


def test_csv_turned_into_parquet_is_the_same_send(desk: Desk) -> None:
    first = desk.receive(TEXT)
    text = desk.file(TEXT)
    sql = (
        'SELECT * REPLACE ("when"::TIMESTAMP AS "when", number::INT AS number)'
        f" FROM read_csv('{text}', all_varchar=true)"
    )
    again = desk.receive(parquet(desk.folder / "same.parquet", sql))
    assert (again.again, again.number) == (True, first.number)


def test_unknown_columns_are_named_and_not_kept(desk: Desk) -> None:
    lines = TEXT.strip().split("\n")
    wide = "\n".join([lines[0] + ",secret", *(line + ",s3cr3t" for line in lines[1:])])
    first = desk.receive(wide)
    assert first.ignored_columns == ("secret",)
    assert not any(b"s3cr3t" in p.read_bytes() for p in desk.home.folder.rglob("*") if p.is_file())
    assert desk.receive(TEXT).again


def test_columns_cut_by_the_contract_may_be_left_out(desk: Desk) -> None:
    desk.receive(TEXT)
    names = [n for n in HEADER.split(",") if n not in ("phone", "lon", "lat")]
    assert desk.receive(shuffled(TEXT, ",".join(names))).again


def test_misshapen_rows_are_refused_by_number(desk: Desk) -> None:
    lines = TEXT.strip().split("\n")
    text = "\n".join([lines[0], lines[1], lines[2] + ",x,y", "4,too,short", lines[3]]) + "\n5,\n"
    receipt = desk.receive(text)
    assert receipt.reasons == {"ragged": 3}
    assert (receipt.rows, receipt.new, receipt.refused) == (5, 2, 3)
    assert [r["qingyu_row"] for r in desk.rejects(receipt)] == ["3", "4", "6"]
    assert all(not r["id"] for r in desk.rejects(receipt))  # its cells belong to no column


def test_numbers_of_refused_rows_step_over_misshapen_ones(desk: Desk) -> None:
    lines = TEXT.strip().split("\n")
    bad = lines[1].replace("1,", "9,", 1).replace("fire", "smoke")
    text = "\n".join([lines[0], "x", bad, lines[1], "y", "z", bad.replace("9,", "8,", 1)])
    numbers = {r["qingyu_row"]: r["id"] for r in desk.rejects(desk.receive(text))}
    assert numbers == {"2": "", "3": "9", "5": "", "6": "", "7": "8"}


def test_a_stray_pair_of_quotes_cannot_swallow_rows(desk: Desk) -> None:
    lines = [as_csv([row(str(n), note="n")]).split("\n")[1] for n in range(6)]
    lines[1] = lines[1].replace(",n,", ',"n,')
    lines[4] = lines[4].replace(",n,", ',n",')
    said = refusal(desk, "\n".join([HEADER, *lines]))
    assert "holds whole rows" in said


def test_a_cell_of_several_lines_is_taken(desk: Desk) -> None:
    desk.send([row("1", note="two\nlines, and more"), row("2")])
    assert desk.alive("c_note") == [("two\nlines, and more", 1), (None, 1)]


def test_several_files_are_one_send(desk: Desk) -> None:
    from qingyu.intake.receive import receive

    one, two = desk.file(as_csv(ROWS[:2])), desk.file(as_csv([ROWS[2], row("x", number="?")]))
    receipt = receive(desk.home, desk.pack, "calls", [one, two], version=1, who="clerk")
    assert (receipt.new, receipt.refused, receipt.file_name) == (3, 1, "send1.csv, send2.csv")
    again = receive(desk.home, desk.pack, "calls", [two, one], version=1, who="clerk")
    assert again.again


def test_every_refusal_is_one_sentence_in_chinese_too(desk: Desk) -> None:
    from qingyu.i18n import use_language

    use_language("zh")
    with pytest.raises(UserError) as caught:
        desk.receive(TEXT.encode("gbk"))
    assert "GBK" in str(caught.value)
    assert "UTF-8" in str(caught.value)
