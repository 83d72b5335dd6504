"""Files in the forms of departments, read back with tools that are not ours."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest

from qingyu.pack.model import Pack
from qingyu.simulate.city.events import DAY
from qingyu.simulate.city.faults import KINDS, Dice, kind_of
from qingyu.simulate.city.forms import Sheet, as_bytes, encoding_of, form_of
from qingyu.simulate.city.records.books import MAKERS
from qingyu.simulate.city.spoil import spoil
from qingyu.simulate.city.world import World

DAY_NUMBER = 20_600


def sheet_of(city: World, source: str) -> Sheet:
    book = MAKERS[source].book(city, DAY_NUMBER - 30, DAY_NUMBER)
    first = DAY_NUMBER if len(book.case) > 3000 else DAY_NUMBER - 30
    return Sheet.of(book.told(first, DAY_NUMBER, (DAY_NUMBER + 1) * DAY))


def test_csv_in_the_contracts_encoding(city: World, zhuhai: Pack) -> None:
    for name in ("police_110", "market_12315", "urban_management"):
        sheet, source = sheet_of(city, name), zhuhai.source(name)
        text = as_bytes(sheet, source).decode(encoding_of(source))
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert rows[0] == sheet.header
        assert rows[1:] == [[cell or "" for cell in row] for row in sheet.rows]


def test_a_workbook_with_two_header_rows(city: World, zhuhai: Pack) -> None:
    sheet = sheet_of(city, "hotline_12345")
    book = openpyxl.load_workbook(io.BytesIO(as_bytes(sheet, zhuhai.source("hotline_12345"))))
    rows = [list(row) for row in book.active.iter_rows(values_only=True)]
    assert rows[0][0] == "工单信息"
    assert rows[1] == sheet.header
    assert rows[2:] == sheet.rows
    plain = sheet_of(city, "petitions")
    other = openpyxl.load_workbook(io.BytesIO(as_bytes(plain, zhuhai.source("petitions"))))
    assert [c.value for c in next(other.active.iter_rows())] == plain.header


def test_json_lines_are_nested_as_the_contract_says(city: World, zhuhai: Pack) -> None:
    sheet = sheet_of(city, "air")
    text = as_bytes(sheet, zhuhai.source("air")).decode("utf-8")
    found = [json.loads(line) for line in text.splitlines()]
    assert len(found) == len(sheet.rows)
    assert set(found[0]) == {"station", "at", "reading"}
    assert all(isinstance(row["reading"]["aqi"], int | None) for row in found)


@pytest.mark.parametrize(
    "kind", [k.id for k in KINDS if k.where in ("reasons", "unplaced", "repeated", "unusual")]
)
def test_a_fault_of_rows_spoils_those_rows_and_no_other(
    kind: str, city: World, zhuhai: Pack
) -> None:
    fault = kind_of(kind)
    done = 0
    for name in fault.sources:
        before, after = sheet_of(city, name), sheet_of(city, name)
        found = spoil(fault, after, zhuhai.source(name), zhuhai, Dice(1, f"{kind} {name}"))
        if found is None:
            continue
        done += 1
        assert 1 <= len(found.rows) <= fault.rows
        changed = [n + 1 for n, row in enumerate(before.rows) if after.rows[n] != row]
        extra = after.rows[len(before.rows) :]
        assert changed == ([] if extra else list(found.rows))
        assert len(extra) in (0, len(found.rows))
    assert done


def test_dice_are_fair_and_the_same_each_time() -> None:
    one, two = Dice(3, "a"), Dice(3, "a")
    rolled = [one.below(6) for _ in range(600)]
    assert rolled == [two.below(6) for _ in range(600)]
    assert all(70 < rolled.count(side) < 130 for side in range(6))
    some = one.some(5, 3)
    assert some == sorted(set(some))


def test_the_form_of_each_source(zhuhai: Pack) -> None:
    forms = {source.id: form_of(source) for source in zhuhai.sources}
    assert forms["hotline_12345"] == forms["petitions"] == "xlsx"
    assert forms["air"] == "jsonl"
    assert forms["land"] == "csv"
