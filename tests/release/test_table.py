"""Tables say the same in three forms, exactly, and no spreadsheet runs their text."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyu.release.spreadsheet import as_it_was, disarmed
from qingyu.release.table import Column, Table

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x",
            "'=1", "''", "-2+3+cmd|' /C calc'!A0"]  # fmt: skip
ODD = ["", "㐂𠮷", "a,b", 'say "no"', "two\nlines", "שלום", "x" * 300]


def table(texts: list[str | None], units: list[int | None], places: int = 3) -> Table:
    return Table("t", "a table", ("text",), (
        Column("text", "text", pa.array(texts, pa.string())),
        Column("fixed", "fixed", pa.array(units, pa.int64()), places),
        Column("trimmed", "fixed", pa.array(units, pa.int64()), places, trim=True),
        Column("whole", "whole", pa.array(units, pa.int64())),
    ))  # fmt: skip


def rows(made: Table) -> list[dict[str, str]]:
    data = made.to_csv()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", FORMULAS + ODD)
def test_text_is_disarmed_and_comes_back(text: str) -> None:
    cell = rows(table([text], [-1]))[0]["text"]
    assert not cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n"))
    assert as_it_was(cell) == text


@given(st.text(max_size=12))
def test_any_text_comes_back(text: str) -> None:
    assert as_it_was(disarmed(text)) == text


@given(st.lists(st.none() | st.integers(-(2**62), 2**62), min_size=1, max_size=6),
       st.integers(1, 6))  # fmt: skip
def test_numbers_stay_numbers_in_every_form(units: list[int | None], places: int) -> None:
    made = table(["x"] * len(units), units, places)
    wanted = [None if unit is None else Decimal(unit).scaleb(-places) for unit in units]
    wanted = [None if w is None else w for w in wanted]
    in_csv = [Decimal(row["fixed"]) if row["fixed"] else None for row in rows(made)]
    trimmed = [Decimal(row["trimmed"]) if row["trimmed"] else None for row in rows(made)]
    in_json = json.loads(made.to_json(), parse_float=Decimal, parse_int=Decimal)
    in_parquet = pq.read_table(io.BytesIO(made.to_parquet())).to_pylist()
    for found in (in_csv, trimmed, [r["fixed"] for r in in_json], [r["fixed"] for r in in_parquet]):
        assert found == wanted
    assert [row["whole"] for row in in_parquet] == units


def test_all_places_are_printed_unless_trimmed() -> None:
    row = rows(table(["x"], [-87_340]))[0]
    assert (row["fixed"], row["trimmed"]) == ("-87.340", "-87.34")


def test_an_empty_table_has_its_header() -> None:
    made = table([], [])
    assert rows(made) == []
    assert json.loads(made.to_json()) == []
    assert made.to_csv().decode("utf-8-sig") == "text,fixed,trimmed,whole\n"
