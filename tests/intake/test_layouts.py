"""Tables with something around them, names that change, separators that differ."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest
from forms import forms, workbook
from intake_town import HEADER, Desk, as_csv, row

from qingyu.errors import InputError

NAMES = HEADER.split(",")
ROWS = [list(row("1", number="2", amount="1.5").values()), list(row("2", number="3").values())]


def text(*rows: Sequence[str], separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue()


def refusal(desk: Desk, content: str, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        desk.receive(content, **options)
    return str(caught.value)


# -- above the table ------------------------------------------------------------------------------


def test_rows_above_the_header(desk: Desk) -> None:
    desk.pack = forms(file={"skip": 2})
    content = text(["2020年1月报表"], [""], ["单位：起", "", "x"], NAMES, *ROWS, ["3", "bad"])
    receipt = desk.receive(content)
    assert (receipt.new, receipt.reasons) == (2, {"ragged": 1})
    assert [r["qingyu_row"] for r in desk.rejects(receipt)] == ["7"]


def test_rows_above_that_are_not_declared_refuse_the_file(desk: Desk) -> None:
    assert "no column" in refusal(desk, text(["报表"], NAMES, *ROWS))
    desk.pack = forms(file={"skip": 2})
    assert "no column" in refusal(desk, text(["报表"], NAMES, *ROWS, *ROWS))
    assert "no header" in refusal(desk, "报表\n")


TWO_ROWS = [
    ["id", "when", "记录", "", "", "place", "name", "位置", "", "note", "person", "phone"],
    ["", "", "kind", "number", "amount", "", "", "lon", "lat", "", "", ""],
]


def test_a_header_of_two_rows(desk: Desk) -> None:
    desk.pack = forms(file={"header_rows": 2, "header": "second"})
    desk.receive(text(*TWO_ROWS, *ROWS))
    assert desk.alive("key, c_number") == [("1", 2, 1), ("2", 3, 1)]


def test_names_joined_of_two_rows(desk: Desk) -> None:
    joined = {f"{name}": {"names": [f"记录_{name}"]} for name in ("kind", "number", "amount")}
    joined |= {f"{name}": {"names": [f"位置_{name}"]} for name in ("lon", "lat")}
    desk.pack = forms(file={"header_rows": 2}, **joined)
    receipt = desk.receive(text(*TWO_ROWS, *ROWS, row("3", number="x").values()))
    assert receipt.new == 2
    (refused,) = desk.rejects(receipt)
    assert (refused["qingyu_row"], refused["记录_number"]) == ("5", "x")
    assert receipt.rejects is not None
    mended = receipt.rejects.read_text("utf-8").replace(",x,", ",9,")
    assert desk.receive(mended, supplement=receipt.number).new == 1


def test_a_header_of_two_rows_in_a_workbook(desk: Desk) -> None:
    desk.pack = forms(file={"header_rows": 2, "header": "second", "skip": 1})
    cells = [[cell or None for cell in line] for line in [["报表"], *TWO_ROWS, *ROWS]]
    path = workbook(desk.folder / "two.xlsx", cells)
    assert desk.receive(path).new == 2


# -- under the table ------------------------------------------------------------------------------


def total(number: str, amount: str = "") -> list[str]:
    return ["合计", "", "", number, amount, *[""] * 7]


LAYOUT = {"totals": "合计|总计", "footer": "制表：.*|注：.*"}


def test_totals_are_checked_and_left_out(desk: Desk) -> None:
    desk.pack = forms(file=LAYOUT)
    end = [["制表：张三", "", "2020"], [""], ["注：初步"]]
    receipt = desk.receive(text(NAMES, *ROWS, total("5", "1.50"), *end))
    assert (receipt.rows, receipt.new) == (2, 2)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([*ROWS, total("6")], "a total of 6 in number; expected 5"),
        ([*ROWS, total("5", "2")], "a total of 2 in amount; expected 1.5"),
        ([*ROWS, total("五")], "a total of 五 in number"),
        ([*ROWS, total("")], "a total in none"),
        ([ROWS[0], total("2"), ROWS[1]], "row 4: found a row under the totals or footer of row 3"),
        ([ROWS[0], ["注：x"], ROWS[1]], "a row under the totals or footer"),
        ([total("0")], "a header and no row"),
    ],
)
def test_totals_that_do_not_add_up_refuse_the_file(
    desk: Desk, rows: list[list[str]], words: str
) -> None:
    desk.pack = forms(file=LAYOUT)
    assert words in refusal(desk, text(NAMES, *rows))
    assert desk.home.batches() == ()


def test_totals_read_the_declared_forms(desk: Desk) -> None:
    form = {"unit": ["起"], "thousands": ",", "missing": ["-"], "width": "fold"}
    desk.pack = forms(file=LAYOUT, number={"written": form, "most": 100_000})
    numbers = ["1,200起", "－３起", "-", "803"]
    rows = [list(row(str(n), number=cell).values()) for n, cell in enumerate(numbers)]
    receipt = desk.receive(text(NAMES, *rows, total("2,000起")))
    assert receipt.reasons == {"too_small:number": 1}


def test_a_total_that_is_not_declared_is_a_refused_row(desk: Desk) -> None:
    receipt = desk.receive(text(NAMES, *ROWS, total("5")))
    assert (receipt.new, receipt.refused) == (2, 1)


def test_totals_of_a_workbook(desk: Desk) -> None:
    desk.pack = forms(file=LAYOUT)
    lines = [NAMES, *ROWS, total("5"), ["制表：张三"]]
    cells = [[int(c) if c in ("2", "3", "5") else c or None for c in line] for line in lines]
    cells[1][0], cells[2][0] = "1", "2"
    assert desk.receive(workbook(desk.folder / "t.xlsx", cells)).new == 2


# -- separators -----------------------------------------------------------------------------------


MARKS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@pytest.mark.parametrize("separator", MARKS)
def test_separators_are_found_or_declared(desk: Desk, separator: str) -> None:
    first = desk.receive(text(NAMES, *ROWS))
    content = text(NAMES, *ROWS, separator=separator)
    assert desk.receive(content, "found.csv").number == first.number
    desk.pack = forms(file={"separator": MARKS[separator]})
    assert desk.receive(content, "declared.txt").number == first.number
    desk.pack = forms(file={"skip": 1})
    framed = "above\n" + content
    assert desk.receive(framed, "framed.csv").number == first.number


def test_a_declared_separator_is_the_only_one(desk: Desk) -> None:
    desk.pack = forms(file={"separator": "semicolon"})
    assert "no column" in refusal(desk, text(NAMES, *ROWS))


def test_broken_quotes_of_a_framed_table(desk: Desk) -> None:
    desk.pack = forms(file={"skip": 1})
    whole = "above\n" + text(NAMES, *ROWS)
    assert "row 3: found a quote" in refusal(desk, whole.replace("\n1,", '\n"1"x,'))
    assert "a quote" in refusal(desk, whole + '"9')
    with pytest.raises(InputError, match="no UTF-8"):
        desk.receive(whole.encode() + b"\xff\n")


def test_cells_of_several_lines_in_a_framed_table(desk: Desk) -> None:
    desk.pack = forms(file={"skip": 1})
    lines = [row("1", note="two\nlines"), row("2", note="one\rother"), row("3", number="x")]
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([NAMES, *(line.values() for line in lines)])
    receipt = desk.receive("above\n" + out.getvalue())
    assert ("1", "two\nlines", 1) in desk.alive("key, c_note")
    assert ("2", "one\rother", 1) in desk.alive("key, c_note")
    assert [r["qingyu_row"] for r in desk.rejects(receipt)] == ["7"]


# -- names ----------------------------------------------------------------------------------------


def test_the_first_spelling_of_the_header_counts(desk: Desk) -> None:
    desk.pack = forms(number={"names": ["件数", "起数"]}, note={"names": ["备注"]})
    first = desk.receive(as_csv([row("1", number="4", note="x")]))
    for name in ("件数", "起数"):
        content = as_csv([row("1", number="4", note="x")])
        renamed = content.replace("number", name, 1).replace("note", "备注", 1)
        assert desk.receive(renamed, f"{name}.csv").number == first.number
    assert "no column number" in refusal(desk, as_csv([row("2")]).replace("number", "数", 1))


def test_rejects_keep_the_sender_s_spelling(desk: Desk) -> None:
    desk.pack = forms(number={"names": ["件数"]})
    receipt = desk.receive(as_csv([row("1", number="x"), row("2")]).replace("number", "件数", 1))
    (refused,) = desk.rejects(receipt)
    assert refused["件数"] == "x"
    assert "number" not in refused


def swapped(desk: Desk) -> None:
    """Until 5 January the sender's two columns were exchanged, as Barcelona's were until 2015."""
    desk.pack = forms(
        number={"names": [{"name": "amount", "to": "2020-01-05"}]},
        amount={"names": [{"name": "number", "to": "2020-01-05"}]},
    )


def test_a_name_that_means_another_column_until_a_day(desk: Desk) -> None:
    swapped(desk)
    desk.send([
        row("1", "2020-01-05 23:59:59", number="1.5", amount="7"),
        row("2", "2020-01-06 00:00:00", number="7", amount="1.5"),
    ])  # fmt: skip
    assert desk.alive("key, c_number, c_amount") == [("1", 7, 150, 1), ("2", 7, 150, 1)]


def test_rejects_of_names_with_days_have_the_contract_s_names(desk: Desk) -> None:
    swapped(desk)
    receipt = desk.send([row("1", number="1.5", amount="7", kind="smoke"), row("2", amount="1")])
    (refused,) = desk.rejects(receipt)
    assert (refused["number"], refused["amount"]) == ("7", "1.5")
    assert receipt.rejects is not None
    mended = receipt.rejects.read_text("utf-8").replace("smoke", "fire")
    assert desk.receive(mended, supplement=receipt.number).new == 1
    assert ("1", 7, 150, 1) in desk.alive("key, c_number, c_amount")


def test_a_name_that_holds_on_some_days_only(desk: Desk) -> None:
    desk.pack = forms(note={"names": [{"name": "备注", "from": "2020-01-06"}], "optional": True})
    content = as_csv([row("1", note="a"), row("2", "2020-01-06 10:00:00", note="b")])
    desk.receive(content.replace("note", "备注", 1))
    assert desk.alive("key, c_note") == [("1", None, 1), ("2", "b", 1)]


def test_optional_columns_may_be_missing_and_come_back(desk: Desk) -> None:
    desk.pack = forms(note={"optional": True})
    names = [name for name in NAMES if name != "note"]
    desk.receive(text(names, [row("1")[name] for name in names]))
    desk.send([row("2", note="x")], version=2)
    assert desk.alive("key, c_note") == [("1", None, 1), ("2", "x", 1)]
