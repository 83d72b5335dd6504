"""Cells as departments write them: each declared form, and that nothing else is taken for it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from forms import forms, written
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_town import Desk, row

from qingyu.intake.contract import compile_contract
from qingyu.intake.sheet import Sheet
from qingyu.intake.values import amount, folded, layers, plain, present
from qingyu.pack.model import Column
from qingyu.pack.written import Written


def column(kind: str, **form: Any) -> Column:
    return Column.model_validate({"name": "x", "type": kind, "written": form})


def mended(what: Column, texts: Sequence[str]) -> list[str | None]:
    """The plain text of each cell, by the layers of the statement."""
    sql = "SELECT n, t FROM given"
    for step in (present, folded, plain):
        sql = f"SELECT n, {step(what, 't') or 't'} AS t FROM ({sql})"
    with duckdb.connect() as connection:
        connection.register("given", pa.table({"n": range(len(texts)), "t": list(texts)}))
        return [text for _, text in connection.execute(f"{sql} ORDER BY n").fetchall()]


NUMBERS: list[tuple[dict[str, Any], dict[str, str]]] = [
    (
        {"unit": ["起", "宗"]},
        {"3起": "3", "3 起": "3", "3宗": "3", "3": "3", "-3起": "-3",
         "3件": "?3件", "起": "?起", "3起起": "?3起起", "三起": "?三起", "3.5起": "3.5"},
    ),
    (
        {"thousands": ","},
        {"1,234": "1234", "1234": "1234", "1,234,567.5": "1234567.5", "12,34": "?12,34",
         "1,2345": "?1,2345", ",123": "?,123", "1,,234": "?1,,234", "1,234,": "?1,234,",
         "1234,567": "?1234,567"},
    ),
    (
        {"thousands": " "},
        {"1 234": "1234", "1\u00a0234": "1234", "1\u2009234": "1234", "1\u202f234": "1234",
         "1 23": "?1 23"},
    ),
    (
        {"decimal": "comma", "thousands": "."},
        {"1.234,5": "1234.5", "0,07": "0.07", "1.234": "1234", "1.23": "?1.23", "1,5,6": "?1,5,6"},
    ),
    ({"decimal": "comma"}, {"1,5": "1.5", "1.5": "?1.5", "1.234": "?1.234"}),
    ({"decimal": "either"}, {"1,5": "1.5", "1.5": "1.5", "1.234,5": "?1.234,5"}),
    (
        {"negative": "brackets", "unit": ["元"]},
        {"(12)": "-12", "（12.5）": "-12.5", "(12元)": "-12", "12": "12", "-12": "-12",
         "(12": "?(12", "12)": "?12)", "(-12)": "?(-12)", "()": "?()"},
    ),
    ({"width": "fold"}, {"１２": "12", "－１２．５": "-12.5", "１，２３４": "1,234", "　７": "7"}),
    ({"width": "fold", "thousands": ","}, {"１，２３４": "1234", "１，２": "?1,2"}),
]  # fmt: skip


@pytest.mark.parametrize(("form", "cells"), NUMBERS, ids=lambda value: str(value)[:40])
def test_numbers(form: dict[str, Any], cells: dict[str, str]) -> None:
    assert mended(column("decimal", **form), list(cells)) == list(cells.values())


@settings(max_examples=60)
@given(st.data())
def test_what_python_reads_is_what_the_database_reads(data: Any) -> None:
    """Totals are added up outside the database: both readings are the same."""
    form: dict[str, Any] = {
        "decimal": data.draw(st.sampled_from(["point", "comma", "either"])),
        "negative": data.draw(st.sampled_from(["minus", "brackets"])),
        "thousands": data.draw(st.sampled_from([None, " ", "'"])),
        "unit": data.draw(st.sampled_from([[], ["起"]])),
        "width": data.draw(st.sampled_from([None, "fold"])),
        "missing": ["-"],
    }
    what = column("decimal", **form)
    texts = data.draw(st.lists(st.text("-0123456789.,' ()（）起１，", max_size=9), min_size=30))
    texts = [text.strip() for text in texts]
    for text, found in zip(texts, mended(what, texts), strict=True):
        value = amount(what, text)
        if value is None:
            assert not found or not is_number(found), (text, found)
        else:
            assert found is not None
            assert Decimal(found) == value


def is_number(text: str) -> bool:
    digits = text.removeprefix("-").replace(".", "", 1)
    return digits.isascii() and digits.isdigit()


DATES: dict[tuple[str, ...], dict[str, str]] = {
    ("roc",): {
        "民國104/09/01": "2015-09-01", "1040901": "2015-09-01", "104年9月1日": "2015-09-01",
        "104/9/1": "2015-09-01", "104-09-01": "2015-09-01", "104.9.1": "2015-09-01",
        "中華民國 104 年 9 月 1 日": "2015-09-01", "民国99年12月31日": "2010-12-31",
        "990101": "2010-01-01", "104/9/1 8:05": "2015-09-01 08:05:00",
        "104年9月1日下午3時20分": "2015-09-01 15:20:00", "1040230": "2015-02-30",
        "2015-09-01": "2015-09-01", "2015年9月1日": "2015年9月1日", "104/9": "104/9",
        "民國前1年1月1日": "民國前1年1月1日", "20150901": "20150901", "5/9/1": "5/9/1",
    },
    ("chinese",): {
        "2026年10月5日": "2026-10-05", "2026年10月5日 3时20分": "2026-10-05 03:20:00",
        "2026年10月05日3时": "2026-10-05 03:00:00",
        "2026年10月5号 3点20分7秒": "2026-10-05 03:20:07",
        "2026年10月5日 下午3:20": "2026-10-05 15:20:00",
        "2026年10月5日 上午12:05": "2026-10-05 00:05:00",
        "2026年10月5日 下午12时5分": "2026-10-05 12:05:00",
        "2026年10月5日 凌晨12点": "2026-10-05 00:00:00",
        "2026年10月5日 中午1点": "2026-10-05 13:00:00",
        "2026年10月5日 晚上8点30分": "2026-10-05 20:30:00",
        "2026年10月5日 上午15:00": "2026-10-05 99:00:00",
        "2026年10月5日 晚上12点": "2026-10-05 99:00:00",
        "2026年10月5日 下午15:00": "2026-10-05 15:00:00",
        "2026年10月": "2026年10月", "26年10月5日": "26年10月5日",
        "2026年10月5日 3": "2026年10月5日 3",
        "104年9月1日": "104年9月1日",
    },
    ("roc", "chinese"): {"104年9月1日": "2015-09-01", "2026年10月5日": "2026-10-05"},
}  # fmt: skip


@pytest.mark.parametrize(("dates", "cells"), DATES.items(), ids=lambda value: "-".join(value)[:20])
def test_dates(dates: tuple[str, ...], cells: dict[str, str]) -> None:
    assert mended(column("timestamp", dates=dates), list(cells)) == list(cells.values())


def test_codes_get_their_zeros_back_where_that_is_declared() -> None:
    cells = {
        "3": "03",
        "3.0": "03",
        "03": "03",
        "12.": "12",
        "123": "123",
        "3.5": "3.5",
        "B2": "B2",
    }
    assert mended(column("code", pad=2), list(cells)) == list(cells.values())


def test_missing_is_missing_and_never_zero(desk: Desk) -> None:
    desk.pack = written(
        number={"missing": ["-", "無", "NA", "——", "0"]}, place={"missing": ["-"]}, id={}
    )
    marks = ["-", "無", "NA", "——", "0", "1", "--"]
    receipt = desk.send([row(str(n), number=mark) for n, mark in enumerate(marks)])
    assert receipt.reasons == {"not_an_integer:number": 1}
    assert {value for _, value, _ in desk.alive("key, c_number")} == {None, 1}
    assert desk.send([row("9", place="-")]).unplaced_reasons == {"nowhere": 1}


def test_a_required_value_that_is_missing_refuses_its_row(desk: Desk) -> None:
    desk.pack = forms(number={"required": True, "written": {"missing": ["-"]}})
    assert desk.send([row("1", number="-"), row("2")]).reasons == {"missing:number": 1}


def test_forms_that_are_not_declared_stay_refused(desk: Desk) -> None:
    desk.pack = written(number={"unit": ["起"]})
    receipt = desk.send([row("1", number="3起", amount="3起"), row("2", number="１"), row("3")])
    assert receipt.reasons == {"not_a_decimal:amount": 1, "not_an_integer:number": 1}


def test_the_reject_file_shows_the_sender_s_own_cells_and_can_be_mended(desk: Desk) -> None:
    desk.pack = written(
        when={"dates": ["roc"]}, number={"unit": ["起"]}, amount={"decimal": "comma"}
    )
    sent = row("1", "109/1/5 8:05", number="3起", amount="1,50", kind="smoke")
    receipt = desk.send([sent, row("2")])
    (refused,) = desk.rejects(receipt)
    assert {name: refused[name] for name in ("when", "number", "amount")} == {
        "when": "109/1/5 8:05", "number": "3起", "amount": "1,50",
    }  # fmt: skip
    assert receipt.rejects is not None
    mended_file = receipt.rejects.read_text("utf-8").replace("smoke", "fire")
    again = desk.receive(mended_file, supplement=receipt.number)
    assert (again.new, again.refused) == (1, 0)
    assert ("1", 3, 150, 1) in desk.alive("key, c_number, c_amount")


def test_a_row_refused_late_comes_back_as_it_was(desk: Desk) -> None:
    """What the reject file prints of stored values reads back as the same values."""
    desk.pack = written(amount={"decimal": "comma", "thousands": "."})
    desk.send([row("1", amount="1.234,50")])
    receipt = desk.send([row("1", amount="2.000,75"), row("2")])
    assert receipt.reasons == {"conflict": 1}
    (refused,) = desk.rejects(receipt)
    assert refused["amount"] == "2000,75"


def test_a_date_made_of_three_columns(desk: Desk) -> None:
    desk.pack = forms(
        when={"type": "date", "format": "%Y-%m-%d", "made_of": ["kind", "number", "note"]},
        kind={"among": None},
    )
    desk.send([row("1", kind="2020", number="1", note="05"), row("2", kind="2020", note="31")])
    receipt = desk.send([row("3", kind="2020", number="2", note="31")], version=2)
    assert receipt.reasons == {"not_a_date:when": 1}
    assert [(key, str(day)) for key, day, _ in desk.alive("key, day")] == [
        ("1", "2020-01-05"), ("2", "2020-01-31"),
    ]  # fmt: skip


def test_plain_contracts_get_no_layer() -> None:
    pack = forms()
    contract = compile_contract(pack, pack.source("calls"))
    assert layers(contract, Sheet(Path("x.csv"), "csv", (), {}, ())) == []


def test_the_default_form_changes_nothing() -> None:
    texts = ["3", "３", "-", "1,5", "(3)"]
    assert mended(Column(name="x", type="integer", written=Written()), texts) == texts
