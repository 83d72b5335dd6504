"""The plain copy of an odd file: private, nameless, gone; and a full disk is a sentence."""

from __future__ import annotations

import csv
import errno
import gc
import os
import tempfile
from pathlib import Path

import pytest
from forms import forms, workbook
from hypothesis import given
from hypothesis import strategies as st
from intake_town import HEADER, Desk, as_csv, row

from qingyu.engine import disk
from qingyu.errors import StorageError
from qingyu.intake.formats.held import Held, OwnRows, PlainCsv
from qingyu.intake.read import open_sheet

NAMES = HEADER.split(",")


@given(st.lists(st.integers(1, 5), min_size=1, max_size=60))
def test_own_rows(steps: list[int]) -> None:
    numbers, rows, at = [], OwnRows(), 1
    for step in steps:
        at += step
        numbers.append(at)
        rows.add(at)
    assert [rows.of(pos) for pos in range(len(numbers))] == numbers
    assert len(rows) == len(numbers)


def test_rows_without_gaps_take_no_memory() -> None:
    rows = OwnRows()
    for number in range(3, 100_003):
        rows.add(number)
    assert len(rows._starts) == 1


@given(st.lists(st.text(max_size=6), min_size=2, max_size=2))
def test_cells_come_through(cells: list[str]) -> None:

    if any("\0" in cell or not cell.isprintable() for cell in cells):
        return
    plain = PlainCsv(["a", "b"])
    plain.row(2, cells)
    plain.row(3, None)
    held = plain.close()
    with held.path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["a", "b"], cells, [""]]


def test_the_copy_has_no_name_and_goes_with_the_sheet(desk: Desk, tmp_path: Path) -> None:
    desk.pack = forms(file={"encoding": "gb18030"})
    file = desk.file(as_csv([row("1", note="报警")]).encode("gb18030"))
    before = set(Path(tempfile.gettempdir()).glob("qingyu-*"))
    sheet = open_sheet(file, desk.pack.source("calls"))
    copy = sheet.path
    assert "报警" in copy.read_text("utf-8")
    assert set(Path(tempfile.gettempdir()).glob("qingyu-*")) == before
    assert os.stat(copy).st_nlink == 0
    del sheet
    gc.collect()
    assert not copy.exists()


def test_cut_columns_of_a_workbook_are_not_even_copied(desk: Desk) -> None:
    cells = [[c or None for c in row("1", phone="13812345678").values()]]
    path = workbook(desk.folder / "calls.xlsx", [NAMES, *cells])
    sheet = open_sheet(path, desk.pack.source("calls"))
    assert "13812345678" not in sheet.path.read_text("utf-8")
    assert sheet.name == "calls.xlsx"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_full_disk_while_copying_is_told_and_leaves_the_home_alone(
    desk: Desk, number: int
) -> None:
    """Threat 10."""
    desk.send([row("0")])
    desk.pack = forms(file={"encoding": "gb18030"})
    content = as_csv([row("1", note="报警")]).encode("gb18030")

    def full(at: int, name: str, path: Path) -> None:
        if at == number:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(StorageError, match="no space left on the disk"), disk.watched(full):
        desk.receive(content, version=2)
    assert len(desk.home.batches()) == 1
    assert desk.receive(content, version=2).new == 1


def test_two_copies_at_once() -> None:
    one, two = Held(), Held()
    one.write(b"1")
    two.write(b"2")
    one.flush()
    two.flush()
    assert (one.path.read_bytes(), two.path.read_bytes()) == (b"1", b"2")
